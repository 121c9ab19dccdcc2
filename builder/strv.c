/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/strv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

char *str_first(const char *s, size_t n)
{
    char *copy = xs_calloc(n + 1, 1);

    memcpy(copy, s, n);
    return copy;
}

char *str_quoted(const char *s)
{
    char *out = xs_calloc(4 * strlen(s) + 3, 1);
    size_t n = 0;

    out[n++] = '\'';
    for ( ; *s; s++ )
    {
        if ( *s == '\'' )
        {
            memcpy(out + n, "'\\''", 4);
            n += 4;
        }
        else
            out[n++] = *s;
    }
    out[n] = '\'';
    return out;
}

bool str_begins(const char *s, const char *with)
{
    while ( *with && *s == *with )
    {
        s++;
        with++;
    }
    return !*with;
}

bool str_ends(const char *s, const char *with)
{
    size_t n = strlen(s), w = strlen(with);

    return n >= w && !strcmp(s + n - w, with);
}

void strv_take(struct strv *list, char *s)
{
    list->v = xs_grow(list->v, list->n, sizeof(*list->v));
    list->v[list->n++] = s;
}

void strv_addf(struct strv *list, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    strv_take(list, xs_vprintf(fmt, ap));
    va_end(ap);
}

void strv_add(struct strv *list, const char *s)
{
    strv_take(list, xs_strdup(s));
}

bool strv_has(const struct strv *list, const char *s)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
        if ( !strcmp(list->v[i], s) )
            return true;
    return false;
}

void strv_add_once(struct strv *list, const char *s)
{
    if ( !strv_has(list, s) )
        strv_add(list, s);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void strv_sort(struct strv *list)
{
    size_t i, kept = 0;

    if ( !list->n )
        return;
    qsort(list->v, list->n, sizeof(*list->v), by_bytes);
    for ( i = 1; i < list->n; i++ )
    {
        if ( strcmp(list->v[kept], list->v[i]) )
            list->v[++kept] = list->v[i];
        else
            free(list->v[i]);
    }
    list->n = kept + 1;
    /* xs_grow() takes a power of two for "full": make that true. */
    for ( i = 1; i < list->n; i *= 2 )
        ;
    list->v = reallocarray(list->v, i, sizeof(*list->v));
    if ( !list->v )
        abort();
}

bool strv_has_sorted(const struct strv *list, const char *s)
{
    return list->n &&
           bsearch(&s, list->v, list->n, sizeof(*list->v), by_bytes);
}

void strv_free(struct strv *list)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
        free(list->v[i]);
    free(list->v);
    list->v = NULL;
    list->n = 0;
}
