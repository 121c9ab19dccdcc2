/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <dirent.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/duration.h"
#include "control/record.h"
#include "control/verbs.h"
#include "control/xen_errno.h"
#include "tests/unit/tool_case.h"
#include "xsplice/reasons.h"

static void the_transcript_of_the_mail(void **state)
{
    upload("test1", "test1");
    upload("test2", "test2");
    upload("test3", "test3");
    must("check test1");
    assert_non_null(strstr(out, "no check of its own"));
    must("check test3");
    must("apply test1");
    must("apply test2");
    assert_int_equal(state_of("test1"), XSPLICE_STATE_APPLIED);
    assert_int_equal(state_of("test2"), XSPLICE_STATE_APPLIED);
    must("replace test3");
    assert_int_equal(state_of("test1"), XSPLICE_STATE_LOADED);
    assert_int_equal(state_of("test2"), XSPLICE_STATE_LOADED);
    assert_int_equal(state_of("test3"), XSPLICE_STATE_APPLIED);
    must("revert test3");
    must("unload test1");
    must("unload test2");
    must("unload test3");
    assert_int_equal(engine.n, 0);
    assert_string_equal(out, "");
    assert_string_equal(notes, "");
}

static void repeating_a_verb_succeeds_quietly(void **state)
{
    unsigned int actions;

    upload("test1", "test1");
    upload("test1", "test1");
    must("apply test1");
    actions = engine.actions;
    must("apply test1");
    must("replace test1");
    assert_int_equal(engine.actions, actions);
    must("revert test1");
    must("revert test1");
    must("unload test1");
    must("-q unload test1");
    assert_string_equal(notes, "");
}

static void the_table_is_byte_for_byte_the_known_one(void **state)
{
    must("list");
    assert_string_equal(out, "Nothing to list\n");
    upload("test1", "test1");
    upload("bare", "bare");
    must("apply test1");
    fake_find(&engine, "bare")->rc = -XEN_EINVAL;
    must("list");
    assert_string_equal(
        out,
        " ID                                     | status     | metadata\n"
        "----------------------------------------+------------+-------------"
        "--\n"
        "test1                                   | APPLIED    | name=test1;"
        "build-id=1111111111111111111111111111111111111111;"
        "depends=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;"
        "xen-depends=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa;functions=1\n"
        "bare                                    | CHECKED (22, Invalid "
        "argument)    | \n");
}

static json_t *parsed(void)
{
    json_error_t why;
    json_t *value = json_loads(out, JSON_REJECT_DUPLICATES, &why);

    assert_non_null(value);
    return value;
}

static const char *text_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void json_is_json_whatever_a_payload_says(void **state)
{
    struct xs_payload *p;
    json_t *all, *first;

    must("list --json");
    all = parsed();
    assert_int_equal(json_array_size(all), 0);
    json_decref(all);
    upload("test1", "test1");
    upload("odd\"\\name", "bare");
    p = &engine.payload[1].file;
    p->modinfo = strdup("x=\xff\"\n");
    p->modinfo_size = 6;
    must("list --json");
    all = parsed();
    first = json_array_get(all, 0);
    assert_string_equal(text_of(first, "name"), "test1");
    assert_string_equal(text_of(first, "state"), "loaded");
    assert_string_equal(text_of(first, "identity_from"), "metadata");
    assert_string_equal(text_of(first, "build_id"),
                        "1111111111111111111111111111111111111111");
    first = json_array_get(all, 1);
    assert_string_equal(text_of(first, "name"), "odd\"\\name");
    assert_string_equal(text_of(json_object_get(first, "metadata"), "x"),
                        "?\"\n");
    json_decref(all);
    must("status --json");
    all = parsed();
    assert_string_equal(text_of(all, "version"), "4.17.5");
    assert_int_equal(json_array_size(json_object_get(all, "payloads")), 2);
    json_decref(all);
    must("info --json test1");
    json_decref(parsed());
    must("check --json test1");
    json_decref(parsed());
    must("build-id --json");
    json_decref(parsed());
}

static void inspect_shows_the_same_as_text_and_json(void **state)
{
    char words[5000];
    json_t *all;

    snprintf(words, sizeof(words), "inspect %s", file("on-both"));
    must(words);
    assert_non_null(strstr(
        out, "build-id     7777777777777777777777777777777777777777\n"));
    assert_non_null(
        strstr(out, "functions    xen_extra_version, 12 bytes -> 3\n"));
    snprintf(words, sizeof(words), "inspect --json %s", file("on-both"));
    must(words);
    all = parsed();
    assert_int_equal(json_array_size(json_object_get(all, "depends")), 2);
    json_decref(all);
    snprintf(words, sizeof(words), "inspect %s", file("nothing"));
    refuses(words, XS_REJECTED, "nothing to patch");
}

