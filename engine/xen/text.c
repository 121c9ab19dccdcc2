/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text: which addresses are what, reading them, and writable aliases.
 *
 * The aliases of an operation share one window of addresses that is kept free
 * for them: mapping into it needs no TLB flush, because nothing was there
 * before, and when the last alias is dropped the whole window goes with one
 * flush, instead of one for each site.  Text itself is never made writable.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/pfn.h>
#include <xen/spinlock.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include <asm/setup.h>

#include "engine/core/port.h"
#include "engine/xen/xen.h"

/* Room for the pages that one operation writes to. */
#define WINDOW_PAGES 1024
#define HASH_BUCKETS 128
#define NO_SLOT      0xffffu

/*
 * A run of pages of text that is mapped in the window.  It is as long as the
 * writes lie in adjoining pages.
 */
struct alias {
    unsigned long page; /* run address of the first */
    unsigned int pages;
    uint16_t slot; /* first one in the window */
    uint16_t next; /* in the hash chain, index into aliases[] */
};

static DEFINE_SPINLOCK(window_lock);
static uint8_t *__read_mostly window;
static struct alias *__read_mostly aliases; /* WINDOW_PAGES of them */
static uint16_t buckets[HASH_BUCKETS];      /* index into aliases[] */
static unsigned int nr_aliases;
static unsigned int slots_used;
static unsigned int users; /* aliases handed out and not yet dropped */

static bool within(unsigned long addr, size_t len, const void *start,
                   const void *end)
{
    unsigned long s = (unsigned long)start, e = (unsigned long)end;

    return addr >= s && addr < e && len <= e - addr;
}

bool xsplice_in_image(unsigned long addr)
{
    return within(addr, 1, _start, __2M_rwdata_end);
}

enum text_kind port_text_kind(unsigned long addr, size_t len)
{
    if ( within(addr, len, _stext, _etext) )
        return TEXT_CODE;
    if ( within(addr, len, _srodata, _erodata) )
        return TEXT_RODATA;
    if ( within(addr, len, __2M_init_start, __2M_init_end) )
        return TEXT_INIT;
    if ( within(addr, len, __2M_rwdata_start, _end) )
        return TEXT_DATA;
    return TEXT_NONE;
}

void port_text_read(unsigned long addr, void *to, size_t len)
{
    memcpy(to, (const void *)addr, len);
}

static unsigned int bucket_of(unsigned long page)
{
    return PFN_DOWN(page) % HASH_BUCKETS;
}

static struct alias *find_alias(unsigned long page, unsigned int pages)
{
    unsigned int i = buckets[bucket_of(page)];

    for ( ; i != NO_SLOT; i = aliases[i].next )
        if ( aliases[i].page == page && aliases[i].pages >= pages )
            return &aliases[i];
    return NULL;
}

static mfn_t text_mfn(unsigned long page)
{
    /* Payload pages are scattered, those of the image are not. */
    return xsplice_in_image(page) ? _mfn(virt_to_mfn(page))
                                  : vmap_to_mfn(page);
}

/* Maps into the next free slots; NULL if they or page tables ran out. */
static struct alias *new_alias(unsigned long page, unsigned int pages)
{
    unsigned int i, bucket = bucket_of(page);
    struct alias *a;

    if ( slots_used + pages > WINDOW_PAGES )
        return NULL;

    for ( i = 0; i < pages; i++ )
    {
        unsigned long at =
            (unsigned long)window + (slots_used + i) * PAGE_SIZE;

        /* What was mapped before a failure goes with the window. */
        if ( map_pages_to_xen(at, text_mfn(page + i * PAGE_SIZE), 1,
                              PAGE_HYPERVISOR_RW) )
        {
            slots_used += i;
            return NULL;
        }
    }

    a = &aliases[nr_aliases];
    a->page = page;
    a->pages = pages;
    a->slot = slots_used;
    a->next = buckets[bucket];
    buckets[bucket] = nr_aliases++;
    slots_used += pages;
    return a;
}

static void empty_window(void)
{
    unsigned long start = (unsigned long)window;

    if ( slots_used )
        destroy_xen_mappings(start, start + slots_used * PAGE_SIZE);
    memset(buckets, 0xff, sizeof(buckets));
    nr_aliases = slots_used = 0;
}

void *port_alias_map(unsigned long addr, size_t len)
{
    unsigned long page = addr & PAGE_MASK;
    unsigned int pages = PFN_DOWN(addr + len - 1) - PFN_DOWN(addr) + 1;
    struct alias *a;
    void *va = NULL;

    if ( !window || !len || pages > WINDOW_PAGES )
        return NULL;

    spin_lock(&window_lock);
    a = find_alias(page, pages);
    if ( !a )
        a = new_alias(page, pages);
    if ( a )
    {
        users++;
        va = window + a->slot * PAGE_SIZE + (addr & ~PAGE_MASK);
    }
    else if ( !users )
        empty_window();
    spin_unlock(&window_lock);
    return va;
}

void port_alias_unmap(void *alias, size_t len)
{
    if ( !alias )
        return;
    spin_lock(&window_lock);
    ASSERT(users);
    if ( !--users )
        empty_window();
    spin_unlock(&window_lock);
}

/*
 * Takes a stretch of addresses by mapping any page all over it, and empties it
 * again; vunmap(), which would give the addresses back, is never called.
 */
void __init xsplice_text_init(void)
{
    mfn_t *mfns = xmalloc_array(mfn_t, WINDOW_PAGES);
    unsigned int i;

    aliases = xzalloc_array(struct alias, WINDOW_PAGES);
    if ( mfns && aliases )
    {
        for ( i = 0; i < WINDOW_PAGES; i++ )
            mfns[i] = _mfn(virt_to_mfn(_stext));
        window =
            __vmap(mfns, 1, WINDOW_PAGES, 1, PAGE_HYPERVISOR_RO, VMAP_DEFAULT);
    }
    if ( window )
    {
        slots_used = WINDOW_PAGES;
        empty_window();
    }
    else
        port_log(PORT_ERR, "xsplice: no memory: nothing can be applied");
    xfree(mfns);
}
