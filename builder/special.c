/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/special.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

#define LINE_SHIFT 24

void special_adopt(struct atom *function, struct atom *part)
{
    part->owner = function;
    function->parts =
        xs_grow(function->parts, function->nr_parts, sizeof(part));
    function->parts[function->nr_parts++] = part;
}

/* The index of the first relocation that is not before OFFSET. */
static size_t first_reloc(const struct section *sec, uint64_t offset)
{
    size_t lo = 0, hi = sec->nr_relocs;

    while ( lo < hi )
    {
        size_t mid = (lo + hi) / 2;

        if ( sec->relocs[mid].offset < offset )
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct reloc *reloc_at(const struct section *sec, uint64_t offset)
{
    size_t i = first_reloc(sec, offset);

    return i < sec->nr_relocs && sec->relocs[i].offset == offset
               ? &sec->relocs[i]
               : NULL;
}

static size_t count_relocs(const struct section *sec, uint64_t at, size_t size)
{
    return first_reloc(sec, at + size) - first_reloc(sec, at);
}

/*
 * A field with a line number holds a displacement in its low 24 bits, sign
 * extended; the addend is therefore a small number plus line << 24.
 */
static struct special_ref read_field(const struct section *sec, uint64_t entry,
                                     const struct special_field *f)
{
    struct special_ref ref = { .reloc = reloc_at(sec, entry + f->offset) };
    int64_t addend, place;

    if ( !ref.reloc )
        return ref;
    addend = place = ref.reloc->addend;
    if ( f->line )
    {
        place &= (1 << LINE_SHIFT) - 1;
        if ( place >> (LINE_SHIFT - 1) )
            place -= 1 << LINE_SHIFT;
    }
    place -= f->base;
    ref.extra = addend - place;
    ref.sec = ref.reloc->sym->sec;
    if ( !ref.sec )
    {
        ref.at = place;
        return ref;
    }
    ref.at = ref.reloc->sym->value + place;
    if ( ref.reloc->sym->type != STT_SECTION && !place )
        ref.target = ref.reloc->sym->atom;
    else
        ref.target = object_atom_at(ref.sec, ref.at);
    return ref;
}

enum special_role special_role(const struct special *s, unsigned int field)
{
    const struct special_field *f = &s->table->fields[field];

    if ( field >= SPECIAL_FIELDS )
        return SPECIAL_END;
    return f->callback && !s->sec->data[s->offset + f->len_at]
               ? SPECIAL_POINTER
               : f->role;
}

/* Whether all pointers of an entry, and no others, are relocated. */
static bool entry_fits(const struct section *sec,
                       const struct special_table *t, uint64_t at)
{
    unsigned int i;

    for ( i = 0; i < SPECIAL_FIELDS && t->fields[i].role; i++ )
        if ( !reloc_at(sec, at + t->fields[i].offset) )
            return false;
    return count_relocs(sec, at, t->size) == i;
}

static const struct special_table *pick_table(const struct arch *arch,
                                              const struct section *sec)
{
    const struct special_table *t, *first = NULL;
    uint64_t at;

    for ( t = arch->tables; t < arch->tables + arch->nr_tables; t++ )
    {
        if ( strcmp(t->section, sec->name) )
            continue;
        first = first ? first : t;
        for ( at = 0; at + t->size <= sec->size && entry_fits(sec, t, at); )
            at += t->size;
        if ( at == sec->size )
            return t;
    }
    return first;
}

void special_pick_tables(struct object *obj)
{
    size_t i;

    for ( i = 1; i < obj->nr_secs; i++ )
        if ( obj->secs[i].kind == SECTION_SPECIAL )
            obj->secs[i].table = pick_table(obj->arch, &obj->secs[i]);
}

static int find_role(const struct special_table *t, enum special_role role)
{
    int i;

    for ( i = 0; i < SPECIAL_FIELDS && t->fields[i].role; i++ )
        if ( t->fields[i].role == role )
            return i;
    return -1;
}

struct entrance {
    struct section *sec;
    uint64_t at;
    struct atom *owner;
};

static int by_place(const void *a, const void *b)
{
    const struct entrance *x = a, *y = b;

    if ( x->sec != y->sec )
        return x->sec < y->sec ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static void cut_between(struct object *obj, const struct entrance *e, size_t n)
{
    size_t i, j;

    for ( i = 0; i < n; i = j )
    {
        bool first = !i || e[i - 1].sec != e[i].sec;
        uint64_t start = first ? 0 : e[i].at, end;

        for ( j = i + 1;
              j < n && e[j].sec == e[i].sec && e[j].owner == e[i].owner; j++ )
            ;
        end = j < n && e[j].sec == e[i].sec ? e[j].at : e[i].sec->size;
        special_adopt(e[i].owner,
                      object_add_atom(obj, e[i].sec, start, end - start));
    }
    for ( i = 0; i < n; i++ )
        if ( !i || e[i - 1].sec != e[i].sec )
            object_settle_atoms(e[i].sec);
}

void special_cut_fixups(struct object *obj)
{
    struct entrance *found = NULL;
    size_t i, n = 0;
    uint64_t at;

    for ( i = 1; i < obj->nr_secs; i++ )
    {
        struct section *sec = &obj->secs[i];
        const struct special_table *t = sec->table;
        int owner, cont;

        if ( !t || (cont = find_role(t, SPECIAL_CONT)) < 0 ||
             (owner = find_role(t, SPECIAL_OWNER)) < 0 )
            continue;
        for ( at = 0; at + t->size <= sec->size; at += t->size )
        {
            struct special_ref o = read_field(sec, at, &t->fields[owner]);
            struct special_ref c = read_field(sec, at, &t->fields[cont]);

            if ( !o.target || !atom_is_function(o.target) || !c.sec ||
                 c.sec->kind != SECTION_FIXUP )
                continue;
            found = xs_grow(found, n, sizeof(*found));
            found[n].sec = c.sec;
            found[n].at = c.at;
            found[n++].owner = o.target->owner ? o.target->owner : o.target;
        }
    }
    if ( n )
    {
        qsort(found, n, sizeof(*found), by_place);
        cut_between(obj, found, n);
    }
    free(found);
}

static int bad_shape(struct object *obj, const struct section *sec,
                     uint64_t at, const char *what, struct xs_error *err)
{
    xs_fail(err, XS_FAILED, "%s: %s+%#lx: %s", obj->path, sec->name,
            (unsigned long)at, what);
    return xs_hint(err, "the compiler or the Xen version is not one that "
                        "xsplice knows");
}

static int read_entry(struct object *obj, struct section *sec,
                      const struct special_table *t, uint64_t at,
                      struct xs_error *err)
{
    struct special *s = xs_calloc(1, sizeof(*s));
    unsigned int i, expected = 0;

    obj->specials = xs_grow(obj->specials, obj->nr_specials, sizeof(s));
    obj->specials[obj->nr_specials++] = s;
    s->table = t;
    s->sec = sec;
    s->offset = at;
    for ( i = 0; i < SPECIAL_FIELDS && t->fields[i].role; i++ )
    {
        s->refs[i] = read_field(sec, at, &t->fields[i]);
        if ( !s->refs[i].reloc )
            return bad_shape(obj, sec, at, "a pointer is missing", err);
        expected++;
        if ( t->fields[i].role == SPECIAL_OWNER )
            s->owner = s->refs[i].target;
        if ( special_role(s, i) == SPECIAL_CODE &&
             (!s->refs[i].sec ||
              s->refs[i].at + sec->data[at + t->fields[i].len_at] >
                  s->refs[i].sec->size) )
            return bad_shape(obj, sec, at, "replacement code lies outside",
                             err);
    }
    if ( count_relocs(sec, at, t->size) != expected )
        return bad_shape(obj, sec, at, "holds a pointer too many", err);
    if ( s->owner && s->owner->owner )
        s->owner = s->owner->owner;
    if ( !s->owner || !atom_is_function(s->owner) )
        return bad_shape(obj, sec, at, "describes no function", err);
    s->owner->specials =
        xs_grow(s->owner->specials, s->owner->nr_specials, sizeof(s));
    s->owner->specials[s->owner->nr_specials++] = s;
    return 0;
}

static int read_section(struct object *obj, struct section *sec,
                        struct xs_error *err)
{
    const struct special_table *t = sec->table;
    uint64_t at;

    if ( sec->size % t->size || !sec->data )
        return bad_shape(obj, sec, sec->size, "is no whole number of entries",
                         err);
    for ( at = 0; at < sec->size; at += t->size )
        if ( read_entry(obj, sec, t, at, err) )
            return -1;
    return 0;
}

/*
 * Table by table: in which order the object has the sections depends on which
 * one the unit used first, maybe in another function.
 */
int special_read(struct object *obj, struct xs_error *err)
{
    const struct special_table *t = obj->arch->tables;
    size_t i;

    for ( ; t < obj->arch->tables + obj->arch->nr_tables; t++ )
        for ( i = 1; i < obj->nr_secs; i++ )
            if ( obj->secs[i].table == t && obj->secs[i].size &&
                 read_section(obj, &obj->secs[i], err) )
                return -1;
    return 0;
}

const uint8_t *special_code(const struct special *s, unsigned int field,
                            size_t *len)
{
    const struct special_ref *ref = &s->refs[field];

    *len = s->sec->data[s->offset + s->table->fields[field].len_at];
    return ref->sec->data ? ref->sec->data + ref->at : NULL;
}

uint8_t special_byte(const struct special *s, size_t at)
{
    unsigned int i, line_at = s->table->line_at;

    if ( line_at && (at == line_at || at == line_at + 1) )
        return 0;
    for ( i = 0; i < SPECIAL_FIELDS && s->table->fields[i].role; i++ )
        if ( at >= s->table->fields[i].offset &&
             at < s->table->fields[i].offset + sizeof(uint32_t) )
            return 0;
    return s->sec->data[s->offset + at];
}

unsigned int special_line(const struct special *s)
{
    const uint8_t *p = s->sec->data + s->offset + s->table->line_at;

    return s->table->line_at ? p[0] | p[1] << 8 : 0;
}

bool special_covers(const struct atom *a, uint64_t from, uint64_t to)
{
    size_t i;
    unsigned int j;

    for ( i = 0; i < a->nr_specials; i++ )
        for ( j = 0; j < SPECIAL_FIELDS && special_role(a->specials[i], j);
              j++ )
        {
            const struct special *s = a->specials[i];
            const struct special_field *f = &s->table->fields[j];
            uint64_t at = s->refs[j].at - a->start, len;

            if ( f->role != SPECIAL_OWNER || s->refs[j].target != a )
                continue;
            len = f->orig_size;
            if ( f->orig_at )
                len += s->sec->data[s->offset + f->orig_at];
            if ( f->pad_at )
                len += s->sec->data[s->offset + f->pad_at];
            if ( at < to && at + len > from )
                return true;
        }
    return false;
}

void special_free(struct object *obj)
{
    size_t i;

    for ( i = 0; i < obj->nr_specials; i++ )
        free(obj->specials[i]);
    free(obj->specials);
}
