/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The x86 arithmetic of the engine: relocations, jumps, instruction lengths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/core/arch.h"

#define PLACE 0xffff82d040200000ul

static int apply(uint32_t type, unsigned long symbol, int64_t addend,
                 uint8_t out[9])
{
    memset(out, 0xee, 9);
    return arch_reloc_apply(type, out, PLACE, symbol, addend);
}

/* Each type: the values at both ends fit, the ones behind do not. */
static void relocations_fit_or_are_refused(void **state)
{
    static const struct {
        uint32_t type;
        bool relative;
        int64_t lowest, highest;
        unsigned int size;
    } cases[] = {
        { 2, true, INT32_MIN, INT32_MAX, 4 },   /* PC32 */
        { 4, true, INT32_MIN, INT32_MAX, 4 },   /* PLT32 */
        { 10, false, 0, UINT32_MAX, 4 },        /* 32 */
        { 11, false, INT32_MIN, INT32_MAX, 4 }, /* 32S */
        { 12, false, 0, UINT16_MAX, 2 },        /* 16 */
        { 13, true, INT16_MIN, INT16_MAX, 2 },  /* PC16 */
        { 14, false, INT8_MIN, UINT8_MAX, 1 },  /* 8 */
        { 15, true, INT8_MIN, INT8_MAX, 1 },    /* PC8 */
    };
    uint8_t out[9], want[8];
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(cases); i++ )
    {
        unsigned long s = cases[i].relative ? PLACE : 0;
        bool relative;

        assert_int_equal(arch_reloc_size(cases[i].type, &relative),
                         cases[i].size);
        assert_int_equal(relative, cases[i].relative);
        assert_int_equal(apply(cases[i].type, s, cases[i].highest, out), 0);
        memcpy(want, &cases[i].highest, sizeof(want));
        assert_memory_equal(out, want, cases[i].size);
        assert_int_equal(out[cases[i].size], 0xee); /* not a byte more */
        assert_int_equal(apply(cases[i].type, s, cases[i].lowest, out), 0);
        memcpy(want, &cases[i].lowest, sizeof(want));
        assert_memory_equal(out, want, cases[i].size);
        assert_int_equal(apply(cases[i].type, s, cases[i].highest + 1, out),
                         -EOVERFLOW);
        assert_int_equal(apply(cases[i].type, s, cases[i].lowest - 1, out),
                         -EOVERFLOW);
        assert_int_equal(out[0], 0xee); /* and nothing stored */
    }
}

static void whole_words_wrap_without_loss(void **state)
{
    uint8_t out[9];
    uint64_t value;

    assert_int_equal(apply(1, PLACE, -1, out), 0);
    memcpy(&value, out, sizeof(value));
    assert_true(value == PLACE - 1);
    assert_int_equal(apply(24, PLACE, 16, out), 0);
    memcpy(&value, out, sizeof(value));
    assert_true(value == 16);
}

static void unknown_relocations_have_no_size(void **state)
{
    static const uint32_t unknown[] = {
        0, 3, 5, 6, 9, 19, 26, 42, 0xffffffff
    };
    unsigned int i;
    bool relative;

    for ( i = 0; i < ARRAY_SIZE(unknown); i++ )
        assert_int_equal(arch_reloc_size(unknown[i], &relative), 0);
}

static void a_jump_reaches_two_gibibytes(void **state)
{
    static const uint8_t far_most[] = { 0xe9, 0xff, 0xff, 0xff, 0x7f };
    static const uint8_t back[] = { 0xe9, 0xfb, 0xff, 0xff, 0xff };
    uint8_t out[ARCH_JUMP_SIZE];

    assert_true(arch_jump(PLACE, PLACE + 5 + INT32_MAX, out));
    assert_memory_equal(out, far_most, sizeof(out));
    assert_false(arch_jump(PLACE, PLACE + 6 + INT32_MAX, out));
    assert_true(arch_jump(PLACE, PLACE + 5 + INT32_MIN, out));
    assert_false(arch_jump(PLACE, PLACE + 4 + INT32_MIN, out));
    assert_true(arch_jump(PLACE, PLACE, out));
    assert_memory_equal(out, back, sizeof(out));
    assert_false(arch_jump(PLACE, 0, out));
}

static void endbr_and_its_remains_are_left_alone(void **state)
{
    static const uint8_t endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
    static const uint8_t poison[] = { 0x66, 0x0f, 0x1f, 0x01 };
    static const uint8_t endbr32[] = { 0xf3, 0x0f, 0x1e, 0xfb };
    static const uint8_t nop4[] = { 0x0f, 0x1f, 0x40, 0x00 };

    assert_int_equal(arch_entry_skip(endbr), 4);
    assert_int_equal(arch_entry_skip(poison), 4);
    assert_int_equal(arch_entry_skip(endbr32), 0);
    assert_int_equal(arch_entry_skip(nop4), 0);
}

