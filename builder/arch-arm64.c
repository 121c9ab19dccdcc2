/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * arm64 (ELF for the Arm 64-bit Architecture, IHI 0056).  An instruction is
 * four bytes and relocations fill bits of it, so most of what x86 has to
 * decode is known from the relocation's type.
 */
#include <capstone/capstone.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/arch.h"

#define INSN 4  /* bytes */
#define PAGE 12 /* ADRP counts in 4 KiB */
#define NOP  0xd503201fu

/* Where an instruction has its number: what a relocation fills. */
enum place {
    DATA, /* no instruction */
    IMM12,
    IMM14,
    IMM16,
    IMM19,
    IMM21, /* two bits apart from the others */
    IMM26,
};

/* What the relocation leaves alone. */
#define KEEPS_DATA  0
#define KEEPS_IMM12 0xffc003ff
#define KEEPS_IMM14 0xfff8001f
#define KEEPS_IMM16 0xffe0001f
#define KEEPS_IMM19 0xff00001f
#define KEEPS_IMM21 0x9f00001f
#define KEEPS_IMM26 0xfc000000

static const struct type {
    uint32_t type;
    enum place place;
    uint8_t shift; /* of the number, to the left */
    struct arch_reloc how;
} types[] = {
#define TYPE(t, at, bytes, left, relative, jump)                              \
    {                                                                         \
        .type = R_AARCH64_##t, .place = at, .shift = left,                    \
        .how = {                                                              \
            .name = "R_AARCH64_" #t,                                          \
            .size = bytes,                                                    \
            .pc_rel = relative,                                               \
            .is_signed = relative,                                            \
            .loadable = true,                                                 \
            .branch = jump,                                                   \
            .keeps = KEEPS_##at,                                              \
        },                                                                    \
    }
#define ABSOLUTE(t, at, bytes, left) TYPE(t, at, bytes, left, false, false)
#define RELATIVE(t, at, bytes, left) TYPE(t, at, bytes, left, true, false)
#define BRANCH(t, at)                TYPE(t, at, INSN, 2, true, ARCH_BRANCH_YES)
    ABSOLUTE(ABS64, DATA, 8, 0),
    ABSOLUTE(ABS32, DATA, 4, 0),
    ABSOLUTE(ABS16, DATA, 2, 0),
    RELATIVE(PREL64, DATA, 8, 0),
    RELATIVE(PREL32, DATA, 4, 0),
    RELATIVE(PREL16, DATA, 2, 0),
    ABSOLUTE(MOVW_UABS_G0, IMM16, INSN, 0),
    ABSOLUTE(MOVW_UABS_G0_NC, IMM16, INSN, 0),
    ABSOLUTE(MOVW_UABS_G1, IMM16, INSN, 16),
    ABSOLUTE(MOVW_UABS_G1_NC, IMM16, INSN, 16),
    ABSOLUTE(MOVW_UABS_G2, IMM16, INSN, 32),
    ABSOLUTE(MOVW_UABS_G2_NC, IMM16, INSN, 32),
    ABSOLUTE(MOVW_UABS_G3, IMM16, INSN, 48),
    RELATIVE(LD_PREL_LO19, IMM19, INSN, 2),
    RELATIVE(ADR_PREL_LO21, IMM21, INSN, 0),
    RELATIVE(ADR_PREL_PG_HI21, IMM21, INSN, PAGE),
    RELATIVE(ADR_PREL_PG_HI21_NC, IMM21, INSN, PAGE),
    ABSOLUTE(ADD_ABS_LO12_NC, IMM12, INSN, 0),
    ABSOLUTE(LDST8_ABS_LO12_NC, IMM12, INSN, 0),
    ABSOLUTE(LDST16_ABS_LO12_NC, IMM12, INSN, 1),
    ABSOLUTE(LDST32_ABS_LO12_NC, IMM12, INSN, 2),
    ABSOLUTE(LDST64_ABS_LO12_NC, IMM12, INSN, 3),
    ABSOLUTE(LDST128_ABS_LO12_NC, IMM12, INSN, 4),
    BRANCH(TSTBR14, IMM14),
    BRANCH(CONDBR19, IMM19),
    BRANCH(JUMP26, IMM26),
    BRANCH(CALL26, IMM26),
};

