/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes that become payloads, and what is in those. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "common/modinfo.h"
#include "common/payload_file.h"
#include "tests/unit/differ_case.h"
#include "xsplice/payload.h"
#include "xsplice/shadow.h"

#define FUNC_ENTRY sizeof(struct xsplice_func)

static void the_same_source_is_no_change(void **state)
{
    static const char text[] = "int f(int x) { static int n; return n += x; }";
    struct differ_case c = { .before = text, .after = text };

    case_verdict(case_run(&c), DIFFER_NO_CHANGE);
}

static void moved_lines_of_bug_frames_are_no_change(void **state)
{
    struct differ_case c = {
        .before = "void f(int x) { if ( x ) WARN_AT(1, 200, \"unit.c\"); }",
        .after = "void f(int x) { if ( x ) WARN_AT(1, 4711, \"unit.c\"); }",
    };

    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_NO_CHANGE);
    case_must(r, DIFFER_IGNORED, "f", NULL);
}

static void a_string_alone_changes_the_function_that_uses_it(void **state)
{
    struct differ_case c = {
        .before = "int f(void) { return printk(\"one\"); }\n"
                  "int g(void) { return printk(\"two\"); }",
        .after = "int f(void) { return printk(\"1st\"); }\n"
                 "int g(void) { return printk(\"two\"); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "g", NULL));
    assert_int_equal(case_section(r, ".livepatch.funcs"), FUNC_ENTRY);
    assert_int_equal(case_section(r, ".rodata.str"), sizeof("1st"));
    assert_int_equal(case_function(r, 0).old_addr, 0); /* looked up by name */
    assert_int_equal(case_symbol(r, "printk"), 1);
    assert_int_equal(case_symbol(r, "f"), 2);
    assert_int_equal(case_section(r, ".livepatch.depends"), 36);
    assert_int_equal(case_section(r, ".livepatch.xen_depends"), 36);
    assert_int_equal(case_section(r, ".note.gnu.build-id"), 36);
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return x; }",
        .after = "static int n, m = 3;\n"
                 "int f(int x) { n += m; m = x; return printk(\"%d\", n); }",
    };
    struct differ_result *r = case_run(&c);
    size_t size = r->payload_size;
    uint8_t *bytes = malloc(size);

    memcpy(bytes, r->payload, size);
    r = case_run(&c);
    assert_int_equal(r->payload_size, size);
    assert_memory_equal(r->payload, bytes, size);
    free(bytes);
}

static void static_functions_and_data_have_their_files_name(void **state)
{
    struct differ_case c = {
        .before = "static int total;\n"
                  "static noinline int f(int x) { return total += x; }\n"
                  "int g(int x) { return f(x) + f(x + 1); }",
        .after = "static int total;\n"
                 "static noinline int f(int x) { return total -= x; }\n"
                 "int g(int x) { return f(x) + f(x + 1); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_int_equal(case_symbol(r, "unit.c#f"), 2);
    assert_int_equal(case_symbol(r, "unit.c#total"), 1);
}

static void new_things_come_along_under_names_of_the_payload(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return x; }",
        .after = "static int calls, limit = 9;\n"
                 "static noinline int deep(int x)\n"
                 "{ return printk(\"%d\", x) + ++calls; }\n"
                 "noinline int helper(int x) { return deep(x) - limit--; }\n"
                 "int unused(int x) { return x + 5; }\n"
                 "int f(int x) { return helper(x); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_ADDED, "helper", NULL);
    case_must(r, DIFFER_ADDED, "deep", NULL);
    case_must(r, DIFFER_DATA, "calls", NULL);
    case_must(r, DIFFER_DATA, "limit", NULL);
    case_must(r, DIFFER_IGNORED, "unused", NULL);
    assert_int_equal(case_symbol(r, "helper@case"), 2);
    assert_int_equal(case_symbol(r, "unit.c#deep@case"), 2);
    assert_int_equal(case_symbol(r, "calls"), 0);
    assert_int_equal(case_section(r, ".bss"), 4);
    assert_int_equal(case_section(r, ".data"), 4);
    assert_int_equal(case_section(r, ".livepatch.funcs"), FUNC_ENTRY);
}

/* x.0 and x.1 change their numbers when another static local comes first. */
static void static_locals_keep_their_memory_when_numbers_shift(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { static int n = 1; return n += x; }\n"
                  "int g(int x) { static int n = 2; return n -= x; }",
        .after = "int f(int x) { static int n = 1; return n += x; }\n"
                 "int e(int x) { static int m = 7; return m *= x; }\n"
                 "int g(int x) { static int n = 2; return (n -= x) + e(x); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "g", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "f", NULL));
    /* Only m is new. */
    assert_int_equal(case_section(r, ".data"), 4);
}

static void two_static_locals_of_one_name_are_told_apart_by_code(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { if ( x ) { static int n; return n += x; }\n"
                  "  else { static int n; return n -= global_flag; } }\n"
                  "int g(int x) { return x; }",
        .after = "int g(int x) { static int k; return k += x; }\n"
                 "int f(int x) { if ( x ) { static int n; return n += x; }\n"
                 "  else { static int n; return n -= global_flag; } }\n",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "g", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "f", NULL));
}

#define ONCE(value, act)                                                      \
    "  if ( x == " #value " ) { static int once;\n"                           \
    "    if ( !once ) { once = 1; " act "; return " #value "; } }\n"

/* How many variables were taken for the old one of the number that they have. */
static size_t taken_for_their_number(const struct differ_result *r,
                                     size_t *all)
{
    size_t i, same = 0;

    *all = 0;
    for ( i = 0; i < r->nr_findings; i++ )
    {
        const struct differ_finding *f = &r->findings[i];
        const char *old = f->kind == DIFFER_NOTED
                              ? strstr(f->why, "taken for the old ")
                              : NULL;

        if ( !old )
            continue;
        (*all)++;
        old += strlen("taken for the old ");
        same += !strncmp(old, f->symbol, strlen(f->symbol));
    }
    return same;
}

