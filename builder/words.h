/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which words a text has, to be asked often. */
#ifndef BUILDER_WORDS_H
#define BUILDER_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Hashes of words: names and numbers, in literals too. */
struct words {
    uint32_t *slot; /* 0: free */
    size_t size, n; /* size is a power of two, or 0 */
};

/* Adds the words of a text.  All zero is an empty set. */
void words_add(struct words *words, const char *text);

/*
 * Whether the word may be among them: what is answered false is not; true may
 * be said of another word, once in some billion times.
 */
bool words_has(const struct words *words, const char *word, size_t n);

/* Where the word stands in the text, whole; NULL: nowhere. */
const char *words_find(const char *text, const char *word);

/* Length of the word that begins here; 0: none does. */
size_t words_length(const char *p);

void words_free(struct words *words);

#endif /* BUILDER_WORDS_H */
