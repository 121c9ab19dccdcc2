/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An object file as the differ sees it: sections cut into atoms.
 *
 * An atom is what moves as one piece: a function, a variable, one string of a
 * string section, an anonymous constant.  Relocations point from atom to atom
 * (or to an undefined name) with an offset, so that two objects can be
 * compared without any position in them.
 */
#ifndef BUILDER_OBJECT_H
#define BUILDER_OBJECT_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "builder/arch.h"
#include "builder/sections.h"
#include "common/error.h"

struct atom;
struct special;

struct section {
    const struct object *obj;
    const char *name;
    unsigned int index; /* in the file */
    enum section_kind kind;
    uint64_t flags, align, size, entsize;
    const struct special_table *table; /* of a SECTION_SPECIAL */
    bool nobits;
    const uint8_t *data;  /* NULL if nobits */
    struct reloc *relocs; /* sorted by offset */
    size_t nr_relocs;
    struct atom **atoms; /* sorted by start, not overlapping */
    size_t nr_atoms;
};

struct symbol {
    const char *name;
    const char *file;    /* of the FILE symbol before it; "" for globals */
    struct section *sec; /* NULL: undefined, absolute or common */
    uint64_t value, size;
    unsigned char type, bind;
    uint16_t shndx;
    struct atom *atom; /* that starts here, if any */
};

struct reloc {
    uint64_t offset; /* in the section that is relocated */
    uint32_t type;
    const struct arch_reloc *how; /* NULL: the type is not known */
    struct symbol *sym;
    int64_t addend;
    struct atom *target; /* NULL: the symbol is undefined (or absolute) */
    int64_t off;         /* from the target's start: value that A leads to */
    int bias;            /* to add to OFF for the place really meant */
};

enum atom_state { ATOM_UNKNOWN, ATOM_BUSY, ATOM_SAME, ATOM_DIFFERS };

struct atom {
    struct object *obj;
    struct section *sec;
    uint64_t start, size;
    struct symbol *sym; /* NULL: anonymous */
    char *base;         /* name without the compiler's numbers; NULL if anon */
    struct reloc *relocs;
    size_t nr_relocs;
    struct atom *owner;  /* .cold part, fixup code: the function */
    struct atom **parts; /* of a function: its .cold part, its fixup code */
    size_t nr_parts;
    struct special **specials; /* entries that describe this function */
    size_t nr_specials;

    /* Set by correlate, compare, provenance and select in turn. */
    struct atom *twin;
    bool guessed; /* the twin is known by the code around it only */
    enum atom_state state;
    const struct atom *busy_with;
    char *why; /* in words, where the first difference is */
    uint64_t diff_offset;
    bool lines_moved;     /* the same but for line numbers */
    uint64_t image_addr;  /* learnt from the image; 0: not known */
    bool proven;          /* equals the image */
    bool included;        /* in the payload */
    char *because;        /* why it is included */
    uint8_t *insns;       /* see atom_code() */
    unsigned int out_sec; /* where emit placed it */
    uint64_t out_off;
    unsigned int out_sym;
};

struct object {
    const struct arch *arch;
    char *path;
    const char *unit; /* for messages; not owned */
    size_t order;     /* among the objects of a run */
    int fd;
    Elf *elf;
    struct section *secs;
    size_t nr_secs;
    struct symbol *syms;
    size_t nr_syms;
    struct atom **atoms; /* all, by section and start */
    size_t nr_atoms;
    struct special **specials; /* all entries, in file order */
    size_t nr_specials;
    const char *comment; /* what compiler made it; "" if not said */
};

/*
 * Reads an object file (ET_REL) of an architecture that is known.  UNIT is kept for messages.  Returns
 * the object, released with object_free(), or NULL with the error set.
 */
struct object *object_open(const char *path, const char *unit,
                           struct xs_error *err);
void object_free(struct object *obj);

/* The atom that covers an offset of a section, or NULL. */
struct atom *object_atom_at(const struct section *sec, uint64_t offset);

/* The section of this name (the first), or NULL. */
struct section *object_section(const struct object *obj, const char *name);

/* Adds an atom [START, START + SIZE) without symbol to a section. */
struct atom *object_add_atom(struct object *obj, struct section *sec,
                             uint64_t start, uint64_t size);

/* Sorts a section's atoms after additions and hands out the relocations. */
void object_settle_atoms(struct section *sec);

/* Points every relocation at its atom.  Call when all atoms are there. */
void object_resolve(struct object *obj);

/* A byte of an atom's content; what has no bits is zero. */
static inline uint8_t atom_byte(const struct atom *a, uint64_t at)
{
    return a->sec->data ? a->sec->data[a->start + at] : 0;
}

bool atom_is_function(const struct atom *a);

/*
 * The code of an atom of code, for struct arch.  The instructions are looked
 * for once; what is returned lives as long as the object.
 */
struct arch_code atom_code(struct atom *a);

/*
 * Whether a relocation of section IN may lead to a replacement: a direct call or jump, or
 * one into the middle of the function (a switch table, its own labels).  What
 * takes the address of the function must find the one that it always had.
 */
bool reloc_follows_code(const struct section *in, const struct reloc *r);

/* The name for messages: the symbol, else the section. */
const char *atom_name(const struct atom *a);

/*
 * Whether the atom is known by its content alone: strings, anonymous
 * constants, constants that no other unit can name.
 */
bool atom_by_content(const struct atom *a);

#endif /* BUILDER_OBJECT_H */
