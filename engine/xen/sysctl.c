/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XEN_SYSCTL_livepatch_op: takes what the caller passed, checks what concerns
 * the passing of it, and asks the engine.  Error numbers and their order are
 * those of the stock interface, which tools rely on.
 */
#include <xen/errno.h>
#include <xen/event.h>
#include <xen/guest_access.h>
#include <xen/lib.h>
#include <xen/livepatch.h>
#include <xen/sched.h>
#include <xen/string.h>

#include <public/sysctl.h>

#include "engine/core/answer.h"
#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/xen/xen.h"
#include "xsplice/control.h"

/* Those that are ours, with guest handles where the contract has numbers. */
struct op_check {
    struct xen_livepatch_name name;
    uint32_t cmd, flags, reason, count;
    XEN_GUEST_HANDLE_64(char) text;
    uint32_t size, offset, digest;
    int32_t result;
};

struct op_info {
    struct xen_livepatch_name name;
    XEN_GUEST_HANDLE_64(char) text;
    uint32_t size, offset, version, digest;
};

struct op_trial {
    struct xen_sysctl_livepatch_action action;
    uint32_t within, pad;
};

struct op_confirm {
    struct xen_livepatch_name name;
    uint64_t pad;
};

int xsplice_get_name(const struct xen_livepatch_name *from, char *name)
{
    if ( !from->size || from->size > XEN_LIVEPATCH_NAME_SIZE )
        return -EINVAL;
    if ( from->pad[0] || from->pad[1] || from->pad[2] )
        return -EINVAL;
    if ( copy_from_guest(name, from->name, from->size) )
        return -EFAULT;
    return name[from->size - 1] ? -EINVAL : 0;
}

static int op_get(struct xen_sysctl_livepatch_get *op)
{
    char name[XEN_LIVEPATCH_NAME_SIZE];
    int rc = xsplice_get_name(&op->name, name);

    return rc ?: engine_get(name, &op->status.state, &op->status.rc);
}

/* within: ms for the confirmation, 0: it is for good. */
static int op_action(const struct xen_sysctl_livepatch_action *op,
                     uint32_t within)
{
    char name[XEN_LIVEPATCH_NAME_SIZE];
    struct refusal why = { .reason = XSPLICE_REASON_NONE };
    int rc;

    if ( op->pad )
        return -EINVAL;
    rc = xsplice_get_name(&op->name, name);
    return rc
               ?: engine_trial(name, op->cmd, op->timeout, op->flags,
                               MILLISECS((uint64_t)within), &why);
}

static int op_trial(const struct op_trial *op)
{
    return op->pad || !op->within ? -EINVAL
                                  : op_action(&op->action, op->within);
}

static int op_confirm(const struct op_confirm *op)
{
    char name[XEN_LIVEPATCH_NAME_SIZE];
    int rc = xsplice_get_name(&op->name, name);

    if ( op->pad )
        return -EINVAL;
    return rc ?: engine_confirm(name, NULL);
}

static int page_begin(struct answer *a, uint32_t size, uint32_t offset)
{
    *a =
        (struct answer){ .room = min(size, XSPLICE_PAGE_MAX), .from = offset };
    a->text = port_alloc(a->room);
    return a->text ? 0 : -ENOMEM;
}

static int page_end(struct answer *a, XEN_GUEST_HANDLE_64(char) to)
{
    size_t filled = answer_filled(a);
    int rc = filled && copy_to_guest(to, a->text, filled) ? -EFAULT : 0;

    port_free(a->text);
    return rc;
}

/* With room for it, everything that speaks against the action. */
static int check_all(const char *name, struct op_check *op)
{
    struct refusal why = { .reason = XSPLICE_REASON_NONE };
    struct answer a;
    unsigned int count;
    int rc = page_begin(&a, op->size, op->offset);

    if ( rc )
        return rc;
    op->result = engine_check_all(name, op->cmd, op->flags, &a, &why, &count);
    rc = page_end(&a, op->text);
    if ( rc )
        return rc;
    op->reason = why.reason;
    op->count = count;
    op->size = a.size;
    op->digest = a.digest;
    return 0;
}

static int op_check(struct op_check *op)
{
    char name[XEN_LIVEPATCH_NAME_SIZE];
    struct refusal why = { .reason = XSPLICE_REASON_NONE };
    int rc;

    if ( op->count )
        return -EINVAL;
    rc = xsplice_get_name(&op->name, name);
    if ( rc )
        return rc;
    if ( op->size )
        return check_all(name, op);
    rc = engine_check(name, op->cmd, op->flags, &why);
    op->reason = why.reason;
    return rc;
}

/* A name of size 0 asks about the engine itself. */
static int op_info(struct op_info *op)
{
    char name[XEN_LIVEPATCH_NAME_SIZE];
    struct answer a;
    int rc = 0, failed;

    if ( op->name.size )
        rc = xsplice_get_name(&op->name, name);
    if ( !rc )
        rc = page_begin(&a, op->size, op->offset);
    if ( rc )
        return rc;

    rc = engine_info(op->name.size ? name : NULL, &a);
    failed = page_end(&a, op->text);
    if ( rc || failed )
        return rc ?: failed;
    op->size = a.size;
    op->version = XSPLICE_INFO_VERSION;
    op->digest = a.digest;
    return 0;
}