static void
namesakes_in_changed_code_are_known_by_what_they_guard(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) {\n" ONCE(1, "printk(\"one\"); other(1)")
            ONCE(2, "printk(\"two\"); other(2)") "  return other(x); }",
        .after = "int f(int x) {\n  x = other(x);\n" ONCE(
            1, "printk(\"one\"); other(1)")
            ONCE(2, "printk(\"two\"); other(2)") "  return other(x); }",
    };
    struct differ_result *r = case_run(&c);
    size_t all;

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(taken_for_their_number(r, &all), 2);
    assert_int_equal(all, 2);
    assert_int_equal(case_section(r, ".bss"), 0);
    /* Swapped in the source, so that the compiler's numbers are the others'. */
    c.after = "int f(int x) {\n  x = other(x);\n" ONCE(
        2, "printk(\"two\"); other(2)")
        ONCE(1, "printk(\"one\"); other(1)") "  return other(x); }";
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(taken_for_their_number(r, &all), 0);
    assert_int_equal(all, 2);
    assert_int_equal(case_section(r, ".bss"), 0);
    /* One more of them has memory of its own. */
    c.after = "int f(int x) {\n  x = other(x);\n" ONCE(
        3, "printk(\"three\"); global_flag = 2")
        ONCE(1, "printk(\"one\"); other(1)")
            ONCE(2, "printk(\"two\"); other(2)") "  return other(x); }";
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    taken_for_their_number(r, &all);
    assert_int_equal(all, 2);
    assert_int_equal(case_section(r, ".bss"), 4);
}

