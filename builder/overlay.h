/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A place where commands of Xen's build run without writing to the tree: real
 * directories with symbolic links to the tree's sources.  (The directories
 * have to be real, because "../x.h" in an #include goes by them.)
 */
#ifndef BUILDER_OVERLAY_H
#define BUILDER_OVERLAY_H

#include "builder/apply.h"
#include "common/error.h"

/* Which text of the changed files to put in place. */
enum overlay_text {
    OVERLAY_OLD,   /* as they are in the tree: links, like all others */
    OVERLAY_NEW,   /* patched, line numbers kept (lines_keep()) */
    OVERLAY_PLAIN, /* patched, nothing else: for messages with line numbers */
};

/*
 * Makes the overlay of xen in the directory `at`.  What a build leaves behind
 * (objects, archives, hidden files) is not linked, so nothing that a command
 * writes can reach the tree.  names, unless NULL, gets the names of all that is
 * linked, in no order.  Returns 0, or -1 with err set.
 */
int overlay_make(const char *xen, const char *at, struct strv *names,
                 struct xs_error *err);

/* Puts the changed files in place. */
int overlay_write(const char *at, const struct changes *changes,
                  enum overlay_text text, struct xs_error *err);

/* Puts one file in place, instead of what is there. */
int overlay_put(const char *at, const char *path, const char *text,
                struct xs_error *err);

#endif /* BUILDER_OVERLAY_H */
