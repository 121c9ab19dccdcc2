/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report's document as text: the chain from hunk to payload. */
#ifndef BUILDER_EXPLAIN_H
#define BUILDER_EXPLAIN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* All of it: verdict, what stands against it, each function, each piece. */
void explain_all(FILE *to, const json_t *document);

/*
 * What the document says of one function or variable: of all that have the
 * name.  Returns whether there is any.
 */
bool explain_symbol(FILE *to, const json_t *document, const char *symbol);

#endif /* BUILDER_EXPLAIN_H */
