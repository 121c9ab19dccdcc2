/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/correlate.h"

#include <stdlib.h>
#include <string.h>

#include "builder/compare.h"
#include "builder/context.h"
#include "builder/memory.h"
#include "builder/names.h"

/* A named atom and who refers to it (base names, sorted, each once). */
struct entry {
    struct atom *atom;
    const char *key;
    const char **referrers;
    size_t nr_referrers;
};

struct list {
    struct entry *entries;
    size_t nr;
};

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int d = strcmp(x->key, y->key);

    return d ? d : strcmp(x->atom->sym->file, y->atom->sym->file);
}

/*
 * Code is no data; and what was freed after boot is not there any more for
 * something of the same name that stays.
 */
static bool same_sort(const struct atom *a, const struct atom *b)
{
    return (a->sec->flags & SHF_EXECINSTR) ==
               (b->sec->flags & SHF_EXECINSTR) &&
           (a->sec->kind == SECTION_INIT) == (b->sec->kind == SECTION_INIT);
}

static void pair(struct atom *old, struct atom *new)
{
    old->twin = new;
    new->twin = old;
}

static bool has_numbered(const struct object *obj, const char *base)
{
    size_t i;

    for ( i = 0; i < obj->nr_atoms; i++ )
        if ( obj->atoms[i]->sym && !strcmp(obj->atoms[i]->base, base) &&
             name_is_numbered(obj->atoms[i]->sym->name) )
            return true;
    return false;
}

/*
 * Whether a name says no more than the order in the source: gcc gives each
 * static variable of a function a number (count.0), clang all but the first
 * one of a name (f.count, f.count.1).
 */
static bool is_by_order(const struct atom *a, const struct object *old,
                        const struct object *new)
{
    if ( a->sym->bind != STB_LOCAL || !strchr(a->sym->name, '.') )
        return false;
    return name_is_numbered(a->sym->name) || has_numbered(old, a->base) ||
           has_numbered(new, a->base);
}

/* The named atoms of one object, those by order or the others, by key. */
static struct list collect(const struct object *obj, const struct object *old,
                           const struct object *new, bool by_order)
{
    struct list list = { 0 };
    size_t i;

    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        struct atom *a = obj->atoms[i];

        if ( !a->sym || a->owner || a->twin ||
             is_by_order(a, old, new) != by_order )
            continue;
        list.entries = xs_grow(list.entries, list.nr, sizeof(*list.entries));
        list.entries[list.nr++] =
            (struct entry){ a, by_order ? a->base : a->sym->name, NULL, 0 };
    }
    if ( list.nr )
        qsort(list.entries, list.nr, sizeof(*list.entries), by_key);
    return list;
}

static void release(struct list *list)
{
    size_t i;

    for ( i = 0; i < list->nr; i++ )
        free(list->entries[i].referrers);
    free(list->entries);
}

/* How many entries from I on have the key of I and fit ATOM's file. */
static size_t run_length(const struct list *list, size_t i)
{
    size_t n = i;

    while ( n < list->nr &&
            !strcmp(list->entries[n].key, list->entries[i].key) )
        n++;
    return n - i;
}

/* What pairs the entries that have one key on both sides. */
typedef void pair_fn(struct entry *old, size_t n, struct entry *new, size_t m);

static void for_each_key(struct list *old, struct list *new, pair_fn *pair_run)
{
    size_t i = 0, j = 0;

    while ( i < old->nr && j < new->nr )
    {
        int d = strcmp(old->entries[i].key, new->entries[j].key);
        size_t n = run_length(old, i), m = run_length(new, j);

        if ( !d )
            pair_run(&old->entries[i], n, &new->entries[j], m);
        if ( d <= 0 )
            i += n;
        if ( d >= 0 )
            j += m;
    }
}

/* No other entry beside this one has its key and its file. */
static bool is_unique(const struct entry *run, size_t n, size_t k)
{
    return (!k || by_key(&run[k - 1], &run[k])) &&
           (k + 1 == n || by_key(&run[k], &run[k + 1]));
}

/*
 * Names that the programmer gave.  A name that is there once on both sides is
 * one thing, even if it became static or stopped being so; where an object
 * holds several files, the file must be the same too.
 */
static void pair_names(struct entry *old, size_t n, struct entry *new,
                       size_t m)
{
    size_t k, l;

    for ( k = 0; k < n; k++ )
        for ( l = 0; l < m; l++ )
        {
            struct atom *o = old[k].atom, *w = new[l].atom;
            bool once = n == 1 && m == 1;
            bool file = !strcmp(o->sym->file, w->sym->file);

            if ( !o->twin && !w->twin && same_sort(o, w) &&
                 (once || (file && is_unique(old, n, k))) )
                pair(o, w);
        }
}

