/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long instructions are: enough of the opcode maps of 64-bit mode (SDM
 * volume 2, appendix A) to find where instructions of compiled hypervisor code
 * begin.  Vector encodings, which such code does not have, are unknown.
 */
#include "engine/core/arch.h"

#define UNKNOWN  0x80u
#define MODRM    0x40u
#define IMM_MASK 0x0fu /* bytes of immediate; IMM_Z: 4, or 2 after 0x66 */
#define IMM_Z    0x0fu

struct cursor {
    const uint8_t *at, *end;
    bool operand16, address32, rex_w;
};

static unsigned int one_byte_low(uint8_t op)
{
    switch ( op & 7 )
    {
    case 4:
        return 1;
    case 5:
        return IMM_Z;
    case 6:
    case 7:
        return UNKNOWN;
    }
    return MODRM;
}

/* Shape of a one-byte opcode, 0x50 to 0xbf. */
static unsigned int one_byte_middle(uint8_t op)
{
    if ( op < 0x60 )
        return 0;
    if ( op < 0x70 )
    {
        static const uint8_t shapes[16] = {
            UNKNOWN, UNKNOWN,   UNKNOWN, MODRM, UNKNOWN,
            UNKNOWN, UNKNOWN,   UNKNOWN, IMM_Z, MODRM | IMM_Z,
            1,       MODRM | 1, 0,       0,     0,
            0,
        };
        return shapes[op & 0xf];
    }
    if ( op < 0x80 )
        return 1;
    if ( op < 0x84 )
        return op == 0x82 ? UNKNOWN : op == 0x81 ? MODRM | IMM_Z : MODRM | 1;
    if ( op < 0x8f )
        return MODRM;
    if ( op < 0xa0 )
        return op == 0x8f || op == 0x9a ? UNKNOWN : 0;
    if ( op == 0xa8 )
        return 1;
    if ( op == 0xa9 )
        return IMM_Z;
    return op < 0xb0 ? 0 : op < 0xb8 ? 1 : IMM_Z;
}

static unsigned int one_byte_high(uint8_t op)
{
    static const uint8_t shapes[64] = {
        /* c0 */ MODRM | 1,
        MODRM | 1,
        2,
        0,
        UNKNOWN,
        UNKNOWN,
        MODRM | 1,
        MODRM | IMM_Z,
        /* c8 */ 3,
        0,
        2,
        0,
        0,
        1,
        UNKNOWN,
        0,
        /* d0 */ MODRM,
        MODRM,
        MODRM,
        MODRM,
        UNKNOWN,
        UNKNOWN,
        UNKNOWN,
        0,
        /* d8 */ MODRM,
        MODRM,
        MODRM,
        MODRM,
        MODRM,
        MODRM,
        MODRM,
        MODRM,
        /* e0 */ 1,
        1,
        1,
        1,
        1,
        1,
        1,
        1,
        /* e8 */ 4,
        4,
        UNKNOWN,
        1,
        0,
        0,
        0,
        0,
        /* f0 */ UNKNOWN,
        0,
        UNKNOWN,
        UNKNOWN,
        0,
        0,
        MODRM,
        MODRM,
        /* f8 */ 0,
        0,
        0,
        0,
        0,
        0,
        MODRM,
        MODRM,
    };

    return shapes[op - 0xc0];
}

static unsigned int two_bytes(uint8_t op)
{
    if ( op >= 0x80 && op < 0x90 )
        return 4;
    if ( (op >= 0x30 && op < 0x38) || (op >= 0xc8 && op < 0xd0) ||
         (op >= 0x70 && op < 0x74) )
        return op < 0x70 || op >= 0xc8 ? 0 : MODRM | 1;
    switch ( op )
    {
    case 0x05 ... 0x09:
    case 0x0b:
    case 0x0e:
    case 0x77:
    case 0xa0 ... 0xa2:
    case 0xa8 ... 0xaa:
        return 0;
    case 0x0f:
    case 0xa4:
    case 0xac:
    case 0xba:
    case 0xc2:
    case 0xc4 ... 0xc6:
        return MODRM | 1;
    case 0x04:
    case 0x0a:
    case 0x0c:
    case 0x24 ... 0x27:
    case 0x39:
    case 0x3b ... 0x3f:
        return UNKNOWN;
    }
    return MODRM;
}

