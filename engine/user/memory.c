/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory of the engine's own, payload regions, and writable aliases.
 *
 * Under AddressSanitizer the bytes of a mapping that the engine did not ask
 * for are poisoned, so that a store one byte past a part or an alias is found.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "engine/user/fault.h"
#include "engine/user/host.h"

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(addr, size)   ((void)(addr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#endif

#define GARBAGE 0xcc /* fresh memory of a hypervisor is not zero */

/* A region's place in the arena, kept sorted by start. */
struct place {
    struct place *next;
    unsigned long start, end; /* run addresses */
    uint8_t *fill;            /* as long as it may be written */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct place *places;
static unsigned int nr_allocations, nr_regions, nr_aliases;
static size_t allocated, limit;

/* ---- port_alloc ---- */

union header {
    size_t size;
    long double align;
};

void *port_alloc(size_t size)
{
    union header *h;
    bool fits;

    if ( !port_may_alloc() )
        abort();
    if ( fault_hit(FAULT_ALLOC) )
        return NULL;
    pthread_mutex_lock(&lock);
    fits = !limit || (size <= limit && allocated <= limit - size);
    if ( fits )
    {
        allocated += size;
        nr_allocations++;
    }
    pthread_mutex_unlock(&lock);
    if ( !fits )
        return NULL;
    h = calloc(1, sizeof(*h) + size);
    if ( !h )
        abort();
    h->size = size;

    return h + 1;
}

void port_free(void *p)
{
    union header *h;

    if ( !p )
        return;
    if ( !port_may_alloc() )
        abort();
    h = (union header *)p - 1;
    pthread_mutex_lock(&lock);
    allocated -= h->size;
    nr_allocations--;
    pthread_mutex_unlock(&lock);
    free(h);
}

void host_limit_memory(size_t bytes)
{
    limit = bytes;
}

/* ---- regions ---- */

static unsigned int pages_of(size_t bytes)
{
    return (bytes + IMAGE_PAGE - 1) / IMAGE_PAGE;
}

/* First fit in the arena; a page stays free between two regions. */
static struct place *take_place(size_t bytes)
{
    const struct host_image *img = host_image();
    unsigned long at = img->base + img->size + IMAGE_PAGE;
    struct place **link, *new;

    for ( link = &places; *link && at + bytes + IMAGE_PAGE > (*link)->start;
          link = &(*link)->next )
        at = (*link)->end + IMAGE_PAGE;
    if ( at + bytes > img->base + img->total )
        return NULL;
    new = malloc(sizeof(*new));
    if ( !new )
        return NULL;
    *new = (struct place){ *link, at, at + bytes, NULL };
    *link = new;
    nr_regions++;

    return new;
}

static void drop_place(struct place *gone)
{
    struct place **link = &places;

    while ( *link != gone )
        link = &(*link)->next;
    *link = gone->next;
    nr_regions--;
    free(gone);
}

int port_region_alloc(struct region *r)
{
    struct place *place;
    size_t bytes = 0;
    int part;

    if ( fault_hit(FAULT_REGION_ALLOC) )
        return -ENOMEM;
    for ( part = 0; part < PART_COUNT; part++ )
    {
        if ( r->size[part] > IMAGE_ARENA )
            return -ENOMEM;
        r->offset[part] = bytes;
        bytes += pages_of(r->size[part]) * IMAGE_PAGE;
    }

    pthread_mutex_lock(&lock);
    place = take_place(bytes);
    pthread_mutex_unlock(&lock);
    if ( !place )
        return -ENOMEM;
    r->priv = place;
    r->base = place->start;
    r->pages = bytes / IMAGE_PAGE;
    r->fill = NULL;
    if ( !bytes )
        return 0;

    place->fill = r->fill = host_image_map(host_image(), place->start, bytes);
    if ( !r->fill )
        abort();
    memset(r->fill, GARBAGE, bytes);
    for ( part = 0; part < PART_COUNT; part++ )
        ASAN_POISON_MEMORY_REGION(r->fill + r->offset[part] + r->size[part],
                                  pages_of(r->size[part]) * IMAGE_PAGE -
                                      r->size[part]);

    return 0;
}

static void drop_fill(struct region *r)
{
    struct place *place = r->priv;

    if ( place->fill )
    {
        ASAN_UNPOISON_MEMORY_REGION(place->fill, r->pages * IMAGE_PAGE);
        host_image_unmap(place->fill, r->pages * IMAGE_PAGE);
    }
    place->fill = r->fill = NULL;
}

static void set_rights(const struct region *r, int part, int rights)
{
    const struct host_image *img = host_image();
    uint8_t *at = img->view + (r->base + r->offset[part] - img->base);

    if ( r->size[part] &&
         mprotect(at, pages_of(r->size[part]) * IMAGE_PAGE, rights) )
        abort();
}

int port_region_protect(struct region *r)
{
    if ( fault_hit(FAULT_REGION_PROTECT) )
        return -ENOMEM;
    drop_fill(r);
    set_rights(r, PART_RX, PROT_READ | PROT_EXEC);
    set_rights(r, PART_RW, PROT_READ | PROT_WRITE);
    set_rights(r, PART_RO, PROT_READ);

    return 0;
}

void port_region_free(struct region *r)
{
    int part;

    drop_fill(r);
    for ( part = 0; part < PART_COUNT; part++ )
        set_rights(r, part, PROT_NONE);
    pthread_mutex_lock(&lock);
    drop_place(r->priv);
    pthread_mutex_unlock(&lock);
    r->priv = NULL;
}

/* Inside one region, or inside what the hypervisor kept after boot. */
bool memory_readable(unsigned long addr, size_t len)
{
    enum text_kind kind = host_image_kind(host_image(), addr, len);
    struct place *p;
    bool inside = false;

    if ( kind != TEXT_NONE )
        return kind != TEXT_INIT;
    pthread_mutex_lock(&lock);
    for ( p = places; p && !inside; p = p->next )
        inside = addr >= p->start && addr <= p->end && len <= p->end - addr;
    pthread_mutex_unlock(&lock);

    return inside;
}

/* ---- aliases ---- */

void *port_alias_map(unsigned long addr, size_t len)
{
    uint8_t *alias;
    unsigned long before, after;

    if ( fault_hit(FAULT_ALIAS_MAP) )
        return NULL;
    if ( !len || !memory_readable(addr, len) )
        abort();
    alias = host_image_map(host_image(), addr, len);
    if ( !alias )
        abort();
    before = (unsigned long)alias % IMAGE_PAGE;
    after = -((unsigned long)alias + len) % IMAGE_PAGE;
    ASAN_POISON_MEMORY_REGION(alias - before, before & ~7ul);
    ASAN_POISON_MEMORY_REGION(alias + len, after);
    __atomic_add_fetch(&nr_aliases, 1, __ATOMIC_RELAXED);

    return alias;
}

void port_alias_unmap(void *alias, size_t len)
{
    uint8_t *at = alias;
    unsigned long before = (unsigned long)at % IMAGE_PAGE;

    ASAN_UNPOISON_MEMORY_REGION(at - before,
                                pages_of(before + len) * IMAGE_PAGE);
    host_image_unmap(alias, len);
    __atomic_sub_fetch(&nr_aliases, 1, __ATOMIC_RELAXED);
}

void memory_usage(struct host_usage *u)
{
    u->allocations = nr_allocations;
    u->regions = nr_regions;
    u->aliases = nr_aliases;
}

void memory_close(void)
{
    if ( nr_allocations || nr_regions || nr_aliases )
    {
        fprintf(stderr, "%u allocations, %u regions, %u aliases are left\n",
                nr_allocations, nr_regions, nr_aliases);
        abort();
    }
    limit = 0;
}
