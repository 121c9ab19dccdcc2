/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calling a payload's hooks.
 *
 * Hooks are compiled against Xen's own header, so they are given a struct
 * payload of the layout that is written there; it shows what ours holds.  Only
 * this file sees the two of them, the stock one under another name.
 *
 * In the stop hooks may write to text and read-only data (that is what some of
 * them are for), so the rights are relaxed for the first hook and restored at
 * the end of the stop.  Operations without such hooks never do that.
 */
#include <xen/lib.h>
#include <xen/list.h>
#include <xen/mm.h>
#include <xen/spinlock.h>
#include <xen/virtual_region.h>
#include <xen/xmalloc.h>

#include <public/sysctl.h>

#define payload             stock_payload
#define revert_payload      stock_revert_payload
#define revert_payload_tail stock_revert_payload_tail
#include <xen/livepatch.h>
#include <xen/livepatch_payload.h>
#undef payload
#undef revert_payload
#undef revert_payload_tail

#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/xen/regions.h"
#include "engine/xen/xen.h"

struct for_hooks {
    struct stock_payload shown; /* first: it is what hooks have */
    struct payload *of;
};

static bool relaxed; /* the leader's, during a stop */

struct stock_payload *xsplice_make_for_hooks(struct payload *p)
{
    struct for_hooks *f = xzalloc(struct for_hooks);

    /* Both are the interface's; the core writes its own down once more. */
    BUILD_BUG_ON(sizeof(struct livepatch_func) != sizeof(struct xsplice_func));
    BUILD_BUG_ON(sizeof(struct livepatch_fstate) !=
                 sizeof(struct payload_fstate));
    BUILD_BUG_ON(offsetof(struct livepatch_fstate, applied) !=
                 offsetof(struct payload_fstate, applied));
    BUILD_BUG_ON(LIVEPATCH_FUNC_APPLIED != FUNC_APPLIED);
    BUILD_BUG_ON(offsetof(struct for_hooks, shown));

    if ( !f )
        return NULL;
    f->of = p;
    return &f->shown;
}

void xsplice_free_for_hooks(struct stock_payload *s)
{
    xfree(container_of(s, struct for_hooks, shown));
}

/* As the payload is now. */
static struct stock_payload *show(const struct payload *p)
{
    const struct xen_payload *x = p->port;
    const struct region *r = &p->region;
    struct stock_payload *s = x->for_hooks;

    s->state = p->state;
    s->rc = p->rc;
    s->reverted = p->was_applied && p->state == XSPLICE_STATE_LOADED;
    s->safe_to_reapply = !p->has_data;
    s->text_addr = (void *)(r->base + r->offset[PART_RX]);
    s->text_size = r->size[PART_RX];
    s->rw_addr = (void *)(r->base + r->offset[PART_RW]);
    s->rw_size = r->size[PART_RW];
    s->ro_addr = (void *)(r->base + r->offset[PART_RO]);
    s->ro_size = r->size[PART_RO];
    s->pages = r->pages;
    s->funcs = (const void *)p->funcs;
    s->fstate = (void *)p->fstate;
    s->nfuncs = p->nfuncs;
    s->id.p = p->id.bytes;
    s->id.len = p->id.len;
    s->metadata.data = p->metadata;
    s->metadata.len = p->metadata_len;
    strlcpy(s->name, p->name, sizeof(s->name));
    return s;
}

/* Hooks of the stop run with interrupts off what is written for on. */
static void before_hook(void)
{
    if ( !xsplice_stopped() )
        return;
    if ( !relaxed )
    {
        relaxed = true;
        xsplice_flush_on_release();
        relax_virtual_region_perms();
        flush_local(FLUSH_TLB_GLOBAL);
    }
    spin_debug_disable();
}

static void after_hook(void)
{
    if ( xsplice_stopped() )
        spin_debug_enable();
}

void xsplice_hooks_done(void)
{
    if ( !relaxed )
        return;
    /* Clears the dirty bits as well; the flush is everybody's, on leaving. */
    tighten_virtual_region_perms();
    relaxed = false;
}

int port_call_hook_int(unsigned long fn, struct payload *p)
{
    int (*hook)(struct stock_payload *) = (void *)fn;
    struct stock_payload *s = show(p);
    int rc;

    before_hook();
    rc = hook(s);
    after_hook();
    return rc;
}

/* A hook without parameters does not mind one. */
void port_call_hook_void(unsigned long fn, struct payload *p)
{
    void (*hook)(struct stock_payload *) = (void *)fn;
    struct stock_payload *s = show(p);

    before_hook();
    hook(s);
    after_hook();
}

/*
 * What hooks may call (xen/livepatch.h has them for the test payloads).  The
 * engine does both halves in one, and when it can: the second has nothing left
 * to do.
 */
int revert_payload(struct stock_payload *s);
void revert_payload_tail(struct stock_payload *s);

int revert_payload(struct stock_payload *s)
{
    return engine_revert_from_hook(
        container_of(s, struct for_hooks, shown)->of);
}

void revert_payload_tail(struct stock_payload *s)
{
}
