/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two objects, compared by the half that compares; no hypervisor needed. */
#ifndef BUILDER_OBJDIFF_H
#define BUILDER_OBJDIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "builder/sidebyside.h"
#include "common/error.h"

enum objdiff_kind {
    OBJDIFF_CHANGED, /* in both, and not the same */
    OBJDIFF_ADDED,   /* only in the second */
    OBJDIFF_GONE,    /* only in the first */
    OBJDIFF_IGNORED, /* differs and means nothing: why says so */
};

struct objdiff_item {
    enum objdiff_kind kind;
    const char *what; /* "function", "variable", "constant", "section" */
    char *symbol;     /* or the section, for what has no name */
    char *why;        /* one clause; "" if there is no more to say */
    uint64_t old_size, new_size;
    struct sidebyside code; /* of functions that changed or were added */
};

struct objdiff {
    struct objdiff_item *item; /* by symbol, kind */
    size_t nr;
};

/*
 * Compares two object files.  Returns 0 (release with objdiff_free()), or -1
 * with the error set when one cannot be read.
 */
int objdiff_run(const char *old_path, const char *new_path,
                struct objdiff *out, struct xs_error *err);

/* Whether anything differs that is not ignored. */
bool objdiff_differs(const struct objdiff *of);

/* "changed", "added", "gone", "ignored". */
const char *objdiff_kind_name(enum objdiff_kind kind);

void objdiff_free(struct objdiff *out);

#endif /* BUILDER_OBJDIFF_H */
