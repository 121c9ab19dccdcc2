/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a relocatable object: sections that grow, symbols, relocations.
 * Everything comes out in the order in which it went in (local symbols before
 * global ones, as ELF has it), so the same calls give the same bytes.
 */
#ifndef BUILDER_ELFOUT_H
#define BUILDER_ELFOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct elfout;

struct elfout *elfout_new(uint16_t machine);
void elfout_free(struct elfout *e);

/*
 * The section of this name, made at the first call.  Returns its number,
 * which is also the number of its section symbol.
 */
unsigned int elfout_section(struct elfout *e, const char *name, uint32_t type,
                            uint64_t flags);

/* Whether there is a section of this name. */
bool elfout_has(const struct elfout *e, const char *name);

/*
 * Appends bytes (zeros if DATA is NULL) at the next multiple of ALIGN and
 * returns where they begin.  Gaps in code are filled with FILL.
 */
uint64_t elfout_append(struct elfout *e, unsigned int sec, const void *data,
                       size_t size, uint64_t align, uint8_t fill);

size_t elfout_size(const struct elfout *e, unsigned int sec);

/* The bytes of a section, valid until the next append to it. */
uint8_t *elfout_bytes(struct elfout *e, unsigned int sec);

/* Adds a symbol; SEC 0: undefined, ELFOUT_ABS: absolute.  Returns a handle. */
#define ELFOUT_ABS 0xfff1u
unsigned int elfout_symbol(struct elfout *e, const char *name,
                           unsigned int sec, uint64_t value, uint64_t size,
                           unsigned char bind, unsigned char type);

/* The handle of the global undefined symbol of this name. */
unsigned int elfout_undefined(struct elfout *e, const char *name);

/* Adds a relocation of a field of a section. */
void elfout_reloc(struct elfout *e, unsigned int sec, uint64_t offset,
                  uint32_t type, unsigned int symbol, int64_t addend);

/*
 * Writes the object into memory.  *NOTE_AT is set to the file offset of the
 * section NOTE.  0, or -1 with the error set.
 */
int elfout_write(struct elfout *e, unsigned int note, size_t *note_at,
                 uint8_t **bytes, size_t *size, struct xs_error *err);

#endif /* BUILDER_ELFOUT_H */
