/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/apply.h"
#include "tests/unit/tempdir.h"

/* A tree with two files of ten lines each, and a place beside it. */
static int make_tree(void **state)
{
    if ( tempdir_make(state) )
        return -1;
    put_file(*state, "xen/common/x.c", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    put_file(*state, "xen/include/y.h", "1\n2\n3\n");
    put_file(*state, "tools/t.c", "1\n");
    put_file(*state, "scratch/empty", "");
    return 0;
}

static struct changes changes;
static struct xs_error err;

/* Applies the texts as patches in this order. */
static int apply(const char *dir, const char *first, const char *second)
{
    struct strv patches = { NULL, 0 };
    char *xen = xs_printf("%s/xen", dir), *scratch;
    int rc;

    memset(&err, 0, sizeof(err));
    scratch = xs_printf("%s/scratch", dir);
    put_file(dir, "1.patch", first);
    strv_add(&patches, in_dir(dir, "1.patch"));
    if ( second )
    {
        put_file(dir, "2.patch", second);
        strv_add(&patches, in_dir(dir, "2.patch"));
    }
    rc = changes_apply(xen, &patches, scratch, &changes, &err);
    strv_free(&patches);
    free(scratch);
    free(xen);
    return rc;
}

static void check_new(const char *path, const char *text)
{
    const struct touched *file = changes_find(&changes, path);

    assert_non_null(file);
    if ( text )
        assert_string_equal(file->new_text, text);
    else
        assert_null(file->new_text);
}

#define HUNK_5 "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n"

static void names_from_the_top_or_from_xen(void **state)
{
    static const char *const names[][2] = {
        { "a/xen/common/x.c", "b/xen/common/x.c" },
        { "xen/common/x.c", "xen/common/x.c" },
        { "a/common/x.c", "b/common/x.c" },
        { "common/x.c", "common/x.c" },
        { "xen/common/x.c.orig", "xen/common/x.c" },
    };
    size_t i;

    for ( i = 0; i < sizeof(names) / sizeof(*names); i++ )
    {
        char *text =
            xs_printf("--- %s\n+++ %s\n" HUNK_5, names[i][0], names[i][1]);

        assert_int_equal(apply(*state, text, NULL), 0);
        assert_int_equal(changes.nr, 1);
        check_new("common/x.c", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n");
        changes_free(&changes);
        free(text);
    }
}

static void the_tree_itself_stays(void **state)
{
    char *text;

    assert_int_equal(apply(*state,
                           "--- a/xen/common/x.c\n"
                           "+++ b/xen/common/x.c\n" HUNK_5,
                           NULL),
                     0);
    text = get_file(*state, "xen/common/x.c");
    assert_string_equal(text, "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    free(text);
    assert_string_equal(changes_find(&changes, "common/x.c")->old_text,
                        "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    changes_free(&changes);
}

static void the_second_patch_sees_the_first(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/common/x.c\n+++ b/common/x.c\n" HUNK_5,
                           "--- a/common/x.c\n+++ b/common/x.c\n"
                           "@@ -5,1 +5,1 @@\n-five\n+cinq\n"),
                     0);
    check_new("common/x.c", "1\n2\n3\n4\ncinq\n6\n7\n8\n9\n10\n");
    assert_string_equal(changes_find(&changes, "common/x.c")->old_text,
                        "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    changes_free(&changes);
}

static void a_change_and_its_reverse_touch_nothing(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/common/x.c\n+++ b/common/x.c\n" HUNK_5,
                           "--- a/common/x.c\n+++ b/common/x.c\n"
                           "@@ -5,1 +5,1 @@\n-five\n+5\n"),
                     0);
    assert_int_equal(changes.nr, 0);
    changes_free(&changes);
}

static void moved_lines_apply_with_an_offset(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/common/x.c\n+++ b/common/x.c\n"
                           "@@ -1,3 +1,3 @@\n 7\n-8\n+x\n 9\n",
                           NULL),
                     0);
    check_new("common/x.c", "1\n2\n3\n4\n5\n6\n7\nx\n9\n10\n");
    changes_free(&changes);
}

static void fuzz_is_not_taken_but_told(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/common/x.c\n+++ b/common/x.c\n"
                           "@@ -2,7 +2,7 @@\n other\n 3\n 4\n-5\n+five\n 6\n"
                           " 7\n 8\n",
                           NULL),
                     -1);
    assert_non_null(strstr(changes.rejects, "-5"));
    assert_non_null(strstr(err.hint, "common/x.c would fit with fuzz"));
    changes_free(&changes);
}

