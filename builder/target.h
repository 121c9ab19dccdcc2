/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hypervisor that a payload is for: its source, its objects, its image. */
#ifndef BUILDER_TARGET_H
#define BUILDER_TARGET_H

#include "builder/options.h"
#include "builder/recorded.h"

struct target {
    char *xen;      /* the hypervisor's folder; never written to */
    char *xen_syms; /* the image with its symbols */
    char *about;    /* what it is, for the user */
    bool built;     /* it was built just now, in the cache */
    struct records records;
};

/*
 * Finds the target that the options name.  A tree that is built is used where
 * it lies; one that is not is copied to the cache and built there; --debian
 * asks the program debian-target, which fetches and builds.  Refuses what
 * cannot be patched: no CONFIG_LIVEPATCH, no image.  Returns 0 (release with
 * target_free()), or -1 with err set.
 */
int target_open(const struct options *options, struct target *out,
                struct xs_error *err);

void target_free(struct target *target);

#endif /* BUILDER_TARGET_H */
