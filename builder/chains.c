/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/chains.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builder/debugbuild.h"
#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/outline.h"

/* A source file that was looked into, with what stands where. */
struct source {
    char *path;
    bool old;
    char *text;
    struct outline outline;
};

struct work {
    struct compiling *c;
    const struct hunks *hunks;
    struct debug_unit *unit;
    size_t nr_units;
    struct source **source;
    size_t nr_sources;
    struct strv macros; /* whose definitions change */
};

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    const char *p = text;

    while ( (p = strstr(p, word)) )
    {
        bool begins =
            p == text || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');

        if ( begins && !isalnum((unsigned char)p[n]) && p[n] != '_' )
            return true;
        p += n;
    }
    return false;
}

static char *text_of(const struct work *w, const char *path, bool old)
{
    const struct touched *file = changes_find(w->c->changes, path);
    struct xs_error ignored;
    char *full, *text = NULL;

    if ( file )
        return xs_strdup(old ? file->old_text ? file->old_text : ""
                         : file->new_text ? file->new_text
                                          : "");
    full = xs_printf("%s/%s", w->c->xen, path);
    if ( fs_read(full, &text, NULL, &ignored) )
        text = xs_strdup("");
    free(full);
    return text;
}

static struct source *source_of(struct work *w, const char *path, bool old)
{
    struct source *s;
    size_t i;

    for ( i = 0; i < w->nr_sources; i++ )
        if ( w->source[i]->old == old && !strcmp(w->source[i]->path, path) )
            return w->source[i];
    s = xs_calloc(1, sizeof(*s));
    s->path = xs_strdup(path);
    s->old = old;
    s->text = text_of(w, path, old);
    outline_make(s->text, &s->outline);
    w->source = xs_grow(w->source, w->nr_sources, sizeof(s));
    w->source[w->nr_sources++] = s;
    return s;
}

static void free_sources(struct work *w)
{
    size_t i;

    for ( i = 0; i < w->nr_sources; i++ )
    {
        outline_free(&w->source[i]->outline);
        free(w->source[i]->text);
        free(w->source[i]->path);
        free(w->source[i]);
    }
    free(w->source);
}

static void find_macros(struct work *w)
{
    size_t i, j;

    for ( i = 0; i < w->hunks->n; i++ )
        for ( j = 0; j < w->hunks->v[i].nr_places; j++ )
            if ( w->hunks->v[i].place[j].macro )
                strv_add_once(&w->macros, w->hunks->v[i].place[j].macro);
}

/* "static int x = 1;", "DEFINE_SPINLOCK(x);": the name is what is declared. */
static bool declares(const char *code, const char *name)
{
    const char *p = code + strspn(code, " \t\n");
    size_t n = strlen(name);
    bool macro;

    if ( str_begins(p, "static ") )
        p += strlen("static ");
    macro = str_begins(p, "DEFINE_");
    for ( ; *p && !strchr("{=", *p) && (macro || *p != '('); p++ )
        if ( !strncmp(p, name, n) && !isalnum((unsigned char)p[n]) &&
             p[n] != '_' && p > code && !isalnum((unsigned char)p[-1]) &&
             p[-1] != '_' )
            return true;
    return false;
}

bool hunk_declares(const struct hunk *hunk, const char *name)
{
    char *base = str_first(name, strcspn(name, "."));
    bool found = false;
    size_t i;

    for ( i = 0; i < hunk->nr_places && !found; i++ )
        found = declares(hunk->place[i].code, base);
    free(base);
    return found;
}

/* What an origin is called in a sentence about the function. */
static char *subject_of(const struct inline_origin *o)
{
    return o->itself ? xs_strdup("it")
                     : xs_printf("%s(), inlined into it,", o->name);
}

/* Takes HOW.  A hunk is said once, by the first thing that leads there. */
static void add_link(struct chain *chain, size_t hunk, char *how)
{
    size_t i;

    for ( i = 0; i < chain->n; i++ )
        if ( chain->v[i].hunk == hunk )
        {
            free(how);
            return;
        }
    chain->v = xs_grow(chain->v, chain->n, sizeof(*chain->v));
    chain->v[chain->n++] = (struct chain_link){ hunk, how };
}

static bool in_place(const struct inline_origin *o, bool old,
                     const struct hunk *h, const struct hunk_place *p)
{
    return p->old == old && o->line >= p->first && o->line <= p->last &&
           !strcmp(o->file, h->path);
}

/*
 * Whether a hunk changes an origin: by its line on the hunk's side, or by its
 * name where the function has it on the other side only.
 */
static bool changes_origin(const struct work *w, const struct inline_origin *o,
                           bool old, const struct hunk *h)
{
    size_t i, j, k, l;

    for ( i = 0; i < h->nr_places; i++ )
        if ( in_place(o, old, h, &h->place[i]) )
            return true;
    if ( strcmp(o->file, h->path) )
        return false;
    for ( j = 0; j < w->nr_units; j++ )
    {
        const struct inlines *in = old ? &w->unit[j].new : &w->unit[j].old;

        for ( k = 0; k < in->n; k++ )
            for ( l = 0; l < in->v[k].nr_origins; l++ )
                for ( i = 0; !strcmp(in->v[k].origin[l].name, o->name) &&
                             i < h->nr_places;
                      i++ )
                    if ( in_place(&in->v[k].origin[l], !old, h, &h->place[i]) )
                        return true;
    }
    return false;
}

