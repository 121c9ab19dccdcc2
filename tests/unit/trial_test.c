/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads on trial: the way back, with a clock that the tests move. */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <string.h>

#define S  1000000000ull
#define MS 1000000ull

/* Applies or replaces on trial, to the end; the final rc. */
static int try_it(const char *name, uint32_t cmd, uint64_t within)
{
    int rc;

    memset(&last, 0, sizeof(last));
    rc = engine_trial(name, cmd, 0, 0, within, &last);
    if ( !rc )
    {
        cpus_run_pending();
        rc = rc_of(name);
    }
    return rc;
}

static int confirm(const char *name)
{
    memset(&last, 0, sizeof(last));
    return engine_confirm(name, &last);
}

/* Lets time go by, and what has to happen then happen. */
static void pass(uint64_t ns)
{
    host_clock_advance(ns);
    while ( cpus_run_pending() )
        ;
}

static void unconfirmed_is_taken_back(void **state)
{
    struct world before;

    loaded("third");
    world_take(&before);
    assert_int_equal(try_it("third", APPLY, 60 * S), 0);
    assert_int_equal(call("hv_third"), 33);
    assert_string_equal(info_value("third", "unconfirmed-s"), "60");
    assert_string_equal(info_value(NULL, "unconfirmed"), "third");
    pass(59 * S);
    assert_int_equal(call("hv_third"), 33);
    assert_string_equal(info_value("third", "unconfirmed-s"), "1");
    pass(S);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(state_of("third"), LOADED);
    assert_string_equal(info_value("third", "unconfirmed-s"), "");
    assert_string_equal(info_value(NULL, "unconfirmed"), "");
    assert_true(log_contains("third: not confirmed in time"));
    world_same(&before, "a trial that nobody confirmed");
    /* And that was that. */
    pass(3600 * S);
    assert_int_equal(act("third", APPLY), 0);
    pass(3600 * S);
    assert_int_equal(call("hv_third"), 33);
}

static void confirmed_it_stays(void **state)
{
    loaded("third");
    assert_int_equal(try_it("third", APPLY, 60 * S), 0);
    pass(59 * S);
    assert_int_equal(confirm("third"), 0);
    pass(3600 * S);
    assert_int_equal(call("hv_third"), 33);
    refused(confirm("third"), XSPLICE_REASON_NOT_ON_TRIAL);
    assert_int_equal(act("third", REVERT), 0);
    refused(confirm("third"), XSPLICE_REASON_NOT_ON_TRIAL);
    refused(confirm("nobody"), XSPLICE_REASON_NO_SUCH_PAYLOAD);
}

/* The time runs from when it is applied, not from when that was asked for. */
static void the_time_begins_with_the_stop(void **state)
{
    loaded("third");
    memset(&last, 0, sizeof(last));
    assert_int_equal(engine_trial("third", APPLY, 0, 0, S, &last), 0);
    host_clock_advance(5 * S);
    assert_true(cpus_run_pending());
    assert_int_equal(call("hv_third"), 33);
    pass(S - 1);
    assert_int_equal(call("hv_third"), 33);
    pass(1);
    assert_int_equal(call("hv_third"), 3);
}

static void reverting_ends_the_trial(void **state)
{
    loaded("third");
    assert_int_equal(try_it("third", APPLY, S), 0);
    assert_int_equal(act("third", REVERT), 0);
    assert_int_equal(act("third", APPLY), 0);
    pass(10 * S);
    assert_int_equal(call("hv_third"), 33);
}

/* What could not be stopped is not on trial. */
static void no_trial_without_success(void **state)
{
    loaded("third");
    memset(&last, 0, sizeof(last));
    assert_int_equal(engine_trial("third", APPLY, 0, 0, S, &last), 0);
    fault_arm(FAULT_RENDEZVOUS, 1);
    assert_true(cpus_run_pending());
    fault_clear();
    assert_int_equal(rc_of("third"), -EBUSY);
    assert_string_equal(info_value(NULL, "unconfirmed"), "");
    assert_int_equal(act("third", APPLY), 0);
    pass(10 * S);
    assert_int_equal(call("hv_third"), 33);
}

