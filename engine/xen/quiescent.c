/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Are there stacks that the stop does not see?
 *
 * The stop brings every CPU to its idle vCPU, where nothing patched is on the
 * stack.  But a vCPU that waits in a waitqueue (for room in a vm_event ring)
 * has its stack copied away and gets it back later, return addresses into the
 * old code included.
 */
#include <xen/list.h>
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

/* What the last stop was given up for, until somebody asks. */
static const char *found;

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
        found = NULL;
        for_each_domain (d)
            if ( domain_has_waiters(d) )
                found = "a vCPU waits in a vm_event waitqueue with its stack";
        return found ? -EBUSY : 0;
    }
    *why = found;
    found = NULL;
    return *why ? -EBUSY : 0;
}
