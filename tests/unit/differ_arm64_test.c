/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects for arm64 are compared as those for x86 are.  No payload is made of
 * them, which is said; all else that is found is there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <elf.h>

#include "builder/arch.h"
#include "tests/unit/differ_case.h"

/*
 * What Xen's headers for arm64 make of bug frames and alternatives.  4.17 has
 * frames of its own, later versions those of x86.
 */
#define MACROS                                                                   \
    "#define FRAME(type, line, file, more) asm volatile ( \\\n"                  \
    "  \"1: brk 1\\n.pushsection .rodata.str,\\\"aMS\\\",%%progbits,1\\n\""      \
    "\\\n  \"2: .asciz \\\"\" file \"\\\"\\n3:\\n\" more \"\\n\" \\\n"           \
    "  \".popsection\\n.pushsection .bug_frames.\" #type \",\\\"a\\\"\\n\" \\\n" \
    "  \"4: .p2align 2\\n.long 1b - 4b, 2b - 4b, 3b - 4b\\n\" \\\n"              \
    "  \".hword \" #line \", 0\\n.popsection\" :: )\n"                           \
    "#define MESSAGE(text) \".asciz \\\"\" text \"\\\"\"\n"                      \
    "#define HANDLER(fn) asm volatile (\"mov x0, %0\\n1: brk 1\\n\" \\\n"        \
    "  \".pushsection .bug_frames.0,\\\"a\\\"\\n2: .p2align 2\\n\" \\\n"         \
    "  \".long 1b - 2b, 0, 0, 0\\n.popsection\" :: \"r\" (fn) : \"x0\")\n"       \
    "#define NEW_FRAME(type, line, file) asm volatile (\"1: brk 1\\n\" \\\n"     \
    "  \".pushsection .bug_frames.\" #type \",\\\"a\\\"\\n\" \\\n"               \
    "  \".p2align 2\\n\" \\\n"                                                   \
    "  \"2: .long (1b - 2b) + %c0\\n.long (%c1 - 2b) + %c2\\n\" \\\n"            \
    "  \".popsection\" :: \"i\" (((line) >> 7) << 24), \"i\" (file), \\\n"       \
    "  \"i\" (((line) & 127) << 24))\n"                                          \
    "#define ALT(old, new, feature) asm volatile (\"661: \" old \\\n"            \
    "  \"\\n662: .pushsection .altinstructions,\\\"a\\\"\\n\" \\\n"              \
    "  \".word 661b - ., 663f - .\\n.hword \" #feature \"\\n\" \\\n"             \
    "  \".byte 662b - 661b, 664f - 663f\\n.popsection\\n\" \\\n"                 \
    "  \".pushsection .altinstr_replacement,\\\"ax\\\"\\n663: \" new \\\n"       \
    "  \"\\n664: .popsection\" ::: \"memory\")\n"                                \
    "#define CALLBACK(old, cb) asm volatile (\"661: \" old \\\n"                 \
    "  \"\\n662: .pushsection .altinstructions,\\\"a\\\"\\n\" \\\n"              \
    "  \".word 661b - ., \" #cb \" - .\\n.hword 0\\n\" \\\n"                     \
    "  \".byte 662b - 661b, 0\\n.popsection\" ::: \"memory\")\n"

static struct differ_result *run(const char *before, const char *after)
{
    return case_run(&(struct differ_case){
        .tools = CASE_ARM64, .before = before, .after = after });
}

/* F changes and nothing else does; it is only the engine that is in the way. */
static void only_changed(const char *before, const char *after)
{
    struct differ_result *r = run(before, after);
    size_t i;

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    case_must(r, DIFFER_REFUSED, "arm64", "ARCH_UNSUPPORTED");
    assert_null(r->payload);
    for ( i = 0; i < r->nr_findings; i++ )
    {
        const struct differ_finding *f = &r->findings[i];

        if ( (f->kind == DIFFER_CHANGED && strcmp(f->symbol, "f")) ||
             (f->kind == DIFFER_REFUSED && strcmp(f->symbol, "arm64")) ||
             f->kind == DIFFER_ORIGIN )
            fail_msg("%s %s: %s", differ_kind_name(f->kind), f->symbol,
                     f->why);
    }
}

static void unchanged(const char *before, const char *after)
{
    case_verdict(run(before, after), DIFFER_NO_CHANGE);
}

