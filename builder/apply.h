/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Applying patches to copies of the files that they touch. */
#ifndef BUILDER_APPLY_H
#define BUILDER_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "builder/strv.h"
#include "common/error.h"

/* A file that the patches touch, and what becomes of it. */
struct touched {
    char *path;     /* relative to the hypervisor's folder xen/ */
    char *old_text; /* NULL: the patches add the file */
    char *new_text; /* NULL: the patches remove the file */
    bool
        generated; /* made from what the patches change, or a header of ours */
    bool used;     /* something generated is made of it, in a known way */
};

struct changes {
    struct touched *file; /* sorted by path */
    size_t nr;
    struct strv outside; /* paths of the patches that are not in xen/ */
    struct strv fuzzy;   /* after a failure: files that fuzz would help */
    char *rejects;       /* after a failure: the hunks that do not apply */
};

/*
 * Applies the patches in order, the second to the result of the first.  xen is
 * the hypervisor's folder, which is only read; names in the patches may begin
 * with xen/ or be relative to it, with or without a/ and b/.  scratch is an
 * existing directory for temporary files.  patch(1) does the work,
 * without fuzz.
 *
 * Returns 0 (release with changes_free()), or -1 with err set; out->rejects
 * then holds the hunks that were rejected, and must be released as well.
 */
int changes_apply(const char *xen, const struct strv *patches,
                  const char *scratch, struct changes *out,
                  struct xs_error *err);

/* The file with that path, or NULL. */
struct touched *changes_find(const struct changes *changes, const char *path);

/* Adds a file, or replaces its new text; takes both texts.  Returns it. */
struct touched *changes_set(struct changes *changes, const char *path,
                            char *old_text, char *new_text);

/* Takes a file out of the changes. */
void changes_drop(struct changes *changes, size_t at);

void changes_free(struct changes *changes);

#endif /* BUILDER_APPLY_H */