static void dependencies_are_enforced_and_can_be_forced(void **state)
{
    upload("base", "test1");
    upload("child", "on-test1");
    refuses("apply child", XS_DEPENDENCY, "'base'");
    refuses("check child", XS_DEPENDENCY, "'base'");
    refuses("replace child", XS_DEPENDENCY, "hypervisor alone");
    must("apply base");
    must("apply child");
    assert_int_equal(engine.last_flags, XSPLICE_ACTION_NODEPS);
    refuses("revert base", XS_DEPENDENCY, "'child'");
    must("revert child");
    must("revert base");
    must("apply child --force=deps");
    assert_int_equal(state_of("child"), XSPLICE_STATE_APPLIED);
    refuses("unload base", XS_DEPENDENCY, "'child'");
    must("unload base --force=deps");
}

static void another_order_than_the_engines_is_explained(void **state)
{
    upload("test1", "test1");
    upload("test2", "test2");
    must("apply test1");
    must("apply test2");
    refuses("revert test1", XS_DEPENDENCY, "which is 'test2'");
    assert_non_null(strstr(err.hint, "revert 'test2' first"));
    /* Known at once: no time is spent on trying again. */
    assert_int_equal(engine.slept, 0);
}

static void unload_of_an_applied_one_is_refused(void **state)
{
    upload("test1", "test1");
    must("apply test1");
    refuses("unload test1", XS_STATE, "it is applied");
    assert_non_null(strstr(err.hint, "revert test1"));
    refuses("apply none", XS_STATE, "no payload of that name");
    refuses("revert none", XS_STATE, "no payload of that name");
}

