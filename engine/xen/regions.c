/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making payloads known to the rest of Xen: their bug frames and exception
 * tables through a virtual region, their symbols for backtraces, and whether
 * an address is theirs.
 *
 * Readers may be anywhere, in an exception handler too, and take no lock: the
 * lists are RCU lists, and what is withdrawn is freed only when no CPU can
 * still be looking at it.  All this holds from loading on, not from applying:
 * hooks run before, and they may WARN.
 */
#include <xen/lib.h>
#include <xen/livepatch.h>
#include <xen/mm.h>
#include <xen/rcupdate.h>
#include <xen/string.h>
#include <xen/symbols.h>
#include <xen/virtual_region.h>
#include <xen/xmalloc.h>

#include "engine/xen/compat.h"
#include "engine/xen/regions.h"
#include "engine/xen/xen.h"

/* Writers are sysctls, of which Xen has one at a time. */
static LIST_HEAD(payloads);
static DEFINE_RCU_READ_LOCK(payloads_rcu);

static bool holds(const struct payload *p, unsigned long addr)
{
    return addr - p->region.base < p->region.pages * PAGE_SIZE;
}

bool_t is_patch(const void *addr)
{
    const struct xen_payload *x;
    bool found = false;

    rcu_read_lock(&payloads_rcu);
    list_for_each_entry_rcu (x, &payloads, list)
        if ( holds(x->payload, (unsigned long)addr) )
        {
            found = true;
            break;
        }
    rcu_read_unlock(&payloads_rcu);
    return found;
}

/*
 * For symbols_lookup(): the symbol's name is returned, and the payload's name
 * goes into the buffer; Xen prints what differs from the buffer with the
 * buffer's content behind it.
 */
static const char *cf_check lookup(unsigned long addr, unsigned long *size,
                                   unsigned long *offset, char *buffer)
{
    const struct xen_payload *x;
    const char *name = NULL;

    rcu_read_lock(&payloads_rcu);
    list_for_each_entry_rcu (x, &payloads, list)
        if ( holds(x->payload, addr) )
        {
            name = payload_symbol_at(x->payload, addr, offset, size);
            strlcpy(buffer, x->payload->name, KSYM_NAME_LEN);
            break;
        }
    rcu_read_unlock(&payloads_rcu);
    return name;
}

static void describe(struct virtual_region *r, const struct payload *p)
{
    unsigned long rx = p->region.base + p->region.offset[PART_RX];
    unsigned long ro = p->region.base + p->region.offset[PART_RO];
    unsigned int i;

    r->text_start = (void *)rx;
    r->text_end = (void *)(rx + p->region.size[PART_RX]);
    if ( p->region.size[PART_RO] )
    {
        r->rodata_start = (void *)ro;
        r->rodata_end = (void *)(ro + p->region.size[PART_RO]);
    }
    r->symbols_lookup = lookup;

    for ( i = 0; i < BUGFRAME_NR && i < ARRAY_SIZE(p->bugs); i++ )
        if ( p->bugs[i].count )
            compat_set_bug_frames(r, i, (void *)p->bugs[i].addr,
                                  p->bugs[i].count);
    if ( p->extable.count )
    {
        r->ex = (void *)p->extable.addr;
        r->ex_end = r->ex + p->extable.count;
    }
}

int port_payload_register(struct payload *p)
{
    struct xen_payload *x = xzalloc(struct xen_payload);

    if ( !x )
        return -ENOMEM;
    x->for_hooks = xsplice_make_for_hooks(p);
    if ( !x->for_hooks )
    {
        xfree(x);
        return -ENOMEM;
    }
    x->payload = p;
    p->port = x;
    describe(&x->region, p);
    list_add_tail_rcu(&x->list, &payloads);
    register_virtual_region(&x->region);
    return 0;
}

void port_payload_unregister(struct payload *p)
{
    struct xen_payload *x = p->port;

    if ( !x )
        return;
    list_del_rcu(&x->list);
    /* Waits for readers of both lists. */
    unregister_virtual_region(&x->region);
    p->port = NULL;
    xsplice_free_for_hooks(x->for_hooks);
    xfree(x);
}
