/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BUILDER_TREEBUILD_H
#define BUILDER_TREEBUILD_H

#include "common/error.h"

/*
 * Builds a hypervisor in a copy of its tree in the cache, unless the copy there
 * is of the tree as it is now.  xen is the folder of the hypervisor in a tree
 * that is only read; config a configuration to use, or NULL for the tree's
 * own.  *built gets the folder of the hypervisor in the copy; release with
 * free().  Returns 0, or -1 with err set.
 */
int treebuild_make(const char *xen, const char *config, unsigned int parallel,
                   char **built, struct xs_error *err);

#endif /* BUILDER_TREEBUILD_H */
