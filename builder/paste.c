/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/paste.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"
#include "builder/strv.h"

/*
 * The result of a ## may be an operand of another one.  That is thought of once,
 * and for macros that do nothing but join their arguments, as they are made for
 * that: CAT(CAT(a, b), CAT(c, d)).
 */
#define DEEPEST 1

struct paste {
    char *pattern; /* operands with a blank behind each; "?" is a gap */
    char *macro;
    struct words args; /* what can be in a gap, if that is known */
    const struct words *extra;
    bool restricted;
};

static void add_paste(struct pastes *pastes, const char *pattern,
                      const char *macro, size_t n)
{
    struct paste *paste;
    size_t i;

    for ( i = 0; i < pastes->n; i++ )
        if ( !strcmp(pastes->v[i].pattern, pattern) &&
             strlen(pastes->v[i].macro) == n &&
             str_begins(macro, pastes->v[i].macro) )
            return;
    pastes->v = xs_grow(pastes->v, pastes->n, sizeof(*pastes->v));
    paste = memset(&pastes->v[pastes->n++], 0, sizeof(*paste));
    paste->pattern = xs_strdup(pattern);
    paste->macro = str_first(macro, n);
}

/* The parameters of "NAME(a, b...) body": words, a blank before and behind each. */
static char *parameters(const char *p, const char **body)
{
    char *list = xs_strdup(" __VA_ARGS__ "), *more;

    *body = p;
    if ( *p != '(' )
        return list;
    while ( *p && *p != ')' )
    {
        size_t n = words_length(p);

        if ( n )
        {
            more = xs_printf("%s%.*s ", list, (int)n, p);
            free(list);
            list = more;
        }
        p += n ? n : 1;
    }
    *body = p;
    return list;
}

/* The operand at p as a pattern has it; NULL if a name cannot be made of it. */
static char *operand(const char *p, size_t n, const char *params)
{
    char *word, *found;

    if ( !n )
        return NULL;
    word = xs_printf(" %.*s ", (int)n, p);
    found = strstr(params, word);
    free(word);
    return found ? xs_strdup("? ") : xs_printf("%.*s ", (int)n, p);
}

/* Where the word that ends before p begins. */
static const char *word_before(const char *p, const char *begin, size_t *n)
{
    const char *end;

    while ( p > begin && p[-1] == ' ' )
        p--;
    for ( end = p; p > begin && words_length(p - 1) == 1 + (end - p); p-- )
        ;
    *n = end - p;
    return p;
}

/*
 * Adds the pattern whose first ## is at p, of the macro whose name begins a
 * text; returns what is behind it.
 */
static const char *add_pattern(struct pastes *pastes, const char *macro,
                               const char *body, const char *p,
                               const char *params)
{
    size_t n;
    const char *first = word_before(p, body, &n);
    char *pattern = operand(first, n, params), *next, *more;

    do
    {
        p += 2 + strspn(p + 2, " ");
        n = words_length(p);
        next = operand(p, n, params);
        more = pattern && next ? xs_printf("%s%s", pattern, next) : NULL;
        free(pattern);
        free(next);
        pattern = more;
        p += n + strspn(p + n, " ");
    } while ( p[0] == '#' && p[1] == '#' );
    if ( pattern )
        add_paste(pastes, pattern, macro, words_length(macro));
    free(pattern);
    return p;
}

/* "#define NAME..." of one line, as the code of a text has it. */
static void add_define(struct pastes *pastes, const char *line)
{
    const char *p = line + strspn(line, " #"), *body, *macro;
    char *params;

    if ( !str_begins(p, "define ") )
        return;
    macro = p += strlen("define ");
    p += words_length(p);
    params = parameters(p, &body);
    p = body;
    while ( (p = strstr(p, "##")) )
        p = add_pattern(pastes, macro, body, p, params);
    free(params);
}

void pastes_add(struct pastes *pastes, const char *code)
{
    const char *p = code;

    while ( (p = strstr(p, "##")) )
    {
        const char *begin = p;
        char *line;

        while ( begin > code && begin[-1] != '\n' )
            begin--;
        line = str_first(begin, strcspn(begin, "\n"));
        add_define(pastes, line);
        p = begin + strlen(line);
        free(line);
    }
}

/* What is looked for, and where. */
struct making {
    const struct pastes *pastes;
    const struct words *const *words;
    size_t nr;
};

static bool make(const struct making *m, const char *name, size_t n,
                 unsigned int deep);

static bool fills(const struct making *m, const struct paste *paste,
                  const char *p, size_t n, unsigned int deep)
{
    size_t i;

    if ( !paste->restricted || words_has(&paste->args, p, n) ||
         words_has(paste->extra, p, n) )
        for ( i = 0; i < m->nr; i++ )
            if ( words_has(m->words[i], p, n) )
                return true;
    return deep && make(m, p, n, deep - 1);
}

/* Whether the rest of a pattern gives the rest of a name; whole: its length. */
static bool fits(const struct making *m, const struct paste *paste,
                 const char *pattern, const char *p, size_t n, size_t whole,
                 unsigned int deep)
{
    size_t len = strcspn(pattern, " "), i;

    if ( !len )
        return !n;
    if ( *pattern != '?' )
        return len <= n && !memcmp(pattern, p, len) &&
               fits(m, paste, pattern + len + 1, p + len, n - len, whole,
                    deep);
    for ( i = 0; i <= n && i < whole; i++ )
        if ( fits(m, paste, pattern + 2, p + i, n - i, whole, deep) &&
             (!i || fills(m, paste, p, i, deep)) )
            return true;
    return false;
}

static bool make(const struct making *m, const char *name, size_t n,
                 unsigned int deep)
{
    bool inner = deep < DEEPEST;
    size_t i;

    for ( i = 0; i < m->pastes->n; i++ )
    {
        const struct paste *paste = &m->pastes->v[i];
        const char *pattern = paste->pattern;
        bool joins = !pattern[strspn(pattern, "? ")];

        if ( joins || !inner )
            if ( fits(m, paste, pattern, name, n, n, joins ? deep : 0) )
                return true;
    }
    return false;
}

bool pastes_make(const struct pastes *pastes, const struct words *const *words,
                 size_t nr, const char *name)
{
    struct making m = { pastes, words, nr };

    return make(&m, name, strlen(name), DEEPEST);
}

void pastes_restrict(struct pastes *pastes, const struct macroargs *args,
                     const struct words *extra)
{
    size_t i;

    for ( i = 0; i < pastes->n; i++ )
    {
        struct paste *paste = &pastes->v[i];

        paste->extra = extra;
        paste->restricted = macroargs_of(args, paste->macro, &paste->args);
    }
}

void pastes_free(struct pastes *pastes)
{
    size_t i;

    for ( i = 0; i < pastes->n; i++ )
    {
        free(pastes->v[i].pattern);
        free(pastes->v[i].macro);
        words_free(&pastes->v[i].args);
    }
    free(pastes->v);
    memset(pastes, 0, sizeof(*pastes));
}
