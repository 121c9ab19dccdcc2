/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/macroargs.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

/* Where a macro is called: the parenthesis that opens its arguments. */
struct use {
    const char *at;
    bool directive; /* it ends with the line */
};

struct macro {
    const char *name;
    size_t len;
    bool function; /* it has parameters */
    bool calls;    /* one of these, in its body */
    const char **body;
    size_t nr_bodies;
    size_t *user; /* macros whose bodies have its name */
    size_t nr_users;
    struct use *use;
    size_t nr_uses;
};

static size_t slot_of(const struct macroargs *m, const char *name, size_t n)
{
    uint32_t h = 2166136261u;
    size_t i;

    for ( i = 0; i < n; i++ )
        h = (h ^ (unsigned char)name[i]) * 16777619u;
    for ( i = h & (m->size - 1); m->slot[i]; i = (i + 1) & (m->size - 1) )
    {
        const struct macro *macro = &m->macro[m->slot[i] - 1];

        if ( macro->len == n && !memcmp(macro->name, name, n) )
            break;
    }
    return i;
}

static struct macro *find(const struct macroargs *m, const char *name,
                          size_t n)
{
    size_t i = m->size ? slot_of(m, name, n) : 0;

    return m->size && m->slot[i] ? &m->macro[m->slot[i] - 1] : NULL;
}

static void grow(struct macroargs *m)
{
    size_t i;

    m->size = m->size ? 2 * m->size : 1024;
    free(m->slot);
    m->slot = xs_calloc(m->size, sizeof(*m->slot));
    for ( i = 0; i < m->n; i++ )
        m->slot[slot_of(m, m->macro[i].name, m->macro[i].len)] = i + 1;
}

static struct macro *add(struct macroargs *m, const char *name, size_t n)
{
    struct macro *macro;
    size_t i;

    if ( 2 * m->n >= m->size )
        grow(m);
    i = slot_of(m, name, n);
    if ( !m->slot[i] )
    {
        m->macro = xs_grow(m->macro, m->n, sizeof(*m->macro));
        macro = memset(&m->macro[m->n++], 0, sizeof(*macro));
        macro->name = name;
        macro->len = n;
        m->slot[i] = m->n;
    }
    return &m->macro[m->slot[i] - 1];
}

static void add_use(struct use **list, size_t *n, const char *at,
                    bool directive)
{
    *list = xs_grow(*list, *n, sizeof(**list));
    (*list)[(*n)++] = (struct use){ at, directive };
}

/* At a line: behind the name and the parameters of a #define; else NULL. */
static const char *define_body(const char *line, const char **name, size_t *n)
{
    const char *p = line + strspn(line, " ");

    if ( *p != '#' )
        return NULL;
    p += 1 + strspn(p + 1, " ");
    if ( !str_begins(p, "define ") )
        return NULL;
    p += strlen("define ");
    *n = words_length(p);
    *name = p;
    p += *n;
    if ( *p == '(' )
    {
        p += strcspn(p, ")\n");
        p += *p == ')';
    }
    return p;
}

static void read_defines(struct macroargs *m, const char *text)
{
    const char *body, *name;
    struct macro *macro;
    size_t n;

    for ( ; *text; text += strcspn(text, "\n"), text += *text == '\n' )
    {
        body = define_body(text, &name, &n);
        if ( !body || !n )
            continue;
        macro = add(m, name, n);
        macro->function |= name[n] == '(';
        macro->body =
            xs_grow(macro->body, macro->nr_bodies, sizeof(*macro->body));
        macro->body[macro->nr_bodies++] = body;
    }
}

static void add_user(struct macro *macro, size_t user)
{
    if ( macro->nr_users && macro->user[macro->nr_users - 1] == user )
        return;
    macro->user = xs_grow(macro->user, macro->nr_users, sizeof(*macro->user));
    macro->user[macro->nr_users++] = user;
}

