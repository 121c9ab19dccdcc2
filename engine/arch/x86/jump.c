/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few instructions that the engine writes or looks for. */
#include "engine/core/arch.h"

/*
 * ENDBR64, and the NOP (nopw (%rcx)) which Xen puts in its place at boot where
 * nobody calls the function through a pointer.  Compared byte by byte: as an
 * immediate of four bytes they would be a landing place in the middle of an
 * instruction, for which Xen's build looks through its text.  (The compiler
 * makes such an immediate of a memcmp() and of complements, too.)
 */
static const uint8_t entries[][ARCH_ENTRY_SIZE] = {
    { 0xf3, 0x0f, 0x1e, 0xfa },
    { 0x66, 0x0f, 0x1f, 0x01 },
};

static bool is_entry(const uint8_t *bytes, unsigned int i)
{
    unsigned int j;

    for ( j = 0; j < ARCH_ENTRY_SIZE; j++ )
        if ( bytes[j] != entries[i][j] )
            return false;
    return true;
}

unsigned int arch_entry_skip(const uint8_t entry[ARCH_ENTRY_SIZE])
{
    return is_entry(entry, 0) || is_entry(entry, 1) ? ARCH_ENTRY_SIZE : 0;
}

bool arch_landing_pad(const uint8_t entry[ARCH_ENTRY_SIZE])
{
    return is_entry(entry, 0);
}

bool arch_jump(unsigned long from, unsigned long to,
               uint8_t out[ARCH_JUMP_SIZE])
{
    int64_t distance = (int64_t)(to - (from + ARCH_JUMP_SIZE));
    int32_t rel = distance;

    if ( rel != distance )
        return false;
    out[0] = 0xe9;
    memcpy(out + 1, &rel, sizeof(rel));
    return true;
}

void arch_nops(uint8_t *out, unsigned int len)
{
    /*
     * One byte each: code further on may jump back to what was an
     * instruction's start in their midst.
     */
    memset(out, 0x90, len);
}
