/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a change to a file is called: macros, static inline functions and
 * prototypes that differ.  A unit that has none of the names is not touched by
 * the change, whatever headers it includes.
 */
#ifndef BUILDER_NAMED_H
#define BUILDER_NAMED_H

#include <stdbool.h>

#include "builder/outline.h"
#include "builder/strv.h"

/*
 * Adds the names of all that differs between the two texts, each once.
 * Returns false if something differs that has no such name (a structure, a
 * conditional, a variable): then each unit that includes the file may be
 * touched.
 */
bool named_collect(const char *old_text, const char *new_text,
                   struct strv *names);

/*
 * Adds the names of what a line of a text belongs to, in the same sense; none
 * for a comment.  False: it has no such name.
 */
bool named_line(const struct outline *o, size_t at, struct strv *names);

#endif /* BUILDER_NAMED_H */
