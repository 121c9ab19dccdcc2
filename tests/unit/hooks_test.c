/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hooks: their order, their vetoes, what they see. */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <string.h>

static void traced(const char *order)
{
    char text[16] = "";
    int i, n = *variable("hv_traced");

    for ( i = 0; i < n && i < 8; i++ )
        text[i] = '0' + variable("hv_trace")[i];
    text[i] = '\0';
    assert_string_equal(text, order);
    *variable("hv_traced") = 0;
}

static void they_run_in_order(void **state)
{
    loaded("hooks");
    traced("");
    assert_int_equal(start("hooks", APPLY), 0);
    traced("1");
    cpus_run_pending();
    traced("23");
    assert_int_equal(call("hv_third"), 3333);
    assert_int_equal(start("hooks", REVERT), 0);
    traced("4");
    cpus_run_pending();
    traced("56");
    assert_int_equal(call("hv_third"), 3);
}

static void check_runs_none(void **state)
{
    loaded("hooks");
    assert_int_equal(engine_check("hooks", APPLY, 0, NULL), 0);
    traced("");
}

static void a_veto_changes_nothing(void **state)
{
    struct world before;

    loaded("vetoes");
    *variable("hv_counter") = 1;
    world_take(&before);
    assert_int_equal(act("vetoes", APPLY), -13);
    assert_int_equal(last.reason, XSPLICE_REASON_HOOK_VETO);
    world_same(&before, "a veto of apply");
    *variable("hv_counter") = 2;
    assert_int_equal(act("vetoes", APPLY), 0);
    traced("3");
    world_take(&before);
    assert_int_equal(act("vetoes", REVERT), -13);
    world_same(&before, "a veto of revert");
    *variable("hv_counter") = 0;
    assert_int_equal(act("vetoes", REVERT), 0);
    assert_int_equal(call("hv_third"), 3);
}

/* Defect 13: what the pre hook set up must be cleaned up. */
static void the_post_hook_runs_after_a_timeout(void **state)
{
    loaded("hooks");
    assert_int_equal(start("hooks", APPLY), 0);
    fault_arm(FAULT_RENDEZVOUS, 1);
    cpus_run_pending();
    assert_int_equal(rc_of("hooks"), -EBUSY);
    assert_int_equal(state_of("hooks"), LOADED);
    traced("13");
    assert_int_equal(call("hv_third"), 3);
    fault_clear();
    assert_int_equal(act("hooks", APPLY), 0);
}

/* Defect 12: the other way in which a stop does not come about. */
static void the_post_hook_runs_when_the_stop_is_refused(void **state)
{
    loaded("hooks");
    fault_arm(FAULT_RUN_STOPPED, 1);
    refused(act("hooks", APPLY), XSPLICE_REASON_STOP_FAILED);
    traced("13");
    assert_int_equal(rc_of("hooks"), 0);
    fault_clear();
    assert_int_equal(act("hooks", APPLY), 0);
}

static void replace_takes_no_hooks_that_may_fail(void **state)
{
    applied("third");
    loaded("hooks");
    refused(act("hooks", REPLACE), XSPLICE_REASON_REPLACE_HOOKS);
    traced("");
    assert_int_equal(call("hv_third"), 33);
}

static void action_hooks_stand_in(void **state)
{
    loaded("actions");
    assert_int_equal(act("actions", APPLY), 0);
    traced("7");
    assert_int_equal(state_of("actions"), APPLIED);
    assert_int_equal(act("actions", REVERT), 0);
    traced("8");
    assert_int_equal(state_of("actions"), LOADED);
}

static void action_hooks_may_fail(void **state)
{
    loaded("actions");
    *variable("hv_counter") = 1;
    assert_int_equal(act("actions", APPLY), -22);
    assert_int_equal(state_of("actions"), LOADED);
    *variable("hv_counter") = 2;
    assert_int_equal(act("actions", APPLY), 0);
    assert_int_equal(act("actions", REVERT), -22);
    assert_int_equal(state_of("actions"), APPLIED);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(they_run_in_order),
        TEST(check_runs_none),
        TEST(a_veto_changes_nothing),
        TEST(the_post_hook_runs_after_a_timeout),
        TEST(the_post_hook_runs_when_the_stop_is_refused),
        TEST(replace_takes_no_hooks_that_may_fail),
        TEST(action_hooks_stand_in),
        TEST(action_hooks_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