static void calls_go_to_the_new_body_and_pointers_to_the_old(void **state)
{
    struct differ_case c = {
        .before = "noinline cf_check int f(int x) { return other(x); }\n"
                  "int g(int x) { return f(x) + 1; }\n"
                  "void *h(void) { return 0; }",
        .after = "noinline cf_check int f(int x) { return other(x + 1); }\n"
                 "int g(int x) { return f(x) + 2; }\n"
                 "void *h(void) { return f; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "f"), 3);
    assert_true(case_relocs(r, ".rela.text", "f") >= 2);
}

static void a_changed_table_comes_along_with_its_readers(void **state)
{
    struct differ_case c = {
        .before = "static const int t[] = { 1, 2, 3, 4, 5, 6, 7 };\n"
                  "int f(unsigned int i) { return t[i]; }\n"
                  "int g(int i) { return i; }",
        .after = "static const int t[] = { 1, 2, 3, 4, 9, 6, 7, 8 };\n"
                 "int f(unsigned int i) { return t[i]; }\n"
                 "int g(int i) { return i; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    case_must(r, DIFFER_DATA, "t", NULL);
    assert_int_equal(case_section(r, ".rodata"), 32);
}

static void an_unchanged_table_stays_the_hypervisors(void **state)
{
    struct differ_case c = {
        .before = "static const int t[] = { 1, 2, 3, 4, 5, 6, 7 };\n"
                  "int f(unsigned int i) { return t[i]; }",
        .after = "static const int t[] = { 1, 2, 3, 4, 5, 6, 7 };\n"
                 "int f(unsigned int i) { return i < 7 ? t[i] : 0; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "unit.c#t"), 1);
    assert_int_equal(case_section(r, ".rodata"), 0);
}

static void a_switch_table_is_compared_by_content(void **state)
{
    static const char before[] =
        "int f(int x) { switch ( x ) { case 0: return 11; case 1: return 7;\n"
        "case 2: return 3; case 3: return 99; case 4: return 5; }\n"
        "return -1; }";
    static const char after[] =
        "int f(int x) { switch ( x ) { case 0: return 11; case 1: return 7;\n"
        "case 2: return 3; case 3: return 98; case 4: return 5; }\n"
        "return -1; }";
    struct differ_case c = { .before = before, .after = after };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_true(case_section(r, ".rodata") >= 20);
}

/* With jump tables the table leads into the middle of the function. */
static void labels_of_a_switch_lead_into_the_new_body(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { static void *const t[] = { &&a, &&b };\n"
                  "goto *t[x & 1]; a: return other(x); b: return other(-x); }",
        .after = "int f(int x) { static void *const t[] = { &&a, &&b };\n"
                 "goto *t[x & 1]; a: return other(x); b: return other(9); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "f"), 2);
    assert_int_equal(case_relocs(r, ".rela.rodata", "f"), 2);
}

static void a_boot_parameter_in_a_function_is_the_same(void **state)
{
    struct differ_case c = {
        .before = "int __init f(void) { static int SETUP p = 3; return 1; }",
        .after = "int __init f(void) { static int SETUP p = 3; return 1; }",
    };

    case_verdict(case_run(&c), DIFFER_NO_CHANGE);
}

static void init_symbols_may_be_used_as_they_were_before(void **state)
{
    struct differ_case c = {
        .before = "int __initdata early = 3;\n"
                  "long f(int x) { return other(x) + (long)&early; }",
        .after = "int __initdata early = 3;\n"
                 "long f(int x) { return other(x) - (long)&early; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "early"), 1);
}

/* The sections have the order in which the unit uses them first. */
static void special_sections_in_another_order_are_no_change(void **state)
{
#define BOTH_SORTS                                                            \
    "int g(int x) { WARN_AT(1, 20, \"unit.c\"); ALT(\"nop;nop;nop\", \"lfence\", 9); return x; }"
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }\n" BOTH_SORTS,
        .after = "int f(int x) { ALT(\"nop;nop;nop\", \"mfence\", 9);\n"
                 "  return other(x); }\n" BOTH_SORTS,
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "g", NULL));
}

static void a_bug_frame_of_another_sort_is_a_change(void **state)
{
    struct differ_case c = {
        .before = "void f(int x) { if ( x ) WARN_AT(1, 20, \"unit.c\"); }",
        .after = "void f(int x) { if ( x ) WARN_AT(2, 20, \"unit.c\"); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_SPECIAL, "f", NULL);
    assert_int_equal(case_section(r, ".bug_frames.2"), 8);
    assert_int_equal(case_section(r, ".bug_frames.1"), 0);
}

/* 555 is 4 << 7 | 43: both halves of the line stand above the displacement. */
static void bug_frames_lead_to_their_ud2_and_their_file(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }",
        .after = "int f(int x) { if ( x == 3 ) WARN_AT(1, 555, \"unit.c\");\n"
                 "  return other(x); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_memory_equal(case_leads_to(r, ".rela.bug_frames.1", 0, 4 << 24),
                        "\x0f\x0b", 2);
    assert_string_equal(
        case_leads_to(r, ".rela.bug_frames.1", 4, (43 << 24) + 4), "unit.c");
}

static void exception_table_and_fixup_lead_to_their_places(void **state)
{
    struct differ_case c = {
        .before = "int f(long p) { return TRY(p, 5) + other(p); }\n"
                  "int g(long p) { return TRY(p, 7) + other(p); }",
        .after = "int f(long p) { return TRY(p, 5) + other(p); }\n"
                 "int g(long p) { return TRY(p, 7) - other(p); }",
    };
    struct differ_result *r = case_run(&c);
    const uint8_t *load;

    case_verdict(r, DIFFER_BUILT);
    load = case_leads_to(r, ".rela.ex_table", 0, 0);
    assert_int_equal(load[0], 0x8b); /* mov (%reg), %reg */
    assert_int_equal(case_leads_to(r, ".rela.ex_table", 4, 0)[1], 7);
    /* The jump back: to what is behind the load. */
    assert_ptr_equal(case_leads_to(r, ".rela.fixup", 6, -4), load + 2);
}

static void alternatives_lead_to_their_code(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { ALT(\"nop;nop;nop\", \"lfence\", 9);\n"
                  "  return other(x); }",
        .after = "int f(int x) { ALT(\"nop;nop;nop\", \"lfence\", 9);\n"
                 "  ALT(\"nop;nop;nop\", \"mfence\", 9);\n"
                 "  return other(x + 1); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_section(r, ".altinstructions"), 28);
    assert_memory_equal(case_leads_to(r, ".rela.altinstructions", 14, 0),
                        "\x90\x90\x90", 3);
    assert_memory_equal(case_leads_to(r, ".rela.altinstructions", 4, 0),
                        "\x0f\xae\xe8", 3);
    assert_memory_equal(case_leads_to(r, ".rela.altinstructions", 18, 0),
                        "\x0f\xae\xf0", 3);
}

static void another_member_of_a_structure_is_a_change(void **state)
{
    struct differ_case c = {
        .before = "struct { int a, b; } s; int f(void) { return s.a; }",
        .after = "struct { int a, b; } s; int f(void) { return s.b; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
}

/* Since 4.21 a table of its own says which calls are made direct at boot. */
static void calls_made_direct_at_boot_are_known(void **state)
{
#define ALT_CALL(fn)                                                          \
    "asm volatile (\"1: call *%c0(%%rip)\\n\" \".pushsection "                \
    ".alt_call_sites,\\\"a\\\"\\n.long 1b - .\\n.popsection\" :: \"i\" (&" fn \
    ") : \"memory\");"
#define POINTERS                                                              \
    "extern void (*const *ops[2])(void); void (*const *ops[2])(void);"
    struct differ_case c = {
        .before = POINTERS "void f(void) { " ALT_CALL("ops[0]") " }",
        .after = POINTERS "void f(void) { " ALT_CALL("ops[1]") " }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_SPECIAL, "f", NULL);
    assert_int_equal(case_section(r, ".alt_call_sites"), 4);
    /* Its first bytes are the call, which is another one after boot. */
    assert_int_equal(case_function(r, 0).expect.enabled, 0);
    /* That a call is no longer made direct changes no byte of code. */
    c.after = POINTERS "void f(void) { asm volatile (\"call *%c0(%%rip)\" :: "
                       "\"i\" (&ops[0]) : \"memory\"); }";
    case_must(case_run(&c), DIFFER_CHANGED, "f", NULL);
}

static void expectations_are_the_bytes_that_are_sure(void **state)
{
    /* mov $imm32, %eax; then an alternative, then a jump that is relocated */
    static const char before[] =
        "int f(void) { int r = 0x11223344; asm volatile (\"\" : \"+a\" (r));\n"
        "  ALT(\"nop;nop;nop\", \"lfence\", 9); return r; }";
    static const char after[] =
        "int f(void) { int r = 0x11223345; asm volatile (\"\" : \"+a\" (r));\n"
        "  ALT(\"nop;nop;nop\", \"lfence\", 9); return r; }";
    struct differ_case c = { .before = before, .after = after };
    struct xsplice_expect e = case_function(case_run(&c), 0).expect;

    assert_int_equal(e.enabled, 1);
    assert_int_equal(e.len, 5);
    assert_memory_equal(e.data, "\xb8\x44\x33\x22\x11", 5);
    /* On top of another payload the bytes may be that one's jump. */
    c.depends = "0123456789abcdef0123456789abcdef";
    assert_int_equal(case_function(case_run(&c), 0).expect.enabled, 0);
    /* Xen may overwrite a landing pad at boot. */
    c = (struct differ_case){
        .before = "cf_check int f(int x) { return other(x + 5); }",
        .after = "cf_check int f(int x) { return other(x + 6); }"
    };
    assert_int_equal(case_function(case_run(&c), 0).expect.enabled, 0);
}

static void a_change_in_an_alternative_alone_is_a_change(void **state)
{
    struct differ_case c = {
        .before = "void f(void) { ALT(\"nop;nop;nop\", \"lfence\", 9); }\n"
                  "void g(void) { ALT(\"nop;nop;nop\", \"mfence\", 9); }",
        .after = "void f(void) { ALT(\"nop;nop;nop\", \"sfence\", 9); }\n"
                 "void g(void) { ALT(\"nop;nop;nop\", \"mfence\", 9); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "g", NULL));
    assert_int_equal(case_section(r, ".altinstructions"), 14);
    assert_int_equal(case_section(r, ".altinstr_replacement"), 3);
}

static void a_change_in_fixup_code_alone_is_a_change(void **state)
{
    struct differ_case c = {
        .before = "int f(long p) { return TRY(p, 5) + other(p); }\n"
                  "int g(long p) { return TRY(p, 7) + other(p); }",
        .after = "int f(long p) { return TRY(p, 5) + other(p); }\n"
                 "int g(long p) { return TRY(p, 8) + other(p); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "g", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "f", NULL));
    assert_int_equal(case_section(r, ".ex_table"), 8);
    assert_int_equal(case_section(r, ".fixup"), 10); /* mov imm32; jmp rel32 */
}

/* As Xen's UNLIKELY_START(), which names the first one of a unit. */
#define UNLIKELY                                                              \
    "asm volatile ( \"ja .Lfar%=\\n.subsection 1\\n\"\n"                      \
    "  \".ifndef .L.far\\n.equ .L.far, 1\\n\"\n"                              \
    "  \".equ \\\"dir/unit.o.far\\\", .\\n.endif\\n\"\n"                      \
    "  \".Lfar%=: ud2\\n.subsection 0\" :: );\n"

static void out_of_line_code_goes_with_its_function(void **state)
{
    static const uint8_t ud2[] = { 0x0f, 0x0b };
    struct differ_case c = {
        .before = "int f(int x) { " UNLIKELY " return x; }",
        .after = "int f(int x) { " UNLIKELY " return x + 1; }",
    };
    struct differ_result *r = case_run(&c);
    const uint8_t *code;
    size_t size;

    case_verdict(r, DIFFER_BUILT);
    size = case_function(r, 0).new_size;
    code = case_leads_to(r, ".rela.livepatch.funcs",
                         offsetof(struct xsplice_func, new_addr), 0);
    assert_memory_equal(code + size - sizeof(ud2), ud2, sizeof(ud2));
    assert_int_equal(case_section(r, ".text"), size);
}

static void the_label_of_out_of_line_code_may_go_elsewhere(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { " UNLIKELY " return x; }\n"
                  "int g(int x) { " UNLIKELY " return x; }",
        .after = "int f(int x) { return x; }\n"
                 "int g(int x) { " UNLIKELY " return x; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_int_equal(r->nr_findings, 1);
}

static void a_cold_part_goes_with_its_function(void **state)
{
    static const char before[] =
        "void noinline __attribute__((cold)) bad(int x) { printk(\"%d\", x); }\n"
        "int f(int x) { int r = other(x); if ( r > 100 ) { bad(r); bad(x);\n"
        "  return printk(\"cold %d\", r); } return r; }";
    static const char after[] =
        "void noinline __attribute__((cold)) bad(int x) { printk(\"%d\", x); }\n"
        "int f(int x) { int r = other(x); if ( r > 100 ) { bad(r); bad(r);\n"
        "  return printk(\"cold %d\", r); } return r; }";
    struct differ_case c = { .before = before, .after = after };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_int_equal(case_section(r, ".livepatch.funcs"), FUNC_ENTRY);
    assert_int_equal(case_symbol(r, "unit.c#f.cold@case"), 2);
}

static void hooks_are_taken_and_counted(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return x; }",
        .after = "int f(int x) { return x; }\n"
                 "static void go(void) { global_flag = 3; }\n"
                 "static void HOOK(\"load\") (*const hook)(void) = go;",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_HOOK, "go", NULL);
    assert_int_equal(case_section(r, ".livepatch.hooks.load"), 8);
    assert_int_equal(case_section(r, ".livepatch.funcs"), 0);
}

/* What the engine reads is an array: nothing may lie between two kinds. */
static void kinds_of_shadow_variables_are_one_array(void **state)
{
#define GET "void *xsplice_shadow_get(const void *, const void *);\n"
#define KIND                                                                  \
    "struct kind { long id; int (*make)(void); long more[3]; };\n"            \
    "__attribute__((section(\".xsplice.shadows\"), aligned(8))) struct kind "
    struct differ_case c = {
        .image = GET "void *xsplice_shadow_get(const void *k, const void *o)\n"
                     "{ return 0; }\n"
                     "int f(int x) { return x; }",
        .before = "int f(int x) { return x; }",
        .after = GET KIND
        "ours = { 1 };\n"
        "int f(int x) { return xsplice_shadow_get(&ours, 0) != 0; }",
        .second_before = "int g(int x) { return x; }",
        .second_after =
            GET "static int cf_check made(void) { return 7; }\n" KIND
                "theirs = { 2, made };\n"
                "int g(int x) { return xsplice_shadow_get(&theirs, 0) != 0; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_section(r, XSPLICE_SEC_SHADOWS), 2 * 40);
    assert_int_equal(case_symbol(r, "xsplice_shadow_get"), 1);
    assert_int_equal(case_symbol(r, "ours@case"), 2);
    assert_int_equal(case_symbol(r, "theirs@case"), 2);
    case_must(r, DIFFER_ADDED, "made", NULL);
    assert_int_equal(
        case_relocs(r, ".rela" XSPLICE_SEC_SHADOWS, "unit.c#made@case"), 1);
#undef GET
#undef KIND
}

static void init_code_that_changes_too_is_only_noted(void **state)
{
    struct differ_case c = {
        .before = "int __init s(void) { return printk(\"a\"); }\n"
                  "int f(int x) { return other(x) + 1; }",
        .after = "int __init s(void) { return printk(\"b\"); }\n"
                 "int f(int x) { return other(x) + 2; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_NOTED, "s", "INIT_ONLY");
    case_must(r, DIFFER_CHANGED, "f", NULL);
}

static void a_new_option_is_only_noted_and_has_its_default(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }",
        .after = "static int opt = 7;\n"
                 "static int *SETUP option = &opt;\n"
                 "static int *PARAMFS shown = &opt;\n"
                 "int f(int x) { return other(x) + opt++; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_NOTED, "option", "INIT_ONLY");
    case_must(r, DIFFER_NOTED, "shown", NULL);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    assert_int_equal(case_section(r, ".data"), 4);
    assert_int_equal(case_section(r, ".init.setup"), 0);
}

#define NOT_LINKED                                                            \
    .before = "int spare(int x) { return other(x); }",                        \
    .after = "int spare(int x) { return other(x + 1); }",                     \
    .image = "int unrelated(int x) { return x; }", .library = true

static void
what_stayed_in_its_library_does_not_change_the_hypervisor(void **state)
{
    struct differ_case c = { NOT_LINKED };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_NO_CHANGE);
    case_must(r, DIFFER_NOTED, "", NULL);
    assert_int_equal(r->nr_findings, 1);
}

static void what_stayed_in_its_library_is_new_to_those_who_use_it(void **state)
{
    struct differ_case c = {
        NOT_LINKED,
        .second_before = "int g(int x) { return other(x); }",
        .second_after = "int spare(int); int g(int x) { return spare(x); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_ADDED, "spare", NULL);
    case_must(r, DIFFER_CHANGED, "g", NULL);
}

static void what_came_from_its_library_is_changed_like_anything(void **state)
{
    struct differ_case c = {
        .before = "int spare(int x) { return other(x); }",
        .after = "int spare(int x) { return other(x + 1); }",
        .library = true,
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "spare", NULL);
}

static void boot_code_that_is_to_stay_is_new(void **state)
{
    struct differ_case c = {
        .before = "noinline int __init early(int x) { return other(x); }",
        .after = "noinline int early(int x) { return other(x); }",
        .second_before = "int g(int x) { return other(x); }",
        .second_after = "int early(int); int g(int x) { return early(x); }",
    };
    struct differ_result *r = case_run(&c);
    size_t i;

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_ADDED, "early", NULL);
    case_must(r, DIFFER_CHANGED, "g", NULL);
    assert_int_equal(case_symbol(r, "early"), 0); /* it was freed */
    assert_int_equal(case_symbol(r, "early@case"), 2);
    for ( i = 0; i < r->nr_findings; i++ )
        if ( r->findings[i].kind == DIFFER_NOTED )
            assert_non_null(strstr(r->findings[i].why, "has freed its own"));
}

static void
a_static_variable_keeps_its_value_when_its_scope_changes(void **state)
{
    static const char inner[] = "int f(int x) { static int n; n += x;\n"
                                "  return other(n); }",
                      outer[] = "static int n; int f(int x) { n += x;\n"
                                "  return other(n + 1); }";
    struct differ_case out = { .before = inner, .after = outer };
    struct differ_case in = { .before = outer, .after = inner };
    struct differ_result *r = case_run(&out);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->nr_findings, 1); /* f changes, and n is the old one */
    assert_int_equal(case_section(r, ".bss"), 0);
    r = case_run(&in);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->nr_findings, 1);
    assert_int_equal(case_section(r, ".bss"), 0);
}

static void a_function_may_become_global_and_is_the_same(void **state)
{
    static const char calls[] = "int g(int x) { return f(x) + 1; }\n"
                                "int h(int x) { return f(x) - 1; }";
    char local[400], global[400];
    struct differ_case out = { .before = local, .after = global };
    struct differ_case in = { .before = global, .after = local };

    /* It calls itself, and is not made a loop. */
    snprintf(local, sizeof(local), "static noinline %s %s",
             "int f(int x) { return x ? f(x - 1) * other(x) : 1; }\n", calls);
    snprintf(global, sizeof(global), "%s", local + strlen("static "));
    case_verdict(case_run(&out), DIFFER_NO_CHANGE);
    case_verdict(case_run(&in), DIFFER_NO_CHANGE);
}

static void
a_function_that_becomes_global_is_found_by_its_old_name(void **state)
{
    struct differ_case c = {
        .before = "static noinline int f(int x) { return other(x); }\n"
                  "static int v; int *w(void) { v++; return &v; }\n"
                  "int h(int x) { return f(x) - 1; }",
        .after = "noinline int f(int x) { return other(x); }\n"
                 "int v; int *w(void) { v++; return &v; }\n"
                 "int h(int x) { return f(x) - 1; }",
        .second_before = "int g(int x) { return other(x); }",
        .second_after = "int f(int); extern int v;\n"
                        "int g(int x) { return f(x) + v; }",
        .second_file = "second.c",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "g", NULL);
    assert_int_equal(r->nr_findings, 1);
}

static void a_variable_that_boot_code_was_to_set_is_noted(void **state)
{
    struct differ_case c = {
        .before = "int __init s(int x) { return other(x); }\n"
                  "int f(int x) { return other(x); }",
        .after = "static int limit, unset = 7;\n"
                 "int __init s(int x) { limit = x; return other(x); }\n"
                 "int f(int x) { unset += x;\n"
                 "  return other(x) + limit + unset; }",
    };
    struct differ_result *r = case_run(&c);
    size_t i, n = 0;

    case_verdict(r, DIFFER_BUILT);
    for ( i = 0; i < r->nr_findings; i++ )
        if ( r->findings[i].kind == DIFFER_NOTED &&
             !strcmp(r->findings[i].symbol, "limit") )
        {
            assert_non_null(
                strstr(r->findings[i].why, "s, which ran at boot"));
            assert_true(r->findings[i].hint[0] != '\0');
            n++;
        }
    assert_int_equal(n, 1);
    assert_false(case_has(r, DIFFER_NOTED, "unset", NULL));
}

static void what_one_unit_adds_another_one_can_use(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }",
        .after = "int fresh(int); int f(int x) { return fresh(x); }",
        .second_before = "int g(int x) { return x; }",
        .second_after = "int g(int x) { return x; }\n"
                        "int fresh(int x) { return other(x) - 1; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_ADDED, "fresh", NULL);
    assert_int_equal(case_symbol(r, "fresh@case"), 2);
    assert_int_equal(case_symbol(r, "fresh"), 0);
}

static void a_changed_function_is_called_directly_across_units(void **state)
{
    struct differ_case c = {
        .before = "int g(int); int f(int x) { return g(x) + 1; }",
        .after = "int g(int, int); int f(int x) { return g(x, 2) + 1; }",
        .second_before = "int g(int x) { return other(x); }",
        .second_after = "int g(int x, int y) { return other(x) * y; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "g"), 2);
    assert_int_equal(case_section(r, ".livepatch.funcs"), 2 * FUNC_ENTRY);
}

/* Both units have a unit.c#n.0: the address comes from the old code. */
static void an_ambiguous_variable_is_bound_to_the_address_in_use(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { static int n; return n += x; }",
        .after = "int f(int x) { static int n; return n += x + 1; }",
        .second_before = "int g(int x) { static int n; return n -= x; }",
        .second_after = "int g(int x) { static int n; return n -= x; }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "unit.c#n.0"), 4);
}

/* Both units have a unit.c#h; only one of them has this code. */
static void an_ambiguous_function_is_found_by_its_code(void **state)
{
    struct differ_case c = {
        .before = "static noinline int h(int x) { return other(x) + 1; }\n"
                  "int f(int x) { return h(x) + h(-x); }",
        .after = "static noinline int h(int x) { return other(x) + 2; }\n"
                 "int f(int x) { return h(x) + h(-x); }",
        .second_before =
            "static noinline int h(int x) { return other(x) - 1; }\n"
            "int g(int x) { return h(x) + h(-x); }",
        .second_after =
            "static noinline int h(int x) { return other(x) - 1; }\n"
            "int g(int x) { return h(x) + h(-x); }",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->nr_functions, 1);
    case_must(r, DIFFER_CHANGED, "h", NULL);
    assert_true(case_function(r, 0).old_addr != 0);
}

static void a_payload_upon_another_depends_on_it(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }",
        .after = "int f(int x) { return other(x + 1); }",
        .depends = "0123456789abcdef0123456789abcdef",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_section(r, ".livepatch.depends"), 32);
    assert_int_equal(case_section(r, ".livepatch.xen_depends"), 36);
}

#define TWO_FUNCTIONS                                                         \
    "int f(int x) { return other(x); }\nint g(int x) { return other(x) * 2; }\n"
#define THIRD_FUNCTION "int h(int x) { return other(x) - 5; }\n"

/* The payload of the case, as a file; its build-id if that is wanted. */
static const char *payload_file(struct differ_case *c, char *path, char *id)
{
    struct differ_result *r = case_run(c);
    FILE *f;

    case_verdict(r, DIFFER_BUILT);
    f = fdopen(mkstemp(path), "w");
    assert_non_null(f);
    assert_int_equal(fwrite(r->payload, r->payload_size, 1, f), 1);
    assert_int_equal(fclose(f), 0);
    if ( id )
        strcpy(id, r->build_id);
    return path;
}

/* A payload that adds a function and replaces f(), of the patch 1111. */
static const char *first_payload(struct differ_case *c, char *id)
{
    static char path[32];

    strcpy(path, "/tmp/xsplice-first-XXXXXX");
    c->image = c->before = TWO_FUNCTIONS THIRD_FUNCTION;
    c->after = "noinline int fresh(int x) { return other(x) - 1; }\n"
               "int f(int x) { return fresh(x); }\n"
               "int g(int x) { return other(x) * 2; }\n" THIRD_FUNCTION;
    c->modinfo[0] = "patch-sha256=1111";
    payload_file(c, path, id);
    c->modinfo[0] = NULL;
    return path;
}

static void a_payload_uses_what_another_one_adds(void **state)
{
    struct differ_case c = { 0 };
    struct differ_result *r;

    c.on[0] = first_payload(&c, NULL);
    c.after = "int fresh(int);\nint f(int x) { return other(x); }\n"
              "int g(int x) { return fresh(x) * 2; }\n" THIRD_FUNCTION;
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(case_symbol(r, "fresh@case"), 1);
    assert_int_equal(case_section(r, ".livepatch.depends"), 36);
    assert_int_equal(r->depends.n, 1);

    /* What the other one replaces would be undone. */
    c.after = "int f(int x) { return other(x) + 1; }\n"
              "int g(int x) { return other(x) * 2; }\n" THIRD_FUNCTION;
    r = case_run(&c);
    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "f", "REPLACED_BELOW");

    /* Nobody has it. */
    c.after = "int stale(int);\nint f(int x) { return other(x); }\n"
              "int g(int x) { return stale(x) * 2; }\n" THIRD_FUNCTION;
    r = case_run(&c);
    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "g", "SYMBOL_MISSING");
    unlink(c.on[0]);
}

