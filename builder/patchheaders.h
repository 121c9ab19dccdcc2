/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The headers that xsplice has for authors of patches: xsplice/patch.h. */
#ifndef BUILDER_PATCHHEADERS_H
#define BUILDER_PATCHHEADERS_H

#include "builder/apply.h"

/*
 * If a patched file includes one of them, adds them all to the changes, as new
 * files where Xen's compiler commands look (include/xsplice/), so that they
 * are there for the patched side alone.  A patch that brings a file of that
 * name itself keeps its own.
 */
void patchheaders_add(struct changes *changes);

#endif /* BUILDER_PATCHHEADERS_H */
