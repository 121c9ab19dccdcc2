/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which words can come to be in the arguments of a macro: those that stand in
 * its parentheses somewhere, or in those of a macro that uses it, and what such
 * words are defined as.  Who is called by a name that ## makes, or that is a
 * parameter, may be any macro.
 */
#ifndef BUILDER_MACROARGS_H
#define BUILDER_MACROARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "builder/strv.h"
#include "builder/words.h"

struct macro;
struct use;

/* What texts say of macros.  All zero is none. */
struct macroargs {
    struct macro *macro;
    size_t n;
    uint32_t *slot; /* 1 + index, by hash of the name */
    size_t size;
    struct use *any; /* calls that may be of any macro */
    size_t nr_any;
};

/*
 * Reads texts that lexline_code() has made, and which must stay.  To be called
 * once.
 */
void macroargs_read(struct macroargs *m, const char *const *text, size_t n);

/* Adds the words for a macro.  False: there is none of that name. */
bool macroargs_of(const struct macroargs *m, const char *name,
                  struct words *out);

void macroargs_free(struct macroargs *m);

#endif /* BUILDER_MACROARGS_H */
