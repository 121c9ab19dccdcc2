/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/jsontext.h"

#include <stdlib.h>

#include "builder/memory.h"

json_t *json_text(const char *s)
{
    json_t *value = json_string(s ? s : "");
    char *copy, *p;

    if ( value )
        return value;
    copy = xs_strdup(s);
    for ( p = copy; *p; p++ )
        if ( (unsigned char)*p >= 0x80 )
            *p = '?';
    value = json_string(copy);
    free(copy);
    return value;
}
