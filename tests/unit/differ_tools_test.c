/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same answers for a debug build and for clang as for Debian's build. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/differ_case.h"

static enum case_tools tools;

static struct differ_result *run(const char *before, const char *after)
{
    return case_run(&(struct differ_case){
        .tools = tools, .before = before, .after = after });
}

/* A payload that replaces F alone. */
static struct differ_result *only_f(const char *before, const char *after)
{
    struct differ_result *r = run(before, after);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_int_equal(r->nr_functions, 1);
    return r;
}

static void unchanged(const char *before, const char *after)
{
    case_verdict(run(before, after), DIFFER_NO_CHANGE);
}

static void one_function_changes_and_others_move(void **state)
{
#define F(n) "int f(int x) { return help(x) + v * " #n "; }\n"
#define G    "int g(void) { printk(\"text of g\"); return v++; }\n"
#define H    "static noinline int help(int x) { asm (\"\"); return x * 3; }\n"
    only_f("static int v = 4;" H F(5) G, H "static int v = 4;" G F(6));
    unchanged("static int v = 4;" H F(5) G, H "static int v = 4;" G F(5));
}

static void strings_count_by_their_text(void **state)
{
    struct differ_result *r =
        only_f("int f(void) { return printk(\"before\"); }"
               "int g(void) { return printk(\"other\"); }",
               "int g(void) { return printk(\"other\"); }"
               "int f(void) { return printk(\"after\"); }");

    assert_int_equal(case_section(r, ".rodata.str"), sizeof("after"));
}

static void static_locals_keep_their_memory(void **state)
{
#define COUNT(name, n)                                                        \
    "int " name "(void) { static int count; return count += " #n "; }\n"
    struct differ_result *r =
        only_f(COUNT("g", 1) COUNT("f", 2), COUNT("f", 3) COUNT("g", 1));

    assert_int_equal(case_section(r, ".bss"), 0);
}

/* One that comes before another of the same name takes its number away. */
static void static_locals_are_not_told_by_their_order(void **state)
{
    struct differ_result *r =
        run(COUNT("f", 2),
            "int f(void) { { static int count = 7; count++; printk(\"\","
            " count); } { static int count; return count += 2; } }");

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, NULL, "SYMBOL_AMBIGUOUS");
    /* Another function refers to each: that tells. */
    r = run(COUNT("f", 2),
            COUNT("g", 1) COUNT("f", 2) "int h(void) { static int count;"
                                        " return count++; }");
    case_verdict(r, DIFFER_NO_CHANGE);
}

static void tables_of_a_switch_count_by_content(void **state)
{
#define SWITCH(name, three)                                                   \
    "int " name "(unsigned int x) { switch ( x ) { case 0: return 90;"        \
    " case 1: return 17; case 2: return 4; case 3: return " #three            \
    "; case 4: return 61; case 5: return 2; case 6: return 7; } return 0; }\n"
    unchanged(SWITCH("f", 12) SWITCH("g", 40),
              SWITCH("g", 40) SWITCH("f", 12));
    only_f(SWITCH("f", 12) SWITCH("g", 40), SWITCH("f", 13) SWITCH("g", 40));
}

static void line_numbers_are_ignored_and_frames_are_not(void **state)
{
    unchanged("void f(int x) { if ( x ) WARN_AT(1, 20, \"a.c\"); }",
              "void f(int x) { if ( x ) WARN_AT(1, 300, \"a.c\"); }");
    assert_int_equal(
        case_section(only_f("void f(int x) { if ( x ) global_flag = 0; }",
                            "void f(int x) { if ( x ) WARN_AT(1, 20, \"a.c\");"
                            " }"),
                     ".bug_frames.1"),
        sizeof(struct xsplice_x86_bug));
    only_f("void f(int x) { if ( x ) WARN_AT(1, 20, \"a.c\"); }",
           "void f(int x) { if ( x ) WARN_AT(2, 20, \"a.c\"); }");
}

static void special_entries_come_along(void **state)
{
    struct differ_result *r =
        only_f("int f(int *p) { ALT(\"nop;nop;nop\", \"lfence\", 9);"
               " return TRY(p, 5); }",
               "int f(int *p) { ALT(\"nop;nop;nop\", \"lfence\", 9);"
               " return TRY(p, 6); }");

    assert_int_equal(case_section(r, ".altinstructions"),
                     sizeof(struct xsplice_x86_alt));
    assert_int_equal(case_section(r, ".ex_table"),
                     sizeof(struct xsplice_x86_extable));
    assert_true(case_section(r, ".fixup") > 0);
}

static void pointers_and_tables_are_told_by_name(void **state)
{
#define OPS                                                                   \
    "static int a(int x) { return x + 1; } static int b(int x)"               \
    " { return x + 2; } static int (*const ops[])(int) = { a, b };"
    unchanged(OPS "int f(int i) { return ops[i & 1](i); }",
              "int before(void) { return 3; }" OPS
              "int f(int i) { return ops[i & 1](i); }");
    only_f(OPS "int f(int i) { return ops[i & 1](i); }",
           OPS "int f(int i) { return ops[i & 1](i) + 1; }");
}

static void data_that_changes_is_refused(void **state)
{
    struct differ_result *r =
        run("static int v = 4; int f(void) { return v++; }",
            "static int v = 5; int f(void) { return v++; }");

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "v", "DATA_CHANGED");
}

static void functions_in_one_section_are_refused(void **state)
{
#define SHARED "__attribute__((section(\".text.both\"))) noinline "
    struct differ_result *r = run(
        SHARED "static int help(int x) { asm (\"\"); return x + 1; }" SHARED
               "int f(int x) { return help(x) * global_flag; }",
        SHARED "static int help(int x) { asm (\"\"); return x + 1; }" SHARED
               "int f(int x) { return help(x) + global_flag; }");

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "f", "SECTION_SHARED");
}

static int debug(void **state)
{
    tools = CASE_DEBUG;
    return 0;
}

static int clang(void **state)
{
    tools = CASE_CLANG;
    return 0;
}

static int cleanup(void **state)
{
    case_end();
    return 0;
}

#define BOTH(test)                                                            \
    { "debug: " #test, test, debug, cleanup, NULL },                          \
    {                                                                         \
        "clang: " #test, test, clang, cleanup, NULL                           \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(one_function_changes_and_others_move),
        BOTH(strings_count_by_their_text),
        BOTH(static_locals_keep_their_memory),
        BOTH(static_locals_are_not_told_by_their_order),
        BOTH(tables_of_a_switch_count_by_content),
        BOTH(line_numbers_are_ignored_and_frames_are_not),
        BOTH(special_entries_come_along),
        BOTH(pointers_and_tables_are_told_by_name),
        BOTH(data_that_changes_is_refused),
        BOTH(functions_in_one_section_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
