/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/compare.h"

#include <stdlib.h>
#include <string.h>

#include "builder/describe.h"
#include "builder/memory.h"
#include "builder/special.h"

static bool refs_equal(const struct reloc *o, const struct reloc *n);

/* Only written down by the first one to find a difference. */
static bool differs(struct difference *diff, uint64_t offset, char *why)
{
    if ( diff && !diff->why )
    {
        diff->offset = offset;
        diff->why = why;
    }
    else
        free(why);
    return false;
}

static char *describe_refs(const struct reloc *o, const struct reloc *n)
{
    char *a = describe_target(o), *b = describe_target(n), *why;

    if ( strcmp(a, b) )
        why = xs_printf("refers to %s, not %s", b, a);
    else
        why = xs_printf("refers to another %s, or another place in it", a);
    free(a);
    free(b);
    return why;
}

static char *describe_code(const struct atom *o, uint64_t at_old,
                           const struct atom *n, uint64_t at_new)
{
    char a[160], b[160];
    const uint8_t *po = o->sec->data ? o->sec->data + o->start : NULL;
    const uint8_t *pn = n->sec->data ? n->sec->data + n->start : NULL;

    if ( !(n->sec->flags & SHF_EXECINSTR) || !po || !pn )
        return xs_printf("byte %#x, was %#x", atom_byte(n, at_new),
                         atom_byte(o, at_old));
    n->obj->arch->insn_text(po, o->size, at_old, a, sizeof(a));
    n->obj->arch->insn_text(pn, n->size, at_new, b, sizeof(b));
    if ( !a[0] || !b[0] )
        return xs_strdup("code differs");
    return xs_printf("%s -> %s", a, b);
}

static size_t field_size(const struct reloc *r)
{
    return r->how ? r->how->size : 0;
}

/*
 * Compares N bytes from two places of two sections, with the relocations that
 * lie in them.  RELOCS begin at the first one that is not before the place.
 */
struct stretch {
    const uint8_t *data; /* NULL: zeros */
    uint64_t start;      /* in the section, for the offsets of relocs */
    struct reloc *relocs;
    size_t nr_relocs;
    const struct atom *all; /* that the stretch is all of, or NULL */
};

/*
 * Whether two relocations fill a field in the same way: on x86 a call of what
 * is static has another type than one of what is global.
 */
static bool same_field(const struct reloc *o, const struct reloc *n)
{
    const struct arch_reloc *a = o->how, *b = n->how;

    return o->type == n->type ||
           (a && b && a->size == b->size && a->pc_rel == b->pc_rel &&
            a->is_signed == b->is_signed && a->loadable == b->loadable &&
            a->branch == b->branch && a->keeps == b->keeps);
}

/*
 * Whether the relocation at AT of one stretch leads to a place in it, and the
 * other one has the distance there as a number: a function that calls itself
 * and became static, or stopped being so.
 */
static bool leads_inside(const struct stretch *s, const struct reloc *r,
                         const struct stretch *other, uint64_t at,
                         uint64_t size)
{
    uint32_t distance = r->off - at, field = 0;
    unsigned int i;

    if ( !s->all || r->target != s->all || !r->how || !r->how->pc_rel ||
         r->how->size != sizeof(field) || r->how->keeps || !other->data ||
         at + sizeof(field) > size )
        return false;
    for ( i = 0; i < sizeof(field); i++ )
        field |= (uint32_t)other->data[at + i] << 8 * i;
    return field == distance;
}

static bool compare_stretch(const struct stretch *o, const struct stretch *n,
                            uint64_t size, uint64_t *where,
                            const struct reloc **ro, const struct reloc **rn)
{
    size_t i = 0, j = 0;
    uint64_t at = 0;

    *ro = *rn = NULL;
    while ( at < size )
    {
        const struct reloc *a = i < o->nr_relocs ? &o->relocs[i] : NULL;
        const struct reloc *b = j < n->nr_relocs ? &n->relocs[j] : NULL;
        bool in_a = a && a->offset - o->start == at;
        bool in_b = b && b->offset - n->start == at;

        *where = at;
        if ( in_a && in_b )
        {
            if ( at + field_size(a) <= size && same_field(a, b) &&
                 !arch_rest_equal(a->how, o->data ? o->data + at : NULL,
                                  n->data ? n->data + at : NULL) )
                return false;
            *ro = a;
            *rn = b;
            if ( !refs_equal(a, b) )
                return false;
            *ro = *rn = NULL;
            i++;
            j++;
            /* Two relocations of one field, or one that fills nothing. */
            if ( !(i < o->nr_relocs && o->relocs[i].offset - o->start == at) )
                at += field_size(a);
            continue;
        }
        if ( (in_a && leads_inside(o, a, n, at, size)) ||
             (in_b && leads_inside(n, b, o, at, size)) )
        {
            at += field_size(in_a ? a : b);
            i += in_a;
            j += in_b;
            continue;
        }
        if ( in_a || in_b )
            return false;
        if ( (o->data ? o->data[at] : 0) != (n->data ? n->data[at] : 0) )
            return false;
        at++;
    }
    return true;
}

