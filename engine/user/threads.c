/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/threads.h"

#include <cpuid.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/core/rendezvous.h"
#include "engine/user/cpus.h"
#include "engine/user/fault.h"
#include "engine/user/host.h"

static struct rendezvous meeting;

/* All of it is guarded by lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct operation *waiting; /* for its leader */
static uint64_t deadline;
static unsigned int busy; /* operations not settled yet */
static unsigned int nr_cpus;
static bool leading, stopping;
static bool called[THREADS_MAX], held[THREADS_MAX];
static pthread_t threads[THREADS_MAX];
static void (*work)(unsigned int cpu);

/* Whether this CPU takes interrupts. */
static __thread bool masked;

/* ---- what the rendezvous asks for ---- */

void port_cpu_relax(void)
{
    /* There may be fewer real CPUs than threads. */
    sched_yield();
}

int port_cpu_serve(void)
{
    if ( masked )
        abort(); /* softirqs with interrupts off */

    return 0;
}

unsigned long port_cpu_mask(void)
{
    unsigned long was = masked;

    masked = true;

    return was;
}

void port_cpu_unmask(unsigned long was)
{
    if ( !masked )
        abort();
    masked = was;
}

void port_cpu_serialise(void)
{
    unsigned int a, b, c, d;

    __cpuid(0, a, b, c, d);
    (void)(a + b + c + d);
}

/* ---- operations ---- */

static int run_stopped(struct operation *op, uint32_t timeout_ns)
{
    int rc = 0;

    pthread_mutex_lock(&lock);
    if ( waiting || leading )
        rc = -EBUSY;
    else
    {
        waiting = op;
        deadline = port_now() + timeout_ns;
        busy++;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);

    return rc;
}

struct stop {
    struct operation *op;
    int rc;
};

static void act(void *arg)
{
    struct stop *stop = arg;
    const char *why;

    if ( !masked )
        abort();
    stop->rc = port_quiescent(&why);
    if ( !stop->rc )
    {
        bool was = host_no_memory_here(true);

        operation_act(stop->op);
        host_no_memory_here(was);
    }
}

/* This CPU has made itself the leader; the lock is not held. */
static void lead(unsigned int cpu, struct operation *op, uint64_t until)
{
    struct stop stop = { op, 0 };
    unsigned int i;
    int rc;

    rendezvous_begin(&meeting);
    pthread_mutex_lock(&lock);
    for ( i = 0; i < nr_cpus; i++ )
        called[i] = i != cpu;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);

    rc = rendezvous_lead(&meeting, nr_cpus - 1,
                         fault_hit(FAULT_RENDEZVOUS) ? 0 : until, act, &stop);

    pthread_mutex_lock(&lock);
    leading = false;
    pthread_mutex_unlock(&lock);
    operation_settle(op, rc ? rc : stop.rc);

    pthread_mutex_lock(&lock);
    busy--;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* One turn of a CPU, with the lock held; false: there was nothing to do. */
static bool turn(unsigned int cpu)
{
    void (*guest)(unsigned int cpu) = work;
    struct operation *op = waiting;
    uint64_t until = deadline;
    bool come = called[cpu] && !held[cpu];

    if ( op && !held[cpu] && !come )
    {
        waiting = NULL;
        leading = true;
        pthread_mutex_unlock(&lock);
        lead(cpu, op, until);
    }
    else if ( come )
    {
        called[cpu] = false;
        pthread_mutex_unlock(&lock);
        rendezvous_join(&meeting);
    }
    else if ( guest )
    {
        pthread_mutex_unlock(&lock);
        guest(cpu);
        sched_yield();
    }
    else
        return false;
    pthread_mutex_lock(&lock);

    return true;
}

static void *cpu_main(void *arg)
{
    pthread_mutex_lock(&lock);
    while ( !stopping )
        if ( !turn((unsigned long)arg) )
            pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);

    return NULL;
}

void threads_start(unsigned int n)
{
    unsigned int i;

    if ( nr_cpus || !n || n > THREADS_MAX )
        abort();
    cpus_run_with(run_stopped);
    stopping = false;
    nr_cpus = n;
    for ( i = 0; i < n; i++ )
    {
        called[i] = held[i] = false;
        if ( pthread_create(&threads[i], NULL, cpu_main,
                            (void *)(unsigned long)i) )
            abort();
    }
}

void threads_stop(void)
{
    unsigned int i;

    threads_wait_idle();
    pthread_mutex_lock(&lock);
    stopping = true;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    for ( i = 0; i < nr_cpus; i++ )
        pthread_join(threads[i], NULL);
    nr_cpus = 0;
    work = NULL;
    cpus_run_with(NULL);
}

void threads_wait_idle(void)
{
    pthread_mutex_lock(&lock);
    while ( busy )
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

void threads_hold(unsigned int n, bool hold)
{
    pthread_mutex_lock(&lock);
    held[n] = hold;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

void threads_work(void (*fn)(unsigned int cpu))
{
    pthread_mutex_lock(&lock);
    work = fn;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}