/* Passes over prefixes; false at the end of the code. */
static bool prefixes(struct cursor *c)
{
    for ( ; c->at < c->end; c->at++ )
    {
        switch ( *c->at )
        {
        case 0x66:
            c->operand16 = true;
            continue;
        case 0x67:
            c->address32 = true;
            continue;
        case 0x26:
        case 0x2e:
        case 0x36:
        case 0x3e:
        case 0x64:
        case 0x65:
        case 0xf0:
        case 0xf2:
        case 0xf3:
            continue;
        }
        break;
    }
    if ( c->at < c->end && (*c->at & 0xf0) == 0x40 )
        c->rex_w = *c->at++ & 8;
    return c->at < c->end;
}

/* Passes over ModRM, SIB and displacement; returns the reg field or -1. */
static int modrm(struct cursor *c)
{
    unsigned int mod, rm, skip = 0;
    uint8_t byte;

    if ( c->at >= c->end )
        return -1;
    byte = *c->at++;
    mod = byte >> 6;
    rm = byte & 7;
    if ( mod != 3 && rm == 4 )
    {
        if ( c->at >= c->end )
            return -1;
        rm = *c->at++ & 7; /* the base; 5 without mod: a displacement */
    }
    if ( mod == 1 )
        skip = 1;
    else if ( mod == 2 || (mod == 0 && rm == 5) )
        skip = 4;
    if ( c->end - c->at < skip )
        return -1;
    c->at += skip;
    return byte >> 3 & 7;
}

/* Length of the instruction at 'code'; 0: unknown, or not all there. */
static size_t insn_length(const uint8_t *code, size_t len)
{
    struct cursor c = { .at = code, .end = code + len };
    unsigned int shape, imm;
    uint8_t op;
    int reg = 0;

    if ( !prefixes(&c) )
        return 0;
    op = *c.at++;
    if ( op == 0x0f )
    {
        if ( c.at >= c.end )
            return 0;
        op = *c.at++;
        shape = two_bytes(op);
        if ( op == 0x38 || op == 0x3a )
        {
            if ( c.at++ >= c.end )
                return 0;
            shape = op == 0x38 ? MODRM : MODRM | 1;
        }
        op = 0; /* none of the special ones below */
    }
    else
        shape = op < 0x40   ? one_byte_low(op)
                : op < 0xc0 ? one_byte_middle(op)
                            : one_byte_high(op);
    if ( shape & UNKNOWN )
        return 0;
    if ( shape & MODRM )
        reg = modrm(&c);
    if ( reg < 0 )
        return 0;

    imm = shape & IMM_MASK;
    if ( (op & 0xfe) == 0xf6 && reg < 2 ) /* TEST among its group */
        imm = op & 1 ? IMM_Z : 1;
    if ( (op & 0xf8) == 0xb8 && c.rex_w )
        imm = 8;
    else if ( op >= 0xa0 && op < 0xa4 )
        imm = c.address32 ? 4 : 8;
    else if ( imm == IMM_Z )
        imm = c.operand16 && !c.rex_w ? 2 : 4;
    if ( c.end - c.at < imm )
        return 0;
    return c.at + imm - code;
}

bool arch_insn_boundary(const uint8_t *code, size_t len, size_t at)
{
    size_t pos = 0, n;

    while ( pos < at && pos < len )
    {
        n = insn_length(code + pos, len - pos);
        if ( !n )
            return false;
        pos += n;
    }
    return pos == at;
}
