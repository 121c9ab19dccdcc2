/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/operation.h"

#include <string.h>

#include "control/duration.h"
#include "control/engine.h"
#include "control/reason.h"
#include "control/xen_errno.h"

/*
 * For each phase of one try.  Short, because all CPUs stand still in it, and
 * because a try that fails costs nothing.
 */
#define TRY (30 * NS_PER_MS)

/* A busy mark that stays longer than this, with no reason to, is stuck. */
#define STUCK (20 * TRY)

static const struct {
    uint32_t action;
    uint32_t state; /* that it leads to; 0: the payload is gone */
} operations[OP_COUNT] = {
    [OP_UNLOAD] = { XSPLICE_ACTION_UNLOAD, 0 },
    [OP_REVERT] = { XSPLICE_ACTION_REVERT, XSPLICE_STATE_LOADED },
    [OP_APPLY] = { XSPLICE_ACTION_APPLY, XSPLICE_STATE_APPLIED },
    [OP_REPLACE] = { XSPLICE_ACTION_REPLACE, XSPLICE_STATE_APPLIED },
};

static uint64_t now(const struct control *c)
{
    return c->hv->now(c->hv->ctx);
}

/*
 * Asks until the payload is not busy any more, or the time is over.  state: an
 * unchanging busy mark on a payload in this state is believed for a while
 * only.
 */
static int poll_status(struct control *c, const char *name, uint32_t state,
                       uint64_t timeout, struct xsplice_op_status *status)
{
    uint64_t begin = now(c), wait;
    struct backoff b;

    backoff_begin(&b, begin, timeout, NS_PER_MS, 50 * NS_PER_MS);
    for ( ;; )
    {
        int rc = engine_get(c->hv, name, status);

        if ( rc || status->rc != -XEN_EAGAIN )
            return rc;
        if ( status->state == state && now(c) - begin > STUCK )
        {
            status->rc = 0;
            return 0;
        }
        wait = backoff_next(&b, now(c));
        if ( !wait )
            return 0;
        c->hv->sleep(c->hv->ctx, wait);
    }
}

int let_settle(struct control *c, const char *name,
               struct xsplice_op_status *status)
{
    uint64_t most = c->opt.timeout < STUCK ? c->opt.timeout : STUCK;

    return poll_status(c, name, UINT32_MAX, most, status);
}

/* One try.  0, or Xen's number, whether it came at once or at the end. */
static int try_once(struct control *c, const char *name, enum operation op,
                    uint32_t flags, uint64_t time_left)
{
    struct xsplice_op_status status;
    uint32_t wanted = operations[op].state;
    uint32_t action = operations[op].action;
    bool trial = c->opt.confirm && wanted == XSPLICE_STATE_APPLIED;
    int rc = trial ? engine_trial(c->hv, name, action, TRY, flags,
                                  c->opt.confirm / NS_PER_MS)
                   : engine_action(c->hv, name, action, TRY, flags);

    /* What has been started is let come to its end. */
    if ( time_left < 4 * TRY )
        time_left = 4 * TRY;

    if ( rc || !wanted )
        return rc;
    rc = poll_status(c, name, wanted, time_left, &status);
    if ( rc )
        return rc;
    if ( status.rc )
        return status.rc;
    /* Done, or another tool was faster: then it is tried again. */
    return status.state == wanted ? 0 : -XEN_EBUSY;
}

/*
 * The engine of stock Xen gives the same number for "not the last one that was
 * applied", for which waiting is of no use; only its console tells.
 */
static int refused_order(const char *console, struct xs_error *err)
{
    static const char says[] = "can't unload. Top is ";
    const char *top = strstr(console, says);
    size_t len;

    if ( !top )
        return 0;
    top += sizeof(says) - 1;
    len = strcspn(top, ";");
    xs_fail(err, XS_DEPENDENCY,
            "this hypervisor's engine reverts only the payload that was "
            "applied last, which is '%.*s'",
            (int)len, top);
    return xs_hint(err,
                   "revert '%.*s' first, or 'replace' all by a new "
                   "payload",
                   (int)len, top);
}

static int timed_out(struct control *c, enum operation op, int rc,
                     const struct reason *reason, unsigned int tries,
                     struct xs_error *err)
{
    struct xs_error why = { XS_OK };

    reason_explain(op, rc, reason, &why);
    xs_fail(err, XS_BUSY, "not done within %llu ms (%u %s): %s",
            (unsigned long long)(c->opt.timeout / NS_PER_MS), tries,
            tries == 1 ? "try" : "tries", why.what);
    return xs_hint(err, "%s",
                   why.hint[0] ? why.hint
                               : "try again, or with a larger --timeout");
}

int operate(struct control *c, const char *name, enum operation op,
            uint32_t flags, struct xs_error *err)
{
    uint32_t mark = console_mark(c->hv);
    struct reason reason;
    unsigned int tries = 0;
    struct backoff b;
    uint64_t wait;
    int rc;

    backoff_begin(&b, now(c), c->opt.timeout, 10 * NS_PER_MS, 2 * NS_PER_S);
    for ( ;; )
    {
        uint64_t at = now(c);

        rc = try_once(c, name, op, flags,
                      b.deadline > at ? b.deadline - at : 0);
        tries++;
        if ( !rc || (op == OP_UNLOAD && rc == -XEN_ENOENT) )
            return 0;
        reason_find(c->hv, mark, name, operations[op].action, flags, &reason);
        if ( reason.kind || (rc != -XEN_EBUSY && rc != -XEN_EAGAIN) )
            return reason_explain(op, rc, &reason, err);
        if ( op == OP_REVERT && refused_order(reason.text, err) )
            return -1;
        wait = backoff_next(&b, now(c));
        if ( !wait )
            return timed_out(c, op, rc, &reason, tries, err);
        if ( c->opt.verbosity > 0 )
            fprintf(c->notes, "%s %s: busy, trying again\n",
                    operation_name(op), name);
        c->hv->sleep(c->hv->ctx, wait);
    }
}
