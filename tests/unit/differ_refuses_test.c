/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of which no payload can be made, each with its reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/differ_case.h"

/* A function that changes too, so that the reason is the only obstacle. */
#define F1 "int f(int x) { return other(x); }\n"
#define F2 "int f(int x) { return other(x + 1); }\n"

#define CALLED_AT_BOOT "void (*__initdata early)(void); void keep(void) { }\n"
#define ALT_CALL                                                                \
    "asm volatile (\"1: call *%c0(%%rip)\\n\" \".pushsection "                  \
    ".alt_call_sites,\\\"a\\\"\\n.long 1b - .\\n.popsection\" :: \"i\" (&early" \
    ") : \"memory\");"

/* The label is global: it may be that of a function, and is not f's. */
#define JUMPS_OUT                                                             \
    "asm volatile ( \"jc .Lelse\\n.subsection 1\\n.globl elsewhere\\n\"\n"    \
    "  \"elsewhere: .Lelse: ud2\\n.subsection 0\" );\n"

static const struct refusal {
    const char *what;
    struct differ_case c;
    const char *symbol, *reason;
} refusals[] = {
    { "initial value of data",
      { .before = F1 "int limit = 3;\nint g(void) { return limit; }",
        .after = F2 "int limit = 4;\nint g(void) { return limit; }" },
      "limit",
      "DATA_CHANGED" },
    { "zeroed data that gets a value",
      { .before = F1 "int limit;", .after = F2 "int limit = 4;" },
      "limit",
      "DATA_CHANGED" },
    { "size of data",
      { .before = F1 "char buffer[16];", .after = F2 "char buffer[32];" },
      "buffer",
      "DATA_RESIZED" },
    { "table that other units can see",
      { .before = F1 "const int table[] = { 1, 2, 3 };",
        .after = F2 "const int table[] = { 1, 2, 4 };" },
      "table",
      "RODATA_CHANGED" },
    { "pointer in a structure of operations",
      { .before = F1 "static cf_check int a(int x) { return x; }\n"
                     "struct { int (*op)(int); } ops = { a };",
        .after = F2 "static cf_check int b(int x) { return x + 1; }\n"
                    "struct { int (*op)(int); } ops = { b };" },
      "ops",
      "DATA_CHANGED" },
    { "constant structure of operations that functions refer to",
      { .before = "static cf_check int a(int x) { return x; }\n"
                  "static const struct { int (*op)(int); int n; }\n"
                  "ops = { a, 2 };\n"
                  "const void *f(void) { return &ops; }",
        .after = "static cf_check int a(int x) { return x; }\n"
                 "static const struct { int (*op)(int); int n; }\n"
                 "ops = { a, 3 };\n"
                 "const void *f(void) { return &ops; }" },
      "ops",
      "RODATA_CHANGED" },
    { "new per-CPU data",
      { .before = F1,
        .after = "int __percpu mine;\n"
                 "int f(int x) { return other(x) + mine; }" },
      "mine",
      "PERCPU_NEW" },
    { "size of per-CPU data",
      { .before = F1 "int __percpu mine[2];",
        .after = F2 "int __percpu mine[3];" },
      "mine",
      "PERCPU_CHANGED" },
    { "function too short",
      { .before = "void f(void) { asm volatile ( \"nop\" );\n"
                  "  __builtin_unreachable(); }\n"
                  "int g(int x) { return x; }",
        .after = "void f(void) { asm volatile ( \"pause\" );\n"
                 "  __builtin_unreachable(); }\n"
                 "int g(int x) { return x; }" },
      "f",
      "TOO_SHORT" },
    { "landing pad makes it too short",
      { .before = "cf_check void f(void) { asm volatile ( \"nop\" );\n"
                  "  __builtin_unreachable(); }",
        .after = "cf_check void f(void) { asm volatile ( \"pause\" );\n"
                 "  __builtin_unreachable(); }" },
      "f",
      "TOO_SHORT" },
    { "function of the engine",
      { .before = "int apply_payload(int x) { return other(x); }",
        .after = "int apply_payload(int x) { return other(x + 1); }" },
      "apply_payload",
      "NEVER_PATCH" },
    { "nothing but code that runs at boot",
      { .before = "int __init f(int x) { return other(x); }",
        .after = "int __init f(int x) { return other(x + 1); }" },
      "f",
      "INIT_ONLY" },
    { "data freed after boot",
      { .before = F1 "int __initdata early = 3;",
        .after = "int __initdata early = 3;\n"
                 "int f(int x) { return other(x) + early; }" },
      "early",
      "INIT_NEEDED" },
    { "function freed after boot",
      { .before = F1 "noinline int __init early(int x) { return x; }",
        .after = "noinline int __init early(int x) { return x; }\n"
                 "int f(int x) { return other(x) + early(x); }" },
      "early",
      "INIT_NEEDED" },
    { "alternative call through a pointer freed after boot",
      { .before = CALLED_AT_BOOT "int f(int x) { " ALT_CALL " return x; }",
        .after =
            CALLED_AT_BOOT "int f(int x) { " ALT_CALL " return x + 1; }" },
      "early",
      "INIT_NEEDED" },
    { "initcall",
      { .before = F1, .after = F2 "static int INITCALL call = 3;" },
      "call",
      "INIT_REGISTRATION" },
    { "file written in assembly",
      { .before = F1, .after = F2, .unit = "entry.S" },
      "f",
      "ASSEMBLY" },
    { "code in a top-level asm",
      { .before = "asm(\".section .text.a,\\\"ax\\\"\\n.globl a\\n"
                  "a: mov $1, %eax; jmp other\\n.previous\");\n" F1,
        .after = "asm(\".section .text.a,\\\"ax\\\"\\n.globl a\\n"
                 "a: mov $2, %eax; jmp other\\n.previous\");\n" F1 },
      "a",
      "ASSEMBLY" },
    { "symbol that the hypervisor lacks",
      { .before = F1,
        .after = "int missing(int);\n"
                 "int f(int x) { return missing(x); }" },
      "f",
      "SYMBOL_MISSING" },
    { "function of a name that another unit has",
      { .before = F1,
        .image = F1 "noinline int moved(int x) { return other(x); }",
        .after = "noinline int moved(int x) { return other(x) * 3; }\n"
                 "int f(int x) { return moved(x); }" },
      "moved",
      "NAME_TAKEN" },
    { "section of unknown purpose about a changed function",
      { .before = F1 "asm(\".section .odd_table,\\\"a\\\"\\n.quad f\\n\");",
        .after = F2 "asm(\".section .odd_table,\\\"a\\\"\\n.quad f\\n\");" },
      "f",
      "SECTION_UNKNOWN" },
    { "section of unknown purpose that changes",
      { .before = F1 "asm(\".section .odd_table,\\\"a\\\"\\n.quad 1\\n\");",
        .after = F2 "asm(\".section .odd_table,\\\"a\\\"\\n.quad 2\\n\");" },
      ".odd_table",
      "SECTION_UNKNOWN" },
    { "address of a new function without landing pad",
      { .before = F1 "void *g(void) { return 0; }",
        .after = F1 "static int fresh(int x) { return other(x) * 7; }\n"
                    "void *g(void) { return fresh; }",
        .landing_pads = true },
      "fresh",
      "NO_ENDBR" },
    { "jump into what the section has behind the function",
      { .before = "int f(int x) { " JUMPS_OUT " return x; }",
        .after = "int f(int x) { " JUMPS_OUT " return x + 1; }" },
      "f",
      "SECTION_SHARED" },
    { "two hooks where one may be",
      { .before = F1,
        .after = F1 "static int a(void) { return 0; }\n"
                    "static int HOOK(\"preapply\") (*const p)(void) = a;\n"
                    "static int HOOK(\"preapply\") (*const q)(void) = a;" },
      ".livepatch.hooks.preapply",
      "HOOK_BAD" },
    { "two static variables of one name with the same around them",
      { .before = "int f(int x) { if ( x == 1 ) { static int n; n++; }\n"
                  "  if ( x == 2 ) { static int n; n++; } return x; }",
        .after = "int f(int x) { if ( x == 2 ) { static int n; n++; }\n"
                 "  if ( x == 3 ) { static int n; n++; } return x; }" },
      NULL,
      "SYMBOL_AMBIGUOUS" },
    { "static variable that may be the old one or a new one",
      { .before = "int f(int x) { static int n; return n += x; }\n"
                  "int g(int x) { return x; }",
        .after = "int f(int x) { return x; }\n"
                 "int g(int x) { static int n; return n += x; }" },
      NULL,
      "SYMBOL_AMBIGUOUS" },
    { "shadow variables, for a hypervisor that has none",
      { .before = F1,
        .after = "void *xsplice_shadow_get(const void *, const void *);\n"
                 "int f(int x) { return xsplice_shadow_get(&x, 0) != 0; }" },
      "f",
      "NEEDS_ENGINE" },
    { "a whole unit", { .before = F1 }, NULL, "UNIT_REMOVED" },
};

