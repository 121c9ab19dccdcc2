/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the differ must know of an instruction set.  All that holds for one
 * architecture alone is in its arch-NAME.c, as data where it can be; the rest
 * of the differ asks the struct arch of the object at hand.
 */
#ifndef BUILDER_ARCH_H
#define BUILDER_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a relocation is a direct call or jump. */
enum arch_branch {
    ARCH_BRANCH_NO,
    ARCH_BRANCH_YES,
    ARCH_BRANCH_ASK, /* the type does not tell: see struct arch.is_branch */
};

/* What a relocation type does. */
struct arch_reloc {
    const char *name;
    uint8_t size;   /* bytes of the field; an instruction is one as well */
    bool pc_rel;    /* less the address of the field, in code or in data */
    bool is_signed; /* the field is extended by its sign */
    bool loadable;  /* taken by the engine */
    enum arch_branch branch;
    uint32_t keeps; /* bits of the field that are not filled */
};

/* One pointer of an entry of a special section. */
enum special_role {
    SPECIAL_END = 0,
    SPECIAL_OWNER,   /* the code that the entry describes */
    SPECIAL_CODE,    /* replacement code, its length is in the entry */
    SPECIAL_CONT,    /* where execution goes on: fixup code or a function */
    SPECIAL_POINTER, /* a string or a function */
    SPECIAL_UNUSED,  /* leads somewhere, and nobody looks there */
};

struct special_field {
    enum special_role role;
    uint8_t offset; /* of the 32-bit field in the entry */
    uint8_t base;   /* the value is relative to field minus this */
    bool line;      /* the upper 8 bits are a part of a line number */
    uint8_t len_at; /* SPECIAL_CODE: offset of the byte with the length */
    bool callback;  /* SPECIAL_CODE of length 0: SPECIAL_POINTER */
    /* SPECIAL_OWNER: how much of the code is overwritten at boot. */
    uint8_t orig_size; /* always so many bytes, or */
    uint8_t orig_at;   /* where a byte has the length; 0: none */
    uint8_t pad_at;    /* and one the padding's length; 0: none */
};

#define SPECIAL_FIELDS 4

struct special_table {
    const char *section;
    const char *word; /* for reports: "alternative" */
    size_t size;      /* of an entry */
    struct special_field fields[SPECIAL_FIELDS];
    uint8_t line_at; /* offset of 16 bits that are a line number; 0: none */
};

/* A function that may not be patched; a name that ends in * is a prefix. */
struct arch_never {
    const char *name, *why;
};

/* A function's code, with what makes asking for many places in it cheap. */
struct arch_code {
    const uint8_t *bytes;
    size_t size;
    /* The size of the instruction that begins at an offset; 0: none does. */
    const uint8_t *insns; /* NULL: the architecture has no mark_insns */
};

/* What an instruction does to the flow. */
struct arch_step {
    size_t size;
    bool falls;    /* execution may go on behind it */
    bool jumps;    /* a direct jump, to TARGET unless that is relocated */
    size_t target; /* offset in the code; may lie outside */
};

struct arch {
    const char *name;    /* for messages: "x86-64" */
    uint16_t machine;    /* EM_ of the ELF header */
    const char *refused; /* why no payload can be made of it; NULL: it can */
    const char *thunks;  /* what names of compiler's helpers begin with */
    uint32_t pointer;    /* relocation type of a pointer in data */
    uint8_t fill;        /* byte for gaps in code: a trap */
    /*
     * Tables by section; several of one section where branches of Xen have
     * different ones: the one that fits the section is taken.
     */
    const struct special_table *tables;
    size_t nr_tables;
    const struct arch_never *never; /* besides those of all architectures */
    size_t nr_never;

    /* NULL: the type is not known. */
    const struct arch_reloc *(*reloc)(uint32_t type);

    /*
     * Fills in struct arch_code.insns, SIZE zeros before, as far as the code
     * can be decoded.  NULL: instructions are found without.
     */
    void (*mark_insns)(const uint8_t *code, size_t size, uint8_t *insns);

    /*
     * For a pc-relative relocation inside code: how much its addend is less
     * than the offset that the source means.  CODE is the whole function, or
     * NULL if there is none; FIELD the offset of the field in it.
     */
    int (*field_bias)(const struct arch_reloc *type,
                      const struct arch_code *code, size_t field);

    /*
     * Whether the field at FIELD is the displacement of a direct call or
     * jump.  NULL if the relocation's type always tells.
     */
    bool (*is_branch)(const struct arch_code *code, size_t field);

    /*
     * What a relocated field of the linked image leads to (S + A).  P are its
     * bytes, ADDR its address.  Returns the bits of *VALUE that the field
     * tells; 0: it is no such field.
     */
    uint64_t (*field_value)(uint32_t type, const uint8_t *p, uint64_t addr,
                            uint64_t *value);

    /* The start of the instruction that covers AT; AT if undecodable. */
    size_t (*insn_start)(const struct arch_code *code, size_t at);

    /*
     * Where execution goes from the instruction at AT.  False if undecodable.
     * NULL: not known for this architecture.
     */
    bool (*step)(const uint8_t *code, size_t size, size_t at,
                 struct arch_step *out);

    /* One instruction in words into TEXT; "" if undecodable. */
    void (*insn_text)(const uint8_t *code, size_t size, size_t at, char *text,
                      size_t len);

    /*
     * All instructions in words, one a line; jumps within the code are
     * without their target.  To be freed.
     */
    char *(*listing)(const uint8_t *code, size_t size);

    /* Whether the bytes are what an assembler fills gaps with. */
    bool (*is_padding)(const uint8_t *code, size_t size);

    /* Whether the function may be called through a pointer (ENDBR64). */
    bool (*has_landing_pad)(const uint8_t *code, size_t size);

    /* Bytes that a function needs to have to be patched. */
    size_t (*patch_size)(const uint8_t *code, size_t size);

    /* Whether a symbol is a mark of the assembler, and names nothing. */
    bool (*is_mark)(const char *name);
};

extern const struct arch arch_x86, arch_arm64;

/* The architecture of an ELF header's e_machine, or NULL. */
const struct arch *arch_of(uint16_t machine);

/* Whether the architecture has a table for a section of this name. */
bool arch_has_table(const struct arch *arch, const char *section);

/*
 * Whether two fields have the same bits where their relocation leaves them
 * alone: on arm64 a field is an instruction, and the registers in it count.
 * NULL stands for a field without bytes.
 */
bool arch_rest_equal(const struct arch_reloc *how, const uint8_t *a,
                     const uint8_t *b);

#endif /* BUILDER_ARCH_H */