/* Of all that may be below, what is used is a dependency: the highest first. */
static void dependencies_are_what_is_used(void **state)
{
    char second[] = "/tmp/xsplice-second-XXXXXX";
    char id[2][XS_HEX_MAX], hex[XS_HEX_MAX];
    struct differ_case c = { 0 };
    struct differ_result *r;

    /* The second one uses nothing of the first one. */
    c.on[0] = first_payload(&c, id[0]);
    c.after = "int f(int x) { return other(x); }\n"
              "noinline int more(int x) { return other(x) + 3; }\n"
              "int g(int x) { return more(x) * 2; }\n" THIRD_FUNCTION;
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->depends.n, 0);
    case_must(r, DIFFER_NOTED, "case", NULL);
    /* Nothing below has touched g(): what it is made of can be expected. */
    assert_int_equal(case_function(r, 0).expect.enabled, 1);
    payload_file(&c, second, id[1]);

    /* The third one, a function of each. */
    c.on[1] = second;
    c.after = "int fresh(int); int more(int);\n" TWO_FUNCTIONS
              "int h(int x) { return fresh(x) - more(x); }\n";
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->depends.n, 2);
    assert_string_equal(xs_build_id_hex(&r->depends.id[0], hex), id[1]);
    assert_string_equal(xs_build_id_hex(&r->depends.id[1], hex), id[0]);

    /* And of the second alone. */
    c.after = "int more(int);\n" TWO_FUNCTIONS
              "int h(int x) { return 1 - more(x); }\n";
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->depends.n, 1);
    assert_string_equal(xs_build_id_hex(&r->depends.id[0], hex), id[1]);
    unlink(c.on[0]);
    unlink(c.on[1]);
}

