/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/patchheaders.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

/* Their text is in this program, which may be installed without its sources. */
#include "builder/patch_h.inc"
#include "builder/shadow_h.inc"

static const struct {
    const char *name, *text;
} headers[] = {
    { "xsplice/patch.h", patch_h },
    { "xsplice/shadow.h", shadow_h },
};

#define NR_HEADERS (sizeof(headers) / sizeof(headers[0]))

/* Whether a line of the text is an #include of one of them. */
static bool includes_one(const char *text)
{
    size_t i;

    while ( *text )
    {
        size_t n = strcspn(text, "\n");
        const char *word = text + strspn(text, " \t");

        if ( *word == '#' )
            for ( i = 0; i < NR_HEADERS; i++ )
                if ( memmem(word, text + n - word, headers[i].name,
                            strlen(headers[i].name)) )
                    return true;
        text += n + (text[n] == '\n');
    }
    return false;
}

void patchheaders_add(struct changes *changes)
{
    bool wanted = false;
    size_t i;

    for ( i = 0; i < changes->nr && !wanted; i++ )
        wanted = changes->file[i].new_text &&
                 includes_one(changes->file[i].new_text);
    for ( i = 0; i < NR_HEADERS && wanted; i++ )
    {
        char *path = xs_printf("include/%s", headers[i].name);

        if ( !changes_find(changes, path) )
            changes_set(changes, path, NULL, xs_strdup(headers[i].text))
                ->generated = true;
        free(path);
    }
}
