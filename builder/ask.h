/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BUILDER_ASK_H
#define BUILDER_ASK_H

#include "builder/compile.h"

/*
 * Preprocesses the patched units and skips those in whose text none of the
 * names is used: as a macro, or more often than it is declared.  A unit that
 * does not get through it is left to the compiler, which says why.  The list of
 * units is not sorted and has n of them.  Returns 0, or -1 with err set.
 */
int ask_preprocessor(struct compiling *c, struct unit *const *units, size_t n,
                     const struct strv *names, struct xs_error *err);

#endif /* BUILDER_ASK_H */