static void only_what_applies_can_be_on_trial(void **state)
{
    applied("third");
    refused(try_it("third", REVERT, S), XSPLICE_REASON_ACTION_UNKNOWN);
    refused(try_it("third", UNLOAD, S), XSPLICE_REASON_ACTION_UNKNOWN);
    refused(try_it("third", APPLY, S), XSPLICE_REASON_TRIAL_LATE);
    refused(try_it("third", REPLACE, S), XSPLICE_REASON_TRIAL_LATE);
    loaded("answer");
    refused(try_it("answer", APPLY, 86401 * S), XSPLICE_REASON_TRIAL_TIME);
    assert_int_equal(state_of("answer"), LOADED);
    assert_int_equal(try_it("answer", APPLY, 86400 * S), 0);
    pass(86400 * S);
    assert_int_equal(state_of("answer"), LOADED);
}

/* Nothing may come to stand in the way back. */
static void meanwhile_nothing_else_is_applied(void **state)
{
    struct refusal asked = { 0 };

    loaded("third");
    loaded("answer");
    loaded("endbr");
    assert_int_equal(act("endbr", APPLY), 0);
    assert_int_equal(try_it("third", APPLY, S), 0);
    refused(act("answer", APPLY), XSPLICE_REASON_UNCONFIRMED);
    refused(act("answer", REPLACE), XSPLICE_REASON_UNCONFIRMED);
    refused(try_it("answer", APPLY, S), XSPLICE_REASON_UNCONFIRMED);
    assert_int_equal(engine_check("answer", APPLY, 0, &asked), -EBUSY);
    assert_int_equal(asked.reason, XSPLICE_REASON_UNCONFIRMED);
    /* Others may go: nothing of them is below the one on trial. */
    assert_int_equal(act("endbr", REVERT), 0);
    assert_int_equal(act("answer", UNLOAD), 0);
    assert_int_equal(confirm("third"), 0);
    loaded("answer");
    assert_int_equal(act("answer", APPLY), 0);
}

/* ---- after a replace ---- */

/* Two on one function, and a third payload: as it was, in order. */
static void what_was_replaced_comes_back(void **state)
{
    struct world before;

    applied("answer");
    applied("answer_more");
    applied("third");
    loaded("rival");
    world_take(&before);
    assert_int_equal(try_it("rival", REPLACE, S), 0);
    assert_int_equal(call("hv_answer"), 99);
    assert_int_equal(call("hv_second"), 2);
    assert_int_equal(call("hv_third"), 3);
    refused(act("answer", UNLOAD), XSPLICE_REASON_UNLOAD_AWAITED);
    refused(act("answer", APPLY), XSPLICE_REASON_UNCONFIRMED);
    pass(S);
    assert_int_equal(call("hv_answer"), 43);
    assert_int_equal(call("hv_second"), 22);
    assert_int_equal(call("hv_third"), 33);
    assert_int_equal(state_of("rival"), LOADED);
    assert_true(log_contains("rival: reverted, and applied what it had"));
    world_same(&before, "a replace that nobody confirmed");
    /* They can be taken away as ever, down to the hypervisor's own code. */
    assert_int_equal(act("third", REVERT), 0);
    assert_int_equal(act("answer_more", REVERT), 0);
    assert_int_equal(call("hv_answer"), 42);
    assert_int_equal(act("answer", REVERT), 0);
    assert_int_equal(call("hv_answer"), 1);
    assert_int_equal(call("hv_second"), 2);
}

