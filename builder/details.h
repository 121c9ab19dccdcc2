/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a report shows beyond the findings: each function of interest in both
 * versions, and each piece of the payload with the reason why it is there.
 */
#ifndef BUILDER_DETAILS_H
#define BUILDER_DETAILS_H

#include "builder/sidebyside.h"

struct session;

struct detail_function {
    char *unit;   /* source of the unit */
    char *object; /* its object: one source may be compiled several times */
    char *symbol;
    char *because; /* why it is in the payload (or would be) */
    char *section; /* of its code */
    bool added;    /* it has no old version */
    bool global;
    uint64_t old_size, new_size;
    struct sidebyside code;
};

struct detail_piece {
    const char *kind; /* "function", "cold part", "variable", "string", ... */
    char *unit;
    char *name; /* a symbol, the text of a string, else a section */
    char *because;
    uint64_t size;
};

struct details {
    struct detail_function *function; /* by unit, object, symbol */
    size_t nr_functions;
    struct detail_piece *piece; /* by unit, kind, name */
    size_t nr_pieces;
    char *compiler; /* that made the objects, as they say; NULL: they do not */
};

/* Fills it in from what was selected.  Release with details_free(). */
void details_collect(const struct session *s, struct details *out);
void details_free(struct details *details);

#endif /* BUILDER_DETAILS_H */
