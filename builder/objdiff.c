/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/objdiff.h"

#include <stdlib.h>
#include <string.h>

#include "builder/compare.h"
#include "builder/correlate.h"
#include "builder/describe.h"
#include "builder/memory.h"

static const char *what_is(const struct atom *a)
{
    if ( !a->sym )
        return "section";
    if ( a->sec->flags & SHF_EXECINSTR )
        return "function";
    return a->sec->flags & SHF_WRITE ? "variable" : "constant";
}

/* Takes WHY. */
static void add(struct objdiff *to, enum objdiff_kind kind,
                const struct atom *old, const struct atom *new, char *why)
{
    const struct atom *a = new ? new : old;
    struct objdiff_item *item;

    to->item = xs_grow(to->item, to->nr, sizeof(*to->item));
    item = &to->item[to->nr++];
    memset(item, 0, sizeof(*item));
    item->kind = kind;
    item->what = what_is(a);
    item->symbol = xs_strdup(a->sym ? a->sym->name : a->sec->name);
    item->why = why ? why : xs_strdup("");
    item->old_size = old ? old->size : 0;
    item->new_size = new ? new->size : 0;
    if ( (kind == OBJDIFF_CHANGED || kind == OBJDIFF_ADDED) && new->sym &&
         (new->sec->flags &SHF_EXECINSTR) )
        sidebyside_make(old, new, &item->code);
}

/*
 * What is known by its content alone belongs to those who use it; what is a
 * part of a function, to the function.
 */
static bool counts(const struct atom *a)
{
    return !a->owner && !atom_by_content(a);
}

static void judge_twin(struct objdiff *out, struct atom *a)
{
    bool same = compare_twins(a), moved = a->sec->kind != a->twin->sec->kind;
    char *why = NULL;

    if ( same && !moved )
    {
        if ( a->lines_moved )
            add(out, OBJDIFF_IGNORED, a->twin, a,
                xs_strdup("only line numbers of its special entries moved"));
        return;
    }
    if ( moved )
        why =
            xs_printf("moved from %s to %s", a->twin->sec->name, a->sec->name);
    else if ( a->sec->flags & SHF_EXECINSTR )
        why = describe_change(a->twin, a);
    if ( !why && a->why )
        why = xs_strdup(a->why);
    add(out, OBJDIFF_CHANGED, a->twin, a, why);
}

/*
 * Pieces without a name (entries of tables of unknown purpose) have nothing to
 * tell them apart but what they are: equal ones cancel out.
 */
static void pair_anonymous(struct object *old, struct object *new)
{
    size_t i, j;

    for ( i = 0; i < new->nr_atoms; i++ )
        for ( j = 0; j < old->nr_atoms; j++ )
        {
            struct atom *n = new->atoms[i], *o = old->atoms[j];

            if ( n->sym || n->twin || !counts(n) || o->sym || o->twin ||
                 !counts(o) || strcmp(o->sec->name, n->sec->name) ||
                 !compare_atoms(o, n, NULL) )
                continue;
            n->twin = o;
            o->twin = n;
        }
}

static int by_name(const void *a, const void *b)
{
    const struct objdiff_item *x = a, *y = b;
    int d = strcmp(x->symbol, y->symbol);

    if ( !d )
        d = (int)x->kind - (int)y->kind;
    return d ? d : strcmp(x->why, y->why);
}

static void compare(struct object *old, struct object *new,
                    struct objdiff *out)
{
    size_t i;

    correlate(old, new);
    pair_anonymous(old, new);
    for ( i = 0; i < new->nr_atoms; i++ )
    {
        struct atom *a = new->atoms[i];

        if ( !counts(a) )
            continue;
        if ( !a->twin )
            add(out, OBJDIFF_ADDED, NULL, a, NULL);
        else if ( a->sym )
            judge_twin(out, a);
    }
    for ( i = 0; i < old->nr_atoms; i++ )
        if ( counts(old->atoms[i]) && !old->atoms[i]->twin )
            add(out, OBJDIFF_GONE, old->atoms[i], NULL, NULL);
    if ( out->nr )
        qsort(out->item, out->nr, sizeof(*out->item), by_name);
}

int objdiff_run(const char *old_path, const char *new_path,
                struct objdiff *out, struct xs_error *err)
{
    struct object *old = object_open(old_path, old_path, err), *new = NULL;
    int rc = -1;

    memset(out, 0, sizeof(*out));

    if ( old && (new = object_open(new_path, new_path, err)) )
    {
        rc = 0;
        if ( old->arch == new->arch )
            compare(old, new, out);
        else
            rc = xs_fail(err, XS_FAILED, "%s is for %s, and %s for %s",
                         old_path, old->arch->name, new_path, new->arch->name);
    }
    object_free(new);
    object_free(old);
    return rc;
}

bool objdiff_differs(const struct objdiff *of)
{
    size_t i;

    for ( i = 0; i < of->nr; i++ )
        if ( of->item[i].kind != OBJDIFF_IGNORED )
            return true;
    return false;
}

const char *objdiff_kind_name(enum objdiff_kind kind)
{
    static const char *const names[] = { "changed", "added", "gone",
                                         "ignored" };

    return names[kind];
}

void objdiff_free(struct objdiff *out)
{
    size_t i;

    for ( i = 0; i < out->nr; i++ )
    {
        free(out->item[i].symbol);
        free(out->item[i].why);
        sidebyside_free(&out->item[i].code);
    }
    free(out->item);
    memset(out, 0, sizeof(*out));
}
