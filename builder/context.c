/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Static locals of one name in one function ("warned", "once") have nothing
 * but the compiler's number to tell them apart, and the function's code is no
 * help when it changes.  But most of it stays, and such a variable is asked
 * just before what it is there for: the message that is printed once, the
 * function that is called once.  Where that stands in the code is up to the
 * compiler, so jumps are followed.
 */
#include "builder/context.h"

#include <stdlib.h>
#include <string.h>

#include "builder/arch.h"
#include "builder/compare.h"
#include "builder/memory.h"
#include "builder/names.h"

#define REACH  32 /* instructions looked at from a use on */
#define ENOUGH 2  /* things both refer to for it to be the same use */

struct place {
    struct atom *code;
    uint64_t at;
};

/* The instructions that may run after a use, nearest first. */
struct walk {
    struct place place[REACH];
    size_t n;
    const struct reloc **refs; /* what they refer to */
    size_t nr_refs;
};

static void visit(struct walk *w, struct atom *code, uint64_t at)
{
    size_t i;

    for ( i = 0; i < w->n; i++ )
        if ( w->place[i].code == code && w->place[i].at == at )
            return;
    if ( w->n < REACH && at < code->size )
        w->place[w->n++] = (struct place){ code, at };
}

/* A name that the compiler numbered, of the same base, says nothing new. */
static bool tells(const struct reloc *r, const struct atom *variable)
{
    const struct atom *t = r->target;

    return !t || ((!t->owner || !atom_is_function(t)) &&
                  !(t->sym && t->base && name_is_numbered(t->sym->name) &&
                    !strcmp(t->base, variable->base)));
}

/* Jumps to a part of the function are relocated. */
static bool stays_inside(const struct place *p, const struct reloc *r,
                         uint64_t *to)
{
    const struct atom *t = r->target;
    struct arch_code code;

    if ( !t || !r->how ||
         (t->owner != p->code && (!p->code->owner || p->code->owner != t)) )
        return false;
    code = atom_code(p->code);
    *to = r->off +
          t->obj->arch->field_bias(r->how, &code, r->offset - p->code->start);
    return true;
}

static void look_at(struct walk *w, const struct place *p,
                    const struct atom *variable)
{
    const struct arch *arch = p->code->obj->arch;
    const uint8_t *code = p->code->sec->data + p->code->start;
    struct arch_step step;
    bool relocated = false;
    uint64_t to;
    size_t i;

    if ( !arch->step(code, p->code->size, p->at, &step) )
        return;
    for ( i = 0; i < p->code->nr_relocs; i++ )
    {
        const struct reloc *r = &p->code->relocs[i];
        uint64_t at = r->offset - p->code->start;

        if ( at < p->at || at >= p->at + step.size )
            continue;
        relocated = true;
        if ( step.jumps && stays_inside(p, r, &to) )
            visit(w, r->target, to);
        else if ( tells(r, variable) )
        {
            w->refs = xs_grow(w->refs, w->nr_refs, sizeof(*w->refs));
            w->refs[w->nr_refs++] = r;
        }
    }
    if ( step.jumps && !relocated )
        visit(w, p->code, step.target);
    if ( step.falls )
        visit(w, p->code, p->at + step.size);
}

static void walk_from(struct walk *w, struct atom *code, uint64_t at,
                      const struct atom *variable)
{
    size_t i;

    memset(w, 0, sizeof(*w));
    visit(w, code, at);
    for ( i = 0; i < w->n; i++ )
    {
        struct place p = w->place[i];

        look_at(w, &p, variable);
    }
}

static size_t refs_alike(const struct walk *o, const struct walk *n)
{
    size_t i, j, count = 0;

    for ( i = 0; i < o->nr_refs; i++ )
    {
        for ( j = 0; j < n->nr_refs; j++ )
            if ( compare_refs(o->refs[i], n->refs[j]) )
                break;
        count += j < n->nr_refs;
    }
    return count;
}

/* The best likeness of a walk to what follows a use of NEW in CODE. */
static size_t best_use(const struct walk *o, struct atom *code,
                       const struct atom *new)
{
    const struct arch *arch = new->obj->arch;
    struct arch_code whole = atom_code(code);
    size_t i, best = 0;

    for ( i = 0; i < code->nr_relocs; i++ )
    {
        struct walk n;
        size_t alike;

        if ( code->relocs[i].target != new )
            continue;
        walk_from(
            &n, code,
            arch->insn_start(&whole, code->relocs[i].offset - code->start),
            new);
        alike = refs_alike(o, &n);
        free(n.refs);
        best = alike > best ? alike : best;
    }
    return best;
}

/* The best counterparts of all uses of OLD in CODE, added up. */
static size_t uses_alike(struct atom *code, const struct atom *old,
                         struct atom *function, const struct atom *new)
{
    const struct arch *arch = old->obj->arch;
    struct arch_code whole = atom_code(code);
    size_t i, j, sum = 0;

    for ( i = 0; i < code->nr_relocs; i++ )
    {
        struct walk o;
        size_t best, part;

        if ( code->relocs[i].target != old )
            continue;
        walk_from(
            &o, code,
            arch->insn_start(&whole, code->relocs[i].offset - code->start),
            old);
        best = best_use(&o, function, new);
        for ( j = 0; j < function->nr_parts; j++ )
        {
            part = best_use(&o, function->parts[j], new);
            best = part > best ? part : best;
        }
        free(o.refs);
        sum += best >= ENOUGH ? best : 0;
    }
    return sum;
}

size_t context_likeness(const struct atom *old, const struct atom *new)
{
    const struct object *obj = new->obj;
    size_t i, j, sum = 0;

    for ( i = 0; obj->arch->step && i < obj->nr_atoms; i++ )
    {
        struct atom *f = obj->atoms[i];

        if ( !f->twin || !atom_is_function(f) || !f->sec->data ||
             !f->twin->sec->data )
            continue;
        sum += uses_alike(f->twin, old, f, new);
        for ( j = 0; j < f->twin->nr_parts; j++ )
            sum += uses_alike(f->twin->parts[j], old, f, new);
    }
    return sum;
}
