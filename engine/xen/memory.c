/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory: the engine's own, and the regions that payloads live in.
 *
 * Regions come from the stretch between the end of Xen's image and its fixmap,
 * which the 32-bit displacements of calls and jumps reach from all of the
 * image.  Xen sets the stretch aside for this and maps no other thing there.
 */
#include <xen/init.h>
#include <xen/mm.h>
#include <xen/pfn.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include <asm/fixmap.h>
#include <asm/setup.h>

#include "engine/core/port.h"
#include "engine/xen/xen.h"

/*
 * Pages in one piece need no mapping, which costs more than all that is done
 * with most of them; mapped ones are for when no such piece is left.  Whole
 * pages are cleared as such: memset() goes by bytes.
 */
void *port_alloc(size_t size)
{
    void *p;
    size_t i;

    if ( size < PAGE_SIZE )
        return xzalloc_bytes(size ?: 1);
    p = xmalloc_bytes(size);
    if ( !p )
        return vzalloc(size);
    for ( i = 0; i < size; i += PAGE_SIZE )
        clear_page((uint8_t *)p + i);
    return p;
}

void port_free(void *p)
{
    unsigned long va = (unsigned long)p;

    if ( va >= VMAP_VIRT_START && va < VMAP_VIRT_END )
        vfree(p);
    else
        xfree(p);
}

/* The rights that each part has once its payload is in place. */
static unsigned int part_rights(enum region_part part)
{
    switch ( part )
    {
    case PART_RX:
        return PAGE_HYPERVISOR_RX;
    case PART_RW:
        return PAGE_HYPERVISOR_RW;
    default:
        return PAGE_HYPERVISOR_RO;
    }
}

int port_region_alloc(struct region *r)
{
    size_t total = 0, at, offset[PART_COUNT];
    unsigned int i;
    void *base;

    for ( i = 0; i < PART_COUNT; i++ )
    {
        offset[i] = total;
        total += PAGE_ALIGN(r->size[i]);
    }
    if ( !total )
        return -EINVAL;

    /* Pages of the domain heap, mapped RW and not executable. */
    base = vmalloc_xen(total);
    if ( !base )
        return -ENOMEM;
    for ( at = 0; at < total; at += PAGE_SIZE )
        clear_page((uint8_t *)base + at);

    for ( i = 0; i < PART_COUNT; i++ )
        r->offset[i] = offset[i];
    r->base = (unsigned long)base;
    r->pages = PFN_UP(total);
    r->fill = base;
    r->priv = NULL;
    return 0;
}

/*
 * The rights that are given include the dirty bit or its absence: a read-only
 * page that stayed dirty would be a shadow-stack page where CET is on.
 */
int port_region_protect(struct region *r)
{
    unsigned int i;
    int rc;

    for ( i = 0; i < PART_COUNT; i++ )
    {
        unsigned long start = r->base + r->offset[i];

        if ( !r->size[i] )
            continue;
        rc = modify_xen_mappings(start, start + PAGE_ALIGN(r->size[i]),
                                 part_rights(i));
        if ( rc )
            return rc;
    }
    r->fill = NULL;
    return 0;
}

/*
 * vfree() takes the mapping away whatever its rights are and then gives the
 * pages back.
 */
void port_region_free(struct region *r)
{
    if ( !r->base )
        return;
    vfree((void *)r->base);
    r->base = 0;
    r->pages = 0;
    r->fill = NULL;
}

void __init xsplice_memory_init(void)
{
    void *start = (void *)__2M_rwdata_end;
    void *end = (void *)(XEN_VIRT_END - FIXADDR_X_SIZE - NR_CPUS * PAGE_SIZE);

    BUG_ON(end <= start);
    vm_init_type(VMAP_XEN, start, end);
}
