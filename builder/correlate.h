/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which atom of the new object stands for which of the old one.
 *
 * Names decide where the programmer gave them.  Names that the compiler
 * numbered (static locals, clones of functions) say nothing by their number:
 * who refers to them decides, then whether they sit at the same place of code
 * that is otherwise the same, and at last the code around their uses (that is
 * noted in the report).  What cannot be told apart stays without twin, and that
 * is reported where it matters.
 */
#ifndef BUILDER_CORRELATE_H
#define BUILDER_CORRELATE_H

#include "builder/object.h"

/* Sets twin in the atoms of both objects. */
void correlate(struct object *old, struct object *new);

/*
 * An old atom without twin for which NEW, without twin itself, could stand:
 * writable, numbered, of the same base name.  NULL: NEW is really new.
 */
struct atom *correlate_rival(const struct object *old, const struct atom *new);

#endif /* BUILDER_CORRELATE_H */
