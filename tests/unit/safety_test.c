/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tool does for who wants to be sure: check, deps, confirm. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/xen_errno.h"
#include "tests/unit/tool_case.h"
#include "xsplice/reasons.h"

static bool has(const char *text, const char *what)
{
    if ( !strstr(text, what) )
        print_error("no \"%s\" in:\n%s\n", what, text);
    return strstr(text, what);
}

static json_t *parsed(void)
{
    json_t *value = json_loads(out, JSON_REJECT_DUPLICATES, NULL);

    assert_non_null(value);
    return value;
}

static const char *string(json_t *of, const char *key)
{
    const char *s = json_string_value(json_object_get(of, key));

    return s ? s : "(none)";
}

/* ---- answers of the engine ---- */

/* More than fits a page, of a version yet to come, with keys yet to come. */
static void an_answer_of_many_pages(void **state)
{
    json_t *all;

    engine.own = true;
    upload("test1", "test1");
    engine.info_bulk = 3 * XSPLICE_PAGE_MAX;
    engine.info_text = "state=loaded\0no equals sign\0=\0order=7\0"
                       "functions=f,g\0";
    engine.own_reason = "the last word";
    must("info test1");
    assert_true(has(out, "last refusal the last word\n"));
    assert_true(has(out, "functions    f,g\n"));
    must("info test1 --json");
    all = parsed();
    assert_int_equal(json_integer_value(json_object_get(all, "order")), 7);
    assert_int_equal(json_array_size(json_object_get(all, "functions")), 2);
    json_decref(all);
}

/* Pages of two answers are not put together. */
static void an_answer_that_changes_meanwhile(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    engine.info_text = "order=7\0";
    engine.info_bulk = 2 * XSPLICE_PAGE_MAX;
    engine.own_reason = "the last word";
    engine.answer_changes = 5;
    must("info test1");
    assert_true(has(out, "last refusal the last word\n"));
    /* For ever: it goes without, as with an engine that does not tell. */
    engine.answer_changes = 1000000;
    must("info test1");
    assert_null(strstr(out, "the last word"));
}

/* ---- check ---- */

static void check_shows_all_reasons(void **state)
{
    json_t *all, *reasons;

    engine.own = true;
    upload("test1", "test1");
    engine.check_answer = XEN_EINVAL;
    engine.check_reason = XSPLICE_REASON_OVERLAP;
    engine.check_text = "reason-id=OVERLAP\0reason=the same function: f\0"
                        "hint=revert that one\0"
                        "reason-id=WAITQUEUE\0reason=a stack waits\0"
                        "reason-id=OF_LATER_DAYS\0reason=something new\0"
                        "hint=do this\0";
    refuses("check test1", XS_DEPENDENCY,
            "3 reasons against it; the first: the same function: f");
    assert_string_equal(err.hint, "revert that one");
    assert_true(has(out, "test1: cannot be applied now, for 3 reasons"));
    assert_true(has(out, "1. the same function: f\n   hint: revert that one\n"
                         "2. a stack waits\n"
                         "3. something new\n   hint: do this\n"));
    assert_int_equal(run("check test1 --json"), XS_DEPENDENCY);
    all = parsed();
    assert_true(json_is_false(json_object_get(all, "can_be_applied")));
    assert_string_equal(string(all, "checked_by"), "engine");
    reasons = json_object_get(all, "reasons");
    assert_int_equal(json_array_size(reasons), 3);
    assert_string_equal(string(json_array_get(reasons, 1), "id"), "WAITQUEUE");
    assert_string_equal(string(json_array_get(reasons, 2), "hint"), "do this");
    json_decref(all);
}

/* The tool knows names, so its words for it stand instead of the engine's. */
static void what_is_missing_is_said_once(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    upload("test2", "test2");
    upload("both", "on-both");
    engine.check_answer = XEN_EINVAL;
    engine.check_text =
        "reason-id=DEPENDS_ABSENT\0reason=1111\0hint=apply it\0"
        "reason-id=DEPENDS_ABSENT\0reason=2222\0hint=apply it\0"
        "reason-id=EXPECT_MISMATCH\0reason=other bytes\0";
    refuses("check both", XS_DEPENDENCY, "3 reasons");
    assert_true(has(out, "1. it depends on 'test1' ("));
    assert_true(has(out, "2. it depends on 'test2' ("));
    assert_true(has(out, "3. other bytes"));
    assert_null(strstr(out, "2222\n"));
}

/* Without an engine that could be asked, the tool itself finds them all. */
static void check_on_stock_xen_finds_all_that_is_missing(void **state)
{
    upload("test1", "test1");
    upload("both", "on-both");
    refuses("check both", XS_DEPENDENCY, "2 reasons");
    assert_true(has(out, "it depends on 'test1'"));
    assert_true(has(out, "it depends on build-id 2222"));
    assert_true(has(out, "no check of its own"));
    must("check both --force=deps");
}

/* ---- confirm ---- */

static void a_trial_is_shown_and_confirmed(void **state)
{
    json_t *all;

    engine.own = true;
    upload("test1", "test1");
    must("apply test1 --confirm-within=90s");
    assert_true(has(notes, "xen-xsplice confirm test1"));
    assert_int_equal(fake_find(&engine, "test1")->within, 90000);
    must("list");
    assert_true(has(out, "| APPLIED (unconfirmed, 90 s left)    | "));
    must("status");
    assert_true(has(out, "test1 (unconfirmed, 90 s left)\n"));
    must("info test1");
    assert_true(has(out, "unconfirmed, 90 s left\n"));
    must("list --json");
    all = parsed();
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all, 0),
                                                        "unconfirmed_s")),
                     90);
    json_decref(all);
    /* Asked for again: it is so. */
    must("apply test1 --confirm-within=90s");
    must("confirm test1");
    assert_int_equal(fake_find(&engine, "test1")->within, 0);
    must("confirm test1");
    must("list");
    assert_null(strstr(out, "unconfirmed"));
}

