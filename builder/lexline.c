/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/lexline.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

/* Where the code that is left after comments goes; may be absent. */
struct sink {
    char *text;
    size_t n;
};

static void put(struct sink *sink, char c)
{
    bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';

    if ( !sink )
        return;
    if ( blank )
    {
        if ( sink->n && sink->text[sink->n - 1] != ' ' &&
             sink->text[sink->n - 1] != '\n' )
            sink->text[sink->n++] = ' ';
        return;
    }
    if ( c == '\n' && sink->n && sink->text[sink->n - 1] == ' ' )
        sink->n--;
    if ( c == '\n' && (!sink->n || sink->text[sink->n - 1] == '\n') )
        return;
    sink->text[sink->n++] = c;
}

/* In a literal every byte counts, blanks too. */
static void put_raw(struct sink *sink, char c)
{
    if ( sink )
        sink->text[sink->n++] = c;
}

static void end_branch(struct lexline *lex)
{
    int at = lex->nest - 1;

    if ( at < 0 || at >= LEXLINE_NEST )
        return;
    if ( lex->depth != lex->cond[at].deepest )
        lex->cond[at].uneven = true;
    if ( lex->depth > lex->cond[at].deepest )
        lex->cond[at].deepest = lex->depth;
}

static void open_conditional(struct lexline *lex)
{
    if ( lex->nest < LEXLINE_NEST )
    {
        lex->cond[lex->nest].before = lex->depth;
        lex->cond[lex->nest].deepest = lex->depth;
        lex->cond[lex->nest].uneven = false;
    }
    lex->nest++;
}

static void close_conditional(struct lexline *lex)
{
    end_branch(lex);
    if ( lex->nest > 0 && --lex->nest < LEXLINE_NEST )
    {
        /*
         * When the branches open different numbers of parentheses, they may
         * all open the same number (both have "if ( f("), or one of them may
         * be dead text.  The deeper answer errs on the side of no directive.
         */
        lex->depth = lex->cond[lex->nest].deepest;
        lex->unsure |= lex->cond[lex->nest].uneven;
    }
}

/* A directive begins at `#`; the name decides whether it is a conditional. */
static void begin_directive(struct lexline *lex, const char *p,
                            const char *end)
{
    size_t n = 0;

    for ( p++; p < end && (*p == ' ' || *p == '\t'); p++ )
        ;
    while ( p + n < end && p[n] >= 'a' && p[n] <= 'z' )
        n++;
    lex->in_directive = true;
    lex->conditional = true;
    if ( (n == 2 && !memcmp(p, "if", n)) ||
         (n == 5 && !memcmp(p, "ifdef", n)) ||
         (n == 6 && !memcmp(p, "ifndef", n)) )
        open_conditional(lex);
    else if ( (n == 4 && (!memcmp(p, "else", n) || !memcmp(p, "elif", n))) )
    {
        end_branch(lex);
        if ( lex->nest > 0 && lex->nest <= LEXLINE_NEST )
            lex->depth = lex->cond[lex->nest - 1].before;
    }
    else if ( n == 5 && !memcmp(p, "endif", n) )
        close_conditional(lex);
    else
        lex->conditional = false;
}

static void count_brackets(struct lexline *lex, char c)
{
    if ( lex->in_directive )
        return;
    if ( c == '{' )
        lex->braces++;
    else if ( c == '}' && lex->braces > 0 )
        lex->braces--;
    if ( (c == '}' || c == ';') && !lex->braces && !lex->depth )
        lex->ends = true;
    else if ( c != ' ' && c != '\t' )
        lex->ends = false;
    if ( c == '(' )
        lex->depth++;
    else if ( c == ')' && lex->depth > 0 )
        lex->depth--;
}

/* Reads one character outside of comments; returns how many were taken. */
static size_t read_code(struct lexline *lex, const char *p, const char *end,
                        bool *seen_code, struct sink *sink)
{
    char next = p + 1 < end ? p[1] : '\0';

    if ( *p == '/' && next == '*' )
    {
        lex->in_comment = true;
        put(sink, ' ');
        return 2;
    }
    if ( *p == '/' && next == '/' )
    {
        lex->in_line_comment = true;
        return 2;
    }
    if ( *p == '"' || *p == '\'' )
    {
        lex->in_string = *p;
        put_raw(sink, *p);
    }
    else
    {
        if ( *p == '#' && !*seen_code && !lex->in_directive )
        {
            put(sink, '\n');
            begin_directive(lex, p, end);
        }
        count_brackets(lex, *p);
        put(sink, *p);
    }
    if ( *p != ' ' && *p != '\t' )
        *seen_code = lex->code = true;
    return 1;
}

static void read_line(struct lexline *lex, const char *line, size_t n,
                      struct sink *sink)
{
    const char *p = line, *end = line + n, *last;
    bool seen_code = lex->continued;

    while ( end > line && (end[-1] == '\n' || end[-1] == '\r') )
        end--;
    last = end;
    /* GCC takes blanks between backslash and line end as nothing. */
    while ( last > line && (last[-1] == ' ' || last[-1] == '\t') )
        last--;
    lex->conditional = lex->code = lex->ends = false;
    lex->directive = lex->in_directive;
    if ( lex->unsure && !lex->in_comment && *line == '}' )
    {
        /* The end of a function: no parenthesis is open here. */
        lex->depth = 0;
        lex->unsure = false;
    }
    lex->continued = last > line && last[-1] == '\\';
    if ( lex->continued )
        end = last - 1;
    while ( p < end )
    {
        if ( lex->in_comment )
        {
            bool closes = *p == '*' && p + 1 < end && p[1] == '/';

            lex->in_comment = !closes;
            p += closes ? 2 : 1;
        }
        else if ( lex->in_line_comment )
            p = end;
        else if ( lex->in_string )
        {
            lex->code = true;
            put_raw(sink, *p);
            if ( *p == '\\' && p + 1 < end )
                put_raw(sink, *++p);
            else if ( *p == lex->in_string )
                lex->in_string = 0;
            p++;
        }
        else
            p += read_code(lex, p, end, &seen_code, sink);
        lex->directive |= lex->in_directive;
    }
    if ( lex->continued )
        return;
    lex->in_string = 0; /* an apostrophe in dead text ends with its line */
    lex->in_line_comment = false;
    if ( lex->in_comment )
        return;
    put(sink, lex->in_directive ? '\n' : ' ');
    lex->in_directive = false;
}

void lexline_read(struct lexline *lex, const char *line, size_t n)
{
    read_line(lex, line, n, NULL);
}

bool lexline_boundary(const struct lexline *lex)
{
    return !lex->in_comment && !lex->continued && !lex->in_directive &&
           lex->depth == 0;
}

char *lexline_code(const char *text)
{
    struct sink sink = { NULL, 0 };
    struct lexline *lex = xs_calloc(1, sizeof(*lex));

    /* Each byte gives one, each line end and each directive one more. */
    sink.text = xs_calloc(3 * strlen(text) + 3, 1);
    while ( *text )
    {
        size_t n = strcspn(text, "\n");

        read_line(lex, text, n, &sink);
        text += n + (text[n] == '\n');
    }
    sink.text[sink.n] = '\0';
    free(lex);
    return sink.text;
}
