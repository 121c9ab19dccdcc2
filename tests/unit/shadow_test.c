/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shadow variables: through a payload that is written as patch.h has it, and
 * through the functions that it calls.
 */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "engine/core/shadow.h"

struct calls {
    int n;
};

static struct payload *the_payload;

static int find_payload(void *arg, const struct payload *p)
{
    if ( !strcmp(p->name, arg) )
        the_payload = (struct payload *)p;

    return 0;
}

/* The payload's kind number i. */
static struct shadow_kind *kind_in(const char *name, unsigned int i)
{
    the_payload = NULL;
    engine_each(find_payload, (void *)name);
    assert_non_null(the_payload);
    assert_true(i < the_payload->nshadows);

    return &the_payload->shadows[i];
}

/* As the payload's own code names it. */
static struct xsplice_shadow_kind *calls_of(const char *name)
{
    static struct xsplice_shadow_kind declared;

    declared.handle = (unsigned long)kind_in(name, 0);

    return &declared;
}

static int *object(unsigned int i)
{
    return variable("hv_trace") + i;
}

/* What the variable of this object counts; -1: there is none. */
static int counted(const char *name, unsigned int i)
{
    const struct calls *c = xsplice_shadow_get(calls_of(name), object(i));

    return c ? c->n : -1;
}

/* Without the logs of its load hook. */
static void applied_quietly(const char *name)
{
    applied(name);
    *variable("hv_traced") = 0;
    *variable("hv_counter") = 0;
}

/* ---- from load to revert ---- */

static void a_payload_attaches_and_counts(void **state)
{
    applied_quietly("shadows");
    assert_int_equal(counted("shadows", 0), 40);
    assert_int_equal(counted("shadows", 1), 0);
    assert_int_equal(call("hv_third"), 41);
    assert_int_equal(call("hv_third"), 42);
    assert_int_equal(counted("shadows", 0), 42);
    assert_int_equal(counted("shadows", 1), 0);
    assert_true(info_has("shadows", "shadow=calls,0x1001,4,2,72"));
}

/* Nothing is allocated in the stop (the port would abort), yet it attaches. */
static void in_the_stop_the_reserve_serves(void **state)
{
    applied("shadows");
    assert_int_equal(*variable("hv_traced"), 1); /* the third one */
    assert_int_equal(counted("shadows", 2), -1);
    assert_int_equal(kind_in("shadows", 0)->nreserve, 0);
}

static void reverting_destroys_all(void **state)
{
    struct world before;

    loaded("shadows");
    world_take(&before);
    *variable("hv_counter") = 0;
    assert_int_equal(act("shadows", APPLY), 0);
    call("hv_third");
    assert_int_equal(act("shadows", REVERT), 0);
    assert_int_equal(*variable("hv_counter"), 2 * 2);
    assert_int_equal(counted("shadows", 0), -1);
    assert_true(info_has("shadows", "shadow=calls,0x1001,4,0,0"));
    *variable("hv_counter") = 40;
    *variable("hv_traced") = 0;
    *object(0) = 0;
    world_same(&before, "apply and revert");
}

/* What was counted before the revert is of no use after it. */
static void applying_again_begins_anew(void **state)
{
    applied_quietly("shadows");
    call("hv_third");
    assert_int_equal(act("shadows", REVERT), 0);
    assert_int_equal(act("shadows", APPLY), 0);
    assert_int_equal(call("hv_third"), 41);
}

static void a_veto_takes_back_what_was_attached(void **state)
{
    struct world before;

    loaded("shadows");
    *variable("hv_counter") = 13;
    world_take(&before);
    assert_int_equal(act("shadows", APPLY), -13);
    assert_int_equal(*variable("hv_counter"), 13 + 2);
    *variable("hv_counter") = 13;
    world_same(&before, "a veto");
}

