/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A place where commands of Xen's build run without writing to the tree: real
 * folders with symbolic links to what the tree has in them.
 *
 * A folder is real only where it has to be: where a file is another one than
 * the tree's, where a command writes, and where "../x.h" in an #include leads
 * from to a file that changes (such a name goes by the folder that is really
 * there).  Any other folder is a link to the tree's.  Making thousands of links
 * costs some file systems more than a compiler.
 */
#ifndef BUILDER_OVERLAY_H
#define BUILDER_OVERLAY_H

#include "builder/apply.h"
#include "builder/strv.h"
#include "common/error.h"

/* Which text of the changed files to put in place. */
enum overlay_text {
    OVERLAY_NEW,   /* patched, line numbers kept (lines_keep()) */
    OVERLAY_PLAIN, /* patched, nothing else: for messages with line numbers */
};

struct overlay {
    const char *xen;           /* the tree; only read */
    char *at;                  /* the directory */
    struct strv open;          /* folders that are real */
    struct strv link, link_to; /* links that the tree itself has in it */
};

/*
 * Prepares an overlay of xen in the directory `at`, which is made when a folder
 * is opened for the first time.  What a build leaves behind (objects, archives,
 * hidden files) is not linked.  names, unless NULL, gets the names of all that
 * is, in no order.  Returns 0, or -1 with err set; overlay_end() in any case.
 */
int overlay_begin(struct overlay *o, const char *xen, const char *at,
                  struct strv *names, struct xs_error *err);
void overlay_end(struct overlay *o);

/*
 * Makes a folder real, and those above it; "" is the top.  To be done for each
 * folder that a command writes to: through a link it would write to the tree.
 */
int overlay_open(struct overlay *o, const char *folder, struct xs_error *err);

/* The folder that a file is in. */
int overlay_open_for(struct overlay *o, const char *path,
                     struct xs_error *err);

/*
 * For a file that no command makes: the folder that it is in, but only if there
 * is an overlay yet, or else that folder alone.
 */
int overlay_make_room(struct overlay *o, const char *path,
                      struct xs_error *err);

/* All folders: for commands of which one cannot say where they write. */
int overlay_open_all(struct overlay *o, struct xs_error *err);

/* The folders that a name with ".." in it goes up from. */
int overlay_climb(struct overlay *o, const char *path, struct xs_error *err);

/* Whether a name with ".." in it goes up from a folder of the tree. */
bool overlay_leaves(const struct overlay *o, const char *path);

/* Puts the changed files in place. */
int overlay_write(struct overlay *o, const struct changes *changes,
                  enum overlay_text text, struct xs_error *err);

/* What overlay_write() puts for a file; NULL: nothing.  To be freed. */
char *overlay_text(const struct touched *file, enum overlay_text text);

/* Puts one file in place, instead of what is there. */
int overlay_put(struct overlay *o, const char *path, const char *text,
                struct xs_error *err);

#endif /* BUILDER_OVERLAY_H */
