/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/names.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

/* The end of the component that begins with the dot at P. */
static const char *component_end(const char *p)
{
    for ( p++; *p && *p != '.'; p++ )
        ;
    return p;
}

static bool is_number(const char *dot, const char *end)
{
    if ( end == dot + 1 )
        return false;
    while ( ++dot < end )
        if ( !isdigit((unsigned char)*dot) )
            return false;
    return true;
}

char *name_base(const char *name)
{
    char *base = xs_strdup(name), *to = strchr(base + (base[0] == '.'), '.');
    const char *p = strchr(name + (name[0] == '.'), '.'), *end;

    for ( ; p && *p; p = end )
    {
        end = component_end(p);
        if ( is_number(p, end) )
            continue;
        memcpy(to, p, end - p);
        to += end - p;
    }
    if ( to )
        *to = '\0';
    return base;
}

bool name_is_numbered(const char *name)
{
    char *base = name_base(name);
    bool numbered = strcmp(base, name) != 0;

    free(base);
    return numbered;
}