static void a_timeout_takes_back_what_was_attached(void **state)
{
    loaded("shadows");
    assert_int_equal(start("shadows", APPLY), 0);
    assert_non_null(xsplice_shadow_attach(calls_of("shadows"), object(3), 0));
    fault_arm(FAULT_RENDEZVOUS, 1);
    cpus_run_pending();
    assert_int_equal(state_of("shadows"), LOADED);
    assert_int_equal(counted("shadows", 3), -1);
    assert_int_equal(kind_in("shadows", 0)->nreserve, 0);
    assert_null(xsplice_shadow_attach(calls_of("shadows"), object(3), 0));
}

/* ---- who takes over ---- */

static void replace_hands_over(void **state)
{
    applied_quietly("shadows_plain");
    assert_int_equal(call("hv_third"), 1);
    assert_int_equal(call("hv_third"), 2);
    loaded("shadows_heir");
    assert_int_equal(act("shadows_heir", REPLACE), 0);
    assert_int_equal(*variable("hv_counter"), 0); /* nothing destroyed */
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(kind_in("shadows_plain", 0)->count, 0);
    assert_int_equal(kind_in("shadows_heir", 0)->count, 1);
    /* The one that gave them away may go; they stay. */
    assert_int_equal(act("shadows_plain", UNLOAD), 0);
    assert_int_equal(call("hv_third"), 4);
    assert_int_equal(act("shadows_heir", REVERT), 0);
    assert_int_equal(*variable("hv_counter"), 100);
}

/* A replace that nobody confirms: what came before has its data again. */
static void taking_back_hands_back(void **state)
{
    applied_quietly("shadows_plain");
    call("hv_third");
    loaded("shadows_heir");
    assert_int_equal(engine_trial("shadows_heir", REPLACE, 0, 0, 1000, NULL),
                     0);
    cpus_run_pending();
    assert_int_equal(call("hv_third"), 2);
    assert_int_equal(kind_in("shadows_heir", 0)->count, 1);
    host_clock_advance(1000);
    while ( cpus_run_pending() )
        ;
    assert_int_equal(state_of("shadows_plain"), APPLIED);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(kind_in("shadows_plain", 0)->count, 1);
    assert_int_equal(*variable("hv_counter"), 0);
}

static void what_nobody_takes_over_is_destroyed(void **state)
{
    applied_quietly("shadows_plain");
    call("hv_third");
    loaded("rival");
    assert_int_equal(act("rival", REPLACE), 0);
    assert_int_equal(*variable("hv_counter"), 1);
    assert_int_equal(kind_in("shadows_plain", 0)->count, 0);
}

static void one_id_has_one_size(void **state)
{
    loaded("shadows");
    refused(upload("shadows_larger"), XSPLICE_REASON_SHADOW_OTHER);
    assert_int_equal(act("shadows", UNLOAD), 0);
    loaded("shadows_larger");
    refused(upload("shadows"), XSPLICE_REASON_SHADOW_OTHER);
}

/* ---- misuse ---- */

static void attaching_twice_leaves_the_first(void **state)
{
    struct xsplice_shadow_kind *k;
    struct calls *first;
    int seven = 7, eight = 8;

    applied_quietly("shadows_plain");
    k = calls_of("shadows_plain");
    first = xsplice_shadow_attach(k, object(3), &seven);
    assert_non_null(first);
    assert_null(xsplice_shadow_attach(k, object(3), &eight));
    assert_int_equal(first->n, 7);
    assert_ptr_equal(xsplice_shadow_get_or_attach(k, object(3), &eight),
                     first);
    assert_int_equal((unsigned long)first % 16, 0);
    assert_int_equal(kind_in("shadows_plain", 0)->count, 1);
}