static void refer(struct list *list, const struct atom *target,
                  const char *who)
{
    size_t i, j;

    for ( i = 0; i < list->nr; i++ )
    {
        struct entry *e = &list->entries[i];

        if ( e->atom != target )
            continue;
        for ( j = 0; j < e->nr_referrers; j++ )
            if ( !strcmp(e->referrers[j], who) )
                return;
        e->referrers = xs_grow(e->referrers, j, sizeof(who));
        e->referrers[e->nr_referrers++] = who;
        return;
    }
}

static void find_referrers(const struct object *obj, struct list *list)
{
    size_t i, j;

    if ( !list->nr )
        return;
    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        const struct atom *a = obj->atoms[i];
        const struct atom *who = a->owner ? a->owner : a;

        for ( j = 0; j < a->nr_relocs; j++ )
            if ( a->relocs[j].target && who->base )
                refer(list, a->relocs[j].target, who->base);
    }
}

static bool refers(const struct entry *e, const char *who)
{
    size_t i;

    for ( i = 0; i < e->nr_referrers; i++ )
        if ( !strcmp(e->referrers[i], who) )
            return true;
    return false;
}

static size_t shared(const struct entry *a, const struct entry *b)
{
    size_t i, n = 0;

    for ( i = 0; i < a->nr_referrers; i++ )
        n += refers(b, a->referrers[i]);
    return n;
}

enum likeness { SAME_REFERRERS, SOME_REFERRERS, SAME_CODE };

/*
 * Whether two entries sit at the same place in a function whose code is the
 * same on both sides, apart from what its relocations lead to.
 */
static bool same_place(const struct atom *o, const struct atom *n)
{
    const struct object *obj = n->obj;
    size_t i, j;

    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        const struct atom *f = obj->atoms[i];

        if ( !f->twin || !f->sym || !compare_bytes(f->twin, f) )
            continue;
        for ( j = 0; j < f->nr_relocs; j++ )
            if ( f->relocs[j].target == n && f->twin->relocs[j].target == o &&
                 f->relocs[j].off == f->twin->relocs[j].off )
                return true;
    }
    return false;
}

static bool alike(const struct entry *o, const struct entry *n,
                  enum likeness how)
{
    if ( o->atom->twin || n->atom->twin || !same_sort(o->atom, n->atom) ||
         o->atom->sec->kind != n->atom->sec->kind )
        return false;
    switch ( how )
    {
    case SAME_REFERRERS:
        return o->nr_referrers == n->nr_referrers && o->nr_referrers &&
               shared(o, n) == o->nr_referrers;
    case SOME_REFERRERS:
        return shared(o, n) > 0;
    case SAME_CODE:
        return same_place(o->atom, n->atom);
    }
    return false;
}

/* Pairs what is alike if there is exactly one candidate on both sides. */
static bool pair_alike(struct entry *old, size_t n, struct entry *new,
                       size_t m, enum likeness how)
{
    size_t i, j, k;
    bool any = false;

    for ( i = 0; i < n; i++ )
    {
        struct entry *only = NULL;
        size_t count = 0, back = 0;

        for ( j = 0; j < m; j++ )
            if ( alike(&old[i], &new[j], how) )
            {
                only = &new[j];
                count++;
            }
        if ( count != 1 )
            continue;
        for ( k = 0; k < n; k++ )
            back += alike(&old[k], only, how);
        if ( back != 1 )
            continue;
        pair(old[i].atom, only->atom);
        any = true;
    }
    return any;
}

/* The one of LIKE[0], LIKE[STEP], ... that is greater than all others. */
static size_t only_greatest(const size_t *like, size_t n, size_t step)
{
    size_t i, best = 0;
    bool only = true;

    for ( i = 1; i < n; i++ )
    {
        if ( like[i * step] >= like[best * step] )
            only = like[i * step] > like[best * step];
        if ( like[i * step] > like[best * step] )
            best = i;
    }
    return only && like[best * step] ? best : n;
}

/*
 * What the code around the uses tells apart: pairs that are more alike than
 * either is to any other.  That is no proof, so it is noted where it is used.
 */
