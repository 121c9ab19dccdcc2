/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What CHECK and INFO answer, page by page, and that asking changes nothing. */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <string.h>

/* ---- pages ---- */

/* However small the pages, put together they are the whole. */
static void pages_make_up_the_whole(void **state)
{
    static const size_t rooms[] = { 1, 2, 7, 64, 100, 4096 };
    unsigned int i;
    size_t size, at;
    char *whole;

    loaded("answer");
    loaded("answer_more");
    whole = info("answer_more", &size);
    assert_true(size > 100);
    for ( i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++ )
        for ( at = 0; at < size; at += rooms[i] )
        {
            char page[4096 + 1];
            struct answer a = { .text = page, .room = rooms[i], .from = at };
            size_t want = size - at < rooms[i] ? size - at : rooms[i];

            page[rooms[i]] = 'x';
            assert_int_equal(engine_info("answer_more", &a), 0);
            assert_int_equal(a.size, size);
            assert_int_equal(answer_filled(&a), want);
            assert_memory_equal(page, whole + at, want);
            assert_int_equal(page[rooms[i]], 'x');
        }
    free(whole);
}

/* Nobody takes pages of two answers for one. */
static void another_answer_has_another_digest(void **state)
{
    struct answer before = { .from = ~0u }, again = { .from = 10 }, after = {};

    loaded("answer");
    assert_int_equal(engine_info("answer", &before), 0);
    assert_int_equal(engine_info("answer", &again), 0);
    assert_int_equal(before.digest, again.digest);
    assert_int_equal(answer_filled(&before), 0);
    assert_int_equal(act("answer", APPLY), 0);
    assert_int_equal(engine_info("answer", &after), 0);
    assert_int_not_equal(before.digest, after.digest);
}

/* ---- INFO ---- */

static void info_tells_state_and_order(void **state)
{
    loaded("third");
    assert_string_equal(info_value("third", "state"), "loaded");
    assert_string_equal(info_value("third", "order"), "");
    applied("answer");
    applied("answer_more");
    assert_int_equal(act("third", APPLY), 0);
    assert_string_equal(info_value("answer", "order"), "1");
    assert_string_equal(info_value("answer_more", "order"), "2");
    assert_string_equal(info_value("third", "order"), "3");
    assert_string_equal(info_value("third", "state"), "applied");
    assert_string_equal(info_value("third", "rc"), "0");
    assert_string_equal(info_value("answer_more", "depends"),
                        "0101010101010101010101010101010101010101");
    assert_string_equal(info_value("answer_more", "functions"),
                        "hv_answer,hv_second");
}

static void info_of_the_engine_lists_what_is_applied(void **state)
{
    static const char applied_ones[] =
        "applied=third\0applied=answer\0applied=answer_more";
    size_t size;
    char *text;

    assert_string_equal(info_value(NULL, "build-id"),
                        "abababababababababababababababababababab");
    assert_string_equal(info_value(NULL, "loaded"), "0");
    loaded("answer");
    applied("third");
    assert_int_equal(act("answer", APPLY), 0);
    applied("answer_more");
    assert_string_equal(info_value(NULL, "loaded"), "3");
    text = info(NULL, &size);
    assert_non_null(memmem(text, size, applied_ones, sizeof(applied_ones)));
    free(text);
    loaded("endbr");
    assert_int_equal(start("endbr", APPLY), 0);
    assert_string_equal(info_value(NULL, "operation"), "endbr");
    assert_string_equal(info_value("endbr", "rc"), "-11");
    assert_true(cpus_run_pending());
    assert_string_equal(info_value(NULL, "operation"), "");
}

/* ---- CHECK ---- */

static char all[8192];

/* Asks for all reasons; the rc. */
static int check_all(const char *name, uint32_t cmd, unsigned int *count)
{
    struct answer a = { .text = all, .room = sizeof(all) - 1 };
    int rc;

    memset(&last, 0, sizeof(last));
    rc = engine_check_all(name, cmd, 0, &a, &last, count);
    assert_true(a.size < sizeof(all));
    /* To be searched as one text. */
    for ( size_t i = 0; i < a.size; i++ )
        if ( !all[i] )
            all[i] = '\n';
    all[a.size] = '\0';
    return rc;
}

static unsigned int times(const char *what)
{
    const char *at = all;
    unsigned int n = 0;

    while ( (at = strstr(at, what)) )
    {
        n++;
        at += strlen(what);
    }
    return n;
}

static void nothing_speaks_against_it(void **state)
{
    struct world before;
    unsigned int count = 7;

    loaded("answer");
    world_take(&before);
    assert_int_equal(check_all("answer", APPLY, &count), 0);
    assert_int_equal(count, 0);
    assert_string_equal(all, "");
    assert_int_equal(last.reason, XSPLICE_REASON_NONE);
    world_same(&before, "a check");
}