static void what_is_not_there_is_not_found(void **state)
{
    static const struct xsplice_shadow_kind never_loaded = { .id = 0x1001 };
    struct xsplice_shadow_kind *k;

    applied_quietly("shadows_plain");
    k = calls_of("shadows_plain");
    assert_null(xsplice_shadow_get(k, object(3)));
    assert_null(xsplice_shadow_get(k, NULL));
    xsplice_shadow_detach(k, object(3));
    xsplice_shadow_detach_all(k);
    assert_null(xsplice_shadow_get(&never_loaded, object(0)));
    assert_null(xsplice_shadow_get_or_attach(&never_loaded, object(0), NULL));
    xsplice_shadow_detach(&never_loaded, object(0));
    xsplice_shadow_detach_all(&never_loaded);
    assert_int_equal(xsplice_shadow_reserve(&never_loaded, 1), -ENOMEM);
    assert_null(xsplice_shadow_get(NULL, object(0)));
    assert_int_equal(*variable("hv_counter"), 0);
}

static void not_before_and_not_after(void **state)
{
    loaded("shadows_plain");
    assert_null(
        xsplice_shadow_attach(calls_of("shadows_plain"), object(3), NULL));
    act("shadows_plain", APPLY);
    assert_non_null(
        xsplice_shadow_attach(calls_of("shadows_plain"), object(3), NULL));
    act("shadows_plain", REVERT);
    assert_null(xsplice_shadow_get_or_attach(calls_of("shadows_plain"),
                                             object(3), NULL));
}

static void a_constructor_may_say_no(void **state)
{
    struct host_usage before;

    applied_quietly("shadows_plain");
    before = host_usage();
    assert_null(xsplice_shadow_get_or_attach(calls_of("shadows_plain"),
                                             object(7), NULL));
    assert_int_equal(host_usage().allocations, before.allocations);
    assert_int_equal(*variable("hv_counter"), 0);
}

static void detaching_destroys_once(void **state)
{
    struct xsplice_shadow_kind *k;

    applied_quietly("shadows_plain");
    k = calls_of("shadows_plain");
    xsplice_shadow_attach(k, object(3), NULL);
    xsplice_shadow_attach(k, object(4), NULL);
    xsplice_shadow_detach(k, object(3));
    xsplice_shadow_detach(k, object(3));
    assert_int_equal(*variable("hv_counter"), 1);
    assert_null(xsplice_shadow_get(k, object(3)));
    assert_non_null(xsplice_shadow_get(k, object(4)));
    xsplice_shadow_detach_all(k);
    assert_int_equal(*variable("hv_counter"), 2);
    /* Attached anew it is zeroed, whatever the memory held. */
    assert_int_equal(
        ((struct calls *)xsplice_shadow_attach(k, object(3), NULL))->n, 0);
}

/* ---- memory ---- */

enum { MANY = 5000 };
static char objects[MANY];

static void each_allocation_may_fail(void **state)
{
    struct xsplice_shadow_kind *k;
    unsigned int i, nth;

    applied_quietly("shadows_plain");
    k = calls_of("shadows_plain");
    fault_arm(FAULT_ALLOC, 1);
    assert_null(xsplice_shadow_attach(k, object(3), NULL));
    fault_arm(FAULT_ALLOC, 1);
    assert_null(xsplice_shadow_get_or_attach(k, object(3), NULL));
    fault_arm(FAULT_ALLOC, 2);
    assert_int_equal(xsplice_shadow_reserve(k, 3), -ENOMEM);
    fault_clear();
    /* One was had; it stands in when there is no other. */
    fault_arm(FAULT_ALLOC, 1);
    assert_non_null(xsplice_shadow_attach(k, object(3), NULL));
    fault_clear();

    /* A table that cannot grow goes on as it is. */
    for ( i = nth = 0; i < 500; i++ )
    {
        fault_arm(FAULT_ALLOC, 2);
        assert_non_null(xsplice_shadow_attach(k, &objects[i], NULL));
        nth += fault_fired(FAULT_ALLOC);
    }
    fault_clear();
    assert_true(nth > 100);
    for ( i = 0; i < 500; i++ )
        assert_non_null(xsplice_shadow_get(k, &objects[i]));
}

