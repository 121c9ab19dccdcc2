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
 *
 * Nobody waits for that.  A hypercall that waits for all CPUs to pass through
 * RCU keeps its own from coming to stop_machine_run(), which somebody who takes
 * a CPU away is in, with RCU standing still on his: both would wait for ever.
 * So a callback of RCU leaves the rest to a tasklet.  And as Xen itself waits
 * when a region is taken off its list, ours stay there, empty until another
 * payload needs one.
 */
#include <xen/init.h>
#include <xen/lib.h>
#include <xen/livepatch.h>
#include <xen/mm.h>
#include <xen/rcupdate.h>
#include <xen/string.h>
#include <xen/symbols.h>
#include <xen/tasklet.h>
#include <xen/virtual_region.h>
#include <xen/xmalloc.h>

#include "engine/xen/compat.h"
#include "engine/xen/regions.h"
#include "engine/xen/xen.h"

/* Writers are sysctls, of which Xen has one at a time. */
static LIST_HEAD(payloads);
static DEFINE_RCU_READ_LOCK(payloads_rcu);

static DEFINE_SPINLOCK(spare_lock);
static LIST_HEAD(unseen); /* withdrawn, and nobody looks at them any more */
static LIST_HEAD(unused); /* for the next payload; their regions are empty */
static struct tasklet reaper;

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

/* The end comes last: before, no address is in the region. */
static void describe(struct virtual_region *r, const struct payload *p)
{
    unsigned long rx = p->region.base + p->region.offset[PART_RX];
    unsigned long ro = p->region.base + p->region.offset[PART_RO];
    unsigned int i;

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
    if ( p->region.size[PART_RO] )
    {
        r->rodata_end = (void *)(ro + p->region.size[PART_RO]);
        r->rodata_start = (void *)ro;
    }
    r->text_end = NULL;
    smp_wmb();
    r->text_start = (void *)rx;
    smp_wmb();
    r->text_end = (void *)(rx + p->region.size[PART_RX]);
}

static struct xen_payload *take_first(struct list_head *list)
{
    struct xen_payload *x;

    spin_lock(&spare_lock);
    x = list_first_entry_or_null(list, struct xen_payload, list);
    if ( x )
        list_del(&x->list);
    spin_unlock(&spare_lock);
    return x;
}

static void put_last(struct xen_payload *x, struct list_head *list)
{
    spin_lock(&spare_lock);
    list_add_tail(&x->list, list);
    spin_unlock(&spare_lock);
}

int port_payload_register(struct payload *p)
{
    struct xen_payload *x = take_first(&unused);
    bool new = !x;

    if ( new )
        x = xzalloc(struct xen_payload);
    if ( !x )
        return -ENOMEM;
    x->for_hooks = xsplice_make_for_hooks(p);
    if ( !x->for_hooks )
    {
        if ( new )
            xfree(x);
        else
            put_last(x, &unused);
        return -ENOMEM;
    }
    x->payload = p;
    p->port = x;
    describe(&x->region, p);
    list_add_tail_rcu(&x->list, &payloads);
    if ( new )
        register_virtual_region(&x->region);
    return 0;
}

static void cf_check reap(void *unused_arg)
{
    struct xen_payload *x;

    while ( (x = take_first(&unseen)) )
    {
        struct virtual_region *r = &x->region;

        r->rodata_start = r->rodata_end = NULL;
        memset(r->frame, 0, sizeof(r->frame));
        r->ex = r->ex_end = NULL;
        xsplice_free_for_hooks(x->for_hooks);
        x->gone(x->payload);
        put_last(x, &unused);
    }
}

static void cf_check nobody_looks(struct rcu_head *head)
{
    put_last(container_of(head, struct xen_payload, rcu), &unseen);
    tasklet_schedule(&reaper);
}

void port_payload_retire(struct payload *p, void (*gone)(struct payload *p))
{
    struct xen_payload *x = p->port;

    x->gone = gone;
    /* No address is in there any more; its start is that of a page still. */
    write_atomic(&x->region.text_end, x->region.text_start);
    list_del_rcu(&x->list);
    call_rcu(&x->rcu, nobody_looks);
}

void __init xsplice_regions_init(void)
{
    tasklet_init(&reaper, reap, NULL);
}