static void a_confirmation_that_comes_too_late(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    refuses("confirm test1", XS_STATE, "not applied");
    refuses("confirm nobody", XS_STATE, "no payload of that name");
    must("replace test1 --confirm-within=1s");
    fake_find(&engine, "test1")->state = XSPLICE_STATE_LOADED;
    fake_find(&engine, "test1")->within = 0;
    refuses("confirm test1", XS_STATE, "not applied (any more)");
}

static void no_trial_of_what_is_applied_for_good(void **state)
{
    engine.own = true;
    engine.info_text = "state=applied\0";
    upload("test1", "test1");
    must("apply test1");
    refuses("apply test1 --confirm-within=5s", XS_STATE, "not on trial");
    refuses("replace test1 --confirm-within=5s", XS_STATE, "not on trial");
}

static void stock_xen_cannot_take_anything_back(void **state)
{
    char words[5000];

    upload("test1", "test1");
    refuses("apply test1 --confirm-within=60s", XS_UNSUPPORTED,
            "cannot take a payload back by itself");
    refuses("replace test1 --confirm-within=60s", XS_UNSUPPORTED,
            "a timer in this system would stop together with it");
    assert_int_equal(state_of("test1"), XSPLICE_STATE_LOADED);
    snprintf(words, sizeof(words), "load x %s --confirm-within=60s",
             file("test2"));
    refuses(words, XS_UNSUPPORTED, "cannot take a payload back");
    assert_int_equal(state_of("x"), 0);
}

static void times_that_are_none(void **state)
{
    engine.own = true;
    upload("test1", "test1");
    refuses("apply test1 --confirm-within=0", XS_USAGE, "not a duration");
    refuses("apply test1 --confirm-within=2d", XS_USAGE, "not a duration");
    refuses("revert test1 --confirm-within=5s", XS_USAGE, "no option");
    assert_int_equal(state_of("test1"), XSPLICE_STATE_LOADED);
}

/* ---- deps ---- */

static void deps_draws_a_tree(void **state)
{
    must("deps");
    assert_string_equal(out, "hypervisor, build-id "
                             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
    upload("test1", "test1");
    upload("both", "on-both");
    must("apply test1");
    must("deps");
    assert_string_equal(
        out, "hypervisor, build-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
             "`- test1 (applied)\n"
             "   `- both (loaded)\n"
             "MISSING: build-id 2222222222222222222222222222222222222222\n"
             "`- both (loaded)\n");
    upload("test2", "test2");
    must("deps");
    assert_string_equal(
        out, "hypervisor, build-id aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
             "|- test1 (applied)\n"
             "|  `- both (loaded)\n"
             "`- test2 (loaded)\n"
             "   `- both (loaded)\n");
    must("deps both");
    assert_string_equal(out, "both (loaded)\n"
                             "|- test1 (applied)\n"
                             "|  `- hypervisor\n"
                             "`- test2 (loaded)\n"
                             "   `- hypervisor\n");
    refuses("deps nobody", XS_STATE, "no payload and no file");
}

/* What is missing is beside the file. */
static void deps_of_a_file_names_the_files_it_needs(void **state)
{
    char words[5000];

    snprintf(words, sizeof(words), "deps %s", file("on-test1"));
    must(words);
    assert_true(has(out,
                    "on-test1.xsplice (file)\n`- MISSING: build-id 1111111"
                    "111111111111111111111111111111111, which is "));
    assert_true(has(out, "test1.xsplice\n"));
    snprintf(words, sizeof(words), "load %s", file("on-test1"));
    refuses(words, XS_DEPENDENCY, "it depends on build-id 1111");
    assert_true(has(err.hint, "test1.xsplice: xen-xsplice load it first"));
    assert_int_equal(engine.n, 0);
}

static void deps_as_json(void **state)
{
    json_t *all, *one, *need;

    upload("child", "on-test1");
    upload("test2", "test2");
    must("deps --json");
    all = parsed();
    assert_string_equal(string(all, "hypervisor"),
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_int_equal(json_array_size(json_object_get(all, "payloads")), 2);
    one = json_array_get(json_object_get(all, "payloads"), 0);
    assert_string_equal(string(one, "name"), "child");
    need = json_array_get(json_object_get(one, "depends"), 0);
    assert_string_equal(string(need, "kind"), "missing");
    one = json_array_get(json_object_get(all, "missing"), 0);
    assert_string_equal(string(one, "build_id"),
                        "1111111111111111111111111111111111111111");
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(one, "needed_by"), 0)),
                        "child");
    json_decref(all);
    must("deps child --json");
    all = parsed();
    assert_int_equal(json_array_size(json_object_get(all, "payloads")), 1);
    json_decref(all);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_answer_of_many_pages),
        CASE(an_answer_that_changes_meanwhile),
        CASE(check_shows_all_reasons),
        CASE(what_is_missing_is_said_once),
        CASE(check_on_stock_xen_finds_all_that_is_missing),
        CASE(a_trial_is_shown_and_confirmed),
        CASE(a_confirmation_that_comes_too_late),
        CASE(no_trial_of_what_is_applied_for_good),
        CASE(stock_xen_cannot_take_anything_back),
        CASE(times_that_are_none),
        CASE(deps_draws_a_tree),
        CASE(deps_of_a_file_names_the_files_it_needs),
        CASE(deps_as_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
