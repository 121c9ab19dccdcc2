/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the port keeps of each payload, and for the next one after it. */
#ifndef ENGINE_XEN_REGIONS_H
#define ENGINE_XEN_REGIONS_H

#include <xen/list.h>
#include <xen/rcupdate.h>
#include <xen/virtual_region.h>

#include "engine/core/payload.h"

struct stock_payload; /* hooks.c */

struct xen_payload {
    struct list_head list; /* of regions.c */
    struct payload *payload;
    struct virtual_region region; /* on Xen's list for good */
    struct rcu_head rcu;
    void (*gone)(struct payload *p); /* for the one that is withdrawn */
    struct stock_payload *for_hooks; /* what hooks are given */
};

/* hooks.c: makes and drops what hooks are given; NULL without memory. */
struct stock_payload *xsplice_make_for_hooks(struct payload *p);
void xsplice_free_for_hooks(struct stock_payload *s);

#endif /* ENGINE_XEN_REGIONS_H */
