/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two versions of a function, line by line beside each other. */
#ifndef BUILDER_SIDEBYSIDE_H
#define BUILDER_SIDEBYSIDE_H

#include "builder/object.h"

enum row_mark {
    ROW_SAME,
    ROW_CHANGED, /* one line stands where another stood */
    ROW_GONE,    /* only the old version has it */
    ROW_ADDED,   /* only the new one has it */
};

struct row {
    enum row_mark mark;
    uint64_t old_at, new_at;   /* offsets; of no meaning where there is none */
    char *old_text, *new_text; /* NULL: none */
};

struct row_part {
    char *name; /* "", or what part of the function it is */
    struct row *row;
    size_t n;
};

struct sidebyside {
    struct row_part *part;
    size_t n;
};

/*
 * Lists both versions; OLD or NEW may be NULL.  Rows are marked the same only
 * if the instruction is, what it refers to is, and where it jumps to inside
 * the function stands in the same row.  Release with sidebyside_free().
 */
void sidebyside_make(const struct atom *old, const struct atom *new,
                     struct sidebyside *out);
void sidebyside_free(struct sidebyside *of);

/* How many rows are not the same. */
size_t sidebyside_differing(const struct sidebyside *of);

#endif /* BUILDER_SIDEBYSIDE_H */
