/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects with debug information, for reports only. */
#ifndef BUILDER_DEBUGBUILD_H
#define BUILDER_DEBUGBUILD_H

#include "builder/compile.h"
#include "builder/inlines.h"

/* A unit of which a report has to know what the compiler made of it. */
struct debug_unit {
    const struct unit *unit;
    struct inlines old, new; /* results; empty where it could not be had */
};

/*
 * Compiles each unit before and after the change with the little debug
 * information that tells what was inlined where, and reads it.  Line numbers
 * are those of the patched files.  Returns 0, or -1 with err set; a unit that
 * cannot be read is no error.  Release each with debug_unit_free().
 */
int debugbuild_run(struct compiling *c, struct debug_unit *unit, size_t nr,
                   struct xs_error *err);

void debug_unit_free(struct debug_unit *unit);

#endif /* BUILDER_DEBUGBUILD_H */
