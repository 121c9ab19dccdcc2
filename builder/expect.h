/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes that must stand at a function before it is patched. */
#ifndef BUILDER_EXPECT_H
#define BUILDER_EXPECT_H

#include "builder/object.h"
#include "xsplice/payload.h"

/*
 * Fills in what an unpatched OLD function begins with in memory, as far as it
 * is the same on every machine: up to the first relocated field, the first
 * site of an alternative.  A function that begins with a landing pad has no
 * such bytes, because Xen may overwrite the pad at boot.
 */
void expect_fill(struct xsplice_expect *expect, const struct atom *old);

#endif /* BUILDER_EXPECT_H */
