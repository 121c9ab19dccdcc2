/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What payloads do once applied, in which order, and who may not. */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <string.h>

static void a_patched_function_does_the_new_thing(void **state)
{
    struct world before;

    loaded("answer");
    assert_int_equal(call("hv_answer"), 1);
    world_take(&before);
    assert_int_equal(act("answer", APPLY), 0);
    assert_int_equal(call("hv_answer"), 42);
    assert_string_equal(*(char **)host_symbol("hv_greeting"), "patched");
    assert_int_equal(act("answer", REVERT), 0);
    assert_int_equal(call("hv_answer"), 1);
    *(unsigned long *)host_symbol("hv_greeting") =
        *(unsigned long *)(before.bytes +
                           (host_symbol("hv_greeting") - host_image()->base));
    world_same(&before, "apply and revert");
    assert_int_equal(act("answer", UNLOAD), 0);
    assert_int_equal(state_of("answer"), 0);
}

/* Every cell: what the action answers, and the state that is left. */
static void every_state_takes_every_action(void **state)
{
    static const struct {
        uint32_t from, cmd;
        int rc;
        uint32_t to;
        enum xsplice_reason reason;
    } cells[] = {
        { 0, UNLOAD, -ENOENT, 0, XSPLICE_REASON_NO_SUCH_PAYLOAD },
        { 0, REVERT, -ENOENT, 0, XSPLICE_REASON_NO_SUCH_PAYLOAD },
        { 0, APPLY, -ENOENT, 0, XSPLICE_REASON_NO_SUCH_PAYLOAD },
        { 0, REPLACE, -ENOENT, 0, XSPLICE_REASON_NO_SUCH_PAYLOAD },
        { 0, 0, -ENOENT, 0, XSPLICE_REASON_NO_SUCH_PAYLOAD },
        { LOADED, UNLOAD, 0, 0, XSPLICE_REASON_NONE },
        { LOADED, REVERT, 0, LOADED, XSPLICE_REASON_NONE },
        { LOADED, APPLY, 0, APPLIED, XSPLICE_REASON_NONE },
        { LOADED, REPLACE, 0, APPLIED, XSPLICE_REASON_NONE },
        { LOADED, 0, -EOPNOTSUPP, LOADED, XSPLICE_REASON_ACTION_UNKNOWN },
        { LOADED, 5, -EOPNOTSUPP, LOADED, XSPLICE_REASON_ACTION_UNKNOWN },
        { LOADED, ~0u, -EOPNOTSUPP, LOADED, XSPLICE_REASON_ACTION_UNKNOWN },
        { APPLIED, UNLOAD, -EINVAL, APPLIED, XSPLICE_REASON_UNLOAD_APPLIED },
        { APPLIED, REVERT, 0, LOADED, XSPLICE_REASON_NONE },
        { APPLIED, APPLY, 0, APPLIED, XSPLICE_REASON_NONE },
        { APPLIED, REPLACE, 0, APPLIED, XSPLICE_REASON_NONE },
        { APPLIED, 5, -EOPNOTSUPP, APPLIED, XSPLICE_REASON_ACTION_UNKNOWN },
    };
    unsigned int i;

    for ( i = 0; i < sizeof(cells) / sizeof(cells[0]); i++ )
    {
        int rc;

        if ( cells[i].from == LOADED )
            loaded("third");
        else if ( cells[i].from == APPLIED )
            applied("third");
        /* CHECK answers the same and changes nothing. */
        memset(&last, 0, sizeof(last));
        rc = engine_check("third", cells[i].cmd, 0, &last);
        assert_int_equal(rc, cells[i].rc);
        assert_int_equal(last.reason, cells[i].reason);
        assert_int_equal(state_of("third"), cells[i].from);

        rc = act("third", cells[i].cmd);
        if ( rc != cells[i].rc || state_of("third") != cells[i].to ||
             last.reason != cells[i].reason )
            fail_msg("state %u, action %u: rc %d, state %u, %s", cells[i].from,
                     cells[i].cmd, rc, state_of("third"), last_id());
        assert_int_equal(call("hv_third"), cells[i].to == APPLIED ? 33 : 3);
        if ( cells[i].to == APPLIED )
            assert_int_equal(act("third", REVERT), 0);
        if ( cells[i].to )
            assert_int_equal(act("third", UNLOAD), 0);
    }
}

