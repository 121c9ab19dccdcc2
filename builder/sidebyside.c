/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/sidebyside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/compare.h"
#include "builder/linediff.h"
#include "builder/listing.h"
#include "builder/memory.h"

/* A row while it is made: indices of lines in both listings, or -1. */
struct pairing {
    ssize_t old, new;
};

struct paired_part {
    const struct listing_part *old, *new; /* NULL: the version has none */
    struct pairing *row;
    size_t n;
};

struct work {
    struct listing old, new;
    struct paired_part *part;
    size_t n;
};

static char *plain_text(const struct listing_part *part)
{
    char *text = NULL;
    size_t len, i;
    FILE *to = open_memstream(&text, &len);

    if ( !to )
        abort();
    for ( i = 0; part && i < part->n; i++ )
        fprintf(to, "%s\n", part->line[i].plain);
    if ( fclose(to) )
        abort();
    return text;
}

static void add_row(struct paired_part *part, ssize_t old, ssize_t new)
{
    part->row = xs_grow(part->row, part->n, sizeof(*part->row));
    part->row[part->n++] = (struct pairing){ old, new };
}

/* Lines that went and lines that came in their place share rows. */
static void align(struct paired_part *part)
{
    char *a = plain_text(part->old), *b = plain_text(part->new);
    struct linediff diff;
    size_t i = 0, j = 0;

    linediff_make(a, b, &diff);
    while ( i < diff.nr_old || j < diff.nr_new )
    {
        bool gone = i < diff.nr_old && !diff.new_of[i];
        bool added = j < diff.nr_new && !diff.old_of[j];

        if ( !gone && !added )
            add_row(part, i++, j++);
        else
            add_row(part, gone ? (ssize_t)i++ : -1, added ? (ssize_t)j++ : -1);
    }
    linediff_free(&diff);
    free(a);
    free(b);
}

enum part_kind { PART_BODY, PART_COLD, PART_FIXUP, PART_SPECIAL, PART_KINDS };

static enum part_kind kind_of(const struct listing_part *part)
{
    if ( !part->piece )
        return PART_SPECIAL;
    if ( !part->piece->owner )
        return PART_BODY;
    return part->piece->sec->kind == SECTION_FIXUP ? PART_FIXUP : PART_COLD;
}

/* The next part of a kind, which is then taken; NULL if there is no more. */
static const struct listing_part *take_part(const struct listing *of,
                                            bool *taken, enum part_kind kind)
{
    size_t i;

    for ( i = 0; i < of->n; i++ )
        if ( !taken[i] && kind_of(&of->part[i]) == kind )
        {
            taken[i] = true;
            return &of->part[i];
        }
    return NULL;
}

/* Of one kind, the first of both versions are a pair, then the second ... */
static void pair_parts(struct work *w)
{
    bool *old = xs_calloc(w->old.n + 1, sizeof(bool));
    bool *new = xs_calloc(w->new.n + 1, sizeof(bool));
    enum part_kind kind = PART_BODY;

    while ( kind < PART_KINDS )
    {
        struct paired_part part = { 0 };

        part.old = take_part(&w->old, old, kind);
        part.new = take_part(&w->new, new, kind);
        if ( !part.old && !part.new )
        {
            kind++;
            continue;
        }
        align(&part);
        w->part = xs_grow(w->part, w->n, sizeof(part));
        w->part[w->n++] = part;
    }
    free(old);
    free(new);
}

/* The row whose old (or new) line stands at a place; false if none does. */
static bool find_row(const struct work *w, const struct listing_place *place,
                     bool old, size_t *part, size_t *row)
{
    size_t i, j;

    for ( i = 0; i < w->n; i++ )
    {
        const struct listing_part *p = old ? w->part[i].old : w->part[i].new;

        if ( !p || !p->piece || p->piece != place->piece )
            continue;
        for ( j = 0; j < w->part[i].n; j++ )
        {
            ssize_t at = old ? w->part[i].row[j].old : w->part[i].row[j].new;

            if ( at >= 0 && p->line[at].at == place->off )
            {
                *part = i;
                *row = j;
                return true;
            }
        }
    }
    return false;
}

