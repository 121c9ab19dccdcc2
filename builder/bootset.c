/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * New variables of the payload that boot code of the patch is to set.  Many
 * fixes decide at boot, in code that was freed since, whether they are needed
 * on this CPU: the payload is then built without fault and does nothing.  That
 * is no reason to refuse (the value given may be the right one), but it has to
 * be said.
 */
#include <stdlib.h>
#include <string.h>

#include "builder/findings.h"
#include "builder/memory.h"
#include "builder/session.h"

static bool refers(const struct atom *code, const struct atom *v)
{
    size_t i;

    for ( i = 0; i < code->nr_relocs; i++ )
    {
        const struct reloc *r = &code->relocs[i];

        if ( r->target ? r->target == v
                       : r->sym && v->sym->bind != STB_LOCAL &&
                             !strcmp(r->sym->name, v->sym->name) )
            return true;
    }
    return false;
}

static bool is_new_variable(const struct atom *a)
{
    return a->sym && !a->twin && !a->owner && !atom_is_function(a) &&
           !atom_by_content(a) && a->sec->kind != SECTION_HOOK;
}

static void note_users(struct session *s, const struct atom *v)
{
    size_t i, j;

    for ( i = 0; i < s->nr_pairs; i++ )
        for ( j = 0; s->pairs[i].new &&j < s->pairs[i].new->nr_atoms; j++ )
        {
            const struct atom *code = s->pairs[i].new->atoms[j];
            struct differ_finding *f;

            if ( code->sec->kind != SECTION_INIT || !atom_is_function(code) ||
                 !refers(code, v) )
                continue;
            f = findings_add(s->out, DIFFER_NOTED, v->obj->unit, atom_name(v),
                             "%s, which ran at boot without it, was to set or "
                             "read it: it keeps its initial value",
                             atom_name(code->owner ? code->owner : code));
            free(f->hint);
            f->hint = xs_strdup("set it from a load hook, or let its initial "
                                "value be the one that is wanted");
        }
}

void note_set_at_boot(struct session *s)
{
    size_t i;

    for ( i = 0; i < s->nr_included; i++ )
        if ( is_new_variable(s->included[i]) )
            note_users(s, s->included[i]);
}