/* ---- LIST ---- */

struct listing {
    struct xen_sysctl_livepatch_list *op;
    unsigned int seen;   /* payloads looked at */
    unsigned int filled; /* entries filled in */
    uint64_t name_at, metadata_at;
    bool fill;
};

/* Copies one entry out: 0 or -errno. */
static int list_entry_out(struct listing *l, const struct payload *p,
                          uint32_t name_len)
{
    struct xen_sysctl_livepatch_list *op = l->op;
    struct xen_livepatch_status status = { .state = p->state,
                                           .rc = engine_rc(p) };
    uint32_t metadata_len = p->metadata_len;

    if ( !guest_handle_subrange_okay(op->name, l->name_at,
                                     l->name_at + name_len - 1) ||
         (metadata_len &&
          !guest_handle_subrange_okay(op->metadata, l->metadata_at,
                                      l->metadata_at + metadata_len - 1)) )
        return -EINVAL;
    if ( __copy_to_guest_offset(op->name, l->name_at, p->name, name_len) ||
         __copy_to_guest_offset(op->len, l->filled, &name_len, 1) ||
         __copy_to_guest_offset(op->status, l->filled, &status, 1) ||
         (metadata_len && __copy_to_guest_offset(op->metadata, l->metadata_at,
                                                 p->metadata, metadata_len)) ||
         __copy_to_guest_offset(op->metadata_len, l->filled, &metadata_len,
                                1) )
        return -EFAULT;
    return 0;
}

/* Returns 1 to end the walk without an error. */
static int cf_check list_one(void *arg, const struct payload *p)
{
    struct listing *l = arg;
    uint32_t name_len = strlen(p->name) + 1;
    int rc;

    if ( l->fill && l->op->idx > l->seen++ )
        return 0;
    l->op->name_total_size += name_len;
    l->op->metadata_total_size += p->metadata_len;
    if ( !l->fill )
        return 0;

    rc = list_entry_out(l, p, name_len);
    if ( rc )
        return rc;
    l->filled++;
    l->name_at += name_len;
    l->metadata_at += p->metadata_len;
    return l->filled >= l->op->nr || hypercall_preempt_check();
}

static int cf_check count_one(void *arg, const struct payload *p)
{
    ++*(unsigned int *)arg;
    return 0;
}

/*
 * The number of payloads does not change between the two walks: sysctls are
 * one at a time, and nothing else loads or unloads.
 */
static int op_list(struct xen_sysctl_livepatch_list *op)
{
    struct listing l = { .op = op, .fill = op->nr };
    unsigned int count = 0;
    int rc;

    if ( op->nr > XSPLICE_LIST_MAX )
        return -E2BIG;
    if ( op->pad )
        return -EINVAL;
    if ( op->nr && (!guest_handle_okay(op->status, op->nr) ||
                    !guest_handle_okay(op->len, op->nr) ||
                    !guest_handle_okay(op->metadata_len, op->nr)) )
        return -EINVAL;

    engine_each(count_one, &count);
    if ( count && op->idx >= count )
        return -EINVAL;

    op->name_total_size = op->metadata_total_size = 0;
    rc = engine_each(list_one, &l);
    op->nr = count - l.seen; /* how many remain */
    op->version = engine_list_version();
    return rc < 0 ? rc : l.filled;
}

int livepatch_op(struct xen_sysctl_livepatch_op *op)
{
    BUILD_BUG_ON(sizeof(*op) != sizeof(struct xsplice_op));
    BUILD_BUG_ON(sizeof(struct op_check) != sizeof(struct xsplice_op_check));
    BUILD_BUG_ON(sizeof(struct op_info) != sizeof(struct xsplice_op_info));
    BUILD_BUG_ON(sizeof(struct op_trial) != sizeof(struct xsplice_op_trial));
    BUILD_BUG_ON(sizeof(struct op_confirm) !=
                 sizeof(struct xsplice_op_confirm));

    if ( op->pad )
        return -EINVAL;

    switch ( op->cmd )
    {
    case XSPLICE_OP_UPLOAD:
        return xsplice_op_upload(&op->u.upload);
    case XSPLICE_OP_GET:
        return op_get(&op->u.get);
    case XSPLICE_OP_LIST:
        return op_list(&op->u.list);
    case XSPLICE_OP_ACTION:
        return op_action(&op->u.action, 0);
    case XSPLICE_OP_CHECK:
        return op_check((void *)&op->u);
    case XSPLICE_OP_INFO:
        return op_info((void *)&op->u);
    case XSPLICE_OP_TRIAL:
        return op_trial((void *)&op->u);
    case XSPLICE_OP_CONFIRM:
        return op_confirm((void *)&op->u);
    }
    return -EOPNOTSUPP;
}
