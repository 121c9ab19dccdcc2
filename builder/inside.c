/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jumps that have no relocation, because the assembler knew how far they go.
 * In a payload a function has other neighbours: such a jump has to end inside.
 * Cutting a section into functions is guessing where a symbol is not one of
 * the compiler's, and here is where a wrong guess is found.
 */
#include "builder/findings.h"
#include "builder/session.h"

static bool is_relocated(const struct atom *a, size_t from, size_t to)
{
    size_t i;

    for ( i = 0; i < a->nr_relocs; i++ )
        if ( a->relocs[i].offset >= a->start + from &&
             a->relocs[i].offset < a->start + to )
            return true;
    return false;
}

void check_jumps(struct session *s, const struct atom *a)
{
    const uint8_t *code = a->sec->data ? a->sec->data + a->start : NULL;
    const struct arch *arch = a->obj->arch;
    struct arch_step step;
    size_t at;

    for ( at = 0; code && arch->step && arch->step(code, a->size, at, &step);
          at += step.size )
        if ( step.jumps && !is_relocated(a, at, at + step.size) &&
             (a->start + step.target > a->sec->size ||
              object_atom_at(a->sec, a->start + step.target) != a) )
        {
            findings_reason(s->out, DIFFER_REFUSED,
                            XSPLICE_BUILD_SECTION_SHARED, a->obj->unit,
                            atom_name(a), "the jump at byte %zu leaves it",
                            at);
            return;
        }
}
