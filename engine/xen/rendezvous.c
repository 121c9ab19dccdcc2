/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rendezvous: brings every CPU to a stop, has one of them act, and lets
 * them go.  tests/model/rendezvous.pml is its model; keep the two alike.
 *
 * Where.  In the idle vCPU, whose stack has nothing to unwind: a tasklet sets
 * a flag of the CPU, and the idle loop calls check_for_livepatch_work() right
 * after the tasklet.  One CPU leads, the others follow.
 *
 * The word.  All that the CPUs agree on is in one word, changed by compare and
 * exchange: generation | phase | count.  Who follows does a step only if the
 * word still has the generation it came for and the phase it believes in, so
 * a CPU that is late can neither be counted in the wrong operation nor be left
 * spinning in it.  The next operation cannot begin before the count of those
 * who have to leave is 0.
 *
 *   IDLE     nothing to do
 *   CALLED   an operation waits for its leader
 *   GATHER   count: CPUs that have come.  They still serve softirqs, as who is
 *            not here yet may be waiting for that (rcu_barrier, IPIs)
 *   HUSH     count: CPUs that may still be serving softirqs.  Interrupts stay
 *            on, so that what a softirq of another one waits for is answered
 *   STOP     count: CPUs that may still have interrupts on.  At 0 the leader
 *            acts
 *   RELEASE  count: CPUs that have not left.  Each serialises itself first
 *   ABORT    count: CPUs that have not left; nothing was changed
 *
 * NMIs and machine checks go on being served during the stop.  What runs in
 * them is on the list of functions that cannot be patched (unpatchable.c), so
 * they never meet a half-written instruction, and none is lost.
 */
#include <xen/cpu.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/livepatch.h>
#include <xen/percpu.h>
#include <xen/sched.h>
#include <xen/smp.h>
#include <xen/softirq.h>
#include <xen/tasklet.h>
#include <xen/time.h>

#include <asm/flushtlb.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/xen/xen.h"

#define DEFAULT_TIMEOUT MILLISECS(30)

enum phase { IDLE, CALLED, GATHER, HUSH, STOP, RELEASE, ABORT };

#define COUNT_BITS 16
#define PHASE_BITS 8
#define GEN_SHIFT  (COUNT_BITS + PHASE_BITS)
#define COUNT_MASK ((1UL << COUNT_BITS) - 1)
#define PHASE_MASK ((1UL << PHASE_BITS) - 1)

static unsigned long __cacheline_aligned word;

/* Of the operation under way; its leader's, but for 'flush'. */
static struct {
    struct operation *op;
    uint32_t timeout;
    s_time_t deadline; /* 0: not yet tried */
    bool flush;        /* page rights were changed during the stop */
    bool stopped;
} current_op;

static struct xsplice_times times;
static struct tasklet lead_tasklet;
static DEFINE_PER_CPU(struct tasklet, follow_tasklet);

/* Why this CPU was called.  On the way to every guest: one test of a byte. */
#define CALL_LEAD   1
#define CALL_FOLLOW 2
static DEFINE_PER_CPU(uint8_t, called);

static unsigned long make_word(unsigned long gen, enum phase phase,
                               unsigned int count)
{
    return (gen << GEN_SHIFT) | ((unsigned long)phase << COUNT_BITS) | count;
}

static unsigned long gen_of(unsigned long w)
{
    return w >> GEN_SHIFT;
}

static enum phase phase_of(unsigned long w)
{
    return (w >> COUNT_BITS) & PHASE_MASK;
}

static unsigned int count_of(unsigned long w)
{
    return w & COUNT_MASK;
}

/* Adds to the count, if generation and phase are still those. */
static bool step(unsigned long gen, enum phase phase, int delta)
{
    unsigned long w = read_atomic(&word);

    for ( ;; )
    {
        unsigned long seen;

        if ( gen_of(w) != gen || phase_of(w) != phase )
            return false;
        seen = cmpxchg(&word, w, w + delta);
        if ( seen == w )
            return true;
        w = seen;
    }
}

/* The phase now; only for those inside, for whom the generation stands. */
static enum phase phase_now(void)
{
    return phase_of(read_atomic(&word));
}

/*
 * What a CPU needs that may have fetched the old bytes: a serialising
 * instruction.  A write to a control register is one, and unlike CPUID not
 * trapped when Xen itself runs as a guest.
 */
