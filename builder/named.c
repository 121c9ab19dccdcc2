/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/named.h"

#include <stdlib.h>
#include <string.h>

#include "builder/lexline.h"
#include "builder/linediff.h"
#include "builder/memory.h"
#include "builder/outline.h"
#include "builder/strv.h"

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9');
}

static size_t name_length(const char *p)
{
    size_t n = 0;

    while ( in_name(p[n]) )
        n++;
    return n;
}

/* How often a name stands in a text, as a whole word. */
static unsigned int count(const char *text, const char *name)
{
    size_t n = strlen(name);
    unsigned int times = 0;
    const char *p = text;

    while ( (p = strstr(p, name)) )
    {
        times += (p == text || !in_name(p[-1])) && !in_name(p[n]);
        p += n;
    }
    return times;
}

static void add(struct named_list *names, char *name, unsigned int own)
{
    size_t i;

    for ( i = 0; i < names->n; i++ )
        if ( !strcmp(names->v[i].name, name) )
        {
            if ( own < names->v[i].own )
                names->v[i].own = own;
            free(name);
            return;
        }
    names->v = xs_grow(names->v, names->n, sizeof(*names->v));
    names->v[names->n].name = name;
    names->v[names->n++].own = own;
}

/* "NAME" of "#define NAME ..." or "#undef NAME"; NULL for others. */
static char *macro_name(const char *line)
{
    size_t n;

    line += strspn(line, " \t");
    line += *line == '#';
    line += strspn(line, " \t");
    n = name_length(line);
    if ( !(n == 6 && !memcmp(line, "define", n)) &&
         !(n == 5 && !memcmp(line, "undef", n)) )
        return NULL;
    line += n;
    line += strspn(line, " \t");
    n = name_length(line);
    return n ? str_first(line, n) : NULL;
}

/*
 * The name of a static inline function, from the code of its definition:
 * what stands before the first parenthesis that is not an attribute's.
 */
static char *inline_name(const char *code)
{
    const char *p = code, *name = NULL;
    bool is_static = false, is_inline = false;
    size_t n = 0;

    while ( *p && !strchr("(;{=#", *p) )
    {
        size_t len = name_length(p);

        if ( !len )
        {
            p++;
            continue;
        }
        is_static |= len == 6 && !memcmp(p, "static", len);
        is_inline |= (len == 6 && !memcmp(p, "inline", len)) ||
                     (len == 13 && !memcmp(p, "always_inline", len));
        name = p;
        n = len;
        p += len;
    }
    if ( *p != '(' || !is_static || !is_inline || !name || !strchr(p, '{') ||
         (n == 13 && !memcmp(name, "__attribute__", n)) )
        return NULL;
    return str_first(name, n);
}

/* Adds the name of what the line belongs to; false if it has none. */
static bool add_name(const struct outline *o, size_t at,
                     struct named_list *names)
{
    const struct outline_line *line = &o->line[at];
    char *code, *name;

    if ( !line->code )
        return true;
    if ( line->directive )
    {
        name = macro_name(o->line[line->first].at);
        if ( name )
            add(names, name, 0);
        return name;
    }
    code = outline_run_code(o, at);
    /* A conditional inside would make the outline's braces a guess. */
    name = strchr(code, '#') ? NULL : inline_name(code);
    if ( name )
        /* More than once: macros decide how much of it is left, so ask less. */
        add(names, name, count(code, name) == 1);
    free(code);
    return name;
}

/* How often the new text's definition says a name that the old text has. */
static unsigned int own_of(const struct named_list *names,
                           const struct named *old)
{
    size_t i;

    for ( i = 0; i < names->n; i++ )
        if ( !strcmp(names->v[i].name, old->name) )
            return old->own;
    return 0;
}

bool named_collect(const char *old_text, const char *new_text,
                   struct named_list *names)
{
    struct outline old_outline, new_outline;
    struct named_list old_names = { NULL, 0 };
    struct linediff diff;
    bool all = true;
    size_t i;

    outline_make(old_text, &old_outline);
    outline_make(new_text, &new_outline);
    linediff_make(old_text, new_text, &diff);
    for ( i = 0; i < diff.nr_new && all; i++ )
        if ( !diff.old_of[i] )
            all = add_name(&new_outline, i, names);
    for ( i = 0; i < diff.nr_old && all; i++ )
        if ( !diff.new_of[i] )
            all = add_name(&old_outline, i, &old_names);
    /* What is gone has no definition left to say its name. */
    for ( i = 0; i < old_names.n; i++ )
        add(names, xs_strdup(old_names.v[i].name),
            own_of(names, &old_names.v[i]));
    named_free(&old_names);
    linediff_free(&diff);
    outline_free(&old_outline);
    outline_free(&new_outline);
    return all;
}

bool named_used(const struct named_list *names, const char *preprocessed)
{
    size_t i;

    for ( i = 0; i < names->n; i++ )
        if ( count(preprocessed, names->v[i].name) > names->v[i].own )
            return true;
    return false;
}

void named_free(struct named_list *names)
{
    size_t i;

    for ( i = 0; i < names->n; i++ )
        free(names->v[i].name);
    free(names->v);
    memset(names, 0, sizeof(*names));
}
