/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From which functions of the source the compiler made a function: DWARF. */
#ifndef BUILDER_INLINES_H
#define BUILDER_INLINES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* A function of the source, by the place of its definition. */
struct inline_origin {
    char *name;
    char *file;        /* relative to where the compiler ran, if below it */
    unsigned int line; /* of its declarator, from 1 */
    bool itself;       /* the function; else one that is inlined into it */
};

struct inline_function {
    char *name; /* as in the source: without .isra.0 and the like */
    struct inline_origin *origin; /* each once */
    size_t nr_origins;
};

struct inlines {
    struct inline_function *v;
    size_t n;
};

/*
 * Reads the functions with code in an object that was compiled in the
 * directory AT.  Returns 0 (release with inlines_free()), or -1 with err set.
 */
int inlines_read(const char *path, const char *at, struct inlines *out,
                 struct xs_error *err);

/* The function that a symbol is of, or NULL. */
const struct inline_function *inlines_find(const struct inlines *in,
                                           const char *symbol);

void inlines_free(struct inlines *in);

#endif /* BUILDER_INLINES_H */
