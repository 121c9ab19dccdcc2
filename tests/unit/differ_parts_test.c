/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small modules of the differ, each by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <elf.h>

#include "builder/arch.h"
#include "builder/findings.h"
#include "builder/names.h"
#include "builder/policy.h"
#include "builder/sections.h"

static void base_of(const char *name, const char *expected)
{
    char *base = name_base(name);

    assert_string_equal(base, expected);
    assert_int_equal(name_is_numbered(name), strcmp(name, expected) != 0);
    free(base);
}

static void numbers_of_the_compiler_are_taken_off(void **state)
{
    base_of("counter", "counter");
    base_of("counter.12", "counter");
    base_of("f.part.0.isra.3", "f.part.isra");
    base_of("f.cold", "f.cold");
    base_of("x.0x", "x.0x");
    base_of("v2.10", "v2");
    base_of("x.", "x.");
    base_of(".LC7", ".LC7");
}

static void sections_have_their_kinds(void **state)
{
    static const struct {
        const char *name;
        uint32_t type;
        uint64_t flags;
        enum section_kind kind;
    } all[] = {
        { ".text.f", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, SECTION_TEXT },
        { ".init.text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR,
          SECTION_INIT },
        { ".init.setup", SHT_PROGBITS, SHF_ALLOC, SECTION_INIT },
        { ".initcall1.init", SHT_PROGBITS, SHF_ALLOC, SECTION_REGISTRATION },
        { ".data.vpci.5", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
          SECTION_REGISTRATION },
        { ".data.rel.ro.vpci", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
          SECTION_REGISTRATION },
        { ".rodata.f.str1.1", SHT_PROGBITS,
          SHF_ALLOC | SHF_MERGE | SHF_STRINGS, SECTION_STRINGS },
        { ".rodata.cst8", SHT_PROGBITS, SHF_ALLOC | SHF_MERGE, SECTION_CONST },
        { ".rodata.t", SHT_PROGBITS, SHF_ALLOC, SECTION_RODATA },
        { ".data.rel.ro.local.t", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
          SECTION_RODATA },
        { ".data.ro_after_init", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE,
          SECTION_DATA },
        { ".bss.x", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, SECTION_DATA },
        { ".bss.percpu.read_mostly", SHT_NOBITS, SHF_ALLOC | SHF_WRITE,
          SECTION_PERCPU },
        { ".altinstructions", SHT_PROGBITS, SHF_ALLOC, SECTION_SPECIAL },
        { ".alt_call_sites", SHT_PROGBITS, SHF_ALLOC, SECTION_SPECIAL },
        { ".bug_frames.3", SHT_PROGBITS, SHF_ALLOC, SECTION_SPECIAL },
        { ".ex_table.pre", SHT_PROGBITS, SHF_ALLOC, SECTION_UNKNOWN },
        { ".discard", SHT_PROGBITS, SHF_ALLOC, SECTION_IGNORED },
        { ".debug_info", SHT_PROGBITS, 0, SECTION_IGNORED },
        { ".note.gnu.property", SHT_NOTE, SHF_ALLOC, SECTION_IGNORED },
        { ".livepatch.hooks.load", SHT_PROGBITS, SHF_ALLOC, SECTION_HOOK },
        { ".textual", SHT_PROGBITS, SHF_ALLOC, SECTION_UNKNOWN },
    };
    size_t i;

    for ( i = 0; i < sizeof(all) / sizeof(all[0]); i++ )
        if ( section_kind(&arch_x86, all[i].name, all[i].type, all[i].flags) !=
             all[i].kind )
            fail_msg("%s", all[i].name);
}

static void the_end_of_the_instruction_counts_for_fields(void **state)
{
    const struct arch *x86 = arch_of(EM_X86_64);
    const struct arch_reloc *pc32 = x86->reloc(R_X86_64_PC32);
    /* cmpb $1, x(%rip); movl $7, x(%rip); lea x(%rip), %rax; call f */
    static const uint8_t code[] = {
        0x80, 0x3d, 0,    0, 0, 0, 1,          /* field at 2 */
        0xc7, 0x05, 0,    0, 0, 0, 7, 0, 0, 0, /* at 9 */
        0x48, 0x8d, 0x05, 0, 0, 0, 0,          /* at 20 */
        0xe8, 0,    0,    0, 0,                /* at 25 */
        0x0f, 0x85, 0,    0, 0, 0,             /* at 31 */
    };

    static const uint8_t none[] = { 6, 6, 6 };
    uint8_t insns[sizeof(code)] = { 0 }, no_insns[sizeof(none)] = { 0 };
    const struct arch_code all = { code, sizeof(code), insns };
    const struct arch_code bad = { none, sizeof(none), no_insns };

    x86->mark_insns(code, sizeof(code), insns);
    assert_int_equal(x86->field_bias(pc32, &all, 2), 5);
    assert_int_equal(x86->field_bias(pc32, &all, 9), 8);
    assert_int_equal(x86->field_bias(pc32, &all, 20), 4);
    assert_false(x86->is_branch(&all, 20));
    assert_true(x86->is_branch(&all, 25));
    assert_true(x86->is_branch(&all, 31));
    assert_int_equal(x86->insn_start(&all, 15), 7);
    assert_int_equal(x86->insn_start(&all, 7), 7);
    /* 06 is no instruction in 64-bit mode: nothing behind the field. */
    x86->mark_insns(none, sizeof(none), no_insns);
    assert_int_equal(x86->field_bias(pc32, &bad, 1), 4);
    assert_int_equal(x86->field_bias(pc32, NULL, 1), 4);
}

