/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that Xen's build generates from sources that a patch may change. */
#ifndef BUILDER_GENERATED_H
#define BUILDER_GENERATED_H

#include "builder/compile.h"

/*
 * Makes anew, in the overlay of the patched sources, each generated file that
 * depends on a changed one: asm-offsets.h, the compat headers,
 * hypercall-defs.h, ...  A result that differs from the tree's is one more
 * changed file, so that what depends on it is found; it is added to changes.
 * What would change the linking is refused.  Returns 0, or -1 with err set.
 */
int generated_update(struct compiling *c, struct changes *changes,
                     struct differ_result *findings, struct xs_error *err);

#endif /* BUILDER_GENERATED_H */
