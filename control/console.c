/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/console.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/engine.h"

#define CHUNK (16 * 1024)
#define MOST  (256 * 1024) /* of the console's text is looked at */

/* How engines begin their lines. */
static const char *const engines[] = { "livepatch: ", "xsplice: " };

/* What they say when all goes well. */
static const char *const progress[] = {
    "Applying ", "Reverting", "Verifying enabled expectations",
    "Calling ",  "finished ",
};

/* Reads from *index to the end; the caller frees it.  NULL: it cannot. */
static char *read_from(struct hypervisor *hv, uint32_t *index)
{
    char *all = NULL;
    size_t have = 0, got = CHUNK - 1;

    while ( got == CHUNK - 1 && have < MOST )
    {
        char *more = realloc(all, have + CHUNK);

        if ( !more )
            break;
        all = more;
        if ( engine_console(hv, index, all + have, CHUNK) )
        {
            free(all);
            return NULL;
        }
        got = strlen(all + have);
        have += got;
    }
    return all;
}

uint32_t console_mark(struct hypervisor *hv)
{
    uint32_t index = 0;

    free(read_from(hv, &index));
    return index;
}

/*
 * Is this line (len bytes) a complaint of an engine about the payload?  Then
 * returns what follows the payload's name.
 */
static const char *complaint(const char *line, size_t len, const char *name,
                             size_t *rest)
{
    size_t i, j;

    for ( i = 0; i < sizeof(engines) / sizeof(engines[0]); i++ )
    {
        const char *at = memmem(line, len, engines[i], strlen(engines[i]));
        size_t n = strlen(name);

        if ( !at )
            continue;
        at += strlen(engines[i]);
        *rest = line + len - at;
        if ( *rest < n + 2 || strncmp(at, name, n) ||
             strncmp(at + n, ": ", 2) )
            continue;
        at += n + 2;
        *rest -= n + 2;
        for ( j = 0; j < sizeof(progress) / sizeof(progress[0]); j++ )
            if ( *rest >= strlen(progress[j]) &&
                 !strncmp(at, progress[j], strlen(progress[j])) )
                return NULL;
        return at;
    }
    return NULL;
}

/* Appends "; LINE"; makes room by dropping what came first. */
static void append(char *text, const char *line, size_t len)
{
    size_t have = strlen(text);
    size_t separator = have ? 2 : 0;

    if ( len > CONSOLE_TEXT_MAX - 1 )
        len = CONSOLE_TEXT_MAX - 1;
    if ( have + separator + len > CONSOLE_TEXT_MAX - 1 )
        have = separator = 0;
    memcpy(text + have, "; ", separator);
    memcpy(text + have + separator, line, len);
    text[have + separator + len] = '\0';
}

void console_pick(const char *console, const char *name, char *text)
{
    text[0] = '\0';
    while ( *console )
    {
        size_t len = strcspn(console, "\r\n"), rest = 0;
        const char *what = complaint(console, len, name, &rest);

        if ( what )
        {
            /* A retried operation complains again: once is enough. */
            char *before = memmem(text, strlen(text), what, rest);

            if ( !before )
                append(text, what, rest);
        }
        console += len;
        console += strspn(console, "\r\n");
    }
}

void console_since(struct hypervisor *hv, uint32_t mark, const char *name,
                   char *text)
{
    char *console = read_from(hv, &mark);

    text[0] = '\0';
    if ( console )
        console_pick(console, name, text);
    free(console);
}
