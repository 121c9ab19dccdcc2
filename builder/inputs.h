/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Digests of what commands of Xen's build read: the files of the tree, the
 * changed ones as the overlay has them, and the programs that run.
 */
#ifndef BUILDER_INPUTS_H
#define BUILDER_INPUTS_H

#include <stdbool.h>

#include "builder/apply.h"
#include "builder/cache.h"

/* Before or after the patches. */
enum inputs_side { INPUTS_OLD, INPUTS_NEW };

struct input;

struct inputs {
    const char *xen; /* the tree */
    const struct changes *changes;
    struct cache *cache; /* for what compilers say of themselves */
    struct digest names; /* of all files that the tree has */
    void *known;         /* what was looked at already, a tree of tsearch() */
};

/*
 * Begins.  names are those of the tree's files, from overlay_begin(); they are
 * sorted here.  A file that comes or goes can change what an #include finds,
 * so they count.  What the pointers lead to must stay.  Release with inputs_free().
 */
void inputs_begin(struct inputs *in, const char *xen,
                  const struct changes *changes, struct cache *cache,
                  struct strv *names);

/*
 * The digest of a file's content, and of what the assembler includes from it.
 * False: what it stands for is not known, as it cannot be read, takes in
 * files by a name that only the assembler knows, or asks for the time.
 */
bool inputs_file(struct inputs *in, enum inputs_side side, const char *path,
                 struct digest *out);

/* Adds which files there are on a side. */
void inputs_add_names(const struct inputs *in, enum inputs_side side,
                      struct digester *d);

/*
 * Adds who a command runs: the words up to the first option, and the programs
 * that gcc runs in turn, each by place, size and time.  prefix stands before
 * "objcopy".  False: one of them is not found.
 */
bool inputs_add_programs(struct inputs *in, const char *command,
                         const char *prefix, struct digester *d);

void inputs_free(struct inputs *in);

#endif /* BUILDER_INPUTS_H */
