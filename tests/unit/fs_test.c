/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths, directories and lists of strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/strv.h"
#include "tests/unit/tempdir.h"

static struct xs_error err;

static void paths_become_normal(void **state)
{
    static const char *const paths[][2] = {
        { "a/b", "a/b" },
        { "./a//b/./c/", "a/b/c" },
        { "a/../b", "b" },
        { "a/b/../../c", "c" },
        { "../a", "../a" },
        { "../../a/..", "../.." },
        { "/", "/" },
        { "//a", "/a" },
        { "/..", "/" },
        { "/../a", "/a" },
        { "a/..", "." },
        { "", "." },
        { "a..b/...", "a..b/..." },
    };
    size_t i;

    for ( i = 0; i < sizeof(paths) / sizeof(*paths); i++ )
    {
        char *got = fs_normal(paths[i][0]);

        assert_string_equal(got, paths[i][1]);
        free(got);
    }
}

static void the_last_component_is_the_name(void **state)
{
    assert_string_equal(fs_name("a/b.c"), "b.c");
    assert_string_equal(fs_name("b.c"), "b.c");
    assert_string_equal(fs_name("a/"), "");
}

static void directories_are_made_with_those_above(void **state)
{
    const char *deep = in_dir(*state, "a/b/c");

    assert_int_equal(fs_mkdirs(deep, &err), 0);
    assert_int_equal(fs_mkdirs(deep, &err), 0);
    assert_true(fs_is_directory(deep));
    assert_false(fs_is_regular(deep));
    assert_int_equal(fs_mkdirs_above(in_dir(*state, "x/y/file"), &err), 0);
    assert_true(fs_is_directory(in_dir(*state, "x/y")));
    assert_false(fs_is_directory(in_dir(*state, "x/y/file")));
    put_file(*state, "file", "");
    assert_int_equal(fs_mkdirs(in_dir(*state, "file"), &err), -1);
    assert_non_null(strstr(err.what, "file is not a directory"));
    assert_int_equal(fs_mkdirs(in_dir(*state, "file/in"), &err), -1);
    assert_non_null(strstr(err.what, "file/in"));
}

static void what_goes_takes_no_target_of_a_link_along(void **state)
{
    char *text;

    put_file(*state, "keep/file", "still here");
    put_file(*state, "gone/deep/file", "x");
    assert_int_equal(symlink("../keep", in_dir(*state, "gone/link")), 0);
    fs_remove_tree(in_dir(*state, "gone"));
    assert_false(fs_is_directory(in_dir(*state, "gone")));
    text = get_file(*state, "keep/file");
    assert_string_equal(text, "still here");
    free(text);
    fs_remove_tree(in_dir(*state, "never-there"));
}

static void bytes_are_copied(void **state)
{
    struct xs_error none;
    char *text;
    size_t n;

    assert_int_equal(xs_file_write(in_dir(*state, "a"), "1\0002", 3, &err), 0);
    assert_int_equal(fs_copy(in_dir(*state, "a"), in_dir(*state, "b"), &err),
                     0);
    assert_int_equal(fs_read(in_dir(*state, "b"), &text, &n, &err), 0);
    assert_int_equal(n, 3);
    assert_memory_equal(text, "1\0002", 4);
    free(text);
    assert_int_equal(
        fs_copy(in_dir(*state, "none"), in_dir(*state, "c"), &none), -1);
    assert_non_null(strstr(none.what, "none"));
    assert_false(fs_is_regular(in_dir(*state, "c")));
}

static void expect_cache(const char *want)
{
    char *got = fs_cache_directory();

    assert_string_equal(got, want);
    free(got);
}

static void the_cache_is_where_the_environment_says(void **state)
{
    setenv("HOME", "/h", 1);
    setenv("XDG_CACHE_HOME", "/x", 1);
    setenv("XSPLICE_CACHE", "/c", 1);
    expect_cache("/c");
    setenv("XSPLICE_CACHE", "", 1);
    expect_cache("/x/xsplice");
    unsetenv("XDG_CACHE_HOME");
    expect_cache("/h/.cache/xsplice");
}

static void lists_are_sorted_and_searched(void **state)
{
    struct strv list = { NULL, 0 };
    char *first = str_first("abcdef", 2);

    assert_false(strv_has_sorted(&list, "a"));
    strv_add(&list, "b");
    strv_addf(&list, "%s%d", "c", 1);
    strv_take(&list, first);
    strv_add_once(&list, "b");
    strv_add(&list, "b");
    assert_int_equal(list.n, 4);
    assert_true(strv_has(&list, "ab"));
    strv_sort(&list);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.v[0], "ab");
    assert_string_equal(list.v[2], "c1");
    assert_true(strv_has_sorted(&list, "b"));
    assert_false(strv_has_sorted(&list, "c"));
    strv_free(&list);
    assert_int_equal(list.n, 0);
}

static void ends_and_beginnings(void **state)
{
    assert_true(str_begins("abc", "ab") && str_begins("abc", ""));
    assert_false(str_begins("ab", "abc"));
    assert_true(str_ends("x.c", ".c") && str_ends(".c", ".c"));
    assert_false(str_ends("c", ".c") || str_ends("x.cc", ".c"));
}

#define IN_DIR(test)                                                          \
    cmocka_unit_test_setup_teardown(test, tempdir_make, tempdir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_become_normal),
        cmocka_unit_test(the_last_component_is_the_name),
        IN_DIR(directories_are_made_with_those_above),
        IN_DIR(what_goes_takes_no_target_of_a_link_along),
        IN_DIR(bytes_are_copied),
        cmocka_unit_test(the_cache_is_where_the_environment_says),
        cmocka_unit_test(lists_are_sorted_and_searched),
        cmocka_unit_test(ends_and_beginnings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
