/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/x86-insn.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 15

static bool is_prefix(uint8_t byte)
{
    return byte == 0x66 || byte == 0x67 || byte == 0xf2 || byte == 0xf3 ||
           byte == 0x2e || byte == 0x36 || byte == 0x3e || byte == 0x26 ||
           byte == 0x64 || byte == 0x65;
}

/* Bytes of ModRM with what it brings: SIB, displacement. */
static size_t operand_size(const uint8_t *p, size_t left)
{
    unsigned int mod, rm;
    size_t n = 1;

    if ( !left )
        return 0;
    mod = p[0] >> 6;
    rm = p[0] & 7;
    if ( mod == 3 )
        return 1;
    if ( rm == 4 )
    {
        n++;
        if ( left > 1 )
            rm = p[1] & 7;
    }
    if ( mod == 1 )
        n += 1;
    else if ( mod == 2 || rm == 5 )
        n += 4;
    return n;
}

/*
 * The size of an instruction of the groups that grow with each processor, none
 * of which has an immediate operand: system instructions (rdpkru), hints that
 * became more (rdssp), control of state (incssp, xsaves), 0f 38 (enqcmd).
 */
static size_t size_of(const uint8_t *p, size_t left)
{
    size_t n = 0, operand;

    while ( n < left && is_prefix(p[n]) )
        n++;
    if ( n < left && (p[n] & 0xf0) == 0x40 )
        n++;
    if ( n + 2 > left || p[n++] != 0x0f )
        return 0;
    switch ( p[n++] )
    {
    case 0x38:
        n++;
        /* fallthrough */
    case 0x01:
    case 0x18 ... 0x1f:
    case 0xae:
    case 0xc7:
        operand = n < left ? operand_size(p + n, left - n) : 0;
        n += operand;
        return operand && n <= left && n <= LONGEST ? n : 0;
    case 0x09: /* wbnoinvd */
        return n;
    default:
        return 0;
    }
}

bool x86_next(csh cs, const uint8_t **code, size_t *size, uint64_t *addr,
              cs_insn *insn)
{
    size_t n, i;

    if ( cs_disasm_iter(cs, code, size, addr, insn) )
        return true;
    n = *size ? size_of(*code, *size) : 0;
    if ( !n )
        return false;
    insn->id = 0;
    insn->address = *addr;
    insn->size = n;
    memcpy(insn->bytes, *code, n);
    strcpy(insn->mnemonic, ".byte");
    for ( i = 0; i < n; i++ )
        sprintf(insn->op_str + 2 * i, "%02x", (*code)[i]);
    if ( insn->detail )
        memset(insn->detail, 0, sizeof(*insn->detail));
    *code += n;
    *size -= n;
    *addr += n;
    return true;
}
