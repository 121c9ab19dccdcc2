/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/provenance.h"

#include <stdlib.h>
#include <string.h>

#include "builder/findings.h"
#include "builder/memory.h"

#define MAX_DEPTH 4 /* of constants that lead to constants */

#define LEARN 1u /* keep the addresses found */
#define LOOSE 2u /* strings may differ: dates and versions do */

struct mismatch {
    uint64_t offset;
    char *why; /* allocated, NULL if the bytes differ */
};

static bool holds(const struct image *img, struct atom *a, uint64_t addr,
                  unsigned int how, unsigned int depth, struct mismatch *bad);

static const char *file_of(const struct symbol *sym)
{
    return sym->bind == STB_LOCAL ? sym->file : "";
}

/*
 * What a field of the image leads to, as far as its bits tell: on arm64 two
 * instructions make an address.
 */
struct lead {
    uint64_t value, known;
};

/* An image symbol of this name that is OFF before where the field leads. */
static const struct image_symbol *named_at(const struct image *img,
                                           const char *file, const char *name,
                                           struct lead to, int64_t off)
{
    const struct image_symbol *s;

    if ( !image_find(img, file, name, &s) )
        return NULL;
    for ( ; s < img->syms + img->nr_syms && !strcmp(s->name, name) &&
            !strcmp(s->file, file);
          s++ )
        if ( !(((s->addr + off) ^ to.value) & to.known) )
            return s;
    return NULL;
}

static bool same_place(const struct reloc *a, const struct reloc *b)
{
    return a->sym == b->sym && a->addend == b->addend;
}

static void add_bits(const struct atom *a, const struct reloc *r,
                     const uint8_t *p, uint64_t addr, struct lead *to)
{
    uint64_t at = r->offset - a->start, value = 0, known;

    if ( !r->how || at + r->how->size > a->size )
        return;
    known = a->obj->arch->field_value(r->type, p + at, addr + at, &value);
    to->value |= value & known & ~to->known;
    to->known |= known;
}

/*
 * Reads the field of relocation I of an atom whose bytes in the image are at
 * P, address ADDR.  What it does not tell itself, others that lead to the same
 * place do.
 */
static struct lead read_field(const struct atom *a, size_t i, const uint8_t *p,
                              uint64_t addr)
{
    struct lead to = { 0 };
    size_t j;

    add_bits(a, &a->relocs[i], p, addr, &to);
    for ( j = 0; j < a->nr_relocs && to.known && ~to.known; j++ )
        if ( same_place(&a->relocs[j], &a->relocs[i]) )
            add_bits(a, &a->relocs[j], p, addr, &to);
    return to;
}

static bool wrong(struct mismatch *bad, uint64_t offset, char *why)
{
    bad->offset = offset;
    free(bad->why);
    bad->why = why;
    return false;
}

static bool leads_to(const struct image *img, const struct reloc *r,
                     struct lead to, unsigned int how, unsigned int depth,
                     uint64_t offset, struct mismatch *bad)
{
    struct atom *t = r->target;
    const struct image_symbol *named;

    if ( !t )
    {
        if ( r->sym->sec || r->sym->shndx == SHN_ABS ||
             named_at(img, "", r->sym->name, to, r->addend) )
            return true;
        return wrong(bad, offset,
                     xs_printf("refers to %s, the hypervisor's does not",
                               r->sym->name));
    }
    named = t->sym ? named_at(img, file_of(t->sym), t->sym->name, to, r->off)
                   : NULL;
    if ( named )
    {
        if ( (how & LEARN) && !~to.known )
            t->image_addr = named->addr;
        return true;
    }
    if ( atom_by_content(t) )
    {
        struct mismatch inner = { 0 };
        bool same = depth >= MAX_DEPTH ||
                    ((how & LOOSE) && t->sec->kind == SECTION_STRINGS) ||
                    (!~to.known &&
                     holds(img, t, to.value - r->off, how, depth + 1, &inner));

        free(inner.why);
        return same ? true
                    : wrong(bad, offset,
                            xs_printf("refers to another %s",
                                      t->sec->kind == SECTION_STRINGS
                                          ? "string"
                                          : "constant"));
    }
    if ( !t->sym ) /* fixup code and the like: no name to check */
        return true;
    return wrong(
        bad, offset,
        xs_printf("refers to %s, the hypervisor's does not", t->sym->name));
}

