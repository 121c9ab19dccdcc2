/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/modinfo.h"

#include <string.h>

const char *xs_modinfo_next(const char *info, size_t size, const char *last)
{
    const char *end = info + size;
    const char *next = last ? last + strlen(last) + 1 : info;

    /* Linkers may pad between strings with NULs. */
    while ( next < end && !*next )
        next++;
    if ( next >= end || !memchr(next, '\0', end - next) )
        return NULL;
    return next;
}

const char *xs_modinfo_get(const char *info, size_t size, const char *key)
{
    size_t n = strlen(key);
    const char *s = NULL;

    if ( !size )
        return NULL;
    while ( (s = xs_modinfo_next(info, size, s)) )
        if ( !strncmp(s, key, n) && s[n] == '=' )
            return s + n + 1;
    return NULL;
}
