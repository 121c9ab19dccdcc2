/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two versions of a function as JSON, and such JSON as text. */
#ifndef BUILDER_CODEJSON_H
#define BUILDER_CODEJSON_H

#include <jansson.h>
#include <stdio.h>

#include "builder/sidebyside.h"

/*
 * A list of parts {"part": NAME, "rows": [[MARK, AT, TEXT, AT, TEXT]...]}: the
 * old line, then the new one, null where there is none; MARK is "same",
 * "changed", "gone" or "added".
 */
json_t *code_json(const struct sidebyside *code);

/* Rows that are not the same. */
size_t code_differing(const json_t *code);

/*
 * The first row that is not the same; *part becomes the name of its part.
 * NULL if there is none.
 */
const json_t *code_first(const json_t *code, const char **part);

/*
 * Prints it as a unified diff has it, with three lines of context; parts of
 * which nothing differs are left out.
 */
void code_print(FILE *to, const json_t *code);

#endif /* BUILDER_CODEJSON_H */