static void many_are_found_and_all_goes(void **state)
{
    struct xsplice_shadow_kind *k;
    struct host_usage before;
    unsigned int i;

    applied_quietly("shadows_plain");
    k = calls_of("shadows_plain");
    before = host_usage();
    for ( i = 0; i < MANY; i++ )
        assert_non_null(xsplice_shadow_attach(k, &objects[i], &(int){ i }));
    /* Each variable, and one table that has grown. */
    assert_int_equal(host_usage().allocations, before.allocations + MANY + 1);
    for ( i = 0; i < MANY; i++ )
        assert_int_equal(
            ((struct calls *)xsplice_shadow_get(k, &objects[i]))->n, i);
    for ( i = 0; i < MANY; i += 2 )
        xsplice_shadow_detach(k, &objects[i]);
    for ( i = 0; i < MANY; i++ )
        assert_int_equal(!xsplice_shadow_get(k, &objects[i]), i % 2 == 0);
    assert_int_equal(act("shadows_plain", REVERT), 0);
    assert_int_equal(*variable("hv_counter"), MANY);
    assert_int_equal(host_usage().allocations, before.allocations);
}

/* ---- interrupts ---- */

static struct xsplice_shadow_kind *interrupted;
static volatile sig_atomic_t interrupts, missed, attached;

/* On top of whatever the thread does: it must not wait for itself. */
static void interrupt(int signal)
{
    bool was = host_no_memory_here(true);

    interrupts++;
    if ( !xsplice_shadow_get(interrupted, object(4)) )
        missed++;
    if ( xsplice_shadow_attach(interrupted, object(5), NULL) )
    {
        attached++;
        xsplice_shadow_detach(interrupted, object(5));
    }
    host_no_memory_here(was);
}

static void interrupts_may_come_at_any_time(void **state)
{
    struct itimerval often = { { 0, 100 }, { 0, 100 } }, never = { 0 };
    struct sigaction action = { .sa_handler = interrupt };
    unsigned int i;

    applied_quietly("shadows_plain");
    interrupted = calls_of("shadows_plain");
    interrupts = missed = attached = 0;
    assert_int_equal(xsplice_shadow_reserve(interrupted, 1), 0);
    xsplice_shadow_attach(interrupted, object(4), NULL);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for ( i = 0; interrupts < 500; i++ )
    {
        xsplice_shadow_attach(interrupted, &objects[i % MANY], NULL);
        xsplice_shadow_get(interrupted, object(4));
        if ( i % MANY == MANY - 1 )
            for ( ; i % MANY; i-- )
                xsplice_shadow_detach(interrupted, &objects[i % MANY]);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    assert_int_equal(missed, 0);
    /* One that comes upon an attach that failed may find the reserve empty. */
    assert_true(attached > interrupts / 2);
}

/* ---- functions that the engine calls ---- */

static void landing_pads_are_demanded_where_they_are_enforced(void **state)
{
    loaded("hooks");
    host_landing_pads(true);
    refused(upload("vetoes"), XSPLICE_REASON_LANDING_PAD);
    assert_non_null(strstr(last.detail, "hooks.preapply[0]"));
    refused(upload("shadows_larger"), XSPLICE_REASON_LANDING_PAD);
    loaded("pads");
    assert_int_equal(act("pads", APPLY), 0);
    /* Replacements are jumped to directly. */
    loaded("answer");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_payload_attaches_and_counts),
        TEST(in_the_stop_the_reserve_serves),
        TEST(reverting_destroys_all),
        TEST(applying_again_begins_anew),
        TEST(a_veto_takes_back_what_was_attached),
        TEST(a_timeout_takes_back_what_was_attached),
        TEST(replace_hands_over),
        TEST(taking_back_hands_back),
        TEST(what_nobody_takes_over_is_destroyed),
        TEST(one_id_has_one_size),
        TEST(attaching_twice_leaves_the_first),
        TEST(what_is_not_there_is_not_found),
        TEST(not_before_and_not_after),
        TEST(a_constructor_may_say_no),
        TEST(detaching_destroys_once),
        TEST(each_allocation_may_fail),
        TEST(many_are_found_and_all_goes),
        TEST(interrupts_may_come_at_any_time),
        TEST(landing_pads_are_demanded_where_they_are_enforced),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
