/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stopping the hypervisor: how the CPUs are called to the rendezvous, and what
 * it asks of the place it runs in.
 *
 * Where.  In the idle vCPU, whose stack has nothing to unwind: a tasklet sets
 * a flag of the CPU, and the idle loop calls check_for_livepatch_work() right
 * after the tasklet.  The CPU that runs the leader's tasklet leads; it calls
 * all others.
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
#include "engine/core/rendezvous.h"
#include "engine/xen/xen.h"

#define DEFAULT_TIMEOUT MILLISECS(30)
#define NOBODY          UINT_MAX

/* Why a CPU was called.  On the way to every guest: one test of a byte. */
#define CALL_LEAD   1
#define CALL_FOLLOW 2
static DEFINE_PER_CPU(uint8_t, called);

static struct rendezvous __cacheline_aligned meeting;
static struct tasklet lead_tasklet;
static DEFINE_PER_CPU(struct tasklet, follow_tasklet);

/*
 * The operation under way.  'op' is set by who starts it and taken by the CPU
 * that leads; the rest is the leader's.
 */
static struct {
    struct operation *op; /* NULL: none */
    uint32_t timeout;
    s_time_t deadline; /* 0: not tried yet */
    unsigned int leader;
    int rc;       /* of act() */
    bool stopped; /* all CPUs are */
    bool flush;   /* page rights were changed during the stop */
} now = { .leader = NOBODY };

static struct xsplice_times times;

/* ---- what the rendezvous asks for ---- */

void port_cpu_relax(void)
{
    cpu_relax();
}

unsigned long port_cpu_mask(void)
{
    unsigned long flags;

    local_irq_save(flags);
    return flags;
}

void port_cpu_unmask(unsigned long was)
{
    local_irq_restore(was);
}

/*
 * What a CPU needs that may have fetched old bytes: a serialising instruction.
 * A write to a control register is one, and unlike CPUID it is not trapped
 * when Xen is itself a guest.
 */
void port_cpu_serialise(void)
{
    unsigned long cr2;

    asm volatile("mov %%cr2, %0\n\t"
                 "mov %0, %%cr2"
                 : "=r"(cr2)::"memory");
    if ( now.flush )
        flush_local(FLUSH_TLB_GLOBAL);
}

/*
 * Does somebody want to take a CPU away, or bring one?  It waits until we let
 * go of the CPU maps, serving nothing meanwhile, so that its own CPU will not
 * come: better to let it through and to begin again.
 */
static bool hotplug_waits(void)
{
    if ( !get_cpu_maps() )
        return true;
    put_cpu_maps();
    return false;
}

int port_cpu_serve(void)
{
    process_pending_softirqs();
    return now.leader == smp_processor_id() && hotplug_waits() ? -EAGAIN : 0;
}

/* ---- leading ---- */

/* With all CPUs stopped. */
static void cf_check act(void *op)
{
    const char *why;
    s_time_t start = NOW();

    now.stopped = true;
    now.rc = port_quiescent(&why);
    if ( !now.rc )
    {
        operation_act(op);
        xsplice_hooks_done();
    }
    now.stopped = false;
    times.act = NOW() - start;
}

/*
 * Calls the others and has the operation done; the CPU maps are held, so that
 * those who are called are those who there are.
 */
static int meet(void)
{
    unsigned int cpu, me = smp_processor_id();
    s_time_t start = NOW();
    int rc;

    now.flush = false;
    now.leader = me;
    rendezvous_begin(&meeting);
    for_each_online_cpu (cpu)
        if ( cpu != me )
            tasklet_schedule_on_cpu(&per_cpu(follow_tasklet, cpu), cpu);

    rc = rendezvous_lead(&meeting, num_online_cpus() - 1, now.deadline, act,
                         now.op);
    now.leader = NOBODY;
    if ( rc )
        return rc;

    times.gather = meeting.first - start;
    times.stop = meeting.last - meeting.first;
    return now.rc;
}

static void lead(void)
{
    struct operation *op = now.op;
    int rc = -EAGAIN;

    if ( !now.deadline )
        now.deadline = NOW() + now.timeout;
    if ( get_cpu_maps() )
    {
        rc = meet();
        put_cpu_maps();
    }
    if ( rc == -EAGAIN && NOW() < now.deadline )
    {
        /* By way of the idle loop, where hotplug may need this CPU. */
        tasklet_schedule(&lead_tasklet);
        return;
    }

    smp_mb(); /* We are done with it before another one can be started. */
    write_atomic(&now.op, NULL);
    operation_settle(op, rc == -EAGAIN ? -EBUSY : rc);
}

static void noinline answer_call(void)
{
    uint8_t why = this_cpu(called);

    /* Only the idle vCPU has nothing on its stack. */
    if ( system_state != SYS_STATE_active || !is_idle_vcpu(current) ||
         !is_idle_domain(current->sched_unit->domain) )
        return;

    this_cpu(called) = 0;
    if ( why & CALL_FOLLOW )
        rendezvous_join(&meeting);
    if ( why & CALL_LEAD )
        lead();
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
    if ( cmpxchg(&now.op, NULL, op) )
        return -EBUSY;

    now.timeout = timeout_ns ?: DEFAULT_TIMEOUT;
    now.deadline = 0;
    tasklet_schedule(&lead_tasklet);
    return 0;
}

bool xsplice_stopped(void)
{
    return now.stopped;
}

void xsplice_flush_on_release(void)
{
    now.flush = true;
}

struct xsplice_times xsplice_last_times(void)
{
    return times;
}

/*
 * The tasklets live in per-CPU memory, which goes with its CPU.  A CPU that was
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

void __init xsplice_stop_init(void)
{
    unsigned int cpu;

    tasklet_init(&lead_tasklet, lead_fn, NULL);
    for_each_online_cpu (cpu)
        cpu_callback(&cpu_notifier, CPU_UP_PREPARE, (void *)(long)cpu);
    register_cpu_notifier(&cpu_notifier);
}