static void a_changed_function_is_found(void **state)
{
    only_changed("int f(int x) { return other(x) + 1; }\n"
                 "int g(int x) { return other(x) + 7; }\n",
                 "int g(int x) { return other(x) + 7; }\n"
                 "int f(int x) { return other(x) + 2; }\n");
}

/* Strings, variables, tables and functions come in another order. */
static void what_only_moved_is_no_change(void **state)
{
#define F "int f(int i) { printk(\"text of f\"); return t[i & 3] + a; }\n"
#define G "int g(void) { a += help(b); return printk(\"text of g\"); }\n"
#define H "static noinline int help(int x) { return x * global_flag; }\n"
#define T "static const short t[] = { 1, 5, 7, 9 };\n"
    unchanged("static int a = 4, b = 5;" T H F G
              "int set(int x) { b = x; return a; }",
              H "static int b = 5; static int a = 4;"
                "int set(int x) { b = x; return a; }" G T F);
}

static void a_text_that_changes_is_found(void **state)
{
    only_changed("int f(void) { return printk(\"before\"); }"
                 "int g(void) { return printk(\"other\"); }",
                 "int f(void) { return printk(\"after\"); }"
                 "int g(void) { return printk(\"other\"); }");
}

static void both_halves_of_an_address_count(void **state)
{
    /* ADRP and LDR, ADRP and ADD: another symbol, another place in it. */
    only_changed("int v[4] = { 1 }, w = 2; int f(void) { return v[0]; }",
                 "int v[4] = { 1 }, w = 2; int f(void) { return w; }");
    only_changed("int v[4] = { 1 }; int f(void) { return v[1]; }",
                 "int v[4] = { 1 }; int f(void) { return v[2]; }");
    only_changed("int v[4] = { 1 }; int *f(void) { return v + 1; }",
                 "int v[4] = { 1 }; int *f(void) { return v + 2; }");
    /* What the relocation leaves alone is compared: the register. */
    only_changed("void f(void) { asm volatile (\"adrp x0, global_flag\"); }",
                 "void f(void) { asm volatile (\"adrp x1, global_flag\"); }");
}

static void calls_and_jumps_are_told_by_name(void **state)
{
    only_changed("int f(int x) { return other(x) + 1; }",
                 "int f(int x) { return printk((void *)(long)x) + 1; }");
    /* A jump at the end. */
    only_changed("int f(int x) { return other(x); }",
                 "int f(int x) { return printk((void *)(long)x); }");
    /* What is called changes, and the caller does not. */
    only_changed("noinline int f(int x) { asm (\"\"); return x + 1; }"
                 "int g(int x) { return f(x) * 3; }",
                 "noinline int f(int x) { asm (\"\"); return x + 2; }"
                 "int g(int x) { return f(x) * 3; }");
}

static void data_between_the_code_counts(void **state)
{
#define LITERAL(value)                                                        \
    "long f(void) { long x; asm volatile (\"ldr %0, =" value                  \
    "\\nb 1f\\n.ltorg\\n1:\" : \"=r\" (x)); return x; }"
    unchanged(LITERAL("0x123456789abcdef"),
              "int g(void) { return 3; }" LITERAL("0x123456789abcdef"));
    only_changed(LITERAL("0x123456789abcdef"), LITERAL("0x123456789abcdee"));
    unchanged(LITERAL("global_flag"), LITERAL("global_flag"));
    only_changed(LITERAL("global_flag"), LITERAL("other"));
}

static void switch_tables_go_with_their_function(void **state)
{
#define SWITCH(name, three)                                                   \
    "int " name "(int x) { switch ( x ) { case 0: return other(9);"           \
    " case 1: return printk(\"1\"); case 2: return global_flag;"              \
    " case 3: " three " case 4: return other(1) * 2; case 5: return"          \
    " printk(\"5\") + 1; case 6: return x * 77; } return 0; }"
    unchanged(SWITCH("f", "return 12;"),
              SWITCH("before_f", "return 4;") SWITCH("f", "return 12;"));
    only_changed(SWITCH("f", "return 12;") SWITCH("g", "return 12;"),
                 SWITCH("f", "return 13;") SWITCH("g", "return 12;"));
    /* Other entries in the table alone would do as well. */
    only_changed(SWITCH("f", "return 12;"), SWITCH("f", "return x * 77;"));
}