#define NR_TYPES (sizeof(types) / sizeof(types[0]))

static const struct type *type_of(uint32_t type)
{
    size_t i;

    for ( i = 0; i < NR_TYPES; i++ )
        if ( types[i].type == type )
            return &types[i];
    return NULL;
}

static const struct arch_reloc *reloc_of(uint32_t type)
{
    const struct type *t = type_of(type);

    return t ? &t->how : NULL;
}

/* The addend is the offset that is meant. */
static int field_bias(const struct arch_reloc *type,
                      const struct arch_code *code, size_t field)
{
    return 0;
}

/* SIZE bits of an instruction from bit AT on. */
static uint64_t bits(uint32_t insn, unsigned int at, unsigned int size)
{
    return (insn >> at) & ((1u << size) - 1);
}

static uint64_t extend(uint64_t v, unsigned int size)
{
    return size < 64 && v >> (size - 1) & 1 ? v | ~(uint64_t)0 << size : v;
}

/* The number in an instruction, and how many bits it has. */
static uint64_t number_in(uint32_t insn, enum place place, unsigned int *size)
{
    switch ( place )
    {
    case IMM12:
        return bits(insn, 10, *size = 12);
    case IMM14:
        return bits(insn, 5, *size = 14);
    case IMM16:
        return bits(insn, 5, *size = 16);
    case IMM19:
        return bits(insn, 5, *size = 19);
    case IMM21:
        *size = 21;
        return bits(insn, 5, 19) << 2 | bits(insn, 29, 2);
    default:
        return bits(insn, 0, *size = 26);
    }
}

static uint64_t data_value(const struct type *t, const uint8_t *p,
                           uint64_t addr, uint64_t *value)
{
    uint64_t v = 0;

    if ( t->how.size < 4 )
        return 0;
    memcpy(&v, p, t->how.size);
    *value = t->how.pc_rel ? extend(v, 8 * t->how.size) + addr : v;
    return t->how.pc_rel || t->how.size == 8 ? ~(uint64_t)0 : 0xffffffff;
}

static uint64_t field_value(uint32_t type, const uint8_t *p, uint64_t addr,
                            uint64_t *value)
{
    const struct type *t = type_of(type);
    unsigned int size;
    uint64_t n;
    uint32_t insn;

    if ( !t || t->place == DATA )
        return t ? data_value(t, p, addr, value) : 0;
    memcpy(&insn, p, sizeof(insn));
    n = number_in(insn, t->place, &size);
    if ( t->how.pc_rel )
    {
        /* Pages are counted from the one that the instruction is in. */
        uint64_t unit = t->shift == PAGE ? 0xfff : 0;

        *value = (extend(n, size) << t->shift) + (addr & ~unit);
        return ~unit;
    }
    *value = n << t->shift;
    if ( t->place == IMM16 )
        return (uint64_t)0xffff << t->shift;
    /* The low twelve bits; those that are shifted out are zero. */
    *value &= 0xfff;
    return 0xfff;
}

static size_t insn_start(const struct arch_code *code, size_t at)
{
    return at & ~(size_t)(INSN - 1);
}

static uint32_t insn_at(const uint8_t *code, size_t size, size_t at)
{
    uint32_t insn = 0;

    memcpy(&insn, code + at, size - at < INSN ? size - at : INSN);
    return insn;
}

static void insn_text(const uint8_t *code, size_t size, size_t at, char *text,
                      size_t len)
{
    size_t start = insn_start(NULL, at);
    cs_insn *insn;
    csh cs;

    text[0] = '\0';
    if ( start + INSN > size ||
         cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &cs) != CS_ERR_OK )
        return;
    if ( cs_disasm(cs, code + start, INSN, start, 1, &insn) )
    {
        snprintf(text, len, "%s%s%s", insn->mnemonic,
                 insn->op_str[0] ? " " : "", insn->op_str);
        cs_free(insn, 1);
    }
    cs_close(&cs);
}

/* b, b.cond, cbz and cbnz, tbz and tbnz: the target is the last operand. */
static bool is_jump(uint32_t insn)
{
    return (insn & 0xfc000000) == 0x14000000 ||
           (insn & 0xff000000) == 0x54000000 ||
           (insn & 0x7e000000) == 0x34000000 ||
           (insn & 0x7e000000) == 0x36000000;
}