static void pair_by_context(struct entry *old, size_t n, struct entry *new,
                            size_t m)
{
    size_t *like = xs_calloc(n * m, sizeof(*like)), i, j;

    for ( i = 0; i < n; i++ )
        for ( j = 0; j < m; j++ )
            if ( !atom_is_function(old[i].atom) &&
                 alike(&old[i], &new[j], SOME_REFERRERS) &&
                 old[i].atom->size == new[j].atom->size )
                like[i * m + j] = context_likeness(old[i].atom, new[j].atom);
    for ( i = 0; i < n; i++ )
    {
        j = only_greatest(&like[i * m], m, 1);
        if ( j < m && only_greatest(&like[j], n, m) == i )
        {
            pair(old[i].atom, new[j].atom);
            new[j].atom->guessed = true;
        }
    }
    free(like);
}

/*
 * Clones of functions: any pairing gives a right payload, because callers are
 * compared by it.  The same name is the one that changes least.
 */
static void pair_clones(struct entry *old, size_t n, struct entry *new,
                        size_t m)
{
    size_t i, j;

    for ( i = 0; i < n; i++ )
        for ( j = 0; j < m; j++ )
            if ( !old[i].atom->twin && !new[j].atom->twin &&
                 atom_is_function(old[i].atom) &&
                 atom_is_function(new[j].atom) &&
                 (!strcmp(old[i].atom->sym->name, new[j].atom->sym->name) ||
                  (n == 1 && m == 1)) )
                pair(old[i].atom, new[j].atom);
}

/*
 * What no code refers to (entries of tables that are walked at boot) has no
 * memory that could be mistaken: once on both sides is the same.
 */
static void pair_lonely(struct entry *old, size_t n, struct entry *new,
                        size_t m)
{
    if ( n == 1 && m == 1 && !old->atom->twin && !new->atom->twin &&
         !old->nr_referrers && !new->nr_referrers &&
         same_sort(old->atom, new->atom) )
        pair(old->atom, new->atom);
}

static void pair_numbered(struct entry *old, size_t n, struct entry *new,
                          size_t m)
{
    pair_clones(old, n, new, m);
    pair_lonely(old, n, new, m);
    while ( pair_alike(old, n, new, m, SAME_CODE) ||
            pair_alike(old, n, new, m, SAME_REFERRERS) ||
            pair_alike(old, n, new, m, SOME_REFERRERS) )
        ;
    pair_by_context(old, n, new, m);
}

/* What is left of the variables of the unit, by the names in the source. */
static struct list collect_left(const struct object *obj)
{
    struct list list = { 0 };
    size_t i;

    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        struct atom *a = obj->atoms[i];

        if ( !a->sym || a->owner || a->twin || a->sym->bind != STB_LOCAL ||
             atom_is_function(a) || atom_by_content(a) )
            continue;
        list.entries = xs_grow(list.entries, list.nr, sizeof(*list.entries));
        list.entries[list.nr++] = (struct entry){ a, a->base, NULL, 0 };
    }
    if ( list.nr )
        qsort(list.entries, list.nr, sizeof(*list.entries), by_key);
    return list;
}

/*
 * A static variable of a function that becomes one of the file, or the other
 * way round: it is the same, and has its value, if a function uses both.
 */
static void pair_scopes(struct entry *old, size_t n, struct entry *new,
                        size_t m)
{
    if ( n == 1 && m == 1 && old->atom->size == new->atom->size &&
         alike(old, new, SOME_REFERRERS) )
        pair(old->atom, new->atom);
}

void correlate(struct object *old, struct object *new)
{
    struct list o = collect(old, old, new, false),
                n = collect(new, old, new, false);

    for_each_key(&o, &n, pair_names);
    release(&o);
    release(&n);
    o = collect(old, old, new, true);
    n = collect(new, old, new, true);
    find_referrers(old, &o);
    find_referrers(new, &n);
    for_each_key(&o, &n, pair_numbered);
    release(&o);
    release(&n);
    o = collect_left(old);
    n = collect_left(new);
    find_referrers(old, &o);
    find_referrers(new, &n);
    for_each_key(&o, &n, pair_scopes);
    release(&o);
    release(&n);
}

struct atom *correlate_rival(const struct object *old, const struct atom *new)
{
    size_t i;

    if ( !new->sym || atom_by_content(new) || atom_is_function(new) ||
         !strchr(new->sym->name, '.') )
        return NULL;
    for ( i = 0; i < old->nr_atoms; i++ )
    {
        struct atom *o = old->atoms[i];

        if ( o->sym && !o->twin && !atom_by_content(o) && same_sort(o, new) &&
             !strcmp(o->base, new->base) && strchr(o->sym->name, '.') )
            return o;
    }
    return NULL;
}
