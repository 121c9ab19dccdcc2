/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the author of a patch says about it: the text before the diff. */
#ifndef BUILDER_PATCHINFO_H
#define BUILDER_PATCHINFO_H

#include "builder/strv.h"

struct patchinfo {
    char *subject;      /* one line, less "[PATCH 1/2]"; "" if there is none */
    char *author;       /* as in From:; "" if not said */
    char *message;      /* the rest, up to the diff; "" if there is none */
    struct strv labels; /* CVE-2024-12345, XSA-450: each once, sorted */
};

/*
 * Reads the text of a patch: a mail as git format-patch makes it, a commit as
 * git show prints it, or lines before a plain diff, the first of which is the
 * subject.  Release with patchinfo_free().
 */
void patchinfo_read(const char *text, struct patchinfo *out);
void patchinfo_free(struct patchinfo *info);

#endif /* BUILDER_PATCHINFO_H */