/* Lengths as an assembler's listing gives them. */
static void instructions_are_measured(void **state)
{
    static const struct {
        uint8_t len;
        uint8_t code[12];
    } insns[] = {
        { 1, { 0xc3 } },                                  /* ret */
        { 4, { 0xf3, 0x0f, 0x1e, 0xfa } },                /* endbr64 */
        { 5, { 0xb8, 17, 0, 0, 0 } },                     /* mov $,%eax */
        { 4, { 0x66, 0xb8, 17, 0 } },                     /* mov $,%ax */
        { 10, { 0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8 } },   /* movabs */
        { 9, { 0xa1, 1, 2, 3, 4, 5, 6, 7, 8 } },          /* movabs mem */
        { 5, { 0xe9, 1, 2, 3, 4 } },                      /* jmp */
        { 2, { 0xeb, 1 } },                               /* jmp short */
        { 6, { 0x0f, 0x84, 1, 2, 3, 4 } },                /* je */
        { 3, { 0x48, 0x89, 0xe5 } },                      /* mov reg,reg */
        { 7, { 0x48, 0x8b, 0x05, 1, 2, 3, 4 } },          /* mov x(%rip) */
        { 4, { 0x48, 0x8b, 0x45, 0xf8 } },                /* disp8 */
        { 5, { 0x48, 0x8b, 0x44, 0x24, 0x08 } },          /* SIB, disp8 */
        { 8, { 0x48, 0x8b, 0x04, 0x25, 1, 2, 3, 4 } },    /* SIB, disp32 */
        { 6, { 0xf7, 0xc7, 1, 2, 3, 4 } },                /* test $,%edi */
        { 2, { 0xf7, 0xd8 } },                            /* neg */
        { 3, { 0xf6, 0xc1, 1 } },                         /* test $,%cl */
        { 7, { 0xc7, 0x45, 0xfc, 1, 2, 3, 4 } },          /* movl $,mem */
        { 6, { 0x66, 0xc7, 0x45, 0xfc, 1, 2 } },          /* movw $,mem */
        { 3, { 0x0f, 0xb6, 0xc0 } },                      /* movzbl */
        { 9, { 0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0 } }, /* nopw */
        { 4, { 0x48, 0x83, 0xec, 0x18 } },                /* sub $,%rsp */
        { 7, { 0x48, 0x81, 0xec, 1, 2, 3, 4 } },          /* sub $,%rsp */
        { 5, { 0xf0, 0x48, 0x0f, 0xb1, 0x0a } },          /* cmpxchg */
        { 5, { 0x48, 0x0f, 0xba, 0xe0, 5 } },             /* bt $ */
        { 2, { 0x0f, 0x0b } },                            /* ud2 */
        { 2, { 0xff, 0xd0 } },                            /* call *%rax */
        { 6, { 0xff, 0x15, 1, 2, 3, 4 } },                /* call *(%rip) */
        { 4, { 0xc8, 1, 2, 3 } },                         /* enter */
    };
    unsigned int i, at;

    for ( i = 0; i < ARRAY_SIZE(insns); i++ )
        for ( at = 0; at <= insns[i].len; at++ )
        {
            bool ends =
                arch_insn_boundary(insns[i].code, sizeof(insns[i].code), at);

            if ( ends != (at == 0 || at == insns[i].len) )
                fail_msg("instruction %u: end at %u: %d", i, at, ends);
        }
}

static void what_is_not_understood_has_no_boundary(void **state)
{
    static const uint8_t vex[] = { 0xc5, 0xf8, 0x77, 0x90 };
    static const uint8_t cut[] = { 0x90, 0xe9, 0x01 };

    assert_false(arch_insn_boundary(vex, sizeof(vex), 3));
    assert_true(arch_insn_boundary(cut, sizeof(cut), 1));
    assert_false(arch_insn_boundary(cut, sizeof(cut), 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relocations_fit_or_are_refused),
        cmocka_unit_test(whole_words_wrap_without_loss),
        cmocka_unit_test(unknown_relocations_have_no_size),
        cmocka_unit_test(a_jump_reaches_two_gibibytes),
        cmocka_unit_test(endbr_and_its_remains_are_left_alone),
        cmocka_unit_test(instructions_are_measured),
        cmocka_unit_test(what_is_not_understood_has_no_boundary),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
