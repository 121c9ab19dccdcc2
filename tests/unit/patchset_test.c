/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/patchset.h"

static struct patch patch;
static struct xs_error err;

static int parse(const char *text)
{
    memset(&err, 0, sizeof(err));
    return patch_parse("p.patch", text, &patch, &err);
}

static void check_section(size_t i, const char *old_name, const char *new_name,
                          size_t length)
{
    const struct patch_section *s = &patch.section[i];

    if ( old_name )
        assert_string_equal(s->old_name, old_name);
    else
        assert_null(s->old_name);
    if ( new_name )
        assert_string_equal(s->new_name, new_name);
    else
        assert_null(s->new_name);
    assert_int_equal(s->end - s->start, length);
}

#define HUNK "--- a/x.c\t2026-01-01\n+++ b/x.c\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"

static void a_plain_diff(void **state)
{
    assert_int_equal(parse(HUNK), 0);
    assert_int_equal(patch.nr, 1);
    check_section(0, "a/x.c", "b/x.c", strlen(HUNK));
    patch_free(&patch);
}

static void a_mail_around_it_is_passed_over(void **state)
{
    assert_int_equal(parse("From: a\nSubject: --- b\n\n---\n x.c | 2 +-\n\n"
                           "diff --git a/x.c b/x.c\nindex 1..2 100644\n" HUNK
                           "-- \n2.39\n"),
                     0);
    assert_int_equal(patch.nr, 1);
    check_section(0, "a/x.c", "b/x.c", strlen(HUNK));
    patch_free(&patch);
}

static void removed_lines_that_look_like_headers(void **state)
{
    static const char text[] = "--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,2 @@\n"
                               " a\n--- b\n-++ c\n+++ d\n";

    assert_int_equal(parse(text), 0);
    assert_int_equal(patch.nr, 1);
    check_section(0, "a/x.c", "b/x.c", strlen(text));
    patch_free(&patch);
}

static void new_removed_and_renamed_files(void **state)
{
    assert_int_equal(parse("diff --git a/n.c b/n.c\nnew file mode 100644\n"
                           "--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+a\n"
                           "diff --git a/o.c b/o.c\ndeleted file mode 100644\n"
                           "--- a/o.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
                           "diff --git a/p.c b/q.c\nsimilarity index 100%\n"
                           "rename from p.c\nrename to q.c\n"
                           "diff --git a/e.h b/e.h\nnew file mode 100644\n"),
                     0);
    assert_int_equal(patch.nr, 4);
    check_section(0, NULL, "b/n.c",
                  strlen("--- /dev/null\n+++ b/n.c\n@@ -0,0 +1 @@\n+a\n"));
    check_section(1, "a/o.c", NULL,
                  strlen("--- a/o.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"));
    check_section(2, "a/p.c", "b/q.c", 0);
    assert_true(patch.section[2].rename);
    check_section(3, NULL, "b/e.h", 0);
    patch_free(&patch);
}

static void names_with_blanks_and_quotes(void **state)
{
    assert_int_equal(parse("--- \"a/x\\303\\244 y.c\"\n+++ \"b/x\\303\\244 "
                           "y.c\"\n@@ -1 +1 @@\n-a\n+b\n"),
                     0);
    check_section(0, "a/x\303\244 y.c", "b/x\303\244 y.c", 62);
    patch_free(&patch);
}

static void no_line_end_at_the_end(void **state)
{
    assert_int_equal(parse("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n"
                           "\\ No newline at end of file\n+b\n"
                           "\\ No newline at end of file\n"),
                     0);
    check_section(0, "a/x", "b/x", 90);
    patch_free(&patch);
}

static void a_binary_patch_is_marked(void **state)
{
    assert_int_equal(parse("diff --git a/x b/x\nindex 1..2\n"
                           "GIT binary patch\nliteral 1\nA\n"),
                     0);
    assert_true(patch.section[0].binary);
    patch_free(&patch);
}

static void no_diff_is_an_error(void **state)
{
    assert_int_equal(parse("hello\n--- not\na diff\n"), -1);
    assert_string_equal(err.what, "p.patch: there is no diff in it");
    assert_int_equal(parse(""), -1);
}

static void a_short_hunk_is_an_error(void **state)
{
    assert_int_equal(parse("--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n"),
                     -1);
    assert_string_equal(err.what,
                        "p.patch: the hunk at line 3 does not have as many "
                        "lines as its header says (seen at line 7)");
}

static void a_hunk_with_too_many_of_one_kind_is_an_error(void **state)
{
    assert_int_equal(parse("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n-b\n-c\n"),
                     -1);
    assert_int_equal(parse("--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n a\n b\n"), -1);
}

static void a_broken_hunk_header_is_an_error(void **state)
{
    assert_int_equal(parse("--- a/x\n+++ b/x\n@@ -1,2\n a\n"), -1);
    assert_int_equal(parse("--- a/x\n+++ b/x\n@@ -"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_diff),
        cmocka_unit_test(a_mail_around_it_is_passed_over),
        cmocka_unit_test(removed_lines_that_look_like_headers),
        cmocka_unit_test(new_removed_and_renamed_files),
        cmocka_unit_test(names_with_blanks_and_quotes),
        cmocka_unit_test(no_line_end_at_the_end),
        cmocka_unit_test(a_binary_patch_is_marked),
        cmocka_unit_test(no_diff_is_an_error),
        cmocka_unit_test(a_short_hunk_is_an_error),
        cmocka_unit_test(a_hunk_with_too_many_of_one_kind_is_an_error),
        cmocka_unit_test(a_broken_hunk_header_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