static void a_confirmed_replace_gives_the_others_free(void **state)
{
    applied("answer");
    applied("third");
    loaded("rival");
    assert_int_equal(try_it("rival", REPLACE, S), 0);
    assert_int_equal(confirm("rival"), 0);
    pass(10 * S);
    assert_int_equal(call("hv_answer"), 99);
    assert_int_equal(act("answer", UNLOAD), 0);
    assert_int_equal(act("third", UNLOAD), 0);
}

static void replacing_nothing_is_taken_back_as_well(void **state)
{
    loaded("rival");
    assert_int_equal(try_it("rival", REPLACE, S), 0);
    pass(S);
    assert_int_equal(call("hv_answer"), 1);
    assert_int_equal(state_of("rival"), LOADED);
}

/* Its data are what its code left there, and so it goes on. */
static void data_go_on_after_coming_back(void **state)
{
    loaded("endbr");
    applied("writable");
    assert_int_equal(call("hv_third"), 101);
    assert_int_equal(try_it("endbr", REPLACE, S), 0);
    assert_int_equal(call("hv_third"), 3);
    pass(S);
    assert_int_equal(call("hv_third"), 102);
}

/* The user's own revert is a revert. */
static void reverting_a_replacement_brings_nothing_back(void **state)
{
    applied("third");
    loaded("rival");
    assert_int_equal(try_it("rival", REPLACE, S), 0);
    assert_int_equal(act("rival", REVERT), 0);
    pass(10 * S);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(act("third", UNLOAD), 0);
}

/* ---- when it cannot be done at once ---- */

static void late_cpus_are_called_again(void **state)
{
    unsigned int n;

    loaded("third");
    assert_int_equal(try_it("third", APPLY, S), 0);
    host_clock_advance(S);
    for ( n = 0; n < 12; n++ )
    {
        assert_true(cpus_run_pending()); /* the alarm */
        fault_arm(FAULT_RENDEZVOUS, 1);
        assert_true(cpus_run_pending()); /* the stop */
        fault_clear();
        assert_int_equal(call("hv_third"), 33);
        assert_string_equal(info_value("third", "unconfirmed-s"), "0");
        host_clock_advance(2 * S);
    }
    pass(0);
    assert_int_equal(call("hv_third"), 3);
    assert_string_equal(info_value("third", "unconfirmed-s"), "");
}

static void after_another_operation_it_is_its_turn(void **state)
{
    loaded("third");
    applied("answer");
    assert_int_equal(try_it("third", APPLY, S), 0);
    assert_int_equal(start("answer", REVERT), 0);
    host_clock_advance(S);
    assert_true(cpus_run_pending()); /* the other one ends, the alarm rings */
    assert_int_equal(call("hv_answer"), 1);
    pass(2 * S);
    assert_int_equal(call("hv_third"), 3);
}

/* Each thing that may be lacking, at each try: it comes to its end all the same.
 */
static void whatever_is_lacking_at_first(void **state)
{
    static const int points[] = { FAULT_ALLOC, FAULT_ALIAS_MAP,
                                  FAULT_RUN_STOPPED };
    unsigned int i, n;
    struct world before;

    loaded("third");
    loaded("rival");
    assert_int_equal(act("third", APPLY), 0);
    world_take(&before);
    for ( i = 0; i < 3; i++ )
        for ( n = 1; n < 5; n++ )
        {
            assert_int_equal(try_it("rival", REPLACE, S), 0);
            host_clock_advance(S);
            fault_arm(points[i], n);
            while ( cpus_run_pending() )
                ;
            fault_clear();
            pass(5 * S);
            assert_int_equal(state_of("rival"), LOADED);
            assert_int_equal(call("hv_third"), 33);
            assert_int_equal(call("hv_answer"), 1);
        }
    world_same(&before, "trials with something lacking");
}