static void each_is_refused_with_its_reason(void **state)
{
    size_t i;

    for ( i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++ )
    {
        struct differ_result *r = case_run(&refusals[i].c);

        print_message("%s\n", refusals[i].what);
        case_must(r, DIFFER_REFUSED, refusals[i].symbol, refusals[i].reason);
        case_verdict(r, DIFFER_CANNOT);
        assert_null(r->payload);
    }
}

/* What is wrong and who needs it: both have to be found. */
static void a_refusal_names_both_ends_of_a_reference(void **state)
{
    struct differ_case c = {
        .before = F1,
        .after = "int __percpu mine;\n"
                 "int f(int x) { return other(x) + mine; }",
    };
    struct differ_result *r = case_run(&c);
    size_t i, n = 0;

    for ( i = 0; i < r->nr_findings; i++ )
        if ( r->findings[i].kind == DIFFER_REFUSED )
        {
            assert_string_equal(r->findings[i].unit, "unit.c");
            assert_string_equal(r->findings[i].symbol, "mine");
            assert_non_null(strstr(r->findings[i].why, "f needs it"));
            n++;
        }
    assert_int_equal(n, 1);
}

static void each_place_of_a_change_to_boot_code_is_named(void **state)
{
    struct differ_case c = {
        .before = "int __init f(int x) { return other(x); }\n"
                  "int __init g(int x) { return other(x); }\n"
                  "int __init h(int x) { return other(x); }",
        .after = "int __init f(int x) { return other(x + 1); }\n"
                 "int __init g(int x) { return other(x); }\n"
                 "int __init h(int x) { return other(x + 2); }",
    };
    struct differ_result *r = case_run(&c);
    size_t i;

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "f", "INIT_ONLY");
    case_must(r, DIFFER_REFUSED, "h", "INIT_ONLY");
    assert_int_equal(r->nr_findings, 2);
    for ( i = 0; i < 2; i++ )
        assert_string_equal(r->findings[i].unit, "unit.c");
}

