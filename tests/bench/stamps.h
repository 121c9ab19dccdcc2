/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures a stop from inside the hypervisor, in both engines with the same
 * code: tests/bench/run includes this into the one file of each engine in which
 * the CPUs that take part switch their interrupts off and on again.  There it
 * takes the place of local_irq_save() and local_irq_restore(), which are used
 * for nothing else in these files.
 *
 * A stop begins when the first CPU has switched its interrupts off, and ends
 * when the last one is about to switch them on.  Debug key '=' prints and
 * forgets what was measured since it was last pressed, so that nothing is
 * printed in the operation itself.
 */
#ifndef TESTS_BENCH_STAMPS_H
#define TESTS_BENCH_STAMPS_H

#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/smp.h>

#include <asm/msr.h>

static uint64_t stamp_first, stamp_last; /* TSC; 0: none */

static inline unsigned long stamp_irq_save(void)
{
    unsigned long flags;

    local_irq_save(flags);
    if ( !stamp_first )
        cmpxchg(&stamp_first, 0, rdtsc());
    return flags;
}

static inline void stamp_irq_restore(unsigned long flags)
{
    stamp_last = rdtsc();
    local_irq_restore(flags);
}

static void cf_check stamps_print(unsigned char key)
{
    printk("bench: stop %lu\n", stamp_last - stamp_first);
    stamp_first = stamp_last = 0;
}

static int __init cf_check stamps_init(void)
{
    register_keyhandler('=', stamps_print, "print how long the stop was", 0);
    return 0;
}
__initcall(stamps_init);

#undef local_irq_save
#define local_irq_save(flags) ((flags) = stamp_irq_save())
#undef local_irq_restore
#define local_irq_restore(flags) stamp_irq_restore(flags)

#endif /* TESTS_BENCH_STAMPS_H */
