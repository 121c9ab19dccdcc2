/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interrupts of the fake hypervisor's CPUs are signals of its threads: a lock
 * that keeps interrupts off keeps signals out, and whoever forgets to waits for
 * himself in the handler.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "engine/user/host.h"

static pthread_mutex_t locks[PORT_IRQ_LOCKS] = {
    [0 ... PORT_IRQ_LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER
};

static __thread unsigned int held;
static __thread sigset_t before;
static __thread bool no_memory;

unsigned long port_irq_lock(unsigned int n)
{
    unsigned long was = held;
    sigset_t all;

    if ( !held )
    {
        sigfillset(&all);
        if ( pthread_sigmask(SIG_BLOCK, &all, &before) )
            abort();
    }
    if ( pthread_mutex_lock(&locks[n]) )
        abort();
    held = was + 1;

    return was;
}

void port_irq_unlock(unsigned int n, unsigned long flags)
{
    if ( held != flags + 1 || pthread_mutex_unlock(&locks[n]) )
        abort(); /* not in the order in which they were taken */
    held = flags;
    if ( !held && pthread_sigmask(SIG_SETMASK, &before, NULL) )
        abort();
}

bool port_may_alloc(void)
{
    return !held && !no_memory;
}

bool host_no_memory_here(bool on)
{
    bool was = no_memory;

    no_memory = on;

    return was;
}
