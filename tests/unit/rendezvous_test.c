/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rendezvous with threads as CPUs.  It is built with ThreadSanitizer: what
 * one CPU does during the stop must be ordered with all others by nothing but
 * the rendezvous, so 'site' below is a plain variable on purpose.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/user/fault.h"
#include "engine/user/host.h"
#include "engine/user/threads.h"

#define FOREVER 1000000000u /* of a clock that stands still */

/* The engine's side of the port, as small as it can be. */
struct operation {
    unsigned int acted;
    int rc;
    struct operation *next; /* started from settle, as soon as it can be */
};

static uint64_t site[8]; /* "patched text": all words equal, or half-written */
static unsigned int settled;

void operation_act(struct operation *op)
{
    unsigned int i;

    op->acted++;
    for ( i = 0; i < 8; i++ )
        site[i]++;
}

/* There is no engine here that would set it. */
void engine_alarm(void)
{
    abort();
}

void operation_settle(struct operation *op, int rc)
{
    struct operation *next = op->next;

    op->rc = rc;
    __atomic_add_fetch(&settled, 1, __ATOMIC_RELAXED);
    if ( next )
        while ( port_run_stopped(next, FOREVER) )
            ;
}

static void look_at_site(unsigned int cpu)
{
    unsigned int i;

    for ( i = 1; i < 8; i++ )
        if ( site[i] != site[0] )
            abort(); /* a CPU ran a half-written site */
}

static int begin(void **state)
{
    memset(site, 0, sizeof(site));
    settled = 0;
    fault_clear();

    return 0;
}

static void run(struct operation *op)
{
    assert_int_equal(port_run_stopped(op, FOREVER), 0);
    threads_wait_idle();
}

static void every_number_of_cpus_meets(void **state)
{
    unsigned int n;

    for ( n = 1; n <= 8; n++ )
    {
        struct operation op = { 0 };

        threads_start(n);
        threads_work(look_at_site);
        run(&op);
        threads_stop();
        assert_int_equal(op.acted, 1);
        assert_int_equal(op.rc, 0);
    }
    assert_int_equal(site[7], 8);
}

static void operations_follow_at_once(void **state)
{
    enum { N = 300 };
    static struct operation ops[N];
    unsigned int i;

    memset(ops, 0, sizeof(ops));
    for ( i = 0; i + 1 < N; i++ )
        ops[i].next = &ops[i + 1];
    threads_start(4);
    threads_work(look_at_site);
    run(&ops[0]);
    threads_stop();
    for ( i = 0; i < N; i++ )
    {
        assert_int_equal(ops[i].acted, 1);
        assert_int_equal(ops[i].rc, 0);
    }
    assert_int_equal(site[0], N);
    assert_int_equal(settled, N);
}

static void a_second_one_is_busy(void **state)
{
    struct operation one = { 0 }, two = { 0 };

    threads_start(2);
    threads_hold(1, true);
    assert_int_equal(port_run_stopped(&one, FOREVER), 0);
    assert_int_equal(port_run_stopped(&two, FOREVER), -EBUSY);
    threads_hold(1, false);
    threads_wait_idle();
    run(&two);
    threads_stop();
    assert_int_equal(one.acted, 1);
    assert_int_equal(two.acted, 1);
}

/* Several times over: each round the late CPU is somewhere else. */
static void a_cpu_that_is_late_spoils_one_operation_only(void **state)
{
    unsigned int round;

    threads_start(4);
    threads_work(look_at_site);
    for ( round = 0; round < 20; round++ )
    {
        struct operation missed = { 0 }, next = { 0 };

        threads_hold(3, true);
        assert_int_equal(port_run_stopped(&missed, 1000), 0);
        host_clock_advance(1000);
        threads_wait_idle();
        assert_int_equal(missed.acted, 0);
        assert_int_equal(missed.rc, -EBUSY);

        /* It comes to the one before while the next one is under way. */
        assert_int_equal(port_run_stopped(&next, FOREVER), 0);
        threads_hold(3, false);
        threads_wait_idle();
        assert_int_equal(next.acted, 1);
        assert_int_equal(next.rc, 0);
    }
    threads_stop();
    assert_int_equal(site[0], 20);
}

static void a_stack_that_is_kept_stops_the_act(void **state)
{
    struct operation op = { 0 };

    threads_start(2);
    host_not_quiescent("a vCPU waits");
    run(&op);
    assert_int_equal(op.acted, 0);
    assert_int_equal(op.rc, -EBUSY);
    host_not_quiescent(NULL);
    run(&op);
    assert_int_equal(op.acted, 1);
    threads_stop();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_number_of_cpus_meets, begin),
        cmocka_unit_test_setup(operations_follow_at_once, begin),
        cmocka_unit_test_setup(a_second_one_is_busy, begin),
        cmocka_unit_test_setup(a_cpu_that_is_late_spoils_one_operation_only,
                               begin),
        cmocka_unit_test_setup(a_stack_that_is_kept_stops_the_act, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