static void upload_refuses_what_does_not_fit(void **state)
{
    char words[5000];

    snprintf(words, sizeof(words), "upload f %s", file("foreign"));
    refuses(words, XS_DEPENDENCY, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    assert_non_null(
        strstr(err.what, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    snprintf(words, sizeof(words), "upload n %s", file("nothing"));
    refuses(words, XS_REJECTED, "nothing to patch");
    assert_int_equal(engine.n, 0);
    upload("test1", "test1");
    snprintf(words, sizeof(words), "upload test1 %s", file("test1-again"));
    refuses(words, XS_FAILED, "a different payload of that name");
    snprintf(words, sizeof(words), "upload other %s", file("test1"));
    refuses(words, XS_FAILED, "already, as 'test1'");
    assert_int_equal(engine.n, 1);
    engine.refuse_upload = XEN_ENOENT;
    engine.refuse_says = "Unknown symbol: nowhere";
    snprintf(words, sizeof(words), "upload t2 %s", file("test2"));
    refuses(words, XS_REJECTED, "Unknown symbol: nowhere");
}

static void names_have_their_limits(void **state)
{
    char words[5000], name[200];

    memset(name, 'n', sizeof(name));
    name[XSPLICE_NAME_MAX - 1] = '\0';
    snprintf(words, sizeof(words), "upload %s %s", name, file("test1"));
    must(words);
    must("list");
    name[XSPLICE_NAME_MAX - 1] = 'n';
    name[XSPLICE_NAME_MAX] = '\0';
    snprintf(words, sizeof(words), "upload %s %s", name, file("test2"));
    refuses(words, XS_USAGE, "128 characters");
}

static void load_does_it_all_and_takes_back_what_fails(void **state)
{
    char words[5000];

    snprintf(words, sizeof(words), "load %s", file("test1"));
    must(words);
    assert_int_equal(state_of("test1"), XSPLICE_STATE_APPLIED);
    must(words);
    snprintf(words, sizeof(words), "load child %s", file("on-both"));
    refuses(words, XS_DEPENDENCY, "22222222");
    assert_int_equal(engine.n, 1);
    engine.late = 1000;
    snprintf(words, sizeof(words), "load t2 %s --timeout=1s", file("test2"));
    refuses(words, XS_BUSY, "not done within 1000 ms");
    assert_non_null(strstr(err.hint, "unloaded again"));
    assert_int_equal(engine.n, 1);
    /* What was there before stays, whatever becomes of its apply. */
    engine.late = 0;
    upload("t2", "test2");
    engine.late = 1000;
    refuses(words, XS_BUSY, "not done");
    assert_int_equal(engine.n, 2);
}

static void dry_run_changes_nothing(void **state)
{
    char words[5000];
    unsigned int actions;

    snprintf(words, sizeof(words), "upload t %s --dry-run", file("test1"));
    must(words);
    assert_string_equal(notes, "would upload t\n");
    snprintf(words, sizeof(words), "load t %s --dry-run", file("test1"));
    must(words);
    assert_int_equal(engine.n, 0);
    upload("t", "test1");
    actions = engine.actions;
    must("apply t --dry-run");
    assert_string_equal(notes, "would apply t\n");
    must("replace t --dry-run");
    must("unload t --dry-run");
    assert_int_equal(engine.actions, actions);
    assert_int_equal(state_of("t"), XSPLICE_STATE_LOADED);
}

static void busy_is_tried_again_until_it_works(void **state)
{
    upload("test1", "test1");
    engine.busy = 3;
    engine.late = 2;
    engine.polls = 4;
    must("apply test1");
    assert_int_equal(engine.actions, 6);
    assert_int_equal(state_of("test1"), XSPLICE_STATE_APPLIED);
    assert_true(engine.now < 30 * NS_PER_S);
}

static void the_timeout_is_kept(void **state)
{
    upload("test1", "test1");
    engine.busy = 100000;
    refuses("apply test1 --timeout=2s", XS_BUSY, "not done within 2000 ms");
    assert_true(engine.now >= 2 * NS_PER_S);
    assert_true(engine.now < 2200 * NS_PER_MS);
    /* Growing pauses: not a storm of hypercalls. */
    assert_in_range(engine.actions, 5, 15);
    assert_int_equal(state_of("test1"), XSPLICE_STATE_LOADED);
}

/* Stock engines leave EAGAIN behind when they were busy with another one. */
static void a_stuck_mark_neither_hangs_nor_refuses(void **state)
{
    struct fake_payload *p;

    upload("test1", "test1");
    engine.busy = 1;
    engine.stick = true;
    must("apply test1");
    assert_int_equal(state_of("test1"), XSPLICE_STATE_APPLIED);
    p = fake_find(&engine, "test1");
    p->rc = -XEN_EAGAIN;
    must("apply test1");
    must("revert test1");
    assert_int_equal(state_of("test1"), XSPLICE_STATE_LOADED);
    p->rc = -XEN_EAGAIN;
    must("revert test1");
    must("list");
    must("unload test1");
    assert_true(engine.now < 5 * NS_PER_S);
}

/* The action was somebody else's; what counts is that it is applied. */
static void a_stuck_mark_on_the_wanted_state_is_enough(void **state)
{
    upload("test1", "test1");
    engine.raced = true;
    must("apply test1");
    assert_true(engine.now < 2 * NS_PER_S);
}

static void an_action_that_never_ends_is_reported(void **state)
{
    upload("test1", "test1");
    engine.polls = 1000000;
    refuses("apply test1 --timeout=1s", XS_BUSY, "has not said");
    assert_true(engine.now < 3 * NS_PER_S);
}

static void a_refusal_carries_the_consoles_reason(void **state)
{
    upload("test1", "test1");
    strcpy(engine.console, "(XEN) livepatch: test1: an old complaint\n");
    engine.refuse_action = XEN_EINVAL;
    engine.refuse_says = "expectation failed: expected:01, actual:02";
    refuses("apply test1", XS_FAILED,
            "apply test1: the hypervisor refuses it (EINVAL): expectation "
            "failed: expected:01, actual:02");
    assert_null(strstr(err.what, "old complaint"));
}

static void a_replacement_that_breaks_off_names_what_is_lost(void **state)
{
    upload("test1", "test1");
    upload("test2", "test2");
    upload("test3", "test3");
    must("apply test1");
    must("apply test2");
    engine.late = 100000;
    refuses("replace test3 --timeout=1s", XS_BUSY, "not done");
    assert_null(strstr(err.what, "WITHOUT"));
    engine.late = 0;
    engine.replace_breaks = true;
    refuses("replace test3", XS_DEPENDENCY,
            "THE HOST IS NOW WITHOUT 'test1', 'test2': ");
    assert_non_null(strstr(err.hint, "apply 'test1', 'test2' again"));
}

/* A payload without metadata is known by what was noted at its upload. */
static void notes_serve_payloads_without_metadata(void **state)
{
    struct fake_payload *p;
    char path[200];

    upload("bare", "bare");
    upload("bare", "bare");
    must("info bare");
    assert_non_null(strstr(out, "known from   record"));
    must("apply bare");
    must("revert bare");
    /* Another tool has put something else there. */
    p = fake_find(&engine, "bare");
    p->file.modinfo = strdup("who=knows");
    p->file.modinfo_size = 10;
    refuses("apply bare", XS_DEPENDENCY, "not known");
    must("apply bare --force=deps");
    must("revert bare");
    must("unload bare");
    snprintf(path, sizeof(path), "%s/bare.payload", run_dir);
    assert_int_equal(access(path, F_OK), -1);
}

static void a_name_cannot_lead_out_of_the_run_directory(void **state)
{
    char path[300];

    upload("../../etc/x", "bare");
    snprintf(path, sizeof(path), "%s/%%2E%%2E%%2F%%2E%%2E%%2Fetc%%2Fx.payload",
             run_dir);
    assert_int_equal(access(path, F_OK), 0);
}

static void another_run_of_the_tool_is_waited_for(void **state)
{
    struct xs_error ignored;
    int lock;

    upload("test1", "test1");
    lock = record_lock(run_dir, &engine.hv, 0, &ignored);
    assert_true(lock >= 0);
    refuses("apply test1 --timeout=1s", XS_BUSY, "another xen-xsplice");
    must("list");
    record_unlock(lock);
    must("apply test1");
}

static void wait_and_is_applied_answer_by_status(void **state)
{
    upload("test1", "test1");
    assert_int_equal(run("is-applied test1"), XS_STATE);
    assert_string_equal(err.what, "");
    assert_int_equal(run("is-applied none"), XS_STATE);
    refuses("wait test1 --timeout=1s", XS_BUSY, "not applied after 1000 ms");
    must("wait test1 --for=loaded");
    must("apply test1");
    must("is-applied test1");
    must("wait test1");
    refuses("wait test1 --for=gone --timeout=0", XS_BUSY, "not gone");
    must("wait none --for=gone");
    must("status test1");
    assert_string_equal(out, "applied\n");
    assert_int_equal(run("status none"), XS_STATE);
}

static void our_engine_is_asked_itself(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    must("status");
    assert_non_null(strstr(out, "engine       xsplice 1\n"));
    must("check test1");
    assert_non_null(strstr(out, "checked by the hypervisor's engine"));
    engine.check_answer = XEN_EINVAL;
    refuses("check test1", XS_FAILED, "EINVAL");
    must("apply test1");
    assert_int_equal(engine.last_flags, 0);
}

/* Its words lead, whatever the table makes of the number. */
static void our_engines_words_take_the_place_of_the_tables(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    engine.own_reason = "the payload's own hook said no: -22";
    engine.check_answer = XEN_EINVAL;
    refuses("check test1", XS_FAILED,
            "check test1: the payload's own hook said no: -22 (EINVAL)");
    assert_null(strstr(err.what, "console"));
}

/* Another tool's operation is none of this payload's faults. */
static void a_check_waits_for_another_ones_operation(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    engine.check_busy = 3;
    must("check test1");
    assert_int_equal(engine.check_busy, 0);
    assert_true(engine.slept > 0);
    engine.check_busy = 1000000;
    refuses("check test1 --timeout=1s", XS_BUSY, "EBUSY");
}

/* It has numbers for why: what will not change is not tried again. */
static void our_engine_says_why_itself(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    must("apply test1");
    engine.refuse_action = XEN_EBUSY;
    engine.refuse_says = "no matter";
    engine.own_reason = "an applied payload patches the same function (f)";
    engine.check_answer = XEN_EBUSY;
    engine.check_reason = XSPLICE_REASON_REVERT_COVERED;
    refuses("revert test1", XS_DEPENDENCY,
            "an applied payload patches the same function (f) (EBUSY)");
    assert_int_equal(engine.slept, 0);
    engine.check_reason = XSPLICE_REASON_BUSY;
    refuses("revert test1 --timeout=1s", XS_BUSY, "not done");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_transcript_of_the_mail),
        CASE(repeating_a_verb_succeeds_quietly),
        CASE(the_table_is_byte_for_byte_the_known_one),
        CASE(json_is_json_whatever_a_payload_says),
        CASE(inspect_shows_the_same_as_text_and_json),
        CASE(dependencies_are_enforced_and_can_be_forced),
        CASE(another_order_than_the_engines_is_explained),
        CASE(unload_of_an_applied_one_is_refused),
        CASE(upload_refuses_what_does_not_fit),
        CASE(names_have_their_limits),
        CASE(load_does_it_all_and_takes_back_what_fails),
        CASE(dry_run_changes_nothing),
        CASE(busy_is_tried_again_until_it_works),
        CASE(the_timeout_is_kept),
        CASE(a_stuck_mark_neither_hangs_nor_refuses),
        CASE(a_stuck_mark_on_the_wanted_state_is_enough),
        CASE(an_action_that_never_ends_is_reported),
        CASE(a_refusal_carries_the_consoles_reason),
        CASE(a_replacement_that_breaks_off_names_what_is_lost),
        CASE(notes_serve_payloads_without_metadata),
        CASE(a_name_cannot_lead_out_of_the_run_directory),
        CASE(another_run_of_the_tool_is_waited_for),
        CASE(wait_and_is_applied_answer_by_status),
        CASE(our_engine_is_asked_itself),
        CASE(our_engine_says_why_itself),
        CASE(our_engines_words_take_the_place_of_the_tables),
        CASE(a_check_waits_for_another_ones_operation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
