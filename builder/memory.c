/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
    if ( !p )
        abort();
    return p;
}

void *xs_calloc(size_t n, size_t size)
{
    return checked(calloc(n ? n : 1, size ? size : 1));
}

char *xs_strdup(const char *s)
{
    return checked(strdup(s));
}

char *xs_vprintf(const char *fmt, va_list ap)
{
    char *s = NULL;

    if ( vasprintf(&s, fmt, ap) < 0 )
        abort();
    return s;
}

char *xs_printf(const char *fmt, ...)
{
    va_list ap;
    char *s;

    va_start(ap, fmt);
    s = xs_vprintf(fmt, ap);
    va_end(ap);
    return s;
}

void *xs_grow(void *array, size_t n, size_t size)
{
    if ( n & (n - 1) )
        return array;
    return checked(reallocarray(array, n ? 2 * n : 1, size));
}
