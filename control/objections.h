/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that speaks against an action, for 'check' to show at once. */
#ifndef CONTROL_OBJECTIONS_H
#define CONTROL_OBJECTIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "common/error.h"

struct objection {
    char id[32]; /* of xsplice/reasons.h */
    struct xs_error why;
};

struct objections {
    size_t n;
    struct objection *one;
};

/* Takes down one; false: no memory. */
bool objections_add(struct objections *all, const char *id,
                    const struct xs_error *why);

/*
 * Those that the engine answered (control/engine.h), but for the ones with the
 * id that is given: of them the tool knows more.  NULL: all.
 */
bool objections_read(struct objections *all, const char *text, size_t size,
                     const char *without);
void objections_free(struct objections *all);

/* Adds what the hypercall would return, as for an action that was refused. */
void objections_number(struct objections *all, const char *number);

/* An array of objects with id, reason and hint. */
json_t *objections_json(const struct objections *all);

/* A numbered list. */
void objections_print(FILE *to, const struct objections *all);

/* The error: the first of them, and how many there are.  -1. */
int objections_fail(const struct objections *all, struct xs_error *err);

#endif /* CONTROL_OBJECTIONS_H */
