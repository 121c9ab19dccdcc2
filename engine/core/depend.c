/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "depend.h"
#include "identity.h"
#include "list.h"
#include "writes.h"

static bool names(const struct payload *p, const struct build_id *id)
{
    unsigned int i;

    for ( i = 0; i < p->ndepends; i++ )
        if ( build_id_equal(&p->depends[i], id) )
            return true;
    return false;
}

static bool uses(const struct payload *p, const struct payload *other)
{
    unsigned int i;

    for ( i = 0; i < p->nuses; i++ )
        if ( p->uses[i] == other )
            return true;
    return false;
}

/*
 * Each dependency is the hypervisor itself or an applied payload; which one
 * was applied last does not matter, so independent payloads come in any order.
 */
static int check_depends(const struct payload *p, struct findings *f)
{
    struct build_id xen;
    unsigned int i;
    int rc = 0;

    hypervisor_id(&xen);
    for ( i = 0; i < p->ndepends && !rc; i++ )
    {
        const struct build_id *id = &p->depends[i];
        char text[2 * XSPLICE_BUILD_ID_MAX + 1];
        const struct payload *on;

        if ( build_id_equal(id, &xen) )
            continue;
        on = payload_find_id(id);
        if ( !on || on->state != XSPLICE_STATE_APPLIED )
            rc = found(f, XSPLICE_REASON_DEPENDS_ABSENT, "%.40s%s%.80s",
                       build_id_text(id, text), on ? ", loaded as " : "",
                       on ? on->name : "");
    }
    return rc;
}

/*
 * Marks what p depends on, directly or through others.  Dependencies were
 * applied before what depends on them, so one walk from the top is enough.
 */
static void mark_dependencies(const struct payload *p)
{
    struct payload *q;
    const struct payload *r;

    for ( q = payload_top(); q; q = q->below )
        q->mark = names(p, &q->id);
    for ( r = payload_top(); r; r = r->below )
        if ( r->mark )
            for ( q = r->below; q; q = q->below )
                q->mark |= names(r, &q->id);
}

static int check_overlaps(const struct payload *p, bool nodeps,
                          struct findings *f)
{
    const struct payload *q;
    const struct site *site;
    bool part;
    int rc = 0;

    mark_dependencies(p);
    for ( q = payload_top(); q && !rc; q = q->below )
    {
        if ( !writes_overlap(p, q, &site, &part) )
            continue;
        if ( part )
            rc = found(f, XSPLICE_REASON_OVERLAP_PART, "%.80s, by %.60s",
                       site->name, q->name);
        else if ( !q->mark && !nodeps )
            rc = found(f, XSPLICE_REASON_OVERLAP, "%.80s, by %.60s",
                       site->name, q->name);
    }
    return rc;
}

static int check_data(const struct payload *p, struct findings *f)
{
    if ( p->was_applied && p->has_data )
        return found(f, XSPLICE_REASON_REAPPLY_DATA, "%zu bytes of data",
                     p->region.size[PART_RW]);
    return 0;
}

int depend_apply(struct payload *p, bool nodeps, struct findings *f)
{
    unsigned int i;
    int rc = check_data(p, f);

    if ( !rc && !nodeps )
        rc = check_depends(p, f);
    /* Not a matter of build-ids: its code would run what is not in place. */
    for ( i = 0; i < p->nuses && !rc; i++ )
        if ( p->uses[i]->state != XSPLICE_STATE_APPLIED )
            rc = found(f, XSPLICE_REASON_USES_UNAPPLIED, "%.100s",
                       p->uses[i]->name);
    return rc ? rc : check_overlaps(p, nodeps, f);
}

/*
 * Only what was applied after p stands on it.  What is below came without it:
 * NODEPS put it there, and reverting p leads back to just that.
 */
int depend_revert(const struct payload *p, struct findings *f)
{
    const struct payload *q;
    const struct site *site;
    bool part;
    int rc = 0;

    for ( q = payload_top(); q && q != p && !rc; q = q->below )
    {
        if ( names(q, &p->id) )
            rc = found(f, XSPLICE_REASON_REVERT_DEPENDS, "%.100s", q->name);
        else if ( uses(q, p) )
            rc = found(f, XSPLICE_REASON_REVERT_USED, "%.100s", q->name);
        else if ( writes_overlap(p, q, &site, &part) )
            rc = found(f, XSPLICE_REASON_REVERT_COVERED, "%.80s, by %.60s",
                       site->name, q->name);
    }
    return rc;
}

/* Hooks that may fail would leave some reverted and others not. */
static bool may_fail(const struct payload *p)
{
    const struct hooks *h = &p->hooks;

    return h->preapply || h->apply || h->postapply || h->prerevert ||
           h->revert || h->postrevert;
}

int depend_replace(const struct payload *p, struct findings *f)
{
    const struct payload *q;
    struct build_id xen;
    unsigned int i;
    int rc = check_data(p, f);

    hypervisor_id(&xen);
    for ( i = 0; i < p->ndepends && !rc; i++ )
    {
        char text[2 * XSPLICE_BUILD_ID_MAX + 1];

        if ( !build_id_equal(&p->depends[i], &xen) )
            rc = found(f, XSPLICE_REASON_DEPENDS_ABSENT,
                       "%.40s, replace leaves the hypervisor alone",
                       build_id_text(&p->depends[i], text));
    }
    for ( i = 0; i < p->nuses && !rc; i++ )
        rc = found(f, XSPLICE_REASON_REPLACE_USES, "%.100s", p->uses[i]->name);
    if ( !rc && may_fail(p) )
        rc = found(f, XSPLICE_REASON_REPLACE_HOOKS, "of %.100s", p->name);
    for ( q = payload_top(); q && !rc; q = q->below )
        if ( may_fail(q) )
            rc = found(f, XSPLICE_REASON_REPLACE_HOOKS, "of %.100s", q->name);
    return rc;
}

int depend_unload(const struct payload *p, struct findings *f)
{
    const struct payload *q;
    int rc = 0;

    for ( q = payload_first(); q && !rc; q = q->next )
        if ( uses(q, p) )
            rc = found(f, XSPLICE_REASON_UNLOAD_USED, "%.100s", q->name);
    return rc;
}
