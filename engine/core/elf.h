/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From bytes to a checked view of a relocatable object.  Once elf_open() has
 * succeeded every name is a string, every offset, size and index is in bounds
 * and nobody looks at the raw bytes for anything but section contents.
 *
 * Follows the System V ABI, chapters 4 and its processor supplement.
 */
#ifndef ENGINE_CORE_ELF_H
#define ENGINE_CORE_ELF_H

#include "elf-format.h"
#include "port.h"
#include "refusal.h"

#define SECTION_MAX   (16u << 20) /* bytes of one section */
#define SECTION_ALIGN 4096u       /* largest alignment taken */

enum section_kind {
    SECTION_IGNORED, /* not loaded: debug information and the like */
    SECTION_LOADED,
    SECTION_RELA, /* relocations of a loaded section */
};

struct elf_section {
    const char *name;
    const uint8_t *data; /* size bytes of the file; NULL: zeroes, or none */
    size_t size;
    enum section_kind kind;
    unsigned int target; /* of SECTION_RELA: what it relocates */
    uint32_t align;      /* 1..SECTION_ALIGN */
    bool write, exec;    /* of SECTION_LOADED */
    bool zeroes;         /* no bytes in the file (NOBITS) */

    /* layout.c's: where it is loaded. */
    enum region_part part;
    unsigned long addr; /* run address */
    uint8_t *fill;      /* the same, writable while loading */
};

enum symbol_place { SYMBOL_UNDEFINED, SYMBOL_ABSOLUTE, SYMBOL_DEFINED };

struct elf_symbol {
    const char *name; /* empty, but not NULL, where there is none */
    size_t name_room; /* readable bytes from name on; the NUL is among them */
    enum symbol_place place;
    unsigned int section; /* of SYMBOL_DEFINED */
    uint64_t value;       /* offset in the section, or absolute */
    uint64_t size;        /* stays in the section */
    bool global;          /* binding global or weak */
    bool marker;          /* names a section or file, not a thing */
    bool resolved;
    unsigned long addr; /* run address, once resolved */
};

struct elf_reloc {
    size_t offset; /* in the target section */
    uint32_t type;
    uint32_t symbol; /* index, in range */
    int64_t addend;
};

struct elf {
    struct elf_section *sections;
    unsigned int nsections;
    struct elf_symbol *symbols;
    unsigned int nsymbols;
};

/*
 * The view of size bytes at raw, which must outlive it.  0 or -errno with the
 * reason in why; then there is nothing to close.
 */
int elf_open(struct elf *elf, const uint8_t *raw, size_t size,
             struct refusal *why);
void elf_close(struct elf *elf);

/*
 * The section of this name; NULL when there is none.  Two are refused for the
 * names that mean something to the engine (elf_open() saw to it).
 */
struct elf_section *elf_find(const struct elf *elf, const char *name);

/* Number of relocations. */
static inline size_t elf_relocs(const struct elf_section *rela)
{
    return rela->size / sizeof(struct file_rela);
}

/* The i-th one, checked; here, because there are so many. */
static inline int elf_reloc(const struct elf *elf,
                            const struct elf_section *rela, size_t i,
                            struct elf_reloc *out, struct refusal *why)
{
    const struct elf_section *target = &elf->sections[rela->target];
    struct file_rela f;

    memcpy(&f, rela->data + i * sizeof(f), sizeof(f));
    out->offset = f.offset;
    out->type = f.info;
    out->symbol = f.info >> 32;
    out->addend = f.addend;
    if ( f.offset >= target->size )
        return refuse(why, XSPLICE_REASON_RELOC_OFFSET,
                      "%s, entry %zu, offset %#llx of %#zx", rela->name, i,
                      (unsigned long long)f.offset, target->size);
    if ( out->symbol >= elf->nsymbols )
        return refuse(why, XSPLICE_REASON_RELOC_SYMBOL,
                      "%s, entry %zu, symbol %u", rela->name, i, out->symbol);
    return 0;
}

#endif /* ENGINE_CORE_ELF_H */