static bool leads_same(const struct work *w, const struct listing_place *old,
                       const struct listing_place *new)
{
    size_t old_part, old_row, new_part, new_row;

    if ( !old->piece || !new->piece )
        return !old->piece && !new->piece;
    return find_row(w, old, true, &old_part, &old_row) &&
           find_row(w, new, false, &new_part, &new_row) &&
           old_part == new_part && old_row == new_row;
}

/* Two lines with the same words: do they mean the same? */
static bool lines_same(const struct work *w, const struct listing_line *old,
                       const struct listing_line *new)
{
    size_t i;

    if ( strcmp(old->plain, new->plain) || old->nr_relocs != new->nr_relocs ||
         !leads_same(w, &old->leads[0], &new->leads[0]) ||
         !leads_same(w, &old->leads[1], &new->leads[1]) )
        return false;
    /* What leads into the function itself has been looked at. */
    for ( i = 0; !old->leads[0].piece && i < old->nr_relocs; i++ )
        if ( !compare_refs(&old->relocs[i], &new->relocs[i]) )
            return false;
    return true;
}

static char *part_name(const struct listing_part *part)
{
    if ( !part->piece )
        return xs_strdup("special entries");
    if ( !part->piece->owner )
        return xs_strdup("");
    if ( part->piece->sec->kind == SECTION_FIXUP )
        return xs_strdup("fixup code");
    return xs_printf("unlikely part (%s)", atom_name(part->piece));
}

static void write_row(const struct work *w, const struct paired_part *part,
                      const struct pairing *from, struct row *to)
{
    const struct listing_line *old =
        from->old >= 0 ? &part->old->line[from->old] : NULL;
    const struct listing_line *new =
        from->new >= 0 ? &part->new->line[from->new] : NULL;

    to->mark = !old                      ? ROW_ADDED
               : !new                    ? ROW_GONE
               : lines_same(w, old, new) ? ROW_SAME
                                         : ROW_CHANGED;
    if ( old )
    {
        to->old_at = old->at;
        to->old_text = xs_strdup(old->text);
    }
    if ( new )
    {
        to->new_at = new->at;
        to->new_text = to->mark == ROW_CHANGED && !strcmp(old->text, new->text)
                           ? xs_printf("%s  # not what it was", new->text)
                           : xs_strdup(new->text);
    }
}

void sidebyside_make(const struct atom *old, const struct atom *new,
                     struct sidebyside *out)
{
    struct work w = { 0 };
    size_t i, j;

    memset(out, 0, sizeof(*out));
    if ( old )
        listing_make(old, &w.old);
    if ( new )
        listing_make(new, &w.new);
    pair_parts(&w);
    out->n = w.n;
    out->part = xs_calloc(w.n + 1, sizeof(*out->part));
    for ( i = 0; i < w.n; i++ )
    {
        const struct paired_part *part = &w.part[i];

        out->part[i].name = part_name(part->new ? part->new : part->old);
        out->part[i].n = part->n;
        out->part[i].row = xs_calloc(part->n + 1, sizeof(struct row));
        for ( j = 0; j < part->n; j++ )
            write_row(&w, part, &part->row[j], &out->part[i].row[j]);
    }
    for ( i = 0; i < w.n; i++ )
        free(w.part[i].row);
    free(w.part);
    listing_free(&w.old);
    listing_free(&w.new);
}

size_t sidebyside_differing(const struct sidebyside *of)
{
    size_t i, j, n = 0;

    for ( i = 0; i < of->n; i++ )
        for ( j = 0; j < of->part[i].n; j++ )
            n += of->part[i].row[j].mark != ROW_SAME;
    return n;
}

void sidebyside_free(struct sidebyside *of)
{
    size_t i, j;

    for ( i = 0; i < of->n; i++ )
    {
        for ( j = 0; j < of->part[i].n; j++ )
        {
            free(of->part[i].row[j].old_text);
            free(of->part[i].row[j].new_text);
        }
        free(of->part[i].row);
        free(of->part[i].name);
    }
    free(of->part);
    memset(of, 0, sizeof(*of));
}
