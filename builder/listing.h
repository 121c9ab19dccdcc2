/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A function in words: its instructions, those of its cold part and fixup
 * code, and its special entries, with the names of what they lead to.
 */
#ifndef BUILDER_LISTING_H
#define BUILDER_LISTING_H

#include "builder/object.h"

/* A place in a function: a piece of it (itself, a part) and an offset. */
struct listing_place {
    const struct atom *piece; /* NULL: none */
    uint64_t off;
};

struct listing_line {
    uint64_t at; /* offset in the piece */
    char *text;  /* for the reader */
    char *plain; /* less what moves with other code: lines that are the same in
                    two versions have the same one */
    struct listing_place leads[2]; /* inside the function: jump, entry */
    const struct reloc *relocs;    /* in the instruction */
    size_t nr_relocs;
};

struct listing_part {
    const struct atom *piece; /* NULL: the special entries */
    struct listing_line *line;
    size_t n;
};

struct listing {
    struct listing_part *part; /* function, parts, special entries if any */
    size_t n;
};

/*
 * Lists a function of an object that is open (and stays so: the listing refers
 * to it).  Bytes that are no instruction are listed as such.  Release with
 * listing_free().
 */
void listing_make(const struct atom *function, struct listing *out);
void listing_free(struct listing *listing);

#endif /* BUILDER_LISTING_H */
