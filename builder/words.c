/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/words.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

static bool in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9');
}

size_t words_length(const char *p)
{
    size_t n = 0;

    while ( in_word(p[n]) )
        n++;
    return n;
}

/* FNV-1a; never 0, which stands for a free slot. */
static uint32_t hash(const char *p, size_t n)
{
    uint32_t h = 2166136261u;

    while ( n-- )
        h = (h ^ (unsigned char)*p++) * 16777619u;
    return h ? h : 1;
}

static void insert(struct words *words, uint32_t h)
{
    size_t i = h & (words->size - 1);

    while ( words->slot[i] && words->slot[i] != h )
        i = (i + 1) & (words->size - 1);
    words->n += !words->slot[i];
    words->slot[i] = h;
}

static void grow(struct words *words)
{
    struct words bigger = { .size = words->size ? 2 * words->size : 256 };
    size_t i;

    bigger.slot = xs_calloc(bigger.size, sizeof(*bigger.slot));
    for ( i = 0; i < words->size; i++ )
        if ( words->slot[i] )
            insert(&bigger, words->slot[i]);
    free(words->slot);
    *words = bigger;
}

void words_add(struct words *words, const char *text)
{
    while ( *text )
    {
        size_t n = words_length(text);

        if ( n )
        {
            if ( 2 * words->n >= words->size )
                grow(words);
            insert(words, hash(text, n));
        }
        text += n ? n : 1;
    }
}

bool words_has(const struct words *words, const char *word, size_t n)
{
    uint32_t h = hash(word, n);
    size_t i;

    if ( !words->size )
        return false;
    for ( i = h & (words->size - 1); words->slot[i];
          i = (i + 1) & (words->size - 1) )
        if ( words->slot[i] == h )
            return true;
    return false;
}

const char *words_find(const char *text, const char *word)
{
    size_t n = strlen(word);
    const char *p = text;

    while ( (p = strstr(p, word)) )
    {
        if ( (p == text || !in_word(p[-1])) && !in_word(p[n]) )
            return p;
        p += n;
    }
    return NULL;
}

void words_free(struct words *words)
{
    free(words->slot);
    memset(words, 0, sizeof(*words));
}