static void line_numbers_of_bug_frames_are_ignored(void **state)
{
    const char *symbol = "f";

    unchanged(MACROS "void f(int x) { if ( x ) FRAME(1, 20, \"a.c\", \"\"); "
                     "}",
              MACROS "void f(int x) { if ( x ) FRAME(1, 21, \"a.c\", \"\"); "
                     "}");
    case_must(run(MACROS "void f(void) { FRAME(1, 20, \"a.c\", \"\"); }",
                  MACROS "void f(void) { FRAME(1, 300, \"a.c\", \"\"); }"),
              DIFFER_IGNORED, symbol, NULL);
    case_must(run(MACROS "void f(void) { NEW_FRAME(1, 20, \"a.c\"); }",
                  MACROS "void f(void) { NEW_FRAME(1, 300, \"a.c\"); }"),
              DIFFER_IGNORED, symbol, NULL);
    /* Another frame before it: where it is in its section does not count. */
    unchanged(MACROS "void f(void) { FRAME(2, 20, \"a.c\", \"\"); }",
              MACROS "void g(void) { FRAME(2, 2, \"b.c\", \"\"); }"
                     "void f(void) { FRAME(2, 20, \"a.c\", \"\"); }");
}

static void a_message_that_is_none_does_not_count(void **state)
{
    /* Where the text would be begins what comes next. */
    unchanged(MACROS "void f(void) { FRAME(2, 20, \"a.c\", \"\"); }",
              MACROS "void f(void) { FRAME(2, 20, \"a.c\", \"\"); }"
                     "void g(void) { FRAME(2, 2, \"b.c\", \"\"); }");
}

static void all_else_of_bug_frames_counts(void **state)
{
    /* BUG for WARN: the code is the same, the table is another one. */
    only_changed(MACROS "void f(void) { FRAME(1, 20, \"a.c\", \"\"); }",
                 MACROS "void f(void) { FRAME(2, 20, \"a.c\", \"\"); }");
    only_changed(MACROS "void f(void) { FRAME(1, 20, \"a.c\", \"\"); }",
                 MACROS "void f(void) { FRAME(1, 20, \"b.c\", \"\"); }");
    only_changed(MACROS "void f(void) { FRAME(3, 20, \"a.c\", MESSAGE(\"x == "
                        "y\")); }",
                 MACROS "void f(void) { FRAME(3, 20, \"a.c\", MESSAGE(\"x != "
                        "y\")); }");
    only_changed(MACROS "void f(void) { NEW_FRAME(1, 20, \"a.c\"); }",
                 MACROS "void f(void) { NEW_FRAME(1, 20, \"b.c\"); }");
    unchanged(MACROS "void f(void) { HANDLER(other); }",
              MACROS "void g(void) { HANDLER(printk); }"
                     "void f(void) { HANDLER(other); }");
    only_changed(MACROS "void f(void) { HANDLER(other); }",
                 MACROS "void f(void) { HANDLER(printk); }");
}

static void alternatives_count_with_their_function(void **state)
{
#define FN(name, new, feature)                                                \
    "void " name "(void) { ALT(\"nop\", \"" new "\", " feature "); }"
    unchanged(MACROS FN("f", "dsb sy", "3"),
              MACROS FN("g", "isb", "2") FN("f", "dsb sy", "3"));
    only_changed(MACROS FN("f", "dsb sy", "3") FN("g", "isb", "2"),
                 MACROS FN("f", "dsb ish", "3") FN("g", "isb", "2"));
    only_changed(MACROS FN("f", "dsb sy", "3"), MACROS FN("f", "dsb sy", "4"));
    only_changed(MACROS FN("f", "bl other", "3"),
                 MACROS FN("f", "bl printk", "3"));
    /* A callback that writes the instructions, in the place of code. */
    unchanged(MACROS "void f(void) { CALLBACK(\"nop\", other); }",
              MACROS "void f(void) { CALLBACK(\"nop\", other); }");
    only_changed(MACROS "void f(void) { CALLBACK(\"nop\", other); }",
                 MACROS "void f(void) { CALLBACK(\"nop\", printk); }");
}

/* Xen for arm64 has no exception table that xsplice could know the shape of. */
static void tables_of_unknown_shape_are_refused(void **state)
{
#define TRAP(n)                                                               \
    "void f(void) { asm volatile (\"1: mov x0, #" #n                          \
    "\\n.pushsection .ex_table,\\\"a\\\"\\n.long 1b - ., 1b - .\\n"           \
    ".popsection\" ::: \"x0\"); }"
    struct differ_result *r = run(TRAP(1), TRAP(2));

    case_verdict(r, DIFFER_CANNOT);
    case_must(r, DIFFER_CHANGED, "f", NULL);
    case_must(r, DIFFER_REFUSED, "f", "SECTION_UNKNOWN");
}

