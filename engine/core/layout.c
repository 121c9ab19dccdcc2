/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where each section goes: three parts, in the order of the file. */
#include "load.h"
#include "sort.h"

#define PAYLOAD_MEMORY_MAX (16u << 20) /* of all parts together */

static enum region_part part_of(const struct elf_section *s)
{
    return s->exec ? PART_RX : s->write ? PART_RW : PART_RO;
}

/*
 * Writable sections which the engine alone reads, and only while it loads, do
 * not make a payload one with data of its own.
 */
static bool is_data(const struct elf_section *s)
{
    static const char *const tables[] = {
        ".livepatch.",  ".altinstructions", ".ex_table",
        ".bug_frames.", ".xsplice.",
    };
    unsigned int i;

    if ( !s->write || !s->size )
        return false;
    for ( i = 0; i < ARRAY_SIZE(tables); i++ )
        if ( !strncmp(s->name, tables[i], strlen(tables[i])) )
            return false;
    return true;
}

static int cf_check by_address(const void *a, const void *b)
{
    const struct elf_section *const *x = a, *const *y = b;

    return (*x)->addr < (*y)->addr ? -1 : (*x)->addr > (*y)->addr;
}

/* For load_section_at(): many addresses will have to be found. */
static int order_sections(struct loader *l)
{
    unsigned int i;

    l->order = port_alloc(l->elf.nsections * sizeof(*l->order));
    if ( !l->order )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%u sections",
                      l->elf.nsections);
    for ( i = 1; i < l->elf.nsections; i++ )
        if ( l->elf.sections[i].kind == SECTION_LOADED &&
             l->elf.sections[i].size )
            l->order[l->norder++] = &l->elf.sections[i];
    sort_array(l->order, l->norder, sizeof(*l->order), by_address, sort_swap);
    return 0;
}

int cf_check layout_plan(struct loader *l)
{
    struct region *r = &l->p->region;
    size_t total = 0;
    unsigned int i;
    int rc;

    for ( i = 1; i < l->elf.nsections; i++ )
    {
        struct elf_section *s = &l->elf.sections[i];
        size_t at;

        if ( s->kind != SECTION_LOADED )
            continue;
        s->part = part_of(s);
        /* At most SECTION_MAX each, and refused before they could wrap. */
        at = (r->size[s->part] + s->align - 1) & ~(size_t)(s->align - 1);
        total += at - r->size[s->part] + s->size;
        if ( total > PAYLOAD_MEMORY_MAX )
            return refuse(l->why, XSPLICE_REASON_TOO_LARGE,
                          "%zu bytes with section %s, at most %u", total,
                          s->name, PAYLOAD_MEMORY_MAX);
        s->addr = at; /* in the part, until the region has a place */
        r->size[s->part] = at + s->size;
        if ( is_data(s) )
            l->p->has_data = true;
    }
    if ( !total )
        return refuse(l->why, XSPLICE_REASON_NOTHING_TO_DO,
                      "nothing is loaded");

    rc = port_region_alloc(r);
    if ( rc )
        return refuse(l->why, XSPLICE_REASON_NO_REGION, "%zu bytes", total);

    for ( i = 1; i < l->elf.nsections; i++ )
    {
        struct elf_section *s = &l->elf.sections[i];
        size_t at;

        if ( s->kind != SECTION_LOADED )
            continue;
        at = r->offset[s->part] + s->addr;
        s->addr = r->base + at;
        s->fill = r->fill + at;
    }
    return order_sections(l);
}

/*
 * Byte by byte once: what no section fills becomes a trap in code, and zero in
 * data.
 */
int cf_check layout_fill(struct loader *l)
{
    static const uint8_t filler[PART_COUNT] = { [PART_RX] = 0xcc };
    struct region *r = &l->p->region;
    uint8_t *gap[PART_COUNT];
    unsigned int i;

    for ( i = 0; i < PART_COUNT; i++ )
        gap[i] = r->fill + r->offset[i];
    for ( i = 1; i < l->elf.nsections; i++ )
    {
        const struct elf_section *s = &l->elf.sections[i];

        if ( s->kind != SECTION_LOADED )
            continue;
        memset(gap[s->part], filler[s->part], s->fill - gap[s->part]);
        gap[s->part] = s->fill + s->size;
        if ( s->zeroes )
            memset(s->fill, 0, s->size);
        else
            memcpy(s->fill, s->data, s->size);
    }
    for ( i = 0; i < PART_COUNT; i++ )
        memset(gap[i], filler[i],
               r->fill + r->offset[i] + r->size[i] - gap[i]);
    return 0;
}