static void rejected_hunks_are_shown_of_all_files(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/common/x.c\n+++ b/common/x.c\n"
                           "@@ -4,3 +4,3 @@\n 4\n-no such\n+five\n 6\n"
                           "--- a/include/y.h\n+++ b/include/y.h\n"
                           "@@ -1,1 +1,1 @@\n-neither\n+y\n",
                           NULL),
                     -1);
    assert_non_null(strstr(err.what, "1.patch does not apply"));
    assert_non_null(strstr(changes.rejects, "common/x.c"));
    assert_non_null(strstr(changes.rejects, "-no such"));
    assert_non_null(strstr(changes.rejects, "include/y.h"));
    assert_non_null(strstr(changes.rejects, "-neither"));
    assert_null(strstr(err.hint, "fuzz"));
    changes_free(&changes);
}

static void a_patch_that_is_in_already_does_not_apply(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/include/y.h\n+++ b/include/y.h\n"
                           "@@ -1,3 +1,3 @@\n 1\n-zwei\n+2\n 3\n",
                           NULL),
                     -1);
    assert_non_null(changes.rejects);
    changes_free(&changes);
}

static void files_come_go_and_move(void **state)
{
    assert_int_equal(
        apply(*state,
              "diff --git a/xen/common/n.c b/xen/common/n.c\n"
              "new file mode 100644\n--- /dev/null\n+++ b/xen/common/n.c\n"
              "@@ -0,0 +1 @@\n+new\n"
              "diff --git a/xen/include/y.h b/xen/include/y.h\n"
              "deleted file mode 100644\n--- a/xen/include/y.h\n"
              "+++ /dev/null\n@@ -1,3 +0,0 @@\n-1\n-2\n-3\n"
              "diff --git a/xen/common/x.c b/xen/common/z.c\n"
              "similarity index 90%\nrename from xen/common/x.c\n"
              "rename to xen/common/z.c\n--- a/xen/common/x.c\n"
              "+++ b/xen/common/z.c\n" HUNK_5,
              NULL),
        0);
    assert_int_equal(changes.nr, 4);
    check_new("common/n.c", "new\n");
    assert_null(changes_find(&changes, "common/n.c")->old_text);
    check_new("include/y.h", NULL);
    check_new("common/x.c", NULL);
    check_new("common/z.c", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n");
    changes_free(&changes);
}

static void adding_what_is_there_is_an_error(void **state)
{
    assert_int_equal(apply(*state,
                           "--- /dev/null\n+++ b/xen/common/x.c\n"
                           "@@ -0,0 +1 @@\n+new\n",
                           NULL),
                     -1);
    assert_non_null(strstr(err.what, "which is there already"));
    changes_free(&changes);
}

static void files_beside_the_hypervisor_are_listed(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/tools/t.c\n+++ b/tools/t.c\n"
                           "@@ -1 +1 @@\n-1\n+2\n",
                           NULL),
                     0);
    assert_int_equal(changes.nr, 0);
    assert_int_equal(changes.outside.n, 1);
    assert_string_equal(changes.outside.v[0], "tools/t.c");
    changes_free(&changes);
}

static void a_file_that_is_not_there_is_an_error(void **state)
{
    assert_int_equal(apply(*state,
                           "--- a/xen/common/none.c\n+++ b/xen/common/none.c\n"
                           "@@ -1 +1 @@\n-1\n+2\n",
                           NULL),
                     -1);
    assert_non_null(strstr(err.what, "xen/common/none.c"));
    changes_free(&changes);
}

static void a_way_out_of_the_tree_is_no_file_of_it(void **state)
{
    put_file(*state, "secret", "1\n");
    assert_int_equal(apply(*state,
                           "--- a/../secret\n+++ b/../secret\n"
                           "@@ -1 +1 @@\n-1\n+2\n",
                           NULL),
                     -1);
    changes_free(&changes);
}

#define WITH_TREE(f)                                                          \
    cmocka_unit_test_setup_teardown(f, make_tree, tempdir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TREE(names_from_the_top_or_from_xen),
        WITH_TREE(the_tree_itself_stays),
        WITH_TREE(the_second_patch_sees_the_first),
        WITH_TREE(a_change_and_its_reverse_touch_nothing),
        WITH_TREE(moved_lines_apply_with_an_offset),
        WITH_TREE(fuzz_is_not_taken_but_told),
        WITH_TREE(rejected_hunks_are_shown_of_all_files),
        WITH_TREE(a_patch_that_is_in_already_does_not_apply),
        WITH_TREE(files_come_go_and_move),
        WITH_TREE(adding_what_is_there_is_an_error),
        WITH_TREE(files_beside_the_hypervisor_are_listed),
        WITH_TREE(a_file_that_is_not_there_is_an_error),
        WITH_TREE(a_way_out_of_the_tree_is_no_file_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