/* Made of the same patches and of more, nothing is lost by it. */
static void a_function_is_replaced_again_with_its_patches(void **state)
{
    char id[XS_HEX_MAX], hex[XS_HEX_MAX];
    struct differ_case c = { 0 };
    struct differ_result *r;

    c.on[0] = first_payload(&c, id);
    c.after = "noinline int fresh(int x) { return other(x) - 1; }\n"
              "int f(int x) { return fresh(x) + 1; }\n"
              "int g(int x) { return other(x) * 2; }\n" THIRD_FUNCTION;
    c.modinfo[0] = "patch-sha256=2222";
    r = case_run(&c);
    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_REFUSED, "f", "REPLACED_BELOW");

    c.modinfo[1] = "patch-sha256=1111";
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->depends.n, 1);
    assert_string_equal(xs_build_id_hex(&r->depends.id[0], hex), id);
    /* The jump of the one below is there, not the code of the hypervisor. */
    assert_int_equal(case_function(r, 0).expect.enabled, 0);
    unlink(c.on[0]);
}

/* Stock Xen hands back the metadata of a payload, and not its notes. */
static void the_metadata_repeats_the_notes(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }",
        .after = "int f(int x) { return other(x + 1); }",
    };
    struct differ_result *r = case_run(&c);
    struct xs_payload p;
    struct xs_error err;
    uint8_t *bytes = malloc(r->payload_size);
    char hex[XS_HEX_MAX];
    const char *xen;

    case_verdict(r, DIFFER_BUILT);
    memcpy(bytes, r->payload, r->payload_size);
    assert_int_equal(xs_payload_parse(&p, bytes, r->payload_size, &err), 0);
    assert_string_equal(xs_modinfo_get(p.modinfo, p.modinfo_size, "build-id"),
                        r->build_id);
    assert_string_equal(xs_build_id_hex(&p.id, hex), r->build_id);
    xen = xs_modinfo_get(p.modinfo, p.modinfo_size, "xen-depends");
    assert_string_equal(xen, r->xen_build_id);
    assert_string_equal(xs_modinfo_get(p.modinfo, p.modinfo_size, "depends"),
                        xen);
    xs_payload_free(&p);
}

