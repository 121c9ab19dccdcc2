/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of strings.  Memory as in memory.h: it does not run out. */
#ifndef BUILDER_STRV_H
#define BUILDER_STRV_H

#include <stdbool.h>
#include <stddef.h>

/* A list of strings that it owns.  All zero is an empty list. */
struct strv {
    char **v;
    size_t n;
};

/* Appends a copy of s. */
void strv_add(struct strv *list, const char *s);

/* Appends what printf() would print. */
void strv_addf(struct strv *list, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends s itself, which belongs to the list from then on. */
void strv_take(struct strv *list, char *s);

/* The first n bytes of s, in fresh memory; release with free(). */
char *str_first(const char *s, size_t n);

/* s as one word for the shell, in single quotes; release with free(). */
char *str_quoted(const char *s);

/* Whether s begins, or ends, with the other string. */
bool str_begins(const char *s, const char *with);
bool str_ends(const char *s, const char *with);

/* Whether s is in the list. */
bool strv_has(const struct strv *list, const char *s);

/* Appends a copy of s unless it is there already. */
void strv_add_once(struct strv *list, const char *s);

/* Sorts by bytes and drops doubles. */
void strv_sort(struct strv *list);

/* Like strv_has(), in a list that strv_sort() has sorted. */
bool strv_has_sorted(const struct strv *list, const char *s);

/* Releases the strings and the list, which is then empty. */
void strv_free(struct strv *list);

#endif /* BUILDER_STRV_H */
