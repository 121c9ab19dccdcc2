/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names that ## puts together: they stand nowhere as a whole.  Each macro that
 * pastes gives a pattern, of words that stand in the macro and of gaps where its
 * arguments go.
 */
#ifndef BUILDER_PASTE_H
#define BUILDER_PASTE_H

#include <stdbool.h>

#include "builder/strv.h"
#include "builder/words.h"

struct pastes {
    struct strv patterns; /* operands with a blank behind each; "?" is a gap */
};

/* Adds the patterns of a text that lexline_code() has made. */
void pastes_add(struct pastes *pastes, const char *code);

/*
 * Whether the name could be made: what goes into a gap is one of the words, or
 * was made by ## itself, of such.
 */
bool pastes_make(const struct pastes *pastes, const struct words *const *words,
                 size_t nr, const char *name);

void pastes_free(struct pastes *pastes);

#endif /* BUILDER_PASTE_H */