static void serialise(void)
{
    unsigned long cr2;

    asm volatile("mov %%cr2, %0\n\t"
                 "mov %0, %%cr2"
                 : "=r"(cr2)::"memory");
}

static void follow(unsigned long gen)
{
    unsigned long flags;

    if ( !step(gen, GATHER, 1) )
        return;

    while ( phase_now() == GATHER )
    {
        process_pending_softirqs();
        cpu_relax();
    }

    step(gen, HUSH, -1);
    while ( phase_now() == HUSH )
        cpu_relax();

    local_irq_save(flags);
    step(gen, STOP, -1);
    while ( phase_now() == STOP )
        cpu_relax();

    if ( phase_now() == RELEASE )
    {
        smp_rmb(); /* pairs with dismiss() */
        serialise();
        if ( current_op.flush )
            flush_local(FLUSH_TLB_GLOBAL);
        step(gen, RELEASE, -1);
    }
    else
        step(gen, ABORT, -1);
    /* From here on the operation may be over and another one under way. */
    local_irq_restore(flags);
}

/*
 * Somebody wants to take a CPU away or bring one: it waits, without serving
 * anything, until we let go of the CPU maps, and its CPU will not come.
 */
static bool hotplug_waits(void)
{
    if ( !get_cpu_maps() )
        return true;
    put_cpu_maps();
    return false;
}

/* Waits until the count is 'want'; 0, -EBUSY or (hotplug) -EAGAIN. */
static int await(enum phase phase, unsigned int want)
{
    unsigned int spins = 0;

    while ( count_of(read_atomic(&word)) != want )
    {
        if ( phase == GATHER )
        {
            process_pending_softirqs();
            if ( !(++spins % 64) && hotplug_waits() )
                return -EAGAIN;
        }
        if ( NOW() >= current_op.deadline )
            return -EBUSY;
        cpu_relax();
    }
    return 0;
}

/*
 * Lets everybody go, changed or not, and waits until they have gone.  That
 * needs no deadline: they look at nothing but the word, or are in a softirq
 * and will look at it next.
 */
static void dismiss(unsigned long gen, enum phase how, unsigned int inside)
{
    smp_wmb(); /* 'flush', before RELEASE; pairs with follow() */
    write_atomic(&word, make_word(gen, how, inside));
    while ( count_of(read_atomic(&word)) )
    {
        if ( local_irq_is_enabled() )
            process_pending_softirqs();
        cpu_relax();
    }
}

/*
 * Gives up before everybody has come.  Others may be coming this moment: the
 * word is changed only from what it was when they were counted.
 */
static void give_up_gathering(unsigned long gen)
{
    unsigned long w = read_atomic(&word);

    for ( ;; )
    {
        unsigned long seen =
            cmpxchg(&word, w, make_word(gen, ABORT, count_of(w)));

        if ( seen == w )
            break;
        w = seen;
    }
    while ( count_of(read_atomic(&word)) )
    {
        process_pending_softirqs();
        cpu_relax();
    }
}

static int act(void)
{
    const char *why;
    s_time_t start;
    int rc;

    current_op.stopped = true;
    rc = port_quiescent(&why);
    if ( !rc )
    {
        start = NOW();
        operation_act(current_op.op);
        serialise();
        times.act = NOW() - start;
    }
    xsplice_hooks_done();
    if ( current_op.flush )
        flush_local(FLUSH_TLB_GLOBAL);
    current_op.stopped = false;
    return rc;
}

/* From all CPUs gathered to all released. */
static int stop_and_act(unsigned long gen, unsigned int others)
{
    unsigned long flags;
    s_time_t start;
    int rc;

    write_atomic(&word, make_word(gen, HUSH, others));
    rc = await(HUSH, 0);
    if ( rc )
    {
        dismiss(gen, ABORT, others);
        return rc;
    }

    local_irq_save(flags);
    start = NOW();
    write_atomic(&word, make_word(gen, STOP, others));
    rc = await(STOP, 0);
    if ( !rc )
        rc = act();
    dismiss(gen, rc ? ABORT : RELEASE, others);
    times.stop = NOW() - start;
    local_irq_restore(flags);
    return rc;
}

