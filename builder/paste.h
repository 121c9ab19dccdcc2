/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that ## puts together: they stand nowhere as a whole.  Each macro that
 * pastes gives a pattern, of words that stand in the macro and of gaps where its
 * arguments go.
 */
#ifndef BUILDER_PASTE_H
#define BUILDER_PASTE_H

#include <stdbool.h>

#include "builder/macroargs.h"
#include "builder/words.h"

struct paste;

struct pastes {
    struct paste *v;
    size_t n;
};

/* Adds the patterns of a text that lexline_code() has made. */
void pastes_add(struct pastes *pastes, const char *code);

/*
 * Whether the name could be made: what goes into a gap is one of the words, or
 * was made by ## itself, of such.
 */
bool pastes_make(const struct pastes *pastes, const struct words *const *words,
                 size_t nr, const char *name);

/*
 * From now on no gap is filled but by words that can be arguments of the macro,
 * as far as that can be told, or by one of the extra words.
 */
void pastes_restrict(struct pastes *pastes, const struct macroargs *args,
                     const struct words *extra);

void pastes_free(struct pastes *pastes);

#endif /* BUILDER_PASTE_H */
