/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which lines of a text were there before a change, and where. */
#ifndef BUILDER_LINEDIFF_H
#define BUILDER_LINEDIFF_H

#include <stddef.h>
#include <stdint.h>

struct linediff {
    size_t nr_old, nr_new; /* lines; one without a line end counts as one */
    uint32_t *old_of;      /* for each new line its old number, or 0: new */
    uint32_t *new_of;      /* for each old line its new number, or 0: gone */
};

/*
 * Finds a longest common subsequence of lines (Myers' O(ND) algorithm; texts
 * that differ in thousands of lines get a shorter one).  Lines count from 1,
 * index 0 of the arrays is line 1.  Release with linediff_free().
 */
void linediff_make(const char *old_text, const char *new_text,
                   struct linediff *out);

void linediff_free(struct linediff *diff);

#endif /* BUILDER_LINEDIFF_H */