#define MOVED                                                                 \
    "noinline int deep(int x) { return other(x) * 7; }\n"                     \
    "noinline int moved(int x) { return deep(x) * 3 + global_flag; }\n"
#define CALLS "int moved(int); int g(int x) { return moved(x) + x; }\n"

/* Nothing changes by it: who calls it calls what the hypervisor has. */
static void a_function_that_moves_to_another_unit_stays(void **state)
{
    struct differ_case c = {
        .before = MOVED "int f(int x) { return other(x); }\n",
        .after = "int f(int x) { return other(x); }\n",
        .second_before = CALLS,
        .second_after = MOVED CALLS,
        .second_file = "second.c",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_NO_CHANGE);

    c.second_after = MOVED "int g(int x) { return moved(x) + x + 1; }\n";
    r = case_run(&c);
    case_verdict(r, DIFFER_BUILT);
    assert_int_equal(r->nr_functions, 1);
    assert_int_equal(case_symbol(r, "g"), 2);
    assert_int_equal(case_symbol(r, "moved"), 1);
    assert_false(case_has(r, DIFFER_NOTED, "moved", NULL));
}

/* The old one leads to the new one, for all who call it. */
static void a_function_that_moves_and_changes_is_replaced(void **state)
{
    struct differ_case c = {
        .before = MOVED "int f(int x) { return other(x); }\n",
        .after = "int f(int x) { return other(x); }\n",
        .second_before = CALLS,
        .second_after =
            "static noinline int deep(int x)\n"
            "{ return other(x) * 9; }\n"
            "noinline int moved(int x) { return deep(x) * 3; }\n" CALLS,
        .second_file = "second.c",
    };
    struct differ_result *r = case_run(&c);

    case_verdict(r, DIFFER_BUILT);
    case_must(r, DIFFER_CHANGED, "moved", NULL);
    case_must(r, DIFFER_ADDED, "deep", NULL);
    assert_false(case_has(r, DIFFER_CHANGED, "g", NULL));
    assert_int_equal(r->nr_functions, 1);
}

