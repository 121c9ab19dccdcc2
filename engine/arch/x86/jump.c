/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few instructions that the engine writes or looks for. */
#include "engine/core/arch.h"

unsigned int arch_entry_skip(const uint8_t entry[ARCH_ENTRY_SIZE])
{
    uint32_t insn;

    /*
     * ENDBR64, or the NOP (nopw (%rcx)) which Xen puts in its place at boot
     * where nobody calls the function through a pointer.  Compared through
     * complements, so that no ENDBR64 comes to lie in this function's code.
     */
    memcpy(&insn, entry, sizeof(insn));
    insn = ~insn;
    return insn == 0x05e1f00cu || insn == 0xfee0f099u ? ARCH_ENTRY_SIZE : 0;
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
