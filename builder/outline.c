/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/outline.h"

#include <stdlib.h>
#include <string.h>

#include "builder/lexline.h"
#include "builder/memory.h"
#include "builder/strv.h"

static void close_run(struct outline *o, size_t first, size_t last)
{
    size_t i;

    for ( i = first; i <= last && i < o->n; i++ )
        if ( o->line[i].first == first )
            o->line[i].last = last;
}

void outline_make(const char *text, struct outline *o)
{
    struct lexline *lex = xs_calloc(1, sizeof(*lex));
    size_t decl = 0, directive = 0;
    bool in_decl = false;

    memset(o, 0, sizeof(*o));
    o->text = text;
    while ( *text )
    {
        size_t n = strcspn(text, "\n");
        bool goes_on = lex->in_directive;
        struct outline_line *line;

        lexline_read(lex, text, n);
        o->line = xs_grow(o->line, o->n, sizeof(*o->line));
        line = &o->line[o->n];
        memset(line, 0, sizeof(*line));
        line->at = text;
        line->code = lex->code;
        line->directive = lex->directive;
        if ( lex->directive )
        {
            directive = goes_on ? directive : o->n;
            line->first = directive;
        }
        else
        {
            if ( !in_decl )
                decl = o->n;
            in_decl = in_decl || lex->code;
            line->first = decl;
        }
        line->last = o->n++;
        close_run(o, line->first, line->last);
        if ( !lex->directive && lex->ends )
            in_decl = false;
        text += n + (text[n] == '\n');
    }
    free(lex);
}

void outline_free(struct outline *o)
{
    free(o->line);
    memset(o, 0, sizeof(*o));
}

char *outline_run_code(const struct outline *o, size_t at)
{
    const struct outline_line *line = &o->line[at];
    const char *begin = o->line[line->first].at;
    const char *end = line->last + 1 < o->n ? o->line[line->last + 1].at
                                            : begin + strlen(begin);
    char *text = str_first(begin, end - begin);
    char *code = lexline_code(text);

    free(text);
    return code;
}
