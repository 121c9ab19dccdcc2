/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which hunks of the patches lead to which functions of the payload. */
#ifndef BUILDER_CHAINS_H
#define BUILDER_CHAINS_H

#include "builder/compile.h"
#include "builder/details.h"
#include "builder/hunks.h"

struct chain_link {
    size_t hunk; /* index into the hunks */
    char *how;   /* "changes its code", "changes g(), which is inlined ..." */
};

struct chain {
    struct chain_link *v;
    size_t n;
    bool sure; /* shown by debug information or by a name in the source; else
                  only hunks of files that the function's unit includes */
};

struct chains {
    struct chain *v; /* as the functions of the details */
    size_t n;
};

/*
 * Compiles the functions' units with debug information for it.  Where that
 * cannot be had, or no line of what a function was made of changes, its links
 * are the hunks that its unit can see, and are said to be no more.  Returns 0
 * (release with chains_free()), or -1 with err set.
 */
int chains_make(struct compiling *c, const struct units *units,
                const struct hunks *hunks, const struct details *details,
                struct chains *out, struct xs_error *err);
/*
 * Whether a hunk changes the declaration of a variable or constant of the
 * file; the compiler's numbers at the end of NAME do not count.
 */
bool hunk_declares(const struct hunk *hunk, const char *name);

void chains_free(struct chains *chains);

#endif /* BUILDER_CHAINS_H */