static void link_code(const struct work *w, struct chain *chain,
                      const struct inline_function *f, bool old)
{
    size_t i, j;

    for ( i = 0; i < w->hunks->n; i++ )
        for ( j = 0; j < f->nr_origins; j++ )
            if ( changes_origin(w, &f->origin[j], old, &w->hunks->v[i]) )
                add_link(chain, i,
                         f->origin[j].itself
                             ? xs_strdup("changes its code")
                             : xs_printf("changes %s(), which is inlined "
                                         "into it",
                                         f->origin[j].name));
}

static bool changes_macro(const struct hunk *h, const char *macro)
{
    size_t i;

    for ( i = 0; i < h->nr_places; i++ )
        if ( h->place[i].macro && !strcmp(h->place[i].macro, macro) )
            return true;
    return false;
}

static void link_macros(struct work *w, struct chain *chain,
                        const struct inline_function *f, bool old)
{
    size_t i, j, k;

    for ( i = 0; i < f->nr_origins; i++ )
    {
        const struct inline_origin *o = &f->origin[i];
        struct source *s = source_of(w, o->file, old);
        char *code;

        if ( o->line > s->outline.n )
            continue;
        code = outline_run_code(&s->outline, o->line - 1);
        for ( j = 0; j < w->macros.n; j++ )
            for ( k = 0; has_word(code, w->macros.v[j]) && k < w->hunks->n;
                  k++ )
                if ( changes_macro(&w->hunks->v[k], w->macros.v[j]) )
                {
                    char *who = subject_of(o);

                    add_link(chain, k,
                             xs_printf("changes the macro %s, which %s uses",
                                       w->macros.v[j], who));
                    free(who);
                }
        free(code);
    }
}

/* No more than what the unit can see. */
static void link_seen(const struct work *w, struct chain *chain,
                      const struct unit *unit)
{
    size_t i;

    for ( i = 0; i < w->hunks->n; i++ )
    {
        const struct hunk *h = &w->hunks->v[i];

        if ( h->comment || !unit )
            continue;
        if ( !strcmp(h->path, unit->record->source) )
            add_link(chain, i, xs_strdup("changes the file that it is in"));
        else if ( strv_has_sorted(&unit->record->deps, h->path) )
            add_link(chain, i,
                     xs_strdup("changes a file that its unit "
                               "includes"));
    }
}

static const struct debug_unit *unit_of(const struct work *w,
                                        const char *object)
{
    size_t i;

    for ( i = 0; i < w->nr_units; i++ )
        if ( !strcmp(w->unit[i].unit->object, object) )
            return &w->unit[i];
    return NULL;
}

static void make_chain(struct work *w, const struct detail_function *f,
                       struct chain *chain)
{
    const struct debug_unit *u = unit_of(w, f->object);
    const struct inline_function *in[2] = { NULL, NULL };
    int side;

    if ( u )
    {
        in[0] = inlines_find(&u->new, f->symbol);
        in[1] = inlines_find(&u->old, f->symbol);
    }
    for ( side = 0; side < 2; side++ )
        if ( in[side] )
            link_code(w, chain, in[side], side);
    for ( side = 0; side < 2; side++ )
        if ( in[side] )
            link_macros(w, chain, in[side], side);
    chain->sure = chain->n > 0;
    if ( !chain->n )
        link_seen(w, chain, u ? u->unit : NULL);
}

static void find_units(struct work *w, const struct units *units,
                       const struct details *details)
{
    size_t i, j;

    w->unit = xs_calloc(units->n + 1, sizeof(*w->unit));
    for ( i = 0; i < units->n; i++ )
        for ( j = 0; j < details->nr_functions; j++ )
            if ( !strcmp(details->function[j].object, units->v[i].object) )
            {
                w->unit[w->nr_units++].unit = &units->v[i];
                break;
            }
}

static int by_hunk(const void *a, const void *b)
{
    const struct chain_link *x = a, *y = b;

    return (x->hunk > y->hunk) - (x->hunk < y->hunk);
}

int chains_make(struct compiling *c, const struct units *units,
                const struct hunks *hunks, const struct details *details,
                struct chains *out, struct xs_error *err)
{
    struct work w = { .c = c, .hunks = hunks };
    size_t i;
    int rc;

    memset(out, 0, sizeof(*out));
    find_units(&w, units, details);
    find_macros(&w);
    rc = w.nr_units ? debugbuild_run(c, w.unit, w.nr_units, err) : 0;
    if ( !rc )
    {
        out->n = details->nr_functions;
        out->v = xs_calloc(out->n + 1, sizeof(*out->v));
        for ( i = 0; i < out->n; i++ )
        {
            make_chain(&w, &details->function[i], &out->v[i]);
            if ( out->v[i].n )
                qsort(out->v[i].v, out->v[i].n, sizeof(*out->v[i].v), by_hunk);
        }
    }
    for ( i = 0; i < w.nr_units; i++ )
        debug_unit_free(&w.unit[i]);
    free(w.unit);
    free_sources(&w);
    strv_free(&w.macros);
    return rc;
}

void chains_free(struct chains *chains)
{
    size_t i, j;

    for ( i = 0; i < chains->n; i++ )
    {
        for ( j = 0; j < chains->v[i].n; j++ )
            free(chains->v[i].v[j].how);
        free(chains->v[i].v);
    }
    free(chains->v);
    memset(chains, 0, sizeof(*chains));
}