/* The words for a refusal are there, whether it was tried or only asked. */
static void info_has_the_words_for_a_refused_check(void **state)
{
    loaded("answer");
    loaded("answer_more");
    assert_false(info_has("answer_more", "reason-id=DEPENDS_ABSENT"));
    refused(engine_check("answer_more", APPLY, 0, &last),
            XSPLICE_REASON_DEPENDS_ABSENT);
    assert_true(info_has("answer_more", "reason-id=DEPENDS_ABSENT"));
    assert_true(info_has("answer_more",
                         "hint=apply that one first, in the right order"));
    assert_int_equal(act("answer", APPLY), 0);
    assert_int_equal(act("answer_more", APPLY), 0);
    assert_false(info_has("answer_more", "reason-id=DEPENDS_ABSENT"));
}

/* While an operation waits for its stop, every other one is busy. */
static void one_operation_at_a_time(void **state)
{
    loaded("third");
    loaded("endbr");
    assert_int_equal(start("third", APPLY), 0);
    assert_int_equal(rc_of("third"), -EAGAIN);
    assert_int_equal(state_of("third"), LOADED);
    refused(act("third", UNLOAD), XSPLICE_REASON_BUSY);
    refused(act("third", REVERT), XSPLICE_REASON_BUSY);
    refused(act("endbr", UNLOAD), XSPLICE_REASON_BUSY);
    memset(&last, 0, sizeof(last));
    refused(engine_action("endbr", APPLY, 0, 0, &last), XSPLICE_REASON_BUSY);
    /* Nothing sticks to the one that was refused (defect 12). */
    assert_int_equal(rc_of("endbr"), 0);
    cpus_run_pending();
    assert_int_equal(rc_of("third"), 0);
    assert_int_equal(state_of("third"), APPLIED);
    assert_int_equal(act("endbr", APPLY), 0);
}

static void a_payload_can_be_loaded_meanwhile(void **state)
{
    loaded("third");
    assert_int_equal(start("third", APPLY), 0);
    loaded("endbr");
    cpus_run_pending();
    assert_int_equal(state_of("third"), APPLIED);
}

static void one_builds_upon_another(void **state)
{
    applied("answer");
    applied("answer_more");
    assert_int_equal(call("hv_answer"), 43);
    assert_int_equal(call("hv_second"), 22);
    refused(act("answer", REVERT), XSPLICE_REASON_REVERT_DEPENDS);
    assert_int_equal(call("hv_answer"), 43);
    assert_int_equal(act("answer_more", REVERT), 0);
    assert_int_equal(call("hv_answer"), 42);
    assert_int_equal(call("hv_second"), 2);
    assert_int_equal(act("answer", REVERT), 0);
    assert_int_equal(call("hv_answer"), 1);
}

static void what_it_depends_on_must_be_applied(void **state)
{
    loaded("answer");
    loaded("answer_more");
    refused(act("answer_more", APPLY), XSPLICE_REASON_DEPENDS_ABSENT);
    /* Unless the one who asks knows better; then only Xen's id counts. */
    assert_int_equal(act_flags("answer_more", APPLY, XSPLICE_ACTION_NODEPS),
                     0);
    assert_int_equal(call("hv_answer"), 43);
}

/* Found by the fuzzer: neither could ever be reverted. */
static void a_forced_order_has_a_way_back(void **state)
{
    loaded("answer");
    loaded("answer_more");
    assert_int_equal(act_flags("answer_more", APPLY, XSPLICE_ACTION_NODEPS),
                     0);
    assert_int_equal(act_flags("answer", APPLY, XSPLICE_ACTION_NODEPS), 0);
    assert_int_equal(call("hv_answer"), 42);
    refused(act("answer_more", REVERT), XSPLICE_REASON_REVERT_COVERED);
    assert_int_equal(act("answer", REVERT), 0);
    assert_int_equal(call("hv_answer"), 43);
    assert_int_equal(act("answer_more", REVERT), 0);
    assert_int_equal(call("hv_answer"), 1);
}

