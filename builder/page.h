/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report's document as one HTML page for the reviewer of a fix: no script,
 * nothing from elsewhere, light and dark, on paper and on a phone.
 */
#ifndef BUILDER_PAGE_H
#define BUILDER_PAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Prints the page. */
void page_print(FILE *to, const json_t *document);

/* The parts of it, for page.c alone. */

/* A member that is a string, or ""; a number, or 0; compared with a string. */
const char *page_text(const json_t *o, const char *key);
long long page_number(const json_t *o, const char *key);
bool page_is(const json_t *o, const char *key, const char *value);

/* Findings of a kind; UNIT and SYMBOL may be NULL (any). */
size_t page_count(const json_t *document, const char *kind, const char *unit,
                  const char *symbol);

/* page_style.c */
extern const char page_style[];

/* page_code.c */
void page_code(FILE *to, const json_t *code, bool added);
void page_hunk(FILE *to, const json_t *hunk);

/* page_parts.c */
void page_functions(FILE *to, const json_t *document);
void page_hunks(FILE *to, const json_t *document);
void page_refusals(FILE *to, const json_t *document, const char *kind);
void page_pieces(FILE *to, const json_t *document);
void page_left_out(FILE *to, const json_t *document);
void page_origin(FILE *to, const json_t *document);

#endif /* BUILDER_PAGE_H */
