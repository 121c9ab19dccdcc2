/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The change as its reader knows it: hunks, and what they lie in. */
#ifndef BUILDER_HUNKS_H
#define BUILDER_HUNKS_H

#include "builder/apply.h"

/* A declaration, definition or directive of which a hunk changes a line. */
struct hunk_place {
    bool old;           /* of the text before the change; else after it */
    size_t first, last; /* its lines, from 1 */
    char *code;         /* its text without comments */
    char *macro;        /* the name, if it defines a macro; else NULL */
};

struct hunk {
    char *path;   /* of the file, in xen/ */
    bool comment; /* no line of code is among those that change */
    size_t old_start, old_n, new_start, new_n; /* lines, as in "@@ -1,2" */
    char *text;    /* lines with " ", "-", "+" before them */
    char *heading; /* first line of the declaration that it lies in, or "" */
    struct hunk_place *place;
    size_t nr_places;
};

struct hunks {
    struct hunk *v; /* by file, then line */
    size_t n;
};

/*
 * Compares the texts of all changed files that the patches themselves change:
 * with several patches, their sum.  Three lines of context.  To be called
 * before what cannot matter is dropped from the changes.  Release with
 * hunks_free().
 */
void hunks_make(const struct changes *changes, struct hunks *out);
void hunks_free(struct hunks *hunks);

#endif /* BUILDER_HUNKS_H */