static void the_hypervisors_own_id_is_no_further_dependency(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x); }",
        .after = "int f(int x) { return other(x + 1); }",
    };
    struct differ_result *r = case_run(&c);
    char id[sizeof(r->build_id)];

    strcpy(id, r->build_id);
    c.depends = "own";
    r = case_run(&c);
    assert_int_equal(r->depends.n, 0);
    assert_true(case_function(r, 0).expect.enabled);
    /* The same payload, to the byte. */
    assert_string_equal(r->build_id, id);
}

static const char *why_of(const struct differ_result *r, const char *symbol)
{
    size_t i;

    for ( i = 0; i < r->nr_findings; i++ )
        if ( r->findings[i].kind == DIFFER_CHANGED &&
             !strcmp(r->findings[i].symbol, symbol) )
            return r->findings[i].why;
    fail_msg("%s did not change", symbol);
    return "";
}

static void the_report_says_what_a_function_uses_anew(void **state)
{
    struct differ_case c = {
        .before = "static noinline int old_way(int x) { return other(x); }\n"
                  "int f(int x) { printk(\"before\"); printk(\"both\");\n"
                  "  return old_way(x); }",
        .after = "static int counter;\n"
                 "static noinline int old_way(int x) { return other(x); }\n"
                 "int g(int x) { return old_way(x); }\n"
                 "int f(int x) { printk(\"after\"); printk(\"both\");\n"
                 "  return other(x) + counter++; }",
    };
    const char *why = why_of(case_run(&c), "f"), *no_longer;

    no_longer = strstr(why, "no longer ");
    assert_non_null(no_longer);
    assert_in_range(strstr(why, "\"after\"") - why, 1, no_longer - why);
    assert_in_range(strstr(why, "counter") - why, 1, no_longer - why);
    assert_in_range(strstr(why, "other") - why, 1, no_longer - why);
    assert_non_null(strstr(no_longer, "\"before\""));
    assert_non_null(strstr(no_longer, "old_way"));
    assert_null(strstr(why, "both"));
    assert_null(strstr(why, "printk"));
}

