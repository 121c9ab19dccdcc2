/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text: which addresses are what, reading them, and writable aliases.
 *
 * Aliases are pages of a window of addresses that has its page tables for
 * itself, for good: mapping is one store for each page, and so is dropping.
 * Text itself is never made writable.
 *
 * A page of the window is not used twice without a flush of all TLBs between,
 * so nothing has to be flushed for what is mapped.  For what is dropped, this
 * CPU's TLB is flushed, the only one that has used it: aliases are written
 * through by the CPU that leads the stop, which then drops them.  The others
 * are asked to flush when the window is used up, once in many operations, and
 * not for each one.  If pages of payloads were written to, they are asked at
 * once: unlike the image these are given back some time, and may become a
 * guest's.
 */
#include <xen/domain_page.h>
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/mm.h>
#include <xen/pfn.h>
#include <xen/spinlock.h>
#include <xen/vmap.h>
#include <xen/xmalloc.h>

#include <asm/flushtlb.h>
#include <asm/setup.h>

#include "engine/core/port.h"
#include "engine/xen/xen.h"

/* Pages that one operation may write to, at least; twice that is there. */
#define BATCH_PAGES  1024
#define WINDOW_PAGES (2 * BATCH_PAGES)
#define TABLES       (WINDOW_PAGES / L1_PAGETABLE_ENTRIES)

static DEFINE_SPINLOCK(window_lock);
static uint8_t *__read_mostly window;
static l1_pgentry_t *__read_mostly tables[TABLES];
static unsigned int first; /* pages of the window from here on are mapped, */
static unsigned int next;  /* up to here; those below may be in TLBs */
static unsigned int users; /* aliases handed out and not yet dropped */
static bool of_payloads;   /* some are */

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

static void set_page(unsigned int i, l1_pgentry_t entry)
{
    l1e_write(&tables[i / L1_PAGETABLE_ENTRIES][i % L1_PAGETABLE_ENTRIES],
              entry);
}

static void map_page(unsigned long page)
{
    bool image = xsplice_in_image(page);

    /* Payload pages are scattered, those of the image are not. */
    set_page(next++,
             l1e_from_mfn(image ? _mfn(virt_to_mfn(page)) : vmap_to_mfn(page),
                          PAGE_HYPERVISOR_RW));
    of_payloads |= !image;
}

void *port_alias_map(unsigned long addr, size_t len)
{
    unsigned long page = addr & PAGE_MASK, last = addr + len - 1;
    void *va = NULL;

    if ( !window || !len || PFN_DOWN(last) - PFN_DOWN(addr) >= BATCH_PAGES )
        return NULL;

    spin_lock(&window_lock);
    if ( next + PFN_DOWN(last) - PFN_DOWN(addr) < WINDOW_PAGES )
    {
        va = window + next * PAGE_SIZE + (addr & ~PAGE_MASK);
        for ( ; page <= last; page += PAGE_SIZE )
            map_page(page);
        users++;
    }
    spin_unlock(&window_lock);
    return va;
}

static void drop_all(void)
{
    while ( first < next )
        set_page(first++, l1e_empty());
    if ( of_payloads || next > BATCH_PAGES )
    {
        flush_all(FLUSH_TLB_GLOBAL);
        of_payloads = false;
        first = next = 0;
    }
    else
        flush_local(FLUSH_TLB_GLOBAL);
}

void port_alias_unmap(void *alias, size_t len)
{
    if ( !alias )
        return;
    spin_lock(&window_lock);
    ASSERT(users);
    if ( !--users )
        drop_all();
    spin_unlock(&window_lock);
}

/*
 * Takes a stretch of addresses by mapping any page all over it, aligned so that
 * its page tables hold nothing else, and empties it.  vunmap(), which would give
 * addresses and tables back, is never called.
 */
static void __init take_window(void)
{
    mfn_t *mfns = xmalloc_array(mfn_t, WINDOW_PAGES);
    unsigned int i;
    void *at = NULL;

    if ( mfns )
    {
        for ( i = 0; i < WINDOW_PAGES; i++ )
            mfns[i] = _mfn(virt_to_mfn(_stext));
        at = __vmap(mfns, 1, WINDOW_PAGES, L1_PAGETABLE_ENTRIES,
                    PAGE_HYPERVISOR_RO, VMAP_DEFAULT);
    }
    xfree(mfns);
    for ( i = 0; at && i < TABLES; i++ )
    {
        l1_pgentry_t *table = virt_to_xen_l1e(
            (unsigned long)at + i * L1_PAGETABLE_ENTRIES * PAGE_SIZE);

        tables[i] = table
                        ? map_domain_page_global(domain_page_map_to_mfn(table))
                        : NULL;
        unmap_domain_page(table);
        if ( !tables[i] )
            return;
    }
    window = at;
}

void __init xsplice_text_init(void)
{
    take_window();
    if ( !window )
    {
        port_log(PORT_ERR, "xsplice: no memory: nothing can be applied");
        return;
    }
    next = WINDOW_PAGES;
    drop_all();
}