static void the_way_out_of_an_alternative_call_is_its_own(void **state)
{
    struct differ_case c = {
        .before = CALLED_AT_BOOT "int f(int x) { " ALT_CALL " return x; }",
        .after = CALLED_AT_BOOT "int f(int x) { " ALT_CALL " return x + 1; }",
    };
    struct differ_result *r = case_run(&c);

    /* A copy of the pointer under a new name would have nothing in it. */
    case_must(r, DIFFER_REFUSED, "early", "INIT_NEEDED");
    assert_null(strstr(r->findings[r->nr_findings - 1].hint, "new name"));
    assert_non_null(strstr(r->findings[r->nr_findings - 1].hint,
                           "call the function by its name"));
}

static void a_payload_larger_than_the_hypervisor_takes(void **state)
{
    /* Xen takes 2 MiB: all but the table fits. */
    struct differ_case c = {
        .before = F1,
        .after = "static const char table[2 << 20] = { 1, 2 };\n"
                 "int f(int x) { return other(table[x & 0xffff]); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, NULL, "PAYLOAD_TOO_LARGE");
    assert_null(r->payload);
    assert_int_equal(r->payload_size, 0);

    c.after = "static const char table[(2 << 20) - 8000] = { 1, 2 };\n"
              "int f(int x) { return other(table[x & 0xffff]); }";
    case_verdict(case_run(&c), DIFFER_BUILT);
}

#define COUNTS                                                                \
    "static int n; static noinline int count(int x) { return n += x; }\n"
#define CALLS "int moved(int); int g(int x) { return moved(x) + x; }\n"

/* It would run in its new place with variables of its own. */
static void a_function_that_moves_with_a_variable(void **state)
{
    struct differ_case c = {
        .before = F1 "static int n; int moved(int x) { return n += x; }\n",
        .after = F1,
        .second_before = CALLS,
        .second_after =
            CALLS "static int n; int moved(int x) { return n += x; }\n",
        .second_file = "second.c",
    };
    struct differ_result *r = case_run(&c);
    size_t i;

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "moved", "NAME_TAKEN");
    for ( i = 0; i < r->nr_findings; i++ )
        if ( r->findings[i].kind == DIFFER_REFUSED )
            assert_non_null(strstr(r->findings[i].why, "from unit.c"));

    /* Behind another function that goes with it. */
    c.before = F1 COUNTS "int moved(int x) { return count(x) * 3; }\n";
    c.second_after =
        CALLS COUNTS "int moved(int x) { return count(x) * 5; }\n";
    r = case_run(&c);
    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "moved", "NAME_TAKEN");

    /* A variable of a new value. */
    c.before = F1 "int moved = 3;\n";
    c.second_before = "int g(int x) { return other(x); }\n";
    c.second_after = "int moved = 4; int g(int x) { return other(x); }\n";
    r = case_run(&c);
    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "moved", "NAME_TAKEN");
}

