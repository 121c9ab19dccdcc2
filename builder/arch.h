/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the differ must know of an instruction set.  Everything that holds for
 * x86 alone is behind this; another architecture is another file beside
 * arch-x86.c.
 */
#ifndef BUILDER_ARCH_H
#define BUILDER_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a relocation type does. */
struct arch_reloc {
    const char *name;
    uint8_t size;   /* bytes that it fills */
    bool pc_rel;    /* less the address of the field */
    bool is_signed; /* the field is extended by its sign */
    bool loadable;  /* taken by the engine */
};

/* NULL: not known. */
const struct arch_reloc *arch_reloc(uint32_t type);

/*
 * For a pc-relative relocation inside code: how far the end of its
 * instruction is behind the field, that is, how much an addend is less than
 * the offset that the source means.  CODE is the whole function, FIELD the
 * offset of the field in it.  -1: the code could not be decoded up to there.
 */
int arch_field_bias(const uint8_t *code, size_t size, size_t field);

/*
 * Whether the field at FIELD is the displacement of a direct call or jump.
 * The relocation's type does not tell: assemblers use the same one for data.
 */
bool arch_is_branch(const uint8_t *code, size_t size, size_t field);

/* The start of the instruction that covers AT; AT itself if undecodable. */
size_t arch_insn_start(const uint8_t *code, size_t size, size_t at);

/* One instruction in words into TEXT; "" if undecodable. */
void arch_insn_text(const uint8_t *code, size_t size, size_t at, char *text,
                    size_t len);

/*
 * All instructions in words, one a line; jumps within the code are without
 * their target.  To be freed.
 */
char *arch_listing(const uint8_t *code, size_t size);

/* Whether the bytes are what an assembler fills gaps with. */
bool arch_is_padding(const uint8_t *code, size_t size);

/* Whether the function may be called through a pointer (ENDBR64). */
bool arch_has_landing_pad(const uint8_t *code, size_t size);

/* Bytes that a function needs to have to be patched. */
size_t arch_patch_size(const uint8_t *code, size_t size);

/* One pointer of an entry of a special section. */
enum special_role {
    SPECIAL_END = 0,
    SPECIAL_OWNER,   /* the code that the entry describes */
    SPECIAL_CODE,    /* replacement code, its length is in the entry */
    SPECIAL_CONT,    /* where execution goes on: fixup code or a function */
    SPECIAL_POINTER, /* a string or a function */
};

struct special_field {
    enum special_role role;
    uint8_t offset;  /* of the 32-bit field in the entry */
    uint8_t base;    /* the value is relative to field minus this */
    bool line;       /* the upper 8 bits are a part of a line number */
    uint8_t len_at;  /* SPECIAL_CODE: offset of the byte with the length */
    uint8_t orig_at; /* SPECIAL_OWNER: likewise, 0: none */
    uint8_t pad_at;  /* and of the byte with the padding's length */
};

struct special_table {
    const char *section;
    const char *word; /* for reports: "alternative" */
    size_t size;      /* of an entry */
    struct special_field fields[4];
};

/* The table for a section, or NULL. */
const struct special_table *arch_special_table(const char *section);

#endif /* BUILDER_ARCH_H */
