/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/automatic.h"

#include <stdlib.h>
#include <string.h>

#include "builder/lexline.h"
#include "builder/memory.h"
#include "builder/strv.h"
#include "builder/words.h"

#define DEEPEST 64

/* The text as a row of words and of characters between them. */
struct token {
    const char *at;
    size_t n;
};

struct walk {
    struct token *v;
    size_t n;
    const char *tag;
    struct strv names;  /* of variables and parameters of the type */
    bool code[DEEPEST]; /* open braces: those of code, not of types or data */
    int braces, parens;
    size_t objects;
};

/* Directives are left out; one that says the tag makes all unsure. */
static bool split(struct walk *w, char *text)
{
    char *p = text;

    while ( *p )
    {
        size_t n = words_length(p);

        if ( *p == '#' && (p == text || p[-1] == '\n') )
        {
            char *end = p + strcspn(p, "\n"), byte = *end;
            bool says;

            *end = '\0';
            says = words_find(p, w->tag);
            *end = byte;
            if ( says )
                return false;
            p = end;
            continue;
        }
        if ( *p == '"' || *p == '\'' )
        {
            for ( n = 1; p[n] && p[n] != *p; n++ )
                n += p[n] == '\\' && p[n + 1];
            n += !!p[n];
        }
        if ( !n && (*p == ' ' || *p == '\n') )
        {
            p++;
            continue;
        }
        w->v = xs_grow(w->v, w->n, sizeof(*w->v));
        w->v[w->n++] = (struct token){ p, n ? n : 1 };
        p += n ? n : 1;
    }
    return true;
}

static bool is(const struct walk *w, size_t i, const char *what)
{
    return i < w->n && strlen(what) == w->v[i].n &&
           !memcmp(w->v[i].at, what, w->v[i].n);
}

static bool is_name(const struct walk *w, size_t i)
{
    return i < w->n && words_length(w->v[i].at) == w->v[i].n;
}

/* Whether a declaration begins here. */
static bool begins(const struct walk *w, size_t i)
{
    return !i || is(w, i - 1, ";") || is(w, i - 1, "{") || is(w, i - 1, "}");
}

/* Behind the parenthesis or brace that closes the one at I. */
static size_t closed(const struct walk *w, size_t i, const char *open,
                     const char *close)
{
    int depth = 0;

    for ( ; i < w->n; i++ )
    {
        depth += is(w, i, open) - is(w, i, close);
        if ( !depth )
            return i + 1;
    }
    return i;
}

/* Whether the brace at I opens code: a function's, or a block inside. */
static bool opens_code(const struct walk *w, size_t i)
{
    int depth = 0;

    if ( w->braces && !w->code[w->braces - 1] )
        return false;
    if ( w->braces && (begins(w, i) || is(w, i - 1, "else") ||
                       is(w, i - 1, "do") || is(w, i - 1, ":")) )
        return true;
    if ( !i || !is(w, i - 1, ")") )
        return false;
    while ( i-- )
    {
        depth += is(w, i, ")") - is(w, i, "(");
        if ( !depth )
            break;
    }
    return i && i < w->n && !is(w, i - 1, "__attribute__");
}

/* "T x, y[2];" or "T *p = &x;" in a function. */
static bool variable(struct walk *w, size_t i, bool pointer)
{
    if ( pointer )
        return is(w, i + 1, "=") && is(w, i + 2, "&");
    w->objects++;
    for ( ; i < w->n && !is(w, i, ";"); i++ )
        if ( is(w, i, "*") )
            return false;
    return true;
}

/* What the tag at I, behind "struct", is said for. */
static bool harmless(struct walk *w, size_t i)
{
    size_t first = i - 1, next = i + 1;
    bool in_code = w->braces && w->code[w->braces - 1], pointer;

    if ( is(w, next, ";") && begins(w, first) )
        return true;
    if ( is(w, next, "{") )
        return begins(w, first) && !w->braces && !w->parens &&
               is(w, closed(w, next, "{", "}"), ";");
    while ( is(w, next, "const") )
        next++;
    pointer = is(w, next, "*");
    next += pointer;
    while ( is(w, next, "const") || is(w, next, "restrict") )
        next++;
    if ( first && is(w, first - 1, "const") )
        first--;
    if ( !is_name(w, next) )
        return false;
    strv_take(&w->names, str_first(w->v[next].at, w->v[next].n));
    if ( !w->braces )
        return w->parens == 1 &&
               (is(w, first - 1, "(") || is(w, first - 1, ",")) &&
               (is(w, next + 1, ",") || is(w, next + 1, ")"));
    return in_code && !w->parens && begins(w, first) &&
           variable(w, next, pointer);
}

/* "xmalloc(typeof(*x))": an allocation that takes the size of a variable. */
static bool allocates(const struct walk *w, size_t i)
{
    size_t end = closed(w, i + 1, "(", ")"), j;
    bool size = false, ours = false;
    char *word = str_first(w->v[i].at, w->v[i].n);

    if ( strstr(word, "alloc") && is(w, i + 1, "(") )
        for ( i++; i < end; i++ )
        {
            size |= is(w, i, "sizeof") || is(w, i, "typeof") ||
                    is(w, i, "__typeof__");
            for ( j = 0; j < w->names.n && !ours; j++ )
                ours = is(w, i, w->names.v[j]);
        }
    free(word);
    return size && ours;
}

static bool walk(struct walk *w)
{
    size_t i;

    for ( i = 0; i < w->n; i++ )
    {
        if ( is(w, i, w->tag) && i && is(w, i - 1, "struct") &&
             !harmless(w, i) )
            return false;
        w->parens += is(w, i, "(") - is(w, i, ")");
        if ( is(w, i, "{") )
        {
            if ( w->braces == DEEPEST )
                return false;
            w->code[w->braces] = opens_code(w, i);
            w->braces++;
        }
        else if ( is(w, i, "}") && --w->braces < 0 )
            return false;
    }
    for ( i = 0; i < w->n; i++ )
        if ( is_name(w, i) && allocates(w, i) )
            return false;
    return w->objects && !w->braces && !w->parens;
}

bool automatic_only(const char *text, const char *tag)
{
    struct walk w = { .tag = tag };
    char *code = lexline_code(text);
    bool yes = split(&w, code) && walk(&w);

    strv_free(&w.names);
    free(w.v);
    free(code);
    return yes;
}
