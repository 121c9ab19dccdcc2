/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/arch.h"

#include <capstone/capstone.h>
#include <ctype.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/x86-insn.h"
#include "xsplice/payload.h"

#define JUMP_SIZE  5 /* e9 rel32 */
#define ENDBR_SIZE 4
#define CALL_SIZE  6  /* ff 15 disp32 */
#define LONGEST    15 /* bytes of an instruction */

/* The types of calls and jumps serve for data as well. */
#define PC(name, size, load)                                                  \
    {                                                                         \
        name, size, true, true, load, ARCH_BRANCH_ASK, 0                      \
    }

static const struct arch_reloc relocs[] = {
    [R_X86_64_NONE] = { "R_X86_64_NONE", 0, .loadable = true },
    [R_X86_64_64] = { "R_X86_64_64", 8, .loadable = true },
    [R_X86_64_PC32] = PC("R_X86_64_PC32", 4, true),
    [R_X86_64_PLT32] = PC("R_X86_64_PLT32", 4, true),
    /* Stock Xen has no need for these; only early boot code holds them. */
    [R_X86_64_32] = { "R_X86_64_32", 4 },
    [R_X86_64_32S] = { "R_X86_64_32S", 4, .is_signed = true },
    [R_X86_64_16] = { "R_X86_64_16", 2 },
    [R_X86_64_PC16] = PC("R_X86_64_PC16", 2, false),
    [R_X86_64_8] = { "R_X86_64_8", 1 },
    [R_X86_64_PC8] = PC("R_X86_64_PC8", 1, false),
    [R_X86_64_PC64] = PC("R_X86_64_PC64", 8, false),
};

static const struct arch_reloc *reloc_of(uint32_t type)
{
    if ( type >= sizeof(relocs) / sizeof(relocs[0]) || !relocs[type].name )
        return NULL;
    return &relocs[type];
}

/*
 * Walks the instructions from the start of the function.  Compilers for x86
 * put no data between instructions, so a straight walk stays in step.
 */
static void mark_insns(const uint8_t *code, size_t size, uint8_t *insns)
{
    uint64_t addr = 0;
    cs_insn *insn;
    csh cs;

    if ( cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK )
        return;
    insn = cs_malloc(cs);
    while ( x86_next(cs, &code, &size, &addr, insn) )
        insns[insn->address] = insn->size;
    cs_free(insn, 1);
    cs_close(&cs);
}

/* The size of the instruction that covers AT and its start, or 0. */
static size_t covering(const struct arch_code *code, size_t at, size_t *start)
{
    size_t i;

    if ( !code || at >= code->size )
        return 0;
    for ( i = 0; i < LONGEST && i <= at; i++ )
        if ( code->insns[at - i] )
        {
            *start = at - i;
            return code->insns[at - i] > i ? code->insns[at - i] : 0;
        }
    return 0;
}

/*
 * A displacement counts from the end of the instruction, which may be behind
 * the field.  No code to look at: most have nothing there.
 */
static int field_bias(const struct arch_reloc *type,
                      const struct arch_code *code, size_t field)
{
    size_t start, len = covering(code, field, &start);

    return len ? (int)(start + len - field) : type->size;
}

static bool is_branch(const struct arch_code *code, size_t field)
{
    const uint8_t *p = code->bytes;
    size_t start, len = covering(code, field, &start);

    if ( !len || start + len != field + 4 )
        return false;
    /* Prefixes: branch hints, notrack, bnd, and what pads a call. */
    while ( start < field &&
            (p[start] == 0x2e || p[start] == 0x3e || p[start] == 0xf2 ||
             p[start] == 0x66 || (p[start] & 0xf0) == 0x40) )
        start++;
    if ( start + 1 == field )
        return (p[start] & 0xfe) == 0xe8;
    return start + 2 == field && p[start] == 0x0f &&
           (p[start + 1] & 0xf0) == 0x80;
}

static size_t insn_start(const struct arch_code *code, size_t at)
{
    size_t start;

    return covering(code, at, &start) ? start : at;
}

/* From the start of the function, as mark_insns() does. */
static void insn_text(const uint8_t *code, size_t size, size_t at, char *text,
                      size_t len)
{
    uint64_t addr = 0;
    cs_insn *insn;
    csh cs;

    text[0] = '\0';
    if ( cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK )
        return;
    cs_option(cs, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
    insn = cs_malloc(cs);
    while ( addr <= at && x86_next(cs, &code, &size, &addr, insn) )
        if ( addr > at )
            snprintf(text, len, "%s%s%s", insn->mnemonic,
                     insn->op_str[0] ? " " : "", insn->op_str);
    cs_free(insn, 1);
    cs_close(&cs);
}

static bool step(const uint8_t *code, size_t size, size_t at,
                 struct arch_step *out)
{
    const uint8_t *p = code + at;
    size_t left = size - at;
    uint64_t addr = at;
    bool decoded = false;
    cs_insn *insn;
    csh cs;

    if ( at >= size || cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK )
        return false;
    insn = cs_malloc(cs);
    if ( x86_next(cs, &p, &left, &addr, insn) )
    {
        decoded = true;
        out->size = insn->size;
        out->falls = strcmp(insn->mnemonic, "jmp") &&
                     strcmp(insn->mnemonic, "ret") &&
                     strcmp(insn->mnemonic, "ud2");
        out->jumps =
            insn->mnemonic[0] == 'j' && isdigit((unsigned char)*insn->op_str);
        out->target = out->jumps ? strtoull(insn->op_str, NULL, 0) : 0;
    }
    cs_free(insn, 1);
    cs_close(&cs);
    return decoded;
}

static char *listing(const uint8_t *code, size_t size)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    uint64_t addr = 0;
    cs_insn *insn;
    csh cs;

    if ( !to )
        abort();
    if ( cs_open(CS_ARCH_X86, CS_MODE_64, &cs) == CS_ERR_OK )
    {
        cs_option(cs, CS_OPT_SYNTAX, CS_OPT_SYNTAX_ATT);
        insn = cs_malloc(cs);
        while ( x86_next(cs, &code, &size, &addr, insn) )
        {
            bool jump = insn->mnemonic[0] == 'j' &&
                        isdigit((unsigned char)*insn->op_str);

            fprintf(to, "%s%s%s\n", insn->mnemonic,
                    insn->op_str[0] && !jump ? " " : "",
                    jump ? "" : insn->op_str);
        }
        cs_free(insn, 1);
        cs_close(&cs);
    }
    if ( fclose(to) )
        abort();
    return text;
}

