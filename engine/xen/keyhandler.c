/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug key 'x': what is loaded, what it patches, and how the last stop went. */
#include <xen/init.h>
#include <xen/keyhandler.h>
#include <xen/lib.h>
#include <xen/softirq.h>

#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/xen/xen.h"

/* Lines after which the console gets time; it may be a slow serial line. */
#define LINES_AT_ONCE 64

static void print_id(const char *what, const struct build_id *id)
{
    if ( id->len )
        printk("  %s=%*phN\n", what, id->len, id->bytes);
}

static void print_metadata(const struct payload *p)
{
    uint32_t at = 0;

    while ( at < p->metadata_len )
    {
        printk("  %.*s\n", (int)(p->metadata_len - at), p->metadata + at);
        at += strnlen(p->metadata + at, p->metadata_len - at) + 1;
    }
}

static void print_sites(const struct payload *p)
{
    unsigned int i;

    for ( i = 0; i < p->nsites; i++ )
    {
        const struct site *s = &p->sites[i];

        printk("    %s patch %p(%u) with %p%s\n", s->name, (void *)s->old,
               s->len, (void *)s->target, s->written ? " written" : "");
        if ( !((i + 1) % LINES_AT_ONCE) )
            process_pending_softirqs();
    }
}

static int cf_check print_payload(void *arg, const struct payload *p)
{
    const struct region *r = &p->region;
    unsigned int i;

    printk(" name=%s state=%s(%u) rc=%d %p using %u pages, %u functions.\n",
           p->name, p->state == XSPLICE_STATE_APPLIED ? "APPLIED" : "CHECKED",
           p->state, engine_rc(p), (void *)r->base, r->pages, p->nfuncs);
    print_metadata(p);
    print_sites(p);
    print_id("build-id", &p->id);
    for ( i = 0; i < p->ndepends; i++ )
        print_id("depend-on", &p->depends[i]);
    print_id("depend-on-xen", &p->xen_depends);
    if ( p->last.reason != XSPLICE_REASON_NONE )
        printk("  last refusal: %s: %s (%s)\n", reason_id(p->last.reason),
               reason_sentence(p->last.reason), p->last.detail);
    process_pending_softirqs();
    return 0;
}

/*
 * Runs in a softirq, on top of the lock's holder perhaps: then waiting for the
 * lock would be for ever.  Free once, it is held only by another CPU, and that
 * one will let go of it.
 */
static void cf_check print_all(unsigned char key)
{
    struct xsplice_times times = xsplice_last_times();
    unsigned int len;
    const uint8_t *id = port_hypervisor_id(&len);

    printk("'%c' pressed - Dumping all livepatch patches (xsplice engine)\n",
           key);
    if ( id )
        printk("build-id: %*phN\n", len, id);
    printk("last stop: gathered in %u ns, stopped for %u ns, of it acting for "
           "%u ns\n",
           times.gather, times.stop, times.act);
    if ( !port_trylock() )
    {
        printk("Lock held. Try again.\n");
        return;
    }
    port_unlock();
    engine_each(print_payload, NULL);
}

void __init xsplice_keyhandler_init(void)
{
    register_keyhandler('x', print_all, "print livepatch info", 1);
}
