/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a change looks like to its reader: hunks.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/chains.h"
#include "builder/hunks.h"
#include "builder/memory.h"

static struct changes changes;
static struct hunks hunks;

static int teardown(void **state)
{
    hunks_free(&hunks);
    changes_free(&changes);
    memset(&changes, 0, sizeof(changes));
    return 0;
}

static void make(const char *old, const char *new)
{
    changes_set(&changes, "common/x.c", old ? xs_strdup(old) : NULL,
                new ? xs_strdup(new) : NULL);
    hunks_make(&changes, &hunks);
}

static void a_hunk_is_as_diff_has_it(void **state)
{
    make("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n5a\n6\n7\n8\n9\n");
    assert_int_equal(hunks.n, 1);
    assert_string_equal(hunks.v[0].path, "common/x.c");
    assert_string_equal(hunks.v[0].text,
                        " 2\n 3\n 4\n-5\n+five\n+5a\n 6\n 7\n 8\n");
    assert_int_equal(hunks.v[0].old_start, 2);
    assert_int_equal(hunks.v[0].old_n, 7);
    assert_int_equal(hunks.v[0].new_start, 2);
    assert_int_equal(hunks.v[0].new_n, 8);
}

static void changes_far_apart_are_two_hunks(void **state)
{
    make("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n");
    assert_int_equal(hunks.n, 2);
    assert_string_equal(hunks.v[0].text, "-a\n+A\n 1\n 2\n 3\n");
    assert_string_equal(hunks.v[1].text, " 5\n 6\n 7\n-b\n+B\n");
    assert_int_equal(hunks.v[1].old_start, 6);
}

static void contexts_that_meet_are_one_hunk(void **state)
{
    make("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n");
    assert_int_equal(hunks.n, 1);
}

static void a_new_file_and_one_that_goes(void **state)
{
    make(NULL, "one\ntwo\n");
    assert_int_equal(hunks.n, 1);
    assert_string_equal(hunks.v[0].text, "+one\n+two\n");
    assert_int_equal(hunks.v[0].old_start, 0);
    assert_int_equal(hunks.v[0].old_n, 0);
    assert_int_equal(hunks.v[0].new_start, 1);
    teardown(state);
    make("one\n", NULL);
    assert_string_equal(hunks.v[0].text, "-one\n");
}

static const char before[] = "#define MAX 3\n"
                             "\n"
                             "static int limit = 1;\n"
                             "\n"
                             "int f(int x)\n"
                             "{\n"
                             "    x++;\n"
                             "    x++;\n"
                             "    x++;\n"
                             "    return x + MAX;\n"
                             "}\n";

static void what_a_hunk_lies_in_is_known(void **state)
{
    const struct hunk_place *p;

    make(before, "#define MAX 3\n"
                 "\n"
                 "static int limit = 1;\n"
                 "\n"
                 "int f(int x)\n"
                 "{\n"
                 "    x++;\n"
                 "    x++;\n"
                 "    x++;\n"
                 "    return x - MAX;\n"
                 "}\n");
    assert_int_equal(hunks.n, 1);
    assert_string_equal(hunks.v[0].heading, "int f(int x)");
    assert_int_equal(hunks.v[0].nr_places, 2);
    p = hunks.v[0].place;
    assert_true(p[0].old && !p[1].old);
    assert_int_equal(p[0].first, 5);
    assert_int_equal(p[0].last, 11);
    assert_null(p[0].macro);
    assert_non_null(strstr(p[1].code, "return x - MAX;"));
    assert_false(hunks.v[0].comment);
}

static void a_macro_and_a_variable_are_known_by_name(void **state)
{
    make(before, "#define MAX 4\n"
                 "\n"
                 "static int limit = 2;\n"
                 "\n"
                 "int f(int x)\n"
                 "{\n"
                 "    x++;\n"
                 "    x++;\n"
                 "    x++;\n"
                 "    return x + MAX;\n"
                 "}\n");
    assert_int_equal(hunks.n, 1);
    assert_string_equal(hunks.v[0].place[0].macro, "MAX");
    assert_true(hunk_declares(&hunks.v[0], "limit"));
    assert_true(hunk_declares(&hunks.v[0], "limit.1234"));
    assert_false(hunk_declares(&hunks.v[0], "lim"));
    assert_false(hunk_declares(&hunks.v[0], "int2"));
}

static void comments_are_no_code(void **state)
{
    make("/* one */\nint x;\n", "/* two */\nint x;\n");
    assert_int_equal(hunks.n, 1);
    assert_true(hunks.v[0].comment);
    assert_int_equal(hunks.v[0].nr_places, 0);
}

static void what_is_generated_is_no_hunk(void **state)
{
    changes_set(&changes, "include/asm-offsets.h", xs_strdup("1\n"),
                xs_strdup("2\n"))
        ->generated = true;
    hunks_make(&changes, &hunks);
    assert_int_equal(hunks.n, 0);
}

#define CASE(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_hunk_is_as_diff_has_it),
        CASE(changes_far_apart_are_two_hunks),
        CASE(contexts_that_meet_are_one_hunk),
        CASE(a_new_file_and_one_that_goes),
        CASE(what_a_hunk_lies_in_is_known),
        CASE(a_macro_and_a_variable_are_known_by_name),
        CASE(comments_are_no_code),
        CASE(what_is_generated_is_no_hunk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
