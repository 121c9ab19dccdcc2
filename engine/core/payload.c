/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identity.h"
#include "list.h"
#include "shadow.h"

static struct payload *first, *top;
static uint32_t version = 1;

struct payload *payload_first(void)
{
    return first;
}

struct payload *payload_top(void)
{
    return top;
}

uint32_t payload_version(void)
{
    return version;
}

struct payload *payload_find(const char *name)
{
    struct payload *p;

    for ( p = first; p && strcmp(p->name, name); )
        p = p->next;
    return p;
}

struct payload *payload_find_id(const struct build_id *id)
{
    struct payload *p;

    for ( p = first; p && !build_id_equal(&p->id, id); )
        p = p->next;
    return p;
}

struct payload *payload_at(enum region_part part, unsigned long addr,
                           size_t len)
{
    struct payload *p;

    for ( p = first; p && !payload_contains(p, part, addr, len); )
        p = p->next;
    return p;
}

void payload_link(struct payload *p)
{
    struct payload **at = &first;

    while ( *at )
        at = &(*at)->next;
    *at = p;
    p->next = NULL;
    version++;
}

void payload_unlink(struct payload *p)
{
    struct payload **at = &first;

    while ( *at != p )
        at = &(*at)->next;
    *at = p->next;
    version++;
}

void payload_push(struct payload *p)
{
    p->below = top;
    top = p;
    version++;
}

void payload_pull(struct payload *p)
{
    struct payload **at = &top;

    while ( *at != p )
        at = &(*at)->below;
    *at = p->below;
    p->below = NULL;
    version++;
}

void cf_check payload_free(struct payload *p)
{
    if ( !p )
        return;
    shadows_free(p); /* destructors are in the region */
    if ( p->region.pages )
        port_region_free(&p->region);
    port_free(p->depends);
    port_free(p->sites);
    port_free(p->names);
    port_free(p->fstate);
    port_free(p->load_fns);
    port_free(p->unload_fns);
    port_free((void *)p->metadata);
    port_free(p->symbols);
    port_free(p->exports);
    port_free(p->strings);
    port_free(p->uses);
    port_free(p);
}

bool payload_contains(const struct payload *p, enum region_part part,
                      unsigned long addr, size_t len)
{
    unsigned long start = p->region.base + p->region.offset[part];

    return addr >= start && addr - start <= p->region.size[part] &&
           len <= p->region.size[part] - (addr - start);
}

/* Called from backtraces: no lock, and nothing here changes after loading. */
const char *payload_symbol_at(const struct payload *p, unsigned long addr,
                              unsigned long *offset, unsigned long *size)
{
    unsigned int low = 0, high = p->nsymbols;
    const struct payload_symbol *s;

    if ( !payload_contains(p, PART_RX, addr, 1) )
        return NULL;
    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( p->symbols[mid].addr <= addr )
            low = mid + 1;
        else
            high = mid;
    }
    if ( low == 0 )
        return NULL;
    s = &p->symbols[low - 1];
    if ( !payload_contains(p, PART_RX, s->addr, 0) )
        return NULL;
    *offset = addr - s->addr;
    *size = s->size;
    return p->strings + s->name;
}