/* Who uses whom: the words of all bodies. */
static void find_users(struct macroargs *m)
{
    const char *p;
    size_t i, j, n;

    for ( i = 0; i < m->n; i++ )
        for ( j = 0; j < m->macro[i].nr_bodies; j++ )
            for ( p = m->macro[i].body[j]; *p && *p != '\n'; p += n ? n : 1 )
            {
                struct macro *used;

                n = words_length(p);
                used = n ? find(m, p, n) : NULL;
                if ( used )
                    add_user(used, i);
            }
}

/* Behind the literal at p, on its line. */
static const char *behind_literal(const char *p)
{
    char quote = *p++;

    while ( *p && *p != '\n' && *p != quote )
        p += p[0] == '\\' && p[1] && p[1] != '\n' ? 2 : 1;
    return *p == quote ? p + 1 : p;
}

/* Behind the parenthesis that closes the one at a place, or the end. */
static const char *behind_arguments(const struct use *use)
{
    const char *p = use->at;
    int depth = 0;

    while ( *p && !(use->directive && *p == '\n') )
    {
        if ( *p == '"' || *p == '\'' )
        {
            p = behind_literal(p);
            continue;
        }
        depth += (*p == '(') - (*p == ')');
        p++;
        if ( !depth )
            break;
    }
    return p;
}

static const char *skip_blanks(const char *p, bool directive)
{
    return p + strspn(p, directive ? " " : " \n");
}

/* Whether the word at p, n bytes long, is a parameter of the #define. */
static bool is_parameter(const char *params, const char *p, size_t n)
{
    while ( params && *params && *params != ')' && *params != '\n' )
    {
        size_t len = words_length(params);

        if ( len == n && !memcmp(params, p, n) )
            return true;
        params += len ? len : 1;
    }
    return false;
}

/* What is being read: a line of a #define, of another directive, or of C. */
struct reading {
    const char *params; /* of the #define, from the parenthesis on; or NULL */
    struct macro *of;   /* the #define's own; or NULL */
    bool directive;
    bool pasted; /* ## stands before the word */
};

/* A word at p, n bytes long, and what may be a call by it. */
static void read_word(struct macroargs *m, const struct reading *r,
                      const char *p, size_t n)
{
    struct macro *macro = find(m, p, n);
    struct use use = { skip_blanks(p + n, r->directive), r->directive };
    const char *behind;

    if ( *use.at != '(' )
        return;
    if ( r->pasted )
        add_use(&m->any, &m->nr_any, use.at, r->directive);
    if ( macro )
        add_use(&macro->use, &macro->nr_uses, use.at, r->directive);
    /* Who calls a parameter has got its arguments, or some of its own. */
    if ( r->of && is_parameter(r->params, p, n) )
    {
        r->of->calls = true;
        add_use(&m->any, &m->nr_any, use.at, r->directive);
    }
    behind = macro ? skip_blanks(behind_arguments(&use), r->directive) : "";
    if ( *behind == '(' )
        add_use(&m->any, &m->nr_any, behind, r->directive);
}

static void read_uses(struct macroargs *m, const char *text)
{
    struct reading r = { NULL };
    const char *p = text, *body, *name;
    size_t n;

    while ( *p )
    {
        if ( p == text || p[-1] == '\n' )
        {
            body = define_body(p, &name, &n);
            r.directive = p[strspn(p, " ")] == '#';
            r.of = body ? find(m, name, n) : NULL;
            r.params = body && name[n] == '(' ? name + n : NULL;
            r.pasted = false;
            p = body ? body : p;
        }
        n = words_length(p);
        if ( n )
            read_word(m, &r, p, n);
        else if ( *p == '"' || *p == '\'' )
            n = behind_literal(p) - p;
        if ( n )
            r.pasted = false;
        else if ( p[0] == '#' && p[1] == '#' )
            r.pasted = true;
        p += n ? n : *p != '\0';
    }
}

