/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lies that a payload could tell: changes to fields of an ELF object. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* Changes one field of a section header, symbol, relocation, or of what a
 * special section holds; false: the bytes are too far from being ELF. */
int mutate_field(uint8_t *bytes, size_t size, unsigned int *seed);

/* Puts back what the loader looks at first, so that it goes on from there. */
void mutate_repair(uint8_t *bytes, size_t size, unsigned int *seed);

#endif /* TESTS_FUZZ_MUTATE_H */