static struct stretch stretch_of(const struct atom *a)
{
    return (struct stretch){ a->sec->data ? a->sec->data + a->start : NULL,
                             a->start, a->relocs, a->nr_relocs, a };
}

bool compare_atoms(struct atom *old, struct atom *new, struct difference *diff)
{
    struct stretch o = stretch_of(old), n = stretch_of(new);
    uint64_t size = old->size < new->size ? old->size : new->size, where;
    const struct reloc *ro, *rn;
    const struct atom *busy = old->busy_with;
    bool same;

    /* Data that leads back to itself: the same unless something else says. */
    if ( busy == new )
        return true;
    old->busy_with = new;
    same = compare_stretch(&o, &n, size, &where, &ro, &rn);
    old->busy_with = busy;
    if ( !same )
        return differs(diff, where,
                       !diff ? NULL
                       : ro  ? describe_refs(ro, rn)
                             : describe_code(old, where, new, where));
    if ( old->size != new->size )
        return differs(diff, size,
                       xs_printf("%llu bytes long, was %llu",
                                 (unsigned long long)new->size,
                                 (unsigned long long)old->size));
    return true;
}

static const uint8_t *byte_at(const struct atom *a, uint64_t at)
{
    return a->sec->data ? a->sec->data + a->start + at : NULL;
}

bool compare_bytes(const struct atom *old, const struct atom *new)
{
    size_t i = 0;
    uint64_t at = 0;

    if ( old->size != new->size || old->nr_relocs != new->nr_relocs )
        return false;
    while ( at < old->size )
    {
        if ( i < old->nr_relocs && old->relocs[i].offset - old->start == at )
        {
            if ( new->relocs[i].offset - new->start != at ||
                 new->relocs[i].type != old->relocs[i].type ||
                 !arch_rest_equal(old->relocs[i].how, byte_at(old, at),
                                  byte_at(new, at)) )
                return false;
            at += field_size(&old->relocs[i]);
            i++;
            continue;
        }
        if ( atom_byte(old, at) != atom_byte(new, at) )
            return false;
        at++;
    }
    return true;
}

/* Whether two atoms stand for the same thing. */
static bool targets_equal(struct atom *o, struct atom *n)
{
    if ( atom_by_content(o) && atom_by_content(n) )
        return compare_atoms(o, n, NULL);
    return n->twin == o;
}

static bool is_global(const struct atom *a, const char *name)
{
    return a->sym && a->sym->bind != STB_LOCAL && !strcmp(a->sym->name, name);
}

static bool refs_equal(const struct reloc *o, const struct reloc *n)
{
    if ( !same_field(o, n) )
        return false;
    if ( o->target && n->target )
        return o->off == n->off && targets_equal(o->target, n->target);
    if ( !o->target && !n->target )
        return !o->sym->sec && !n->sym->sec &&
               !strcmp(o->sym->name, n->sym->name) && o->addend == n->addend;
    /* A function or variable that moved into the unit, or out of it. */
    if ( o->target )
        return is_global(o->target, n->sym->name) && o->off == n->addend;
    return is_global(n->target, o->sym->name) && n->off == o->addend;
}

bool compare_refs(const struct reloc *old, const struct reloc *new)
{
    return refs_equal(old, new);
}

static struct stretch code_of(const struct special *s, unsigned int field,
                              size_t *len)
{
    struct section *sec = s->refs[field].sec;
    struct stretch code = { .data = special_code(s, field, len),
                            .start = s->refs[field].at };
    size_t i = 0;

    while ( i < sec->nr_relocs && sec->relocs[i].offset < code.start )
        i++;
    code.relocs = sec->relocs + i;
    while ( i < sec->nr_relocs && sec->relocs[i].offset < code.start + *len )
    {
        code.nr_relocs++;
        i++;
    }
    return code;
}