static void all_reasons_are_given_at_once(void **state)
{
    struct differ_case c = {
        .before = F1 "int limit = 3; char buffer[4];",
        .after = "int missing(int); int limit = 4; char buffer[8];\n"
                 "int f(int x) { return missing(x); }",
    };
    struct differ_result *r = case_run(&c);

    case_must(r, DIFFER_REFUSED, "limit", "DATA_CHANGED");
    case_must(r, DIFFER_REFUSED, "buffer", "DATA_RESIZED");
    case_must(r, DIFFER_REFUSED, "f", "SYMBOL_MISSING");
}

static void another_original_is_told_apart(void **state)
{
    struct differ_case c = {
        .before = F1,
        .after = F2,
        .image = "int f(int x) { return other(x + 9); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_ORIGINAL);
    case_must(r, DIFFER_ORIGIN, "f", "ORIGIN_CODE");
}

static void another_string_in_the_original_is_seen(void **state)
{
    struct differ_case c = {
        .before = "int f(void) { return printk(\"one\"); }",
        .after = "int f(void) { return printk(\"two\"); }",
        .image = "int f(void) { return printk(\"six\"); }",
    };

    case_verdict(case_run(&c), DIFFER_ORIGINAL);
}

static void another_variable_in_the_original_is_seen(void **state)
{
    struct differ_case c = {
        .before = "int a, b; int f(int x) { return (a += x); }",
        .after = "int a, b; int f(int x) { return (a += x + 1); }",
        .image = "int a, b; int f(int x) { return (b += x); }",
    };

    case_verdict(case_run(&c), DIFFER_ORIGINAL);
}

static void a_function_that_the_original_lacks_is_named(void **state)
{
    struct differ_case c = { .before = F1, .after = F2, .image = "int q;" };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_ORIGINAL);
    case_must(r, DIFFER_ORIGIN, "f", "ORIGIN_MISSING");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_refused_with_its_reason),
        cmocka_unit_test(a_refusal_names_both_ends_of_a_reference),
        cmocka_unit_test(each_place_of_a_change_to_boot_code_is_named),
        cmocka_unit_test(the_way_out_of_an_alternative_call_is_its_own),
        cmocka_unit_test(a_payload_larger_than_the_hypervisor_takes),
        cmocka_unit_test(a_function_that_moves_with_a_variable),
        cmocka_unit_test(all_reasons_are_given_at_once),
        cmocka_unit_test(another_original_is_told_apart),
        cmocka_unit_test(another_string_in_the_original_is_seen),
        cmocka_unit_test(another_variable_in_the_original_is_seen),
        cmocka_unit_test(a_function_that_the_original_lacks_is_named),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    case_end();
    return rc;
}