static bool holds(const struct image *img, struct atom *a, uint64_t addr,
                  unsigned int how, unsigned int depth, struct mismatch *bad)
{
    const uint8_t *p = image_bytes(img, addr, a->size);
    uint64_t at = 0;
    size_t i = 0;

    if ( !p )
        return a->size ? wrong(bad, 0, xs_strdup("lies outside the image"))
                       : true;
    while ( at < a->size )
    {
        const struct reloc *r = i < a->nr_relocs ? &a->relocs[i] : NULL;
        struct lead to;

        if ( r && r->offset - a->start == at )
        {
            i++;
            if ( r->how &&
                 (at + r->how->size > a->size ||
                  !arch_rest_equal(r->how, p + at,
                                   a->sec->data ? a->sec->data + r->offset
                                                : NULL)) )
                return wrong(bad, at, NULL);
            to = read_field(a, i - 1, p, addr);
            if ( to.known && !leads_to(img, r, to, how, depth, at, bad) )
                return false;
            at += r->how ? r->how->size : 4;
            continue;
        }
        if ( p[at] != atom_byte(a, at) )
            return wrong(bad, at, NULL);
        at++;
    }
    return true;
}

/*
 * Looks at all symbols of the atom's name.  Returns how many of them hold the
 * atom's content; BAD is the last mismatch.
 */
static size_t find_holders(const struct image *img, struct atom *a,
                           unsigned int how, size_t *named,
                           struct mismatch *bad)
{
    const struct image_symbol *s;
    size_t n = 0, i;
    uint64_t found = 0;

    *named = image_find(img, file_of(a->sym), a->sym->name, &s);
    for ( i = 0; i < *named; s++ )
    {
        if ( i && s[-1].addr == s->addr )
            continue;
        i++;
        if ( s->size && a->sym->size && s->size != a->sym->size )
        {
            wrong(bad, s->size < a->size ? s->size : a->size,
                  xs_printf("is %llu bytes long, the hypervisor's %llu",
                            (unsigned long long)a->sym->size,
                            (unsigned long long)s->size));
            continue;
        }
        if ( !holds(img, a, s->addr, how, 0, bad) )
            continue;
        n++;
        found = s->addr;
    }
    if ( n == 1 )
    {
        holds(img, a, found, how | LEARN, 0, bad);
        a->image_addr = found;
        a->proven = a->proven || !(how & LOOSE);
    }
    return n;
}

void provenance_learn(const struct image *img, struct object *old)
{
    struct mismatch bad = { 0 };
    size_t i, named;

    for ( i = 0; i < old->nr_atoms; i++ )
        if ( old->atoms[i]->sym && atom_is_function(old->atoms[i]) &&
             old->atoms[i]->sec->kind == SECTION_TEXT )
            find_holders(img, old->atoms[i], 0, &named, &bad);
    free(bad.why);
}

/* What both sides say about their compiler, if it is not the same. */
static char *likely_cause(const struct image *img, const struct object *obj)
{
    if ( obj->comment[0] && img->comment[0] &&
         strcmp(obj->comment, img->comment) )
        return xs_printf("the compilers differ: %s made the object, %s the "
                         "hypervisor",
                         obj->comment, img->comment);
    return xs_strdup("the compiler is the same, so the source or the "
                     "configuration differs from the hypervisor's");
}

static void report(const struct image *img, struct atom *a, size_t named,
                   size_t holders, const struct mismatch *bad,
                   struct differ_result *out)
{
    char *cause = likely_cause(img, a->obj);
    const struct image_symbol *other = image_find_any(img, a->sym->name);
    struct differ_finding *f;

    if ( holders > 1 )
        f = findings_reason(
            out, DIFFER_REFUSED, XSPLICE_BUILD_SYMBOL_AMBIGUOUS, a->obj->unit,
            a->sym->name, "%zu functions with the same code", holders);
    else if ( !named )
        f = findings_reason(
            out, DIFFER_ORIGIN, XSPLICE_BUILD_ORIGIN_MISSING, a->obj->unit,
            a->sym->name, "%s%s%s",
            other ? "it is there as a symbol of " : cause,
            other ? (other->file[0] ? other->file : "all files") : "", "");
    else
        f = findings_reason(
            out, DIFFER_ORIGIN, XSPLICE_BUILD_ORIGIN_CODE, a->obj->unit,
            a->sym->name, "first at +%#llx%s%s; %s",
            (unsigned long long)bad->offset, bad->why ? ", where it " : "",
            bad->why ? bad->why : "", cause);
    f->offset = bad->offset;
    free(cause);
}

static bool demand_one(const struct image *img, struct atom *a,
                       unsigned int how, struct differ_result *out)
{
    struct mismatch bad = { 0 };
    size_t named, n;

    if ( a->proven || !a->sym )
        return true;
    n = find_holders(img, a, how, &named, &bad);
    if ( n != 1 )
        report(img, a, named, n, &bad, out);
    free(bad.why);
    return n == 1;
}

bool provenance_demand(const struct image *img, struct atom *old,
                       struct differ_result *out)
{
    bool ok = demand_one(img, old, 0, out);
    size_t i;

    for ( i = 0; i < old->nr_parts; i++ )
        ok = demand_one(img, old->parts[i], 0, out) && ok;
    return ok;
}

bool provenance_demand_used(const struct image *img, struct atom *old,
                            struct differ_result *out)
{
    return demand_one(img, old, LOOSE, out);
}
