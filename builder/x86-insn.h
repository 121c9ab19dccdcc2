/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions of x86, also those that are newer than the disassembler. */
#ifndef BUILDER_X86_INSN_H
#define BUILDER_X86_INSN_H

#include <capstone/capstone.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * As cs_disasm_iter(), and goes on where that one stops: an instruction of
 * which only the size is known is called ".byte", with its bytes as operand.
 * Returns false at the end and where not even the size is known.
 */
bool x86_next(csh cs, const uint8_t **code, size_t *size, uint64_t *addr,
              cs_insn *insn);

#endif /* BUILDER_X86_INSN_H */
