/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Upload: takes the file into memory of the hypervisor's own, has its
 * signature checked there, and then loaded.
 *
 * The check of a large file takes milliseconds.  When something else wants
 * this CPU meanwhile, the hypercall is left and made anew by itself
 * (continuation).  What was done until then stays here, and the caller's
 * operation carries a ticket to it, in the padding of its name, which is zero
 * in every operation that begins.  (One that ends with -EOPNOTSUPP is not
 * copied back by Xen: the ticket stays in it, and is worth nothing.)
 *
 * All of this runs under Xen's lock of sysctls, and needs none of its own.
 */
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/guest_access.h>
#include <xen/hypercall.h>
#include <xen/sched.h>
#include <xen/string.h>
#include <xen/time.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/core/signature.h"
#include "engine/xen/xen.h"
#include "xsplice/control.h"

/* Whoever has not come back for so long does not. */
#define GIVEN_UP SECONDS(10)

static struct {
    void *raw; /* NULL: no upload is under way */
    uint64_t ticket;
    domid_t domain;
    s_time_t began, seen;
    unsigned int left; /* how often the hypercall was */
    char name[XEN_LIVEPATCH_NAME_SIZE];
    struct signature_check check;
} upload;

static uint64_t get_ticket(const struct xen_livepatch_name *n)
{
    return n->pad[0] | (uint64_t)n->pad[1] << 16 | (uint64_t)n->pad[2] << 32;
}

static void put_ticket(struct xen_livepatch_name *n, uint64_t ticket)
{
    n->pad[0] = ticket;
    n->pad[1] = ticket >> 16;
    n->pad[2] = ticket >> 32;
}

static void drop(void)
{
    port_free(upload.raw);
    upload.raw = NULL;
}

static int begin(const struct xen_sysctl_livepatch_upload *op)
{
    static uint64_t tickets;
    int rc = xsplice_get_name(&op->name, upload.name);

    if ( rc || !op->size || op->size > XSPLICE_PAYLOAD_MAX )
        return -EINVAL;
    if ( !guest_handle_okay(op->payload, op->size) )
        return -EFAULT;
    upload.raw = port_alloc(op->size);
    if ( !upload.raw )
        return -ENOMEM;
    if ( __copy_from_guest(upload.raw, op->payload, op->size) )
    {
        drop();
        return -EFAULT;
    }
    upload.ticket = ++tickets;
    upload.domain = current->domain->domain_id;
    upload.began = NOW();
    upload.left = 0;
    signature_begin_upload(&upload.check, upload.raw, op->size);
    return 0;
}

/* The guest's registers are as they were: it makes the same call again. */
static int again(void)
{
    return hypercall_create_continuation(__HYPERVISOR_sysctl, "");
}

static int finish(void)
{
    struct refusal why = { .reason = XSPLICE_REASON_NONE };
    int rc;

    if ( upload.check.steps )
        port_log(PORT_DEBUG,
                 "xsplice: %s: signature checked in %u steps, %llu us; "
                 "gave way %u times\n",
                 upload.name, upload.check.steps,
                 (unsigned long long)(NOW() - upload.began) / 1000,
                 upload.left);
    rc = engine_upload_checked(upload.name, &upload.check, &why);
    drop();
    return rc;
}

int xsplice_op_upload(struct xen_sysctl_livepatch_upload *op)
{
    uint64_t ticket = get_ticket(&op->name);
    int rc;

    if ( ticket && (!upload.raw || ticket != upload.ticket ||
                    upload.domain != current->domain->domain_id) )
        return -EINVAL;
    if ( !ticket && upload.raw && NOW() - upload.seen < GIVEN_UP )
        return again();
    if ( !ticket )
    {
        drop();
        rc = begin(op);
        if ( rc )
            return rc;
    }
    while ( signature_step(&upload.check) )
        if ( hypercall_preempt_check() )
        {
            upload.seen = NOW();
            upload.left++;
            put_ticket(&op->name, upload.ticket);
            return again();
        }
    put_ticket(&op->name, 0);
    return finish();
}
