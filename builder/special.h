/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Special sections: tables whose entries describe code.  What an entry looks
 * like is data (struct arch.tables); each entry belongs to the function that
 * it describes, is compared with it and goes where it goes.
 */
#ifndef BUILDER_SPECIAL_H
#define BUILDER_SPECIAL_H

#include "builder/arch.h"
#include "builder/object.h"

/* Where a field of an entry points to. */
struct special_ref {
    struct reloc *reloc; /* NULL: the field has none */
    struct section *sec; /* NULL: an undefined symbol */
    uint64_t at;         /* offset in the section; line and base taken off */
    struct atom *target; /* atom there, NULL in a section without atoms */
    int64_t extra;       /* line bits and base: addend = place + extra */
};

struct special {
    const struct special_table *table;
    struct section *sec;
    uint64_t offset; /* of the entry */
    struct atom *owner;
    struct special_ref refs[SPECIAL_FIELDS]; /* as table->fields */
};

/*
 * Finds each special section's table: of those for its name the one whose
 * pointers are where the section has relocations.  If none fits it is the
 * first one, and reading the section tells what is wrong.
 */
void special_pick_tables(struct object *obj);

/*
 * Cuts .fixup sections: the compiler writes out one function after the other,
 * so what the exception table's entries of a function lead to is one stretch
 * of that section, and it belongs to the function.
 */
void special_cut_fixups(struct object *obj);

/*
 * Reads all special sections and hands each entry to its function.  Returns
 * 0, or -1 with the error set when a section has not the shape expected.
 */
int special_read(struct object *obj, struct xs_error *err);

/* Makes PART (cold part, fixup code) a part of a function. */
void special_adopt(struct atom *function, struct atom *part);

/* What a field of this entry is; SPECIAL_END behind the last. */
enum special_role special_role(const struct special *s, unsigned int field);

/* The replacement code of an entry: its bytes, or NULL if it has none. */
const uint8_t *special_code(const struct special *s, unsigned int field,
                            size_t *len);

/* An entry's byte; what relocations fill and line numbers are zero. */
uint8_t special_byte(const struct special *s, size_t at);

/* Whether an entry of OBJ's table describes a byte of [FROM, TO) of A. */
bool special_covers(const struct atom *a, uint64_t from, uint64_t to);

/* The line number that is in an entry's bytes, 0 if it is elsewhere. */
unsigned int special_line(const struct special *s);

void special_free(struct object *obj);

#endif /* BUILDER_SPECIAL_H */
