/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether existing objects fit the code after a change: their types, before
 * and after, are compared in DWARF.  Comparing code cannot tell: a member that
 * moves is just another number in an instruction.
 */
#ifndef BUILDER_LAYOUT_H
#define BUILDER_LAYOUT_H

#include "builder/differ.h"
#include "builder/dwtypes.h"

/*
 * Compares each type that both have.  A changed layout is refused; what
 * changes without moving a byte (signatures, signedness, new constants) is
 * noted.  Renamed members and new types are no change.  A type that the
 * findings name already, from another unit, is not named again.
 *
 * TEXT is the unit's source before the change, or NULL: a structure that it
 * shows to live in variables of functions only is noted, and not refused.
 */
void layout_compare(const struct dw_types *before,
                    const struct dw_types *after, const char *unit,
                    const char *text, struct differ_result *findings);

/*
 * Reads two objects that were compiled with -g and compares them.  Returns 0,
 * or -1 with err set when one of them cannot be read.
 */
int layout_check(const char *old_path, const char *new_path, const char *unit,
                 const char *text, struct differ_result *findings,
                 struct xs_error *err);

#endif /* BUILDER_LAYOUT_H */
