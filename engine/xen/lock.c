/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one lock of the engine's state.
 *
 * Who waits for it goes on serving softirqs: it may be held for as long as it
 * takes to load a payload, or to print what is there.
 */
#include <xen/lib.h>
#include <xen/softirq.h>
#include <xen/spinlock.h>

#include "engine/core/port.h"
#include "engine/xen/xen.h"

static DEFINE_SPINLOCK(engine_lock);

void port_lock(void)
{
    while ( !spin_trylock(&engine_lock) )
    {
        process_pending_softirqs();
        cpu_relax();
    }
    block_lock_speculation();
}

/*
 * For those who may run inside a softirq, on top of the holder perhaps: they
 * must not wait.
 */
bool port_trylock(void)
{
    return spin_trylock(&engine_lock);
}

void port_unlock(void)
{
    spin_unlock(&engine_lock);
}