/* The bytes of the linked hypervisor are read through its relocations. */
static void code_of_another_source_is_told(void **state)
{
    struct differ_case c = {
        .tools = CASE_ARM64,
        .before = "int f(void) { return printk(\"one\") + global_flag; }",
        .after = "int f(void) { return printk(\"one\") + 2; }",
        .image = "int f(void) { return printk(\"two\") + global_flag; }",
    };

    case_verdict(case_run(&c), DIFFER_ORIGINAL);
    c.image = "int flag2 = 1; int f(void) { return printk(\"one\") + flag2; }";
    case_verdict(case_run(&c), DIFFER_ORIGINAL);
    c.image = c.before;
    case_verdict(case_run(&c), DIFFER_CANNOT);
}

static uint64_t value_of(uint32_t type, uint32_t insn, uint64_t addr,
                         uint64_t *known)
{
    uint64_t value = 0;

    *known =
        arch_arm64.field_value(type, (const uint8_t *)&insn, addr, &value);
    return value;
}

static void fields_of_instructions_are_read(void **state)
{
    uint64_t known;

    /* bl .-8; adrp x0, .-0x1000; adr x3, .+5; ldr x1, [x0, #0x18] */
    assert_int_equal(value_of(R_AARCH64_CALL26, 0x97fffffe, 0x1000, &known),
                     0xff8);
    assert_int_equal(known, ~0ull);
    assert_int_equal(
        value_of(R_AARCH64_ADR_PREL_PG_HI21, 0xf0ffffe0, 0x5123, &known),
        0x4000);
    assert_int_equal(known, ~0xfffull);
    assert_int_equal(
        value_of(R_AARCH64_ADR_PREL_LO21, 0x30000023, 0x1000, &known), 0x1005);
    assert_int_equal(
        value_of(R_AARCH64_LDST64_ABS_LO12_NC, 0xf9400c01, 0, &known), 0x18);
    assert_int_equal(known, 0xfff);
    /* tbz w0, #3, .-4; movk x0, #0x1234, lsl #16 */
    assert_int_equal(value_of(R_AARCH64_TSTBR14, 0x361fffe0, 0x100, &known),
                     0xfc);
    assert_int_equal(value_of(R_AARCH64_MOVW_UABS_G1, 0xf2a24680, 0, &known),
                     0x12340000);
    assert_int_equal(known, 0xffff0000);
    assert_null(arch_arm64.reloc(R_X86_64_PC32));
}

static void text_and_filler_are_known(void **state)
{
    /* nop; b.ne .+8; cbz x2, .+8; udf */
    static const uint32_t code[] = { 0xd503201f, 0x54000041, 0xb4000042, 0 };
    char *text = arch_arm64.listing((const uint8_t *)code, sizeof(code));

    assert_string_equal(text, "nop\nb.ne\ncbz x2,\n.word 0\n");
    free(text);
    assert_true(arch_arm64.is_padding((const uint8_t *)code, 4));
    assert_true(arch_arm64.is_padding((const uint8_t *)code + 12, 3));
    assert_false(arch_arm64.is_padding((const uint8_t *)code, 8));
    assert_true(arch_arm64.is_mark("$x"));
    assert_true(arch_arm64.is_mark("$d.12"));
    assert_false(arch_arm64.is_mark("$data"));
}

static int cleanup(void **state)
{
    case_end();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_function_is_found),
        cmocka_unit_test(what_only_moved_is_no_change),
        cmocka_unit_test(a_text_that_changes_is_found),
        cmocka_unit_test(both_halves_of_an_address_count),
        cmocka_unit_test(calls_and_jumps_are_told_by_name),
        cmocka_unit_test(data_between_the_code_counts),
        cmocka_unit_test(switch_tables_go_with_their_function),
        cmocka_unit_test(line_numbers_of_bug_frames_are_ignored),
        cmocka_unit_test(a_message_that_is_none_does_not_count),
        cmocka_unit_test(all_else_of_bug_frames_counts),
        cmocka_unit_test(alternatives_count_with_their_function),
        cmocka_unit_test(tables_of_unknown_shape_are_refused),
        cmocka_unit_test(code_of_another_source_is_told),
        cmocka_unit_test(fields_of_instructions_are_read),
        cmocka_unit_test(text_and_filler_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, cleanup);
}