static char *listing(const uint8_t *code, size_t size)
{
    char *text = NULL, one[200], *target;
    size_t len, at;
    FILE *to = open_memstream(&text, &len);

    if ( !to )
        abort();
    for ( at = 0; at + INSN <= size; at += INSN )
    {
        uint32_t insn = insn_at(code, size, at);

        insn_text(code, size, at, one, sizeof(one));
        if ( !one[0] )
            snprintf(one, sizeof(one), ".word %#x", insn);
        else if ( is_jump(insn) && (target = strrchr(one, ' ')) )
            *target = '\0';
        fprintf(to, "%s\n", one);
    }
    if ( fclose(to) )
        abort();
    return text;
}

/* NOPs in code; zeros are no instruction, and fill what is no whole one. */
static bool is_padding(const uint8_t *code, size_t size)
{
    size_t at = 0;

    while ( at < size )
        if ( !code[at] )
            at++;
        else if ( size - at >= INSN && insn_at(code, size, at) == NOP )
            at += INSN;
        else
            return false;
    return true;
}

/* Xen builds without branch target identification. */
static bool has_landing_pad(const uint8_t *code, size_t size)
{
    return false;
}

static size_t patch_size(const uint8_t *code, size_t size)
{
    return INSN; /* b */
}

/* Marks where code ($x) and data ($d) begin. */
static bool is_mark(const char *name)
{
    return name[0] == '$' && (name[1] == 'x' || name[1] == 'd') &&
           (!name[2] || name[2] == '.');
}

/*
 * Up to 4.17 the line has its own place in a bug frame, the handler of
 * run_in_exception_handler() is in a register, and only an ASSERT has a text
 * behind the file's name.  From 4.18 on the frames are those of x86.
 */
static const struct special_table tables[] = {
    { ".altinstructions",
      "alternative",
      12,
      { { SPECIAL_OWNER, 0, .orig_at = 10 },
        { SPECIAL_CODE, 4, .len_at = 11, .callback = true } } },
#define FRAMES_4_17(n, what, message)                                         \
    {                                                                         \
        ".bug_frames." #n, what, 16,                                          \
            { { SPECIAL_OWNER, 0 },                                           \
              { SPECIAL_POINTER, 4, .base = 4 },                              \
              { message, 8, .base = 8 } },                                    \
            .line_at = 12                                                     \
    }
    { ".bug_frames.0",
      "exception handler call",
      16,
      { { SPECIAL_OWNER, 0 } } },
    FRAMES_4_17(1, "WARN", SPECIAL_UNUSED),
    FRAMES_4_17(2, "BUG", SPECIAL_UNUSED),
    FRAMES_4_17(3, "ASSERT", SPECIAL_POINTER),
#define FRAMES(n, what)                                                       \
    {                                                                         \
        ".bug_frames." #n, what, 8,                                           \
        {                                                                     \
            { SPECIAL_OWNER, 0, .line = true },                               \
                { SPECIAL_POINTER, 4, .base = 4, .line = true },              \
        }                                                                     \
    }
    FRAMES(0, "exception handler call"),
    FRAMES(1, "WARN"),
    FRAMES(2, "BUG"),
    { ".bug_frames.3",
      "ASSERT",
      16,
      { { SPECIAL_OWNER, 0, .line = true },
        { SPECIAL_POINTER, 4, .base = 4, .line = true },
        { SPECIAL_POINTER, 12, .base = 12 } } },
};

const struct arch arch_arm64 = {
    .name = "arm64",
    .machine = EM_AARCH64,
    .refused = "the engine does not know arm64 yet",
    .pointer = R_AARCH64_ABS64,
    .tables = tables,
    .nr_tables = sizeof(tables) / sizeof(tables[0]),
    .reloc = reloc_of,
    .field_bias = field_bias,
    .field_value = field_value,
    .insn_start = insn_start,
    .insn_text = insn_text,
    .listing = listing,
    .is_padding = is_padding,
    .has_landing_pad = has_landing_pad,
    .patch_size = patch_size,
    .is_mark = is_mark,
};