static void rivals_do_not_patch_the_same_function(void **state)
{
    applied("answer");
    loaded("rival");
    refused(act("rival", APPLY), XSPLICE_REASON_OVERLAP);
    assert_int_equal(call("hv_answer"), 42);
    assert_int_equal(act("answer", REVERT), 0);
    assert_int_equal(act("rival", APPLY), 0);
    assert_int_equal(call("hv_answer"), 99);
}

static void independent_ones_go_in_any_order(void **state)
{
    applied("answer");
    applied("third");
    applied("endbr");
    assert_int_equal(act("answer", REVERT), 0);
    assert_int_equal(call("hv_third"), 33);
    assert_int_equal(act("endbr", REVERT), 0);
    assert_int_equal(act("third", REVERT), 0);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(call("hv_endbr"), 7);
}

static void symbols_of_another_payload_hold_it(void **state)
{
    refused(upload("consumer"), XSPLICE_REASON_SYMBOL_UNKNOWN);
    loaded("provider");
    loaded("consumer");
    /* Defect 16: the stock engine lets the provider go. */
    refused(act("provider", UNLOAD), XSPLICE_REASON_UNLOAD_USED);
    refused(act_flags("consumer", APPLY, XSPLICE_ACTION_NODEPS),
            XSPLICE_REASON_USES_UNAPPLIED);
    assert_int_equal(act("provider", APPLY), 0);
    assert_int_equal(act("consumer", APPLY), 0);
    assert_int_equal(call("hv_second"), 1002);
    assert_true(act("provider", REVERT) == -EBUSY);
}

static void replace_takes_all_others_away_at_once(void **state)
{
    applied("answer");
    applied("answer_more");
    applied("third");
    loaded("rival");
    assert_int_equal(act("rival", REPLACE), 0);
    assert_int_equal(call("hv_answer"), 99);
    assert_int_equal(call("hv_second"), 2);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(state_of("answer"), LOADED);
    assert_int_equal(state_of("answer_more"), LOADED);
    assert_int_equal(state_of("third"), LOADED);
    assert_int_equal(state_of("rival"), APPLIED);
    assert_int_equal(act("rival", REVERT), 0);
    assert_int_equal(call("hv_answer"), 1);
}

static void a_replace_that_fails_leaves_all_as_it_was(void **state)
{
    struct world before;

    applied("answer");
    applied("endbr");
    loaded("expecting");
    /* The text is not what the payload expects. */
    host_poke(host_symbol("hv_third"), "\x90", 1);
    assert_int_equal(call("hv_answer"), 42);
    world_take(&before);
    refused(act("expecting", REPLACE), XSPLICE_REASON_EXPECT_MISMATCH);
    assert_int_equal(call("hv_answer"), 42);
    assert_int_equal(call("hv_endbr"), 77);
    world_same(&before, "a refused replace");
}

static void uses_of_what_replace_takes_are_refused(void **state)
{
    applied("provider");
    loaded("borrower");
    refused(act("borrower", REPLACE), XSPLICE_REASON_REPLACE_USES);
    assert_int_equal(state_of("provider"), APPLIED);
}

static void code_alone_is_applied_again_and_again(void **state)
{
    unsigned int i;

    loaded("third");
    for ( i = 0; i < 5; i++ )
    {
        assert_int_equal(act("third", APPLY), 0);
        assert_int_equal(call("hv_third"), 33);
        assert_int_equal(act("third", REVERT), 0);
        assert_int_equal(call("hv_third"), 3);
    }
}

/* As the stock engine: the hypercall is fine and the status is not. */
static void changed_data_forbids_applying_again(void **state)
{
    applied("writable");
    assert_int_equal(call("hv_third"), 101);
    assert_int_equal(call("hv_third"), 102);
    assert_int_equal(act("writable", REVERT), 0);
    assert_int_equal(act("writable", APPLY), 0);
    assert_int_equal(last.reason, XSPLICE_REASON_REAPPLY_DATA);
    assert_int_equal(rc_of("writable"), -EINVAL);
    assert_int_equal(state_of("writable"), LOADED);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(act("writable", UNLOAD), 0);
    applied("writable");
    assert_int_equal(call("hv_third"), 101);
}

