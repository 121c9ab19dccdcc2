/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Are there stacks that the stop does not see?
 *
 * The stop brings every CPU to its idle vCPU, where nothing patched is on the
 * stack.  But a vCPU that waits in a waitqueue (for room in a vm_event ring)
 * has its stack copied away and gets it back later, return addresses into the
 * old code included.
 */
#include <xen/domain.h>
#include <xen/list.h>
#include <xen/rcupdate.h>
#include <xen/sched.h>
#include <xen/vm_event.h>

#include "engine/core/port.h"
#include "engine/xen/xen.h"

static bool has_waiters(const struct vm_event_domain *ved)
{
    /* The domain's structure may be there and its list not yet set up. */
    return ved && !list_head_is_null(&ved->wq.list) &&
           !list_empty(&ved->wq.list);
}

static bool domain_has_waiters(const struct domain *d)
{
#ifdef CONFIG_MEM_SHARING
    if ( has_waiters(d->vm_event_share) )
        return true;
#endif
#ifdef CONFIG_MEM_PAGING
    if ( has_waiters(d->vm_event_paging) )
        return true;
#endif
    return has_waiters(d->vm_event_monitor);
}

static const char in_waitqueue[] =
    "a vCPU waits in a vm_event waitqueue with its stack";

/* What the last stop was given up for, until somebody asks. */
static const char *seen;

/*
 * Only with the CPUs stopped is there an answer that holds: before, a
 * domain's rings come and go under locks that are not ours, and reading them
 * would be a race for an answer that is old when it is given.  After a stop
 * that was given up for it, the answer is repeated once.
 */
int port_quiescent(const char **why)
{
    const struct domain *d;

    if ( xsplice_stopped() )
    {
        seen = NULL;
        for_each_domain (d)
            if ( domain_has_waiters(d) )
                seen = in_waitqueue;
        return seen ? -EBUSY : 0;
    }
    *why = seen;
    seen = NULL;
    return *why ? -EBUSY : 0;
}

/*
 * Rings are set up and freed by domctls alone, so their lock keeps them where
 * they are.  It is only tried, as everywhere in Xen; when somebody else has it,
 * the stop will tell.
 */
int port_waiting(const char **why)
{
    const struct domain *d;

    *why = NULL;
    if ( !domctl_lock_acquire() )
        return 0;
    rcu_read_lock(&domlist_read_lock);
    for_each_domain (d)
        if ( domain_has_waiters(d) )
            *why = in_waitqueue;
    rcu_read_unlock(&domlist_read_lock);
    domctl_lock_release();
    return *why ? -EBUSY : 0;
}
