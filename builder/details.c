/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/details.h"

#include <stdlib.h>
#include <string.h>

#include "builder/describe.h"
#include "builder/memory.h"
#include "builder/session.h"

static const char *object_name(const struct session *s, const struct atom *a)
{
    size_t i;

    for ( i = 0; i < s->nr_pairs; i++ )
        if ( s->pairs[i].new == a->obj )
            return s->pairs[i].unit->object;
    return "";
}

static void add_function(const struct session *s, const struct atom *a,
                         struct details *out)
{
    struct detail_function *f;

    out->function =
        xs_grow(out->function, out->nr_functions, sizeof(*out->function));
    f = &out->function[out->nr_functions++];
    memset(f, 0, sizeof(*f));
    f->unit = xs_strdup(a->obj->unit);
    f->object = xs_strdup(object_name(s, a));
    f->symbol = xs_strdup(atom_name(a));
    f->because = xs_strdup(a->because);
    f->section = xs_strdup(a->sec->name);
    f->added = !a->twin;
    f->global = a->sym->bind != STB_LOCAL;
    f->old_size = a->twin ? a->twin->size : 0;
    f->new_size = a->size;
    sidebyside_make(a->twin, a, &f->code);
}

static const char *piece_kind(const struct atom *a)
{
    if ( a->sec->kind == SECTION_FIXUP )
        return "fixup code";
    if ( a->sec->flags & SHF_EXECINSTR )
        return a->owner ? "unlikely part" : "function";
    if ( a->sec->kind == SECTION_STRINGS )
        return "string";
    return a->sec->flags & SHF_WRITE ? "variable" : "constant";
}

static char *piece_name(const struct atom *a)
{
    struct reloc to = { .target = (struct atom *)a };

    if ( a->sec->kind == SECTION_STRINGS )
        return describe_target(&to);
    if ( a->owner && !a->sym )
        return xs_printf("of %s", atom_name(a->owner));
    return xs_strdup(atom_name(a));
}

static void add_piece(const struct atom *a, struct details *out)
{
    struct detail_piece *p;

    out->piece = xs_grow(out->piece, out->nr_pieces, sizeof(*out->piece));
    p = &out->piece[out->nr_pieces++];
    p->kind = piece_kind(a);
    p->unit = xs_strdup(a->obj->unit);
    p->name = piece_name(a);
    p->because = xs_strdup(a->because);
    p->size = a->size;
}

static int by_name(const void *a, const void *b)
{
    const struct detail_function *x = a, *y = b;
    int d = strcmp(x->unit, y->unit);

    if ( !d )
        d = strcmp(x->object, y->object);
    return d ? d : strcmp(x->symbol, y->symbol);
}

static int by_kind(const void *a, const void *b)
{
    const struct detail_piece *x = a, *y = b;
    int d = strcmp(x->unit, y->unit);

    if ( !d )
        d = strcmp(x->kind, y->kind);
    if ( !d )
        d = strcmp(x->name, y->name);
    if ( !d )
        d = strcmp(x->because, y->because);
    return d ? d : (x->size > y->size) - (x->size < y->size);
}

static void find_compiler(const struct session *s, struct details *out)
{
    size_t i;

    for ( i = 0; i < s->nr_pairs && !out->compiler; i++ )
        if ( s->pairs[i].new && s->pairs[i].new->comment[0] )
            out->compiler = xs_strdup(s->pairs[i].new->comment);
}

void details_collect(const struct session *s, struct details *out)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    for ( i = 0; i < s->nr_included; i++ )
    {
        const struct atom *a = s->included[i];

        if ( atom_is_function(a) && !a->owner && a->sym )
            add_function(s, a, out);
        add_piece(a, out);
    }
    if ( out->nr_functions )
        qsort(out->function, out->nr_functions, sizeof(*out->function),
              by_name);
    if ( out->nr_pieces )
        qsort(out->piece, out->nr_pieces, sizeof(*out->piece), by_kind);
    find_compiler(s, out);
}

void details_free(struct details *details)
{
    size_t i;

    for ( i = 0; i < details->nr_functions; i++ )
    {
        struct detail_function *f = &details->function[i];

        free(f->unit);
        free(f->object);
        free(f->symbol);
        free(f->because);
        free(f->section);
        sidebyside_free(&f->code);
    }
    for ( i = 0; i < details->nr_pieces; i++ )
    {
        free(details->piece[i].unit);
        free(details->piece[i].name);
        free(details->piece[i].because);
    }
    free(details->function);
    free(details->piece);
    free(details->compiler);
    memset(details, 0, sizeof(*details));
}
