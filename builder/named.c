/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/named.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "builder/linediff.h"
#include "builder/words.h"

static bool is_word(const char *p, size_t n, const char *word)
{
    return n == strlen(word) && !memcmp(p, word, n);
}

/* "inline", and what a macro that stands for it is called: XSM_INLINE. */
static bool says_inline(const char *p, size_t n)
{
    const size_t len = strlen("inline");

    return n >= len && !strncasecmp(p + n - len, "inline", len);
}

static bool is_one_of(const char *p, size_t n, const char *const *words)
{
    for ( ; *words; words++ )
        if ( is_word(p, n, *words) )
            return true;
    return false;
}

static void add(struct strv *names, const char *p, size_t n)
{
    char *name = str_first(p, n);

    strv_add_once(names, name);
    free(name);
}

/* Of "#define NAME ..." or "#undef NAME"; false for others. */
static bool add_macro(const char *line, struct strv *names)
{
    size_t n;

    line += strspn(line, " \t");
    line += *line == '#';
    line += strspn(line, " \t");
    n = words_length(line);
    if ( !is_word(line, n, "define") && !is_word(line, n, "undef") )
        return false;
    line += n;
    line += strspn(line, " \t");
    n = words_length(line);
    if ( !n )
        return false;
    add(names, line, n);
    return true;
}

/* "DECLARE_THIS": a macro may declare another name than its own. */
static bool looks_like_macro(const char *p, size_t n)
{
    while ( n-- )
        if ( islower((unsigned char)*p++) )
            return false;
    return true;
}

/* Behind the parenthesis that closes the one at p; NULL: none does. */
static const char *behind(const char *p)
{
    int depth = 0;

    for ( ; *p; p++ )
    {
        depth += (*p == '(') - (*p == ')');
        if ( !depth )
            return p + 1;
    }
    return NULL;
}

/* What a function's declaration says before its body, as far as it goes. */
struct head {
    bool is_static, is_inline;
    size_t types, names; /* words of its type, and what may be its name */
};

static const char *const storage[] = {
    "extern", "static", "inline", "const", "volatile", "always_inline", NULL,
};
static const char *const no_names[] = {
    "void",   "int",    "char",   "long",     "short",  "struct",
    "union",  "enum",   "float",  "double",   "signed", "bool",
    "typeof", "return", "sizeof", "unsigned", NULL,
};

/*
 * A word before an outer parenthesis.  Returns what stands behind that, or NULL
 * if this is no function.
 */
static const char *add_candidate(const char *p, size_t n, struct head *head,
                                 struct strv *names)
{
    const char *open = p + n + strspn(p + n, " \n");

    if ( !is_word(p, n, "__attribute__") )
    {
        if ( !head->types || is_one_of(p, n, no_names) ||
             is_one_of(p, n, storage) || looks_like_macro(p, n) )
            return NULL;
        add(names, p, n);
        head->names++;
    }
    /* A pointer to a function, or parentheses around a name. */
    if ( open[1 + strspn(open + 1, " \n")] == '*' || !(p = behind(open)) ||
         p[strspn(p, " \n")] == '(' )
        return NULL;
    return p;
}

/*
 * The name of a function, from the code of its prototype ("int f(void);") or
 * the definition of a static inline one.  What is no attribute of the language
 * and stands before an outer parenthesis may be it, so all of that is taken:
 * "mfn_t __nonnull(3) f(int *x)".  At least one word of a type comes before it,
 * as there is none where a macro declares something.
 */
static bool add_function(const char *code, struct strv *names)
{
    struct head head = { false };
    const char *p = code;

    while ( p && *p && !strchr(";{", *p) )
    {
        size_t n = words_length(p);

        if ( !n && !strchr(" \n*", *p) )
            return false;
        if ( is_word(p, n, "typedef") || is_word(p, n, "asm") )
            return false;
        head.is_static |= is_word(p, n, "static");
        head.is_inline |= says_inline(p, n);
        if ( !n )
            p++;
        else if ( p[n + strspn(p + n, " \n")] == '(' )
            p = add_candidate(p, n, &head, names);
        else
        {
            head.types += !is_one_of(p, n, storage);
            p += n;
        }
    }
    if ( !p || !head.names )
        return false;
    if ( *p == '{' )
        return head.is_static && head.is_inline;
    /* One declaration, and nothing behind it. */
    return *p == ';' && !p[1 + strspn(p + 1, " \n")];
}

bool named_line(const struct outline *o, size_t at, struct strv *names)
{
    const struct outline_line *line = &o->line[at];
    char *code;
    bool named;

    if ( !line->code )
        return true;
    if ( line->directive )
        return add_macro(o->line[line->first].at, names);
    code = outline_run_code(o, at);
    /* A conditional inside would make the outline's braces a guess. */
    named = !strchr(code, '#') && add_function(code, names);
    free(code);
    return named;
}

bool named_collect(const char *old_text, const char *new_text,
                   struct strv *names)
{
    struct outline old_outline, new_outline;
    struct linediff diff;
    bool all = true;
    size_t i;

    outline_make(old_text, &old_outline);
    outline_make(new_text, &new_outline);
    linediff_make(old_text, new_text, &diff);
    for ( i = 0; i < diff.nr_new && all; i++ )
        /* What stays may begin or end to be a comment. */
        all = diff.old_of[i] ? new_outline.line[i].code ==
                                   old_outline.line[diff.old_of[i] - 1].code
                             : named_line(&new_outline, i, names);
    for ( i = 0; i < diff.nr_old && all; i++ )
        if ( !diff.new_of[i] )
            all = named_line(&old_outline, i, names);
    linediff_free(&diff);
    outline_free(&old_outline);
    outline_free(&new_outline);
    return all;
}
