/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two objects compared without a hypervisor: objdiff.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/objdiff.h"
#include "tests/unit/tempdir.h"

static struct objdiff diff;

static char *dir;

static int setup(void **state)
{
    int rc = tempdir_make(state);

    dir = *state;
    return rc;
}

static int teardown(void **state)
{
    objdiff_free(&diff);
    return tempdir_remove(state);
}

static void compile_with(const char *gcc, const char *name, const char *source)
{
    char command[512];

    put_file(dir, "unit.c", source);
    snprintf(command, sizeof(command),
             "cd %s && %s -O2 -ffunction-sections -fdata-sections "
             "-fno-asynchronous-unwind-tables -w -c unit.c -o %s",
             dir, gcc, name);
    if ( system(command) )
        fail_msg("%s", command);
}

static void compile(const char *name, const char *source)
{
    compile_with("gcc", name, source);
}

static void compare(const char *before, const char *after)
{
    struct xs_error err = { 0 };

    compile("a.o", before);
    compile("b.o", after);
    if ( objdiff_run(in_dir(dir, "a.o"), in_dir(dir, "b.o"), &diff, &err) )
        fail_msg("%s", err.what);
}

static const struct objdiff_item *find(enum objdiff_kind kind,
                                       const char *symbol)
{
    size_t i;

    for ( i = 0; i < diff.nr; i++ )
        if ( diff.item[i].kind == kind &&
             !strcmp(diff.item[i].symbol, symbol) )
            return &diff.item[i];
    for ( i = 0; i < diff.nr; i++ )
        print_message("%s %s: %s\n", objdiff_kind_name(diff.item[i].kind),
                      diff.item[i].symbol, diff.item[i].why);
    fail_msg("no item %s %s", objdiff_kind_name(kind), symbol);
    return NULL;
}

static void the_order_of_functions_does_not_count(void **state)
{
    compare("int g(int); int f(int x) { return g(x) + 1; }\n"
            "int h(int x) { return g(x) - 1; }\n",
            "int g(int);\nint h(int x) { return g(x) - 1; }\n"
            "int f(int x) { return g(x) + 1; }\n");
    assert_int_equal(diff.nr, 0);
    assert_false(objdiff_differs(&diff));
}

static void what_differs_is_named_with_its_kind(void **state)
{
    const struct objdiff_item *item;

    compare("int x = 3; int g(int); int gone(void) { return 0; }\n"
            "int f(int a) { return g(a); }\n"
            "const char *name(void) { return \"before\"; }\n",
            "int x = 4; int g(int); int anew(void) { return 0; }\n"
            "int f(int a) { return g(a) + x; }\n"
            "const char *name(void) { return \"after\"; }\n");
    assert_true(objdiff_differs(&diff));
    assert_int_equal(diff.nr, 5);
    item = find(OBJDIFF_CHANGED, "x");
    assert_string_equal(item->what, "variable");
    assert_string_equal(item->why, "byte 0x4, was 0x3");
    item = find(OBJDIFF_CHANGED, "f");
    assert_string_equal(item->what, "function");
    assert_string_equal(item->why, "now uses x");
    assert_string_equal(find(OBJDIFF_CHANGED, "name")->why,
                        "now uses \"after\"; no longer uses \"before\"");
    assert_int_equal(find(OBJDIFF_GONE, "gone")->new_size, 0);
    assert_int_equal(find(OBJDIFF_ADDED, "anew")->old_size, 0);
}

static void a_table_counts_with_its_readers(void **state)
{
    compare("static const int t[] = { 1, 2, 3 };\n"
            "int read(int i) { return t[i]; }\n",
            "static const int t[] = { 1, 2, 4 };\n"
            "int read(int i) { return t[i]; }\n");
    assert_int_equal(diff.nr, 1);
    find(OBJDIFF_CHANGED, "read");
}

/* An entry of a bug frame: line 5 of a file, and the file's name. */
#define FRAME(line)                                                           \
    "void f(void) { asm volatile (\"1: ud2\\n"                                \
    ".pushsection .bug_frames.2,\\\"a\\\"\\n.p2align 2\\n"                    \
    "2: .long (1b - 2b) + (0 << 24)\\n"                                       \
    ".long (%c0 - 2b) + (" line                                               \
    " << 24)\\n.popsection\" :: \"i\" (\"x\")); }"

static void a_line_number_is_ignored_and_said(void **state)
{
    compare(FRAME("5"), FRAME("6"));
    assert_int_equal(diff.nr, 1);
    find(OBJDIFF_IGNORED, "f");
    assert_false(objdiff_differs(&diff));
}

static void a_special_entry_alone_is_a_difference(void **state)
{
    compare(FRAME("5"), "void f(void) { asm volatile (\"1: ud2\"); }");
    find(OBJDIFF_CHANGED, "f");
}

static void entries_of_unknown_sections_count(void **state)
{
    static const char entry[] =
        "asm(\".section .unknown,\\\"a\\\"\\n.long %d\\n.previous\");"
        "int f(void) { return 0; }\n";
    char before[200], after[200];

    snprintf(before, sizeof(before), entry, 1);
    snprintf(after, sizeof(after), entry, 2);
    compare(before, after);
    assert_string_equal(find(OBJDIFF_ADDED, ".unknown")->what, "section");
    find(OBJDIFF_GONE, ".unknown");
}

static void what_is_no_object_is_an_error(void **state)
{
    struct xs_error err = { 0 };

    assert_int_equal(objdiff_run("/dev/null", "/dev/null", &diff, &err), -1);
    assert_non_null(strstr(err.what, "/dev/null"));
    assert_int_equal(objdiff_run("/nowhere.o", "/dev/null", &diff, &err), -1);
    assert_non_null(strstr(err.what, "/nowhere.o"));
}

static void objects_for_two_machines_are_not_compared(void **state)
{
    struct xs_error err = { 0 };

    compile("a.o", "int f(void) { return 1; }");
    compile_with("aarch64-linux-gnu-gcc", "b.o", "int f(void) { return 1; }");
    assert_int_equal(
        objdiff_run(in_dir(dir, "a.o"), in_dir(dir, "b.o"), &diff, &err), -1);
    assert_non_null(strstr(err.what, "for x86-64"));
    assert_non_null(strstr(err.what, "for arm64"));
    assert_int_equal(
        objdiff_run(in_dir(dir, "b.o"), in_dir(dir, "b.o"), &diff, &err), 0);
    assert_int_equal(diff.nr, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_order_of_functions_does_not_count),
        CASE(what_differs_is_named_with_its_kind),
        CASE(a_table_counts_with_its_readers),
        CASE(a_line_number_is_ignored_and_said),
        CASE(a_special_entry_alone_is_a_difference),
        CASE(entries_of_unknown_sections_count),
        CASE(what_is_no_object_is_an_error),
        CASE(objects_for_two_machines_are_not_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
