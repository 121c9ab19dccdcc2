/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Global functions and variables that went from one unit to another.  One that
 * is the same there is the one that the hypervisor has, and nothing changes by
 * its going.  One that is not the same stays without twin and is refused: with
 * it may have gone static variables, whose values would be lost.
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

/* Whether a twin in another unit is the same; undone if it is not. */
static bool check(struct atom *a)
{
    bool same = compare_twins(a);
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