static void the_report_says_where_code_differs_otherwise(void **state)
{
    struct differ_case c = {
        .before = "int f(int x) { return other(x + 3); }",
        .after = "int f(int x) { return other(x + 4); }",
    };
    const char *why = why_of(case_run(&c), "f");

    assert_non_null(strstr(why, "1 instruction differs"));
    assert_non_null(strstr(why, "3"));
    assert_non_null(strstr(why, "-> "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_source_is_no_change),
        cmocka_unit_test(moved_lines_of_bug_frames_are_no_change),
        cmocka_unit_test(a_string_alone_changes_the_function_that_uses_it),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(static_functions_and_data_have_their_files_name),
        cmocka_unit_test(new_things_come_along_under_names_of_the_payload),
        cmocka_unit_test(static_locals_keep_their_memory_when_numbers_shift),
        cmocka_unit_test(two_static_locals_of_one_name_are_told_apart_by_code),
        cmocka_unit_test(
            namesakes_in_changed_code_are_known_by_what_they_guard),
        cmocka_unit_test(calls_go_to_the_new_body_and_pointers_to_the_old),
        cmocka_unit_test(a_changed_table_comes_along_with_its_readers),
        cmocka_unit_test(an_unchanged_table_stays_the_hypervisors),
        cmocka_unit_test(special_sections_in_another_order_are_no_change),
        cmocka_unit_test(a_switch_table_is_compared_by_content),
        cmocka_unit_test(labels_of_a_switch_lead_into_the_new_body),
        cmocka_unit_test(a_boot_parameter_in_a_function_is_the_same),
        cmocka_unit_test(init_symbols_may_be_used_as_they_were_before),
        cmocka_unit_test(a_bug_frame_of_another_sort_is_a_change),
        cmocka_unit_test(bug_frames_lead_to_their_ud2_and_their_file),
        cmocka_unit_test(exception_table_and_fixup_lead_to_their_places),
        cmocka_unit_test(alternatives_lead_to_their_code),
        cmocka_unit_test(another_member_of_a_structure_is_a_change),
        cmocka_unit_test(calls_made_direct_at_boot_are_known),
        cmocka_unit_test(expectations_are_the_bytes_that_are_sure),
        cmocka_unit_test(a_change_in_an_alternative_alone_is_a_change),
        cmocka_unit_test(a_change_in_fixup_code_alone_is_a_change),
        cmocka_unit_test(out_of_line_code_goes_with_its_function),
        cmocka_unit_test(the_label_of_out_of_line_code_may_go_elsewhere),
        cmocka_unit_test(a_cold_part_goes_with_its_function),
        cmocka_unit_test(hooks_are_taken_and_counted),
        cmocka_unit_test(kinds_of_shadow_variables_are_one_array),
        cmocka_unit_test(init_code_that_changes_too_is_only_noted),
        cmocka_unit_test(a_new_option_is_only_noted_and_has_its_default),
        cmocka_unit_test(
            what_stayed_in_its_library_does_not_change_the_hypervisor),
        cmocka_unit_test(
            what_stayed_in_its_library_is_new_to_those_who_use_it),
        cmocka_unit_test(what_came_from_its_library_is_changed_like_anything),
        cmocka_unit_test(boot_code_that_is_to_stay_is_new),
        cmocka_unit_test(
            a_static_variable_keeps_its_value_when_its_scope_changes),
        cmocka_unit_test(a_function_may_become_global_and_is_the_same),
        cmocka_unit_test(
            a_function_that_becomes_global_is_found_by_its_old_name),
        cmocka_unit_test(a_variable_that_boot_code_was_to_set_is_noted),
        cmocka_unit_test(what_one_unit_adds_another_one_can_use),
        cmocka_unit_test(a_changed_function_is_called_directly_across_units),
        cmocka_unit_test(an_ambiguous_variable_is_bound_to_the_address_in_use),
        cmocka_unit_test(an_ambiguous_function_is_found_by_its_code),
        cmocka_unit_test(a_payload_upon_another_depends_on_it),
        cmocka_unit_test(a_payload_uses_what_another_one_adds),
        cmocka_unit_test(dependencies_are_what_is_used),
        cmocka_unit_test(a_function_is_replaced_again_with_its_patches),
        cmocka_unit_test(the_metadata_repeats_the_notes),
        cmocka_unit_test(a_function_that_moves_to_another_unit_stays),
        cmocka_unit_test(a_function_that_moves_and_changes_is_replaced),
        cmocka_unit_test(the_hypervisors_own_id_is_no_further_dependency),
        cmocka_unit_test(the_report_says_what_a_function_uses_anew),
        cmocka_unit_test(the_report_says_where_code_differs_otherwise),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);

    case_end();
    return rc;
}