/* A dependency, a conflict, a function, an expectation and a waiting stack. */
static void all_reasons_at_once(void **state)
{
    struct world before;
    unsigned int count;

    applied("third");
    applied("rival");
    loaded("answer");
    loaded("answer_more");
    host_unpatchable("hv_second", "the test forbids it");
    host_not_quiescent("a vCPU of d7 waits");
    world_take(&before);
    refused(check_all("answer_more", APPLY, &count),
            XSPLICE_REASON_DEPENDS_ABSENT);
    assert_int_equal(count, 4);
    assert_int_equal(times("reason-id="), 4);
    assert_non_null(strstr(
        all, "reason-id=DEPENDS_ABSENT\nreason=what the payload depends on is "
             "not applied: 0101010101010101010101010101010101010101, loaded "
             "as answer\nhint=apply that one first"));
    assert_non_null(strstr(all, "reason-id=OVERLAP\n"));
    assert_non_null(strstr(all, "hv_answer, by rival\n"));
    assert_non_null(strstr(all, "reason-id=WAITQUEUE\n"));
    assert_non_null(strstr(all, "a vCPU of d7 waits\n"));
    assert_non_null(strstr(all, "reason-id=FUNC_UNPATCHABLE\n"));
    assert_non_null(strstr(all, "hv_second: the test forbids it\n"));
    world_same(&before, "a check that finds much");
    /* What an action would say is the first of them. */
    refused(act("answer_more", APPLY), XSPLICE_REASON_DEPENDS_ABSENT);
    host_not_quiescent(NULL);
}

static void an_expectation_beside_a_conflict(void **state)
{
    unsigned int count;

    loaded("expecting");
    assert_int_equal(check_all("expecting", APPLY, &count), 0);
    host_poke(host_symbol("hv_third"), "\x90", 1);
    assert_int_not_equal(check_all("expecting", APPLY, &count), 0);
    assert_int_equal(times("reason-id=EXPECT_MISMATCH\n"), 1);
    assert_int_equal(count, 1);
}

static void each_payload_that_stands_on_it(void **state)
{
    unsigned int count;

    applied("answer");
    applied("answer_more");
    refused(check_all("answer", REVERT, &count),
            XSPLICE_REASON_REVERT_DEPENDS);
    assert_int_equal(count, 1);
    refused(check_all("answer", UNLOAD, &count),
            XSPLICE_REASON_UNLOAD_APPLIED);
    assert_int_equal(count, 1);
    refused(check_all("nobody", APPLY, &count),
            XSPLICE_REASON_NO_SUCH_PAYLOAD);
    refused(check_all("answer", 77, &count), XSPLICE_REASON_ACTION_UNKNOWN);
}

/* Replace: each reason of each of those that it concerns. */
static void all_that_speaks_against_a_replace(void **state)
{
    unsigned int count;

    applied("hooks");
    applied("provider");
    loaded("answer_more");
    assert_int_not_equal(check_all("answer_more", REPLACE, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(times("reason-id=DEPENDS_ABSENT\n"), 1);
    assert_int_equal(times("reason-id=REPLACE_HOOKS\n"), 1);
}

/* Each allocation in turn: refused for it, and nothing kept. */
static void no_memory_is_a_reason_like_others(void **state)
{
    unsigned int n, count;
    struct world before;

    loaded("answer");
    for ( n = 1; n < 20; n++ )
    {
        int rc;

        world_take(&before);
        fault_arm(FAULT_ALLOC, n);
        rc = check_all("answer", APPLY, &count);
        fault_clear();
        world_same(&before, "a check without memory");
        if ( !rc )
            break;
        refused(rc, XSPLICE_REASON_NO_MEMORY);
        assert_int_equal(count, 1);
    }
    assert_in_range(n, 2, 19);
}

/* A check looks; what the last stop was given up for is not used up by it. */
static void under_way_is_the_one_reason(void **state)
{
    unsigned int count;

    loaded("answer");
    loaded("answer_more");
    assert_int_equal(start("answer", APPLY), 0);
    refused(check_all("answer_more", APPLY, &count), XSPLICE_REASON_BUSY);
    assert_int_equal(count, 1);
    assert_true(cpus_run_pending());
    assert_int_equal(check_all("answer_more", APPLY, &count), 0);
}

/*
 * What reverting puts back is taken down when a payload is applied, not when
 * somebody asks whether it could be.
 */
static void a_check_takes_nothing_down(void **state)
{
    unsigned int count;
    struct world before;

    loaded("answer");
    world_take(&before);
    assert_int_equal(act("answer", APPLY), 0);
    host_not_quiescent("so that it is refused");
    check_all("answer", REVERT, &count);
    host_not_quiescent(NULL);
    assert_int_equal(act("answer", REVERT), 0);
    world_same(&before, "apply, check and revert");
}

#define T(test) cmocka_unit_test_setup_teardown(test, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(pages_make_up_the_whole),
        T(another_answer_has_another_digest),
        T(info_tells_state_and_order),
        T(info_of_the_engine_lists_what_is_applied),
        T(nothing_speaks_against_it),
        T(all_reasons_at_once),
        T(an_expectation_beside_a_conflict),
        T(each_payload_that_stands_on_it),
        T(all_that_speaks_against_a_replace),
        T(no_memory_is_a_reason_like_others),
        T(under_way_is_the_one_reason),
        T(a_check_takes_nothing_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
