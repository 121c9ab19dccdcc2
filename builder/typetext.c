/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/typetext.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builder/linediff.h"
#include "builder/outline.h"

static size_t word_length(const char *p)
{
    size_t n = 0;

    while ( isalnum((unsigned char)p[n]) || p[n] == '_' )
        n++;
    return n;
}

static bool is_word(const char *p, size_t n, const char *word)
{
    return n == strlen(word) && !memcmp(p, word, n);
}

/*
 * Whether what follows struct, union or enum is its definition: words, and
 * then a brace.  What may be an attribute counts as one.
 */
static bool is_definition(const char *p)
{
    bool reserved = false;

    for ( ;; )
    {
        size_t n;

        p += strspn(p, " \n");
        n = word_length(p);
        if ( !n )
            return *p == '{' || (*p == '(' && reserved);
        reserved = n > 2 && !memcmp(p, "__", 2);
        p += n;
    }
}

static bool defines_type(const char *code)
{
    const char *p = code;

    while ( *p )
    {
        size_t n = word_length(p);

        if ( is_word(p, n, "typedef") ||
             ((is_word(p, n, "struct") || is_word(p, n, "union") ||
               is_word(p, n, "enum")) &&
              is_definition(p + n)) )
            return true;
        p += n ? n : 1;
    }
    return false;
}

/* Whether another parenthesis opens behind the one that P opens. */
static bool opens_again(const char *p)
{
    int depth = 0;

    do
        depth += (*p == '(') - (*p == ')');
    while ( *p++ && depth );
    return p[-1] && p[strspn(p, " \n")] == '(';
}

/*
 * Whether it begins as a function does: two words or more before the first
 * parenthesis, the last of which is no attribute and not written as a macro
 * is, unless the macro makes only the name: DO(this)(int x).
 */
static bool begins_as_function(const char *code)
{
    const char *p = code, *name = NULL, *q;
    size_t n = 0, words = 0;
    bool lower = false;

    while ( *p && !strchr("(;{=#[,", *p) )
    {
        size_t len = word_length(p);

        if ( len )
        {
            name = p;
            n = len;
            words++;
        }
        p += len ? len : 1;
    }
    if ( *p != '(' || words < 1 || name + n > p ||
         name[n + strspn(name + n, " \n")] != '(' || !strncmp(name, "__", 2) )
        return false;
    for ( q = name; q < name + n; q++ )
        lower |= words > 1 && islower((unsigned char)*q);
    lower |= opens_again(p);
    p += 1 + strspn(p + 1, " \n");
    return lower && *p != '*' && *p != '(';
}

/* Of one declaration, less comments: is it a function without types of its own? */
static bool is_harmless(const char *code)
{
    const char *body = strchr(code, '{');
    size_t head = body ? (size_t)(body - code) : strlen(code);

    if ( defines_type(code) || !begins_as_function(code) )
        return false;
    if ( body )
        /* K&R parameters, initialisers, two declarations that run together. */
        return !memchr(code, ';', head) && !memchr(code, '=', head) &&
               !memchr(code, '#', head);
    return !strpbrk(code, "=#");
}

static bool line_is_harmless(const struct outline *o, size_t at)
{
    bool harmless;
    char *code;

    if ( !o->line[at].code )
        return true;
    if ( o->line[at].directive )
        return false;
    code = outline_run_code(o, at);
    harmless = is_harmless(code);
    free(code);
    return harmless;
}

bool typetext_concerned(const char *old_text, const char *new_text)
{
    struct outline old_outline, new_outline;
    struct linediff diff;
    bool harmless = true;
    size_t i;

    if ( !old_text || !new_text )
        return true;
    outline_make(old_text, &old_outline);
    outline_make(new_text, &new_outline);
    linediff_make(old_text, new_text, &diff);
    for ( i = 0; i < diff.nr_new && harmless; i++ )
        /* What stays may begin or end to be a comment. */
        harmless = diff.old_of[i]
                       ? new_outline.line[i].code ==
                             old_outline.line[diff.old_of[i] - 1].code
                       : line_is_harmless(&new_outline, i);
    for ( i = 0; i < diff.nr_old && harmless; i++ )
        harmless = diff.new_of[i] || line_is_harmless(&old_outline, i);
    linediff_free(&diff);
    outline_free(&old_outline);
    outline_free(&new_outline);
    return !harmless;
}
