/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/arch.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xsplice/payload.h"

#define JUMP_SIZE  5 /* e9 rel32 */
#define ENDBR_SIZE 4
#define LONGEST    15 /* bytes of an instruction */

static const struct arch_reloc relocs[] = {
    [R_X86_64_NONE] = { "R_X86_64_NONE", 0, false, false, true },
    [R_X86_64_64] = { "R_X86_64_64", 8, false, false, true },
    [R_X86_64_PC32] = { "R_X86_64_PC32", 4, true, true, true },
    [R_X86_64_PLT32] = { "R_X86_64_PLT32", 4, true, true, true },
    /* Stock Xen has no need for these; only early boot code holds them. */
    [R_X86_64_32] = { "R_X86_64_32", 4, false, false, false },
    [R_X86_64_32S] = { "R_X86_64_32S", 4, false, true, false },
    [R_X86_64_16] = { "R_X86_64_16", 2, false, false, false },
    [R_X86_64_PC16] = { "R_X86_64_PC16", 2, true, true, false },
    [R_X86_64_8] = { "R_X86_64_8", 1, false, false, false },
    [R_X86_64_PC8] = { "R_X86_64_PC8", 1, true, true, false },
    [R_X86_64_PC64] = { "R_X86_64_PC64", 8, true, true, false },
};

const struct arch_reloc *arch_reloc(uint32_t type)
{
    if ( type >= sizeof(relocs) / sizeof(relocs[0]) || !relocs[type].name )
        return NULL;
    return &relocs[type];
}

/*
 * Walks the instructions from the start of the function.  Compilers for x86
 * put no data between instructions, so a straight walk stays in step.
 * Returns the size of the instruction that covers AT and its start, or 0.
 */
static size_t walk(const uint8_t *code, size_t size, size_t at, size_t *start,
                   char *text, size_t text_len)
{
    const uint8_t *p = code;
    size_t left = size, found = 0;
    uint64_t addr = 0;
    cs_insn *insn;
    csh cs;

    if ( cs_open(CS_ARCH_X86, CS_MODE_64, &cs) != CS_ERR_OK )
        return 0;
    insn = cs_malloc(cs);
    while ( addr <= at && cs_disasm_iter(cs, &p, &left, &addr, insn) )
        if ( addr > at )
        {
            *start = insn->address;
            found = insn->size;
            if ( text )
                snprintf(text, text_len, "%s%s%s", insn->mnemonic,
                         insn->op_str[0] ? " " : "", insn->op_str);
        }
    cs_free(insn, 1);
    cs_close(&cs);
    return found;
}

int arch_field_bias(const uint8_t *code, size_t size, size_t field)
{
    size_t start, len = walk(code, size, field, &start, NULL, 0);

    return len ? (int)(start + len - field) : -1;
}

bool arch_is_branch(const uint8_t *code, size_t size, size_t field)
{
    size_t start, len = walk(code, size, field, &start, NULL, 0);

    if ( !len || start + len != field + 4 )
        return false;
    /* Prefixes: branch hints, notrack, bnd, and what pads a call. */
    while ( start < field && (code[start] == 0x2e || code[start] == 0x3e ||
                              code[start] == 0xf2 || code[start] == 0x66 ||
                              (code[start] & 0xf0) == 0x40) )
        start++;
    if ( start + 1 == field )
        return (code[start] & 0xfe) == 0xe8;
    return start + 2 == field && code[start] == 0x0f &&
           (code[start + 1] & 0xf0) == 0x80;
}

size_t arch_insn_start(const uint8_t *code, size_t size, size_t at)
{
    size_t start;

    return walk(code, size, at, &start, NULL, 0) ? start : at;
}

void arch_insn_text(const uint8_t *code, size_t size, size_t at, char *text,
                    size_t len)
{
    size_t start;

    if ( !walk(code, size, at, &start, text, len) )
        text[0] = '\0';
}

char *arch_listing(const uint8_t *code, size_t size)
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
        insn = cs_malloc(cs);
        while ( cs_disasm_iter(cs, &code, &size, &addr, insn) )
        {
            bool jump =
                insn->mnemonic[0] == 'j' && !strncmp(insn->op_str, "0x", 2);

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
bool arch_is_padding(const uint8_t *code, size_t size)
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

bool arch_has_landing_pad(const uint8_t *code, size_t size)
{
    return size >= ENDBR_SIZE && !memcmp(code, "\xf3\x0f\x1e\xfa", ENDBR_SIZE);
}

size_t arch_patch_size(const uint8_t *code, size_t size)
{
    return JUMP_SIZE + (arch_has_landing_pad(code, size) ? ENDBR_SIZE : 0);
}

static const struct special_table tables[] = {
    { ".altinstructions",
      "alternative",
      sizeof(struct xsplice_x86_alt),
      { { SPECIAL_OWNER, offsetof(struct xsplice_x86_alt, orig), .orig_at = 10,
          .pad_at = 12 },
        { SPECIAL_CODE, offsetof(struct xsplice_x86_alt, repl),
          .len_at = 11 } } },
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

const struct special_table *arch_special_table(const char *section)
{
    unsigned int i;

    for ( i = 0; i < sizeof(tables) / sizeof(tables[0]); i++ )
        if ( !strcmp(section, tables[i].section) )
            return &tables[i];
    return NULL;
}