/* Each in front of a jump: were one not passed, the jump would not be seen. */
static void instructions_newer_than_the_disassembler_are_passed(void **state)
{
    static const struct {
        const char *what;
        uint8_t bytes[10];
        size_t n;
    } newer[] = {
        { "rdsspd %ecx", { 0xf3, 0x0f, 0x1e, 0xc9 }, 4 },
        { "rdsspq %r8", { 0xf3, 0x49, 0x0f, 0x1e, 0xc8 }, 5 },
        { "incsspq %rdx", { 0xf3, 0x48, 0x0f, 0xae, 0xea }, 5 },
        { "setssbsy", { 0xf3, 0x0f, 0x01, 0xe8 }, 4 },
        { "clrssbsy (%rax)", { 0xf3, 0x0f, 0xae, 0x30 }, 4 },
        { "rdpkru", { 0x0f, 0x01, 0xee }, 3 },
        { "wrpkru", { 0x0f, 0x01, 0xef }, 3 },
        { "enqcmds (%rsi), %rdi", { 0xf3, 0x0f, 0x38, 0xf8, 0x3e }, 5 },
        { "wrssq %rcx, 0(%rsp)",
          { 0x48, 0x0f, 0x38, 0xf6, 0x8c, 0x24, 0, 0, 0, 0 },
          10 },
        { "wbnoinvd", { 0xf3, 0x0f, 0x09 }, 3 },
    };
    size_t i;

    for ( i = 0; i < sizeof(newer) / sizeof(newer[0]); i++ )
    {
        size_t n = newer[i].n;
        uint8_t code[16] = { 0 }, insns[16] = { 0 };
        struct arch_code all = { code, sizeof(code), insns };

        print_message("%s\n", newer[i].what);
        memcpy(code, newer[i].bytes, n);
        code[n] = 0xe8;
        all.size = n + 5;
        arch_x86.mark_insns(code, all.size, insns);
        assert_true(arch_x86.is_branch(&all, n + 1));
        assert_int_equal(arch_x86.insn_start(&all, n - 1), 0);
    }
}

static void filler_is_told_from_code(void **state)
{
    static const uint8_t nops[] = { 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0,   0,
                                    0,    0,    0x0f, 0x1f, 0x40, 0, 0x90 };

    assert_true(arch_x86.is_padding(nops, sizeof(nops)));
    assert_false(arch_x86.is_padding(nops, 5)); /* cut in the middle */
    assert_false(arch_x86.is_padding((const uint8_t[]){ 0x90, 0xc3 }, 2));
}

static void landing_pads_make_room_for_themselves(void **state)
{
    static const uint8_t pad[] = { 0xf3, 0x0f, 0x1e, 0xfa, 0xc3 };

    assert_int_equal(arch_x86.patch_size(pad, sizeof(pad)), 9);
    assert_int_equal(arch_x86.patch_size(pad + 4, 1), 5);
    assert_false(arch_x86.has_landing_pad(pad, 3));
}

static void the_engine_is_not_to_be_patched(void **state)
{
    assert_non_null(policy_never_patch(&arch_x86, "do_nmi"));
    assert_non_null(policy_never_patch(&arch_x86, "arch_livepatch_apply"));
    assert_null(policy_never_patch(&arch_x86, "do_nmi_op"));
    assert_null(policy_never_patch(&arch_x86, "do_xen_version"));
}

static void findings_are_sorted_and_told_once(void **state)
{
    struct differ_result r = { 0 };

    findings_add(&r, DIFFER_CHANGED, "b.c", "f", "why");
    findings_reason(&r, DIFFER_REFUSED, XSPLICE_BUILD_TOO_SHORT, "a.c", "g",
                    "%d bytes", 3);
    findings_add(&r, DIFFER_CHANGED, "b.c", "f", "why");
    findings_finish(&r);
    assert_int_equal(r.nr_findings, 2);
    assert_string_equal(r.findings[0].unit, "a.c");
    assert_string_equal(r.findings[0].reason, "TOO_SHORT");
    assert_non_null(strstr(r.findings[0].why, ": 3 bytes"));
    assert_true(r.findings[0].hint[0] != '\0');
    differ_free(&r);
}

static void every_reason_says_what_and_what_to_do(void **state)
{
    unsigned int i;

    for ( i = 0; i < XSPLICE_BUILD_REASON_COUNT; i++ )
    {
        size_t n = strlen(reason_sentence(i));

        assert_true(n > 10 && reason_sentence(i)[n - 1] != '.');
        assert_true(strlen(reason_hint(i)) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_compiler_are_taken_off),
        cmocka_unit_test(sections_have_their_kinds),
        cmocka_unit_test(the_end_of_the_instruction_counts_for_fields),
        cmocka_unit_test(instructions_newer_than_the_disassembler_are_passed),
        cmocka_unit_test(filler_is_told_from_code),
        cmocka_unit_test(landing_pads_make_room_for_themselves),
        cmocka_unit_test(the_engine_is_not_to_be_patched),
        cmocka_unit_test(findings_are_sorted_and_told_once),
        cmocka_unit_test(every_reason_says_what_and_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