/* Of the engine's own memory nothing is lost when the trial is refused. */
static void no_memory_for_the_way_back(void **state)
{
    struct world before;
    unsigned int n;
    int rc = -1;

    applied("third");
    loaded("rival");
    for ( n = 1; n < 20 && rc; n++ )
    {
        world_take(&before);
        fault_arm(FAULT_ALLOC, n);
        rc = try_it("rival", REPLACE, S);
        fault_clear();
        if ( rc )
        {
            refused(rc, XSPLICE_REASON_NO_MEMORY);
            world_same(&before, "no memory");
        }
        else
        {
            free(before.bytes);
            pass(S);
        }
    }
    assert_in_range(n, 4, 19);
    assert_int_equal(call("hv_third"), 33);
}

/* A hook that says no is asked again; a late confirmation is taken. */
static void a_hook_that_says_no_is_asked_again(void **state)
{
    loaded("vetoes");
    assert_int_equal(try_it("vetoes", APPLY, S), 0);
    *variable("hv_counter") = 2;
    pass(S);
    assert_int_equal(call("hv_third"), 34);
    assert_string_equal(info_value("vetoes", "unconfirmed-s"), "0");
    assert_string_equal(info_value("vetoes", "reason-id"), "HOOK_VETO");
    assert_true(log_contains("vetoes: cannot be taken back yet: the "
                             "payload's own hook said no: -13"));
    pass(2 * S);
    assert_int_equal(call("hv_third"), 34);
    *variable("hv_counter") = 0;
    pass(2 * S);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(state_of("vetoes"), LOADED);

    assert_int_equal(try_it("vetoes", APPLY, S), 0);
    *variable("hv_counter") = 2;
    pass(5 * S);
    assert_int_equal(confirm("vetoes"), 0);
    *variable("hv_counter") = 0;
    pass(5 * S);
    assert_int_equal(call("hv_third"), 34);
}

/* Too late: it is being taken back this moment. */
static void no_confirmation_in_the_midst_of_it(void **state)
{
    loaded("third");
    assert_int_equal(try_it("third", APPLY, S), 0);
    host_clock_advance(S);
    assert_true(cpus_run_pending()); /* the alarm; the stop is pending */
    refused(confirm("third"), XSPLICE_REASON_BUSY);
    pass(0);
    assert_int_equal(call("hv_third"), 3);
    refused(confirm("third"), XSPLICE_REASON_NOT_ON_TRIAL);
}

static int give_load_hook(void *arg, const struct payload *p)
{
    if ( !strcmp(p->name, "writable") )
        ((struct payload *)p)->nload = *(unsigned int *)arg;
    return 0;
}

/* Hooks of what comes back run again: not on data that they have seen. */
static void hooks_and_data_do_not_come_back(void **state)
{
    unsigned int n = 1;

    loaded("rival");
    applied("writable");
    engine_each(give_load_hook, &n);
    refused(try_it("rival", REPLACE, S), XSPLICE_REASON_TRIAL_HOOKS);
    n = 0;
    engine_each(give_load_hook, &n);
    assert_int_equal(call("hv_third"), 101);
}

#define T(test) cmocka_unit_test_setup_teardown(test, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(unconfirmed_is_taken_back),
        T(confirmed_it_stays),
        T(the_time_begins_with_the_stop),
        T(reverting_ends_the_trial),
        T(no_trial_without_success),
        T(only_what_applies_can_be_on_trial),
        T(meanwhile_nothing_else_is_applied),
        T(what_was_replaced_comes_back),
        T(a_confirmed_replace_gives_the_others_free),
        T(replacing_nothing_is_taken_back_as_well),
        T(data_go_on_after_coming_back),
        T(reverting_a_replacement_brings_nothing_back),
        T(late_cpus_are_called_again),
        T(after_another_operation_it_is_its_turn),
        T(whatever_is_lacking_at_first),
        T(no_memory_for_the_way_back),
        T(a_hook_that_says_no_is_asked_again),
        T(no_confirmation_in_the_midst_of_it),
        T(hooks_and_data_do_not_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
