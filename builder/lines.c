/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/lines.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/lexline.h"
#include "builder/linediff.h"
#include "builder/memory.h"

/* What the compiler takes for the number of the next line. */
struct counter {
    uint32_t line;
    bool moved; /* numbers and lines have parted somewhere above */
    bool known; /* the same number whichever branches are compiled */
};

static void write_line(FILE *to, struct counter *counter, struct lexline *lex,
                       uint32_t old_line, const char *text, size_t n)
{
    if ( old_line && (old_line != counter->line || !counter->known) &&
         lexline_boundary(lex) )
    {
        fprintf(to, "#line %u\n", old_line);
        counter->line = old_line;
        counter->known = true;
        counter->moved = true;
    }
    fwrite(text, 1, n, to);
    if ( old_line != counter->line )
        counter->moved = true;
    counter->line++;
    lexline_read(lex, text, n);
    if ( lex->conditional && counter->moved )
        counter->known = false;
}

char *lines_keep(const char *old_text, const char *new_text)
{
    struct counter counter = { .line = 1, .known = true };
    struct lexline *lex = xs_calloc(1, sizeof(*lex));
    struct linediff diff;
    char *result = NULL;
    size_t size = 0, i;
    FILE *to = open_memstream(&result, &size);

    if ( !to )
        abort();
    linediff_make(old_text, new_text, &diff);
    for ( i = 0; i < diff.nr_new; i++ )
    {
        size_t n = strcspn(new_text, "\n");

        n += new_text[n] == '\n';
        write_line(to, &counter, lex, diff.old_of[i], new_text, n);
        new_text += n;
    }
    if ( fclose(to) )
        abort();
    linediff_free(&diff);
    free(lex);
    return result;
}
