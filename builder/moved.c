/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Global functions and variables that went from one unit to another.  One that
 * is the same there is the one that the hypervisor has, and nothing changes by
 * its going.  A function that is not the same is replaced like any other, unless
 * static variables may have gone with it, whose values would be lost: that one,
 * and a variable, stays without twin and is refused.
 */
#include <stdlib.h>
#include <string.h>

#include "builder/compare.h"
#include "builder/memory.h"
#include "builder/session.h"

static bool may_move(const struct atom *a)
{
    return a->sym && !a->twin && !a->owner && a->sym->bind == STB_GLOBAL &&
           (a->sec->kind == SECTION_TEXT || a->sec->kind == SECTION_DATA ||
            a->sec->kind == SECTION_RODATA);
}

/* The one old atom of a name; NULL if there is none or several. */
static struct atom *find_old(const struct session *s, const struct atom *new)
{
    struct atom *found = NULL;
    size_t i, j;

    for ( i = 0; i < s->nr_pairs; i++ )
        for ( j = 0; s->pairs[i].old && j < s->pairs[i].old->nr_atoms; j++ )
        {
            struct atom *o = s->pairs[i].old->atoms[j];

            if ( !may_move(o) || o->sec->kind != new->sec->kind ||
                 strcmp(o->sym->name, new->sym->name) )
                continue;
            if ( found )
                return NULL;
            found = o;
        }
    return found;
}

/* How far local functions are followed that such a function calls. */
#define DEPTH 16

/* Whether a function refers to static variables, itself or by what it calls. */
static bool has_state(const struct atom *a, unsigned int depth)
{
    size_t i;

    for ( i = 0; i < a->nr_parts; i++ )
        if ( has_state(a->parts[i], depth) )
            return true;
    for ( i = 0; i < a->nr_relocs; i++ )
    {
        const struct atom *t = a->relocs[i].target;

        if ( !t || t == a || t->owner || atom_by_content(t) ||
             (t->sym && t->sym->bind == STB_GLOBAL) )
            continue;
        if ( t->sec->kind != SECTION_TEXT || !depth ||
             has_state(t, depth - 1) )
            return true;
    }
    return false;
}

/* Whether a twin in another unit may stay one; undone if not. */
static bool check(struct atom *a)
{
    bool same = compare_twins(a) ||
                (a->sec->kind == SECTION_TEXT && !has_state(a->twin, DEPTH) &&
                 !has_state(a, DEPTH));
    size_t i;

    free(a->why);
    a->why = NULL;
    a->diff_offset = 0;
    a->lines_moved = false;
    a->state = ATOM_UNKNOWN;
    if ( same )
        return true;
    for ( i = 0; i < a->nr_parts; i++ )
        a->parts[i]->twin = NULL;
    a->twin->twin = NULL;
    a->twin = NULL;
    return false;
}

void find_moved(struct session *s)
{
    struct atom **moved = NULL;
    size_t i, j, n = 0;
    bool all;

    for ( i = 0; i < s->nr_pairs; i++ )
        for ( j = 0; s->pairs[i].new &&j < s->pairs[i].new->nr_atoms; j++ )
        {
            struct atom *a = s->pairs[i].new->atoms[j], *o;

            if ( !may_move(a) || !(o = find_old(s, a)) )
                continue;
            a->twin = o;
            o->twin = a;
            moved = xs_grow(moved, n, sizeof(a));
            moved[n++] = a;
        }
    /* What refers to one that is not the same is not the same either. */
    do
    {
        all = true;
        for ( i = 0; i < n; i++ )
            if ( moved[i]->twin && !check(moved[i]) )
                all = false;
    } while ( !all );
    free(moved);
}