/*
 * GNU as fills with the long NOPs of 1 to 11 bytes: 66 and 2e prefixes, 0f 1f
 * with memory operand, 90.
 */
static bool is_padding(const uint8_t *code, size_t size)
{
    size_t i = 0;

    while ( i < size )
    {
        if ( code[i] == 0x00 || code[i] == 0xcc || code[i] == 0x90 ||
             code[i] == 0x66 || code[i] == 0x2e )
            i++;
        else if ( size - i >= 3 && code[i] == 0x0f && code[i + 1] == 0x1f )
        {
            uint8_t modrm = code[i + 2];
            size_t len = 3;

            if ( (modrm & 7) == 4 )
                len++;
            if ( (modrm >> 6) == 1 )
                len += 1;
            else if ( (modrm >> 6) == 2 )
                len += 4;
            if ( len > size - i )
                return false;
            i += len;
        }
        else
            return false;
    }
    return true;
}

static bool has_landing_pad(const uint8_t *code, size_t size)
{
    return size >= ENDBR_SIZE && !memcmp(code, "\xf3\x0f\x1e\xfa", ENDBR_SIZE);
}

static size_t patch_size(const uint8_t *code, size_t size)
{
    return JUMP_SIZE + (has_landing_pad(code, size) ? ENDBR_SIZE : 0);
}

static const struct special_table tables[] = {
    { ".altinstructions",
      "alternative",
      sizeof(struct xsplice_x86_alt),
      { { SPECIAL_OWNER, offsetof(struct xsplice_x86_alt, orig), .orig_at = 10,
          .pad_at = 12 },
        { SPECIAL_CODE, offsetof(struct xsplice_x86_alt, repl),
          .len_at = 11 } } },
    /* From 4.21 on; before, these are alternatives. */
    { ".alt_call_sites",
      "alternative call",
      4,
      { { SPECIAL_OWNER, 0, .orig_size = CALL_SIZE } } },
    { ".ex_table",
      "exception table entry",
      sizeof(struct xsplice_x86_extable),
      { { SPECIAL_OWNER, offsetof(struct xsplice_x86_extable, addr) },
        { SPECIAL_CONT, offsetof(struct xsplice_x86_extable, cont) } } },
#define BUG_FRAMES(n, what)                                                   \
    {                                                                         \
        ".bug_frames." #n, what, sizeof(struct xsplice_x86_bug),              \
        {                                                                     \
            { SPECIAL_OWNER, 0, .line = true },                               \
                { SPECIAL_POINTER, 4, .base = 4, .line = true },              \
        }                                                                     \
    }
    BUG_FRAMES(0, "exception handler call"),
    BUG_FRAMES(1, "WARN"),
    BUG_FRAMES(2, "BUG"),
    { ".bug_frames.3",
      "ASSERT",
      sizeof(struct xsplice_x86_bug_msg),
      { { SPECIAL_OWNER, 0, .line = true },
        { SPECIAL_POINTER, 4, .base = 4, .line = true },
        { SPECIAL_POINTER, 12, .base = 12 } } },
};

#define NMI "an NMI can come while it is being patched"
#define MCE "a machine check can come while it is being patched"

static const struct arch_never never[] = {
    { "do_nmi", NMI },
    { "nmi_watchdog_tick", NMI },
    { "do_machine_check", MCE },
    { "mcheck_cmn_handler", MCE },
    { "do_double_fault", "it handles a fault that leaves no way back" },
};

static uint64_t field_value(uint32_t type, const uint8_t *p, uint64_t addr,
                            uint64_t *value)
{
    const struct arch_reloc *how = reloc_of(type);
    uint64_t v = 0;

    /* Less than four bytes are offsets within a function. */
    if ( !how || how->size < 4 )
        return 0;
    memcpy(&v, p, how->size);
    if ( how->is_signed && how->size < 8 && v >> (8 * how->size - 1) )
        v |= ~(uint64_t)0 << (8 * how->size);
    *value = how->pc_rel ? v + addr : v;
    return ~(uint64_t)0;
}

static bool is_mark(const char *name)
{
    return false;
}

const struct arch arch_x86 = {
    .name = "x86-64",
    .machine = EM_X86_64,
    .thunks = "__x86_",
    .pointer = R_X86_64_64,
    .fill = 0xcc, /* int3 */
    .tables = tables,
    .nr_tables = sizeof(tables) / sizeof(tables[0]),
    .never = never,
    .nr_never = sizeof(never) / sizeof(never[0]),
    .reloc = reloc_of,
    .mark_insns = mark_insns,
    .field_bias = field_bias,
    .is_branch = is_branch,
    .field_value = field_value,
    .insn_start = insn_start,
    .step = step,
    .insn_text = insn_text,
    .listing = listing,
    .is_padding = is_padding,
    .has_landing_pad = has_landing_pad,
    .patch_size = patch_size,
    .is_mark = is_mark,
};