static void nops_take_an_instruction_out(void **state)
{
    uint8_t text[7];

    applied("nops");
    port_text_read(host_symbol("hv_third"), text, sizeof(text));
    assert_memory_equal(text, "\x90\x90\x90\x90\x90\x90\x90", 7);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(act("nops", REVERT), 0);
    port_text_read(host_symbol("hv_third"), text, sizeof(text));
    assert_memory_equal(text, "\x0f\x1f\x80\x78\x56\x34\x12", 7);
}

static void expected_bytes_must_be_there(void **state)
{
    applied("expecting");
    assert_int_equal(call("hv_third"), 333);
    assert_int_equal(act("expecting", REVERT), 0);
    host_poke(host_symbol("hv_third") + 6, "\x13", 1);
    refused(act("expecting", APPLY), XSPLICE_REASON_EXPECT_MISMATCH);
    host_poke(host_symbol("hv_third") + 6, "\x12", 1);
    assert_int_equal(act("expecting", APPLY), 0);
}

static void endbr_stays(void **state)
{
    uint8_t text[5];

    applied("endbr");
    port_text_read(host_symbol("hv_endbr"), text, sizeof(text));
    assert_memory_equal(text, "\xf3\x0f\x1e\xfa\xe9", 5);
    assert_int_equal(call("hv_endbr"), 77);
    assert_int_equal(act("endbr", REVERT), 0);
    assert_int_equal(call("hv_endbr"), 7);
}

static void statics_of_a_name_are_told_apart_by_file(void **state)
{
    applied("statics");
    assert_int_equal(call("hv_call_static_a"), 11);
    assert_int_equal(call("hv_call_static_b"), 122);
}

static void text_that_somebody_else_wrote_is_left_alone(void **state)
{
    applied("third");
    host_poke(host_symbol("hv_third") + 1, "\x00", 1);
    refused(act("third", REVERT), XSPLICE_REASON_SITE_CHANGED);
    assert_int_equal(state_of("third"), APPLIED);
}

static void the_timeout_is_the_one_asked_for(void **state)
{
    loaded("third");
    assert_int_equal(engine_action("third", APPLY, 123456, 0, NULL), 0);
    assert_int_equal(cpus_pending_timeout(), 123456);
    cpus_run_pending();
    assert_int_equal(engine_action("third", REVERT, 0, 0, NULL), 0);
    assert_int_equal(cpus_pending_timeout(), 30000000);
    cpus_run_pending();
}

static void a_stack_that_is_kept_is_said(void **state)
{
    loaded("third");
    host_not_quiescent("a vCPU of d7 waits");
    refused(act("third", APPLY), XSPLICE_REASON_WAITQUEUE);
    assert_non_null(strstr(last.detail, "d7"));
    host_not_quiescent(NULL);
    assert_int_equal(act("third", APPLY), 0);
}

static void every_refusal_is_on_the_console(void **state)
{
    loaded("answer_more");
    log_clear();
    refused(act("answer_more", APPLY), XSPLICE_REASON_DEPENDS_ABSENT);
    assert_true(log_contains("answer_more"));
    assert_true(log_contains(reason_sentence(XSPLICE_REASON_DEPENDS_ABSENT)));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_patched_function_does_the_new_thing),
        TEST(every_state_takes_every_action),
        TEST(info_has_the_words_for_a_refused_check),
        TEST(one_operation_at_a_time),
        TEST(a_payload_can_be_loaded_meanwhile),
        TEST(one_builds_upon_another),
        TEST(what_it_depends_on_must_be_applied),
        TEST(a_forced_order_has_a_way_back),
        TEST(rivals_do_not_patch_the_same_function),
        TEST(independent_ones_go_in_any_order),
        TEST(symbols_of_another_payload_hold_it),
        TEST(replace_takes_all_others_away_at_once),
        TEST(a_replace_that_fails_leaves_all_as_it_was),
        TEST(uses_of_what_replace_takes_are_refused),
        TEST(code_alone_is_applied_again_and_again),
        TEST(changed_data_forbids_applying_again),
        TEST(nops_take_an_instruction_out),
        TEST(expected_bytes_must_be_there),
        TEST(endbr_stays),
        TEST(statics_of_a_name_are_told_apart_by_file),
        TEST(text_that_somebody_else_wrote_is_left_alone),
        TEST(the_timeout_is_the_one_asked_for),
        TEST(a_stack_that_is_kept_is_said),
        TEST(every_refusal_is_on_the_console),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