/* Calls of macros that call a parameter of theirs may be of any macro. */
static void spread(struct macroargs *m)
{
    size_t i, j;

    for ( i = 0; i < m->n; i++ )
        for ( j = 0; m->macro[i].calls && j < m->macro[i].nr_uses; j++ )
            add_use(&m->any, &m->nr_any, m->macro[i].use[j].at,
                    m->macro[i].use[j].directive);
}

void macroargs_read(struct macroargs *m, const char *const *text, size_t n)
{
    size_t i;

    for ( i = 0; i < n; i++ )
        read_defines(m, text[i]);
    find_users(m);
    for ( i = 0; i < n; i++ )
        read_uses(m, text[i]);
    spread(m);
}

/* What one call of macroargs_of() has done so far. */
struct asking {
    const struct macroargs *m;
    struct words *out;
    bool *user;     /* macros that use the one */
    bool *expanded; /* macros whose bodies are in */
};

static void add_words(struct asking *a, const char *p, const char *end);

/* A word that is a macro stands for what it is defined as. */
static void add_word(struct asking *a, const char *p, size_t n)
{
    const struct macro *macro = find(a->m, p, n);
    char *word = str_first(p, n);
    size_t i;

    words_add(a->out, word);
    free(word);
    if ( !macro || a->expanded[macro - a->m->macro] )
        return;
    a->expanded[macro - a->m->macro] = true;
    for ( i = 0; i < macro->nr_bodies; i++ )
        add_words(a, macro->body[i],
                  macro->body[i] + strcspn(macro->body[i], "\n"));
}

static void add_words(struct asking *a, const char *p, const char *end)
{
    size_t n;

    for ( ; p < end; p += n ? n : 1 )
    {
        n = words_length(p);
        if ( n )
            add_word(a, p, n);
    }
}

static void add_arguments(struct asking *a, const struct use *use)
{
    add_words(a, use->at, behind_arguments(use));
}

/* Whether its body ends with the name of another macro: "#define A B". */
static bool is_alias(const struct macro *macro)
{
    size_t i, n;

    for ( i = 0; i < macro->nr_bodies; i++ )
    {
        n = strcspn(macro->body[i], "\n");
        while ( n && macro->body[i][n - 1] == ' ' )
            n--;
        if ( n && words_length(macro->body[i] + n - 1) )
            return true;
    }
    return false;
}

/* The macro at an index, and then those that use it. */
static void ask(struct asking *a, size_t at)
{
    const struct macro *macro = &a->m->macro[at];
    size_t i;

    if ( a->user[at] )
        return;
    a->user[at] = true;
    /* What calls with words of its own body alone hands nothing on. */
    if ( !macro->function && !is_alias(macro) )
        return;
    for ( i = 0; i < macro->nr_uses; i++ )
        add_arguments(a, &macro->use[i]);
    for ( i = 0; i < macro->nr_users; i++ )
        ask(a, macro->user[i]);
}

bool macroargs_of(const struct macroargs *m, const char *name,
                  struct words *out)
{
    const struct macro *macro = find(m, name, strlen(name));
    struct asking a = { .m = m, .out = out };
    size_t i;

    if ( !macro )
        return false;
    a.user = xs_calloc(m->n + 1, sizeof(*a.user));
    a.expanded = xs_calloc(m->n + 1, sizeof(*a.expanded));
    ask(&a, macro - m->macro);
    for ( i = 0; i < m->nr_any; i++ )
        add_arguments(&a, &m->any[i]);
    free(a.user);
    free(a.expanded);
    return true;
}

void macroargs_free(struct macroargs *m)
{
    size_t i;

    for ( i = 0; i < m->n; i++ )
    {
        free(m->macro[i].body);
        free(m->macro[i].user);
        free(m->macro[i].use);
    }
    free(m->macro);
    free(m->slot);
    free(m->any);
    memset(m, 0, sizeof(*m));
}
