/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which units a change can reach, told from the text alone: a header that a
 * hundred units include may change in what three of them use.
 */
#ifndef BUILDER_FOLLOW_H
#define BUILDER_FOLLOW_H

#include "builder/compile.h"

/*
 * Marks units as skipped that include what changes and use none of it.  What
 * changes has names (see named.h); whatever in another header says such a name
 * is followed in turn.  Of a name that ## could make the unit is asked
 * by preprocessing it.  What cannot be followed leaves the unit as it is, to be
 * compiled.  Returns 0, or -1 with err set.
 */
int follow_changes(struct compiling *c, struct units *units,
                   struct xs_error *err);

#endif /* BUILDER_FOLLOW_H */
