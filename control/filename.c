/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/filename.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

char *name_to_path(const char *dir, const char *name, const char *ending)
{
    char *path = malloc(strlen(dir) + 3 * strlen(name) + strlen(ending) + 2);
    char *end = path;

    if ( !path )
        return NULL;
    end += sprintf(end, "%s/", dir);
    for ( ; *name; name++ )
        if ( strchr(plain, *name) )
            *end++ = *name;
        else
            end += sprintf(end, "%%%02X", (unsigned char)*name);
    strcpy(end, ending);
    return path;
}

bool name_from_file(const char *file, const char *ending,
                    char name[XSPLICE_NAME_MAX])
{
    size_t n = strlen(file), m = strlen(ending), at = 0;
    const char *end = file + n - m;

    if ( n <= m || strcmp(end, ending) )
        return false;
    while ( file < end && at < XSPLICE_NAME_MAX - 1 )
    {
        unsigned int c;

        if ( strchr(plain, *file) )
            name[at++] = *file++;
        else if ( *file == '%' && end - file >= 3 &&
                  isxdigit((unsigned char)file[1]) &&
                  sscanf(file + 1, "%2x", &c) == 1 && c )
        {
            name[at++] = c;
            file += 3;
        }
        else
            return false;
    }
    name[at] = '\0';
    return file == end;
}
