/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shadow variables need of Xen. */
#include <xen/irq.h>
#include <xen/lib.h>
#include <xen/spinlock.h>

#include <asm/cpufeature.h>

#include "engine/core/port.h"
#include "engine/xen/xen.h"

static spinlock_t locks[PORT_IRQ_LOCKS] = { [0 ... PORT_IRQ_LOCKS - 1] =
                                                SPIN_LOCK_UNLOCKED };

unsigned long port_irq_lock(unsigned int n)
{
    unsigned long flags;

    spin_lock_irqsave(&locks[n], flags);
    return flags;
}

void port_irq_unlock(unsigned int n, unsigned long flags)
{
    spin_unlock_irqrestore(&locks[n], flags);
}

/* The heap's locks are taken with interrupts on, and it may have to flush the
 * TLBs of other CPUs, which in the stop do not answer. */
bool port_may_alloc(void)
{
    return !in_irq() && local_irq_is_enabled();
}

int port_call_construct(unsigned long fn, void *object, void *variable,
                        void *arg)
{
    return ((int (*)(void *, void *, void *))fn)(object, variable, arg);
}

void port_call_destroy(unsigned long fn, void *object, void *variable)
{
    ((void (*)(void *, void *))fn)(object, variable);
}

bool port_landing_pads(void)
{
    return cpu_has_xen_ibt;
}
