/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading patches: unified diffs, as diff -u, git and mail programs have them. */
#ifndef BUILDER_PATCHSET_H
#define BUILDER_PATCHSET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* What a patch says about one file. */
struct patch_section {
    char *old_name; /* as in the patch, prefix included; NULL: /dev/null */
    char *new_name; /* likewise */
    bool rename;    /* git's extended header says so */
    bool binary;    /* git's binary patch, or "Binary files differ" */
    size_t start;   /* bytes of the patch: from "---" to behind the hunks */
    size_t end;     /* equal to start when there are no hunks */
};

struct patch {
    char *path; /* of the patch itself */
    char *text;
    struct patch_section *section;
    size_t nr;
};

/*
 * Reads a patch and finds its sections.  Text around them (a mail, a commit
 * message) is passed over.  Returns 0, or -1 with err set: not readable, no
 * diff in it, or a hunk whose length is not what its header says.
 */
int patch_read(const char *path, struct patch *out, struct xs_error *err);

/* The same from memory; path is only for messages. */
int patch_parse(const char *path, const char *text, struct patch *out,
                struct xs_error *err);

void patch_free(struct patch *patch);

#endif /* BUILDER_PATCHSET_H */