/* Calls the others and has the operation done.  -EAGAIN: later. */
static int lead(unsigned long gen)
{
    unsigned int cpu, others;
    s_time_t start = NOW();
    int rc;

    if ( !current_op.deadline )
        current_op.deadline = start + current_op.timeout;
    if ( !get_cpu_maps() )
        return NOW() < current_op.deadline ? -EAGAIN : -EBUSY;

    others = num_online_cpus() - 1;
    write_atomic(&word, make_word(gen, GATHER, 0));
    for_each_online_cpu(cpu) if ( cpu != smp_processor_id() )
        tasklet_schedule_on_cpu(&per_cpu(follow_tasklet, cpu), cpu);

    rc = await(GATHER, others);
    if ( rc )
        give_up_gathering(gen);
    else
    {
        times.gather = NOW() - start;
        rc = stop_and_act(gen, others);
    }
    put_cpu_maps();
    return rc;
}

static void start_leading(unsigned long gen)
{
    struct operation *op = current_op.op;
    int rc = lead(gen);

    if ( rc == -EAGAIN )
    {
        /* A new generation: who is late for this one is not for the next. */
        write_atomic(&word, make_word(gen + 1, CALLED, 0));
        tasklet_schedule(&lead_tasklet);
        return;
    }
    write_atomic(&word, make_word(gen, IDLE, 0));
    operation_settle(op, rc);
}

static void noinline answer_call(void)
{
    unsigned long w;
    uint8_t why = this_cpu(called);

    /* Only the idle vCPU has nothing on its stack. */
    if ( system_state != SYS_STATE_active || !is_idle_vcpu(current) ||
         !is_idle_domain(current->sched_unit->domain) )
        return;

    this_cpu(called) = 0;
    w = read_atomic(&word);
    if ( (why & CALL_LEAD) && phase_of(w) == CALLED )
        start_leading(gen_of(w));
    else if ( phase_of(w) == GATHER )
        follow(gen_of(w));
}

/* On every way back to a guest, and from the idle loop after tasklets. */
void check_for_livepatch_work(void)
{
    if ( unlikely(this_cpu(called)) )
        answer_call();
}

static void cf_check lead_fn(void *unused)
{
    this_cpu(called) |= CALL_LEAD;
}

static void cf_check follow_fn(void *unused)
{
    this_cpu(called) |= CALL_FOLLOW;
}

int port_run_stopped(struct operation *op, uint32_t timeout_ns)
{
    unsigned long w = read_atomic(&word), gen = gen_of(w) + 1;

    /* CALLED without a leader called: ours to fill in. */
    if ( phase_of(w) != IDLE ||
         cmpxchg(&word, w, make_word(gen, CALLED, 0)) != w )
        return -EBUSY;

    current_op.op = op;
    current_op.timeout = timeout_ns ?: DEFAULT_TIMEOUT;
    current_op.deadline = 0;
    current_op.flush = false;
    tasklet_schedule(&lead_tasklet);
    return 0;
}

bool xsplice_stopped(void)
{
    return current_op.stopped;
}

void xsplice_flush_on_release(void)
{
    current_op.flush = true;
}

struct xsplice_times xsplice_last_times(void)
{
    return times;
}

/*
 * The tasklets live in per-CPU memory, which goes with a CPU.  One that was
 * called and went before it could come leaves its tasklet to others: it must
 * not be found there after the memory is gone.
 */
static int cf_check cpu_callback(struct notifier_block *nfb,
                                 unsigned long action, void *hcpu)
{
    unsigned int cpu = (unsigned long)hcpu;

    switch ( action )
    {
    case CPU_UP_PREPARE:
        tasklet_init(&per_cpu(follow_tasklet, cpu), follow_fn, NULL);
        break;
    case CPU_UP_CANCELED:
    case CPU_DEAD:
        tasklet_kill(&per_cpu(follow_tasklet, cpu));
        break;
    }
    return NOTIFY_DONE;
}

static struct notifier_block cpu_notifier = {
    .notifier_call = cpu_callback,
};

void __init xsplice_rendezvous_init(void)
{
    unsigned int cpu;

    tasklet_init(&lead_tasklet, lead_fn, NULL);
    for_each_online_cpu(cpu)
        cpu_callback(&cpu_notifier, CPU_UP_PREPARE, (void *)(long)cpu);
    register_cpu_notifier(&cpu_notifier);
}
