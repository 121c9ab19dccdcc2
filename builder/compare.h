/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Comparing atoms of an old and a new object: bytes where no relocation is,
 * and what relocations lead to - by name or twin for what has an identity, by
 * content for strings and anonymous constants.  Never by position.
 */
#ifndef BUILDER_COMPARE_H
#define BUILDER_COMPARE_H

#include "builder/object.h"

/* Where two atoms first differ; why is NULL when they do not. */
struct difference {
    uint64_t offset; /* in the new atom */
    char *why;       /* allocated */
};

/*
 * Whether two atoms are the same, apart from alignment; DIFF may be NULL.
 * Special entries and parts of functions are not looked at.
 */
bool compare_atoms(struct atom *old, struct atom *new,
                   struct difference *diff);

/* Whether two atoms have the same bytes where no relocation is. */
bool compare_bytes(const struct atom *old, const struct atom *new);

/*
 * Whether two twins are the same in all: of functions the parts and the
 * special entries too, less line numbers.  Keeps the answer in the new atom
 * (state, why, diff_offset).
 */
bool compare_twins(struct atom *new);

/* Whether two relocations lead to the same place of the same thing. */
bool compare_refs(const struct reloc *old, const struct reloc *new);

#endif /* BUILDER_COMPARE_H */
