/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the core asks of an architecture.  All of it is arithmetic on bytes:
 * nothing here touches the running system, except to read text by the port.
 */
#ifndef ENGINE_CORE_ARCH_H
#define ENGINE_CORE_ARCH_H

#include "elf.h"
#include "port.h"
#include "refusal.h"

struct loader;

#define ARCH_ELF_MACHINE 62 /* x86-64 */
#define ARCH_JUMP_SIZE   5  /* bytes of a jump to a replacement */
#define ARCH_ENTRY_SIZE  4  /* bytes that arch_entry_skip() looks at */

/*
 * Bytes that a relocation of this type stores; 0: unknown; and whether what
 * is stored is relative to its own place.
 */
unsigned int arch_reloc_size(uint32_t type, bool *relative);

/*
 * Stores the relocation's value at fill, which will run at 'place'.  The
 * bytes have been proved to lie in the section.  -EOVERFLOW when it does not
 * fit.
 */
int arch_reloc_apply(uint32_t type, uint8_t *fill, unsigned long place,
                     unsigned long symbol, int64_t addend);

/* Bytes at a function's entry that a patch has to leave: ENDBR64, or its
 * remains after boot. */
unsigned int arch_entry_skip(const uint8_t entry[ARCH_ENTRY_SIZE]);

/* Is there an ENDBR64, that an indirect call may lead to? */
bool arch_landing_pad(const uint8_t entry[ARCH_ENTRY_SIZE]);

/* Can a jump at 'from' reach 'to'?  Stores it. */
bool arch_jump(unsigned long from, unsigned long to,
               uint8_t out[ARCH_JUMP_SIZE]);

/* NOPs that may be entered anywhere. */
void arch_nops(uint8_t *out, unsigned int len);

/*
 * Does an instruction of 'code' end at offset 'at', decoded from its first
 * byte?  False also where the decoder does not know an instruction.
 */
bool arch_insn_boundary(const uint8_t *code, size_t len, size_t at);

/* Applies .altinstructions to the payload being loaded. */
int arch_alternatives(struct loader *l);

#endif /* ENGINE_CORE_ARCH_H */