static bool codes_equal(const struct special *o, const struct special *n,
                        unsigned int field)
{
    size_t len_o, len_n;
    struct stretch a = code_of(o, field, &len_o),
                   b = code_of(n, field, &len_n);
    const struct reloc *ro, *rn;
    uint64_t where;

    return len_o == len_n && compare_stretch(&a, &b, len_o, &where, &ro, &rn);
}

static bool places_equal(const struct special_ref *o,
                         const struct special_ref *n)
{
    struct atom *a = o->target, *b = n->target;

    if ( !a && !b )
        return !o->sec && !n->sec && o->at == n->at &&
               !strcmp(o->reloc->sym->name, n->reloc->sym->name);
    if ( !a || !b )
        return a ? is_global(a, n->reloc->sym->name)
                 : is_global(b, o->reloc->sym->name);
    if ( o->at - a->start != n->at - b->start )
        return false;
    /* Cold parts and fixup code go with their function. */
    if ( a->owner && b->owner )
        return b->owner->twin == a->owner;
    return targets_equal(a, b);
}

static bool entries_equal(const struct special *o, const struct special *n)
{
    size_t i;

    if ( o->table != n->table )
        return false;
    for ( i = 0; i < o->table->size; i++ )
        if ( special_byte(o, i) != special_byte(n, i) )
            return false;
    for ( i = 0; special_role(n, i); i++ )
    {
        enum special_role role = special_role(n, i);

        if ( role == SPECIAL_CODE
                 ? !codes_equal(o, n, i)
                 : role != SPECIAL_UNUSED &&
                       !places_equal(&o->refs[i], &n->refs[i]) )
            return false;
    }
    return true;
}

/* What is left over of an entry that is otherwise the same: line numbers. */
static bool lines_differ(const struct special *o, const struct special *n)
{
    size_t i;

    for ( i = 0; special_role(n, i); i++ )
        if ( n->table->fields[i].line && o->refs[i].extra != n->refs[i].extra )
            return true;
    return special_line(o) != special_line(n);
}

static bool specials_equal(const struct atom *o, const struct atom *n,
                           struct difference *diff)
{
    size_t i;

    for ( i = 0; i < o->nr_specials && i < n->nr_specials; i++ )
        if ( !entries_equal(o->specials[i], n->specials[i]) )
            return differs(diff, n->specials[i]->refs[0].at - n->start,
                           xs_printf("its %s (entry %zu of %s) differs",
                                     n->specials[i]->table->word, i + 1,
                                     n->specials[i]->sec->name));
    if ( o->nr_specials == n->nr_specials )
        return true;
    return differs(diff, 0,
                   xs_printf("has %zu special entries, had %zu",
                             n->nr_specials, o->nr_specials));
}

/* Parts are few: the cold part, one stretch of fixup code. */
static bool parts_equal(struct atom *o, struct atom *n,
                        struct difference *diff)
{
    size_t i;

    if ( o->nr_parts != n->nr_parts )
        return differs(diff, 0, xs_strdup("its out-of-line code differs"));
    for ( i = 0; i < o->nr_parts; i++ )
    {
        struct difference d = { 0 };

        /* They come in the order of their sections, fixups last. */
        n->parts[i]->twin = o->parts[i];
        if ( o->parts[i]->sec->kind == n->parts[i]->sec->kind &&
             compare_atoms(o->parts[i], n->parts[i], &d) )
            continue;
        differs(diff, 0,
                xs_printf("in its out-of-line code: %s",
                          d.why ? d.why : "it differs"));
        free(d.why);
        return false;
    }
    return true;
}

bool compare_twins(struct atom *new)
{
    struct difference diff = { 0 };
    struct atom *old = new->twin;
    size_t i;
    bool same;

    for ( i = 0; i < new->nr_parts &&i < old->nr_parts; i++ )
        new->parts[i]->twin = old->parts[i];
    same = compare_atoms(old, new, &diff) && parts_equal(old, new, &diff) &&
           specials_equal(old, new, &diff);
    for ( i = 0; same && i < new->nr_specials; i++ )
        new->lines_moved = new->lines_moved ||
                           lines_differ(old->specials[i], new->specials[i]);
    new->state = same ? ATOM_SAME : ATOM_DIFFERS;
    new->why = diff.why;
    new->diff_offset = diff.offset;
    return same;
}
