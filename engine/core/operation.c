/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "depend.h"
#include "engine.h"
#include "list.h"
#include "operation.h"
#include "shadow.h"
#include "trial.h"
#include "writes.h"

/* Set with the lock held; what act does with it, the rendezvous orders. */
static struct operation *current_op;

struct operation *operation_current(void)
{
    return current_op;
}

/* ---- before the stop ---- */

static int check_rules(struct payload *p, uint32_t cmd, uint32_t flags,
                       struct findings *f)
{
    switch ( cmd )
    {
    case XSPLICE_ACTION_APPLY:
        return depend_apply(p, flags & XSPLICE_ACTION_NODEPS, f);
    case XSPLICE_ACTION_REVERT:
    case OPERATION_TAKE_BACK:
        return depend_revert(p, f);
    default:
        return depend_replace(p, f);
    }
}

static int plan_writes(struct operation *op, struct findings *f)
{
    struct payload *const *before, *p = op->target;
    const struct payload *q;
    unsigned int i, n;

    switch ( op->cmd )
    {
    case XSPLICE_ACTION_APPLY:
        op->hooked = p->hooks.apply;
        return writes_apply(op, f);
    case XSPLICE_ACTION_REVERT:
        op->hooked = p->hooks.revert;
        op->hooks = p->nunload;
        return writes_revert(op, f);
    case OPERATION_TAKE_BACK:
        before = trial_before(&n);
        op->hooks = p->nunload;
        for ( i = 0; i < n; i++ )
            op->hooks |= !!before[i]->nload;
        return writes_take_back(op, before, n, f);
    default:
        op->top = payload_top();
        op->hooks = p->nload;
        for ( q = op->top; q; q = q->below )
            op->hooks |= !!q->nunload;
        return writes_replace(op, f);
    }
}

int operation_plan(struct payload *p, uint32_t cmd, uint32_t flags,
                   struct operation **out, struct findings *f)
{
    const char *unquiet;
    struct operation *op;
    int rc = check_rules(p, cmd, flags, f);

    if ( rc )
        return rc;
    if ( f->all ? port_waiting(&unquiet) : port_quiescent(&unquiet) )
        rc = found(f, XSPLICE_REASON_WAITQUEUE, "%.120s", unquiet);
    if ( rc )
        return rc;

    /* Bytes that another payload covers are not those of this one. */
    if ( cmd == XSPLICE_ACTION_REVERT && f->rc )
        return 0;

    op = port_alloc(sizeof(*op));
    if ( !op )
    {
        found(f, XSPLICE_REASON_NO_MEMORY, "the operation");
        return f->rc;
    }
    op->cmd = cmd;
    op->target = p;
    op->timings.requested = port_now();
    rc = plan_writes(op, f);
    if ( rc || f->rc )
        operation_drop(op);
    else
        *out = op;
    return rc;
}

void operation_drop(struct operation *op)
{
    trial_drop(op);
    writes_free(op);
    port_free(op);
}

static int run_pre_hook(struct operation *op, struct refusal *why)
{
    struct payload *p = op->target;
    unsigned long hook = op->cmd == XSPLICE_ACTION_APPLY ? p->hooks.preapply
                         : op->cmd == XSPLICE_ACTION_REVERT
                             ? p->hooks.prerevert
                             : 0;
    int rc;

    if ( !hook || op->second )
        return 0;
    rc = port_call_hook_int(hook, p);
    if ( rc )
    {
        refuse(why, XSPLICE_REASON_HOOK_VETO, "%d", rc);
        return rc < 0 ? rc : -EINVAL;
    }
    op->pre_ran = true;
    return 0;
}

/* Of the payloads that are about to be applied. */
static void open_shadows(const struct operation *op)
{
    struct payload *const *before;
    unsigned int i, n;

    if ( op->cmd == OPERATION_TAKE_BACK )
        for ( before = trial_before(&n), i = 0; i < n; i++ )
            shadows_open(before[i]);
    else if ( op->cmd != XSPLICE_ACTION_REVERT )
        shadows_open(op->target);
}

/*
 * The pre hook has said no: what it attached before goes.  With the lock held,
 * which is given up meanwhile.
 */
static void forget_attached(struct operation *op)
{
    current_op = op;
    port_unlock();
    shadows_sweep();
    port_lock();
    current_op = NULL;
}

int operation_start(struct operation *op, uint32_t timeout,
                    struct refusal *why)
{
    struct payload *p = op->target;
    int32_t before = p->rc;
    int rc = writes_map(op, why);

    if ( !rc )
    {
        open_shadows(op);
        rc = run_pre_hook(op, why);
    }
    if ( rc )
    {
        forget_attached(op);
        operation_drop(op);
        return rc;
    }
    writes_remember(op);
    current_op = op;
    p->rc = -EAGAIN;
    port_unlock();
    /* It may have settled, and op be gone, before this returns. */
    rc = port_run_stopped(op, timeout ? timeout : DEFAULT_TIMEOUT_NS);
    if ( rc )
    {
        op->unstarted = true;
        operation_settle(op, rc);
        refuse(why, XSPLICE_REASON_STOP_FAILED, "%d", rc);
    }
    port_lock();
    if ( rc )
        p->rc = before;
    return rc;
}

/* ---- in the stop: stores, hooks and flags ---- */

static void run_hooks(const struct payload *p, const unsigned long *fns,
                      unsigned int n)
{
    unsigned int i;

    for ( i = 0; i < n; i++ )
        port_call_hook_void(fns[i], (struct payload *)p);
}

static void act_undo(struct operation *op, bool native)
{
    const struct payload *q;

    writes_commit_undo(op);
    if ( op->cmd == OPERATION_TAKE_BACK ||
         (op->cmd == XSPLICE_ACTION_REVERT && native) )
        run_hooks(op->target, op->target->unload_fns, op->target->nunload);
    for ( q = op->top; q; q = q->below )
        run_hooks(q, q->unload_fns, q->nunload);
}

static void act_put(struct operation *op)
{
    struct payload *const *before;
    unsigned int i, n;

    if ( op->cmd == XSPLICE_ACTION_REVERT )
        return;
    if ( op->cmd == OPERATION_TAKE_BACK )
        for ( before = trial_before(&n), i = 0; i < n; i++ )
            run_hooks(before[i], before[i]->load_fns, before[i]->nload);
    else
        run_hooks(op->target, op->target->load_fns, op->target->nload);
    writes_commit_put(op);
}

void operation_act(struct operation *op)
{
    struct payload *p = op->target;

    op->timings.begun = port_now();
    op->acting = true;
    if ( op->hooked )
        op->rc = port_call_hook_int(
            op->cmd == XSPLICE_ACTION_APPLY ? p->hooks.apply : p->hooks.revert,
            p);
    if ( !op->rc && op->cmd != XSPLICE_ACTION_APPLY )
        act_undo(op, !op->hooked);
    if ( !op->rc && !op->hooked )
        act_put(op);
    op->acting = false;
    op->acted = true;
    op->timings.ended = port_now();
}

/* ---- after it ---- */

static void mark_functions(struct payload *p, bool applied, bool written)
{
    unsigned int i;

    for ( i = 0; i < p->nsites; i++ )
        p->sites[i].written = written;
    for ( i = 0; i < p->nfuncs; i++ )
        p->fstate[i].applied = applied ? FUNC_APPLIED : FUNC_NOT_APPLIED;
}

static void became_applied(struct operation *op, struct payload *p)
{
    p->state = XSPLICE_STATE_APPLIED;
    p->was_applied = true;
    mark_functions(p, true, !op->hooked);
    payload_push(p);
}

static void became_reverted(struct payload *p)
{
    p->state = XSPLICE_STATE_LOADED;
    mark_functions(p, false, false);
    payload_pull(p);
}

/* How many functions the payload's own hook says are applied. */
static unsigned int count_applied(const struct payload *p)
{
    unsigned int i, n = 0;

    for ( i = 0; i < p->nfuncs; i++ )
        n += p->fstate[i].applied == FUNC_APPLIED;
    return n;
}

/*
 * An action hook may do its work by halves.  Then the payload counts as
 * applied, so that its code stays and it can still be reverted.
 */
static void settle_hooked(struct operation *op, struct refusal *why)
{
    struct payload *p = op->target;
    unsigned int n = count_applied(p);
    bool apply = op->cmd == XSPLICE_ACTION_APPLY;
    bool done = op->rc == 0;

    if ( n != (apply == done ? p->nfuncs : 0) )
        refuse(why, XSPLICE_REASON_HOOK_PARTIAL,
               "returned %d, %u of %u functions applied", op->rc, n,
               p->nfuncs);
    else if ( !done )
        refuse(why, XSPLICE_REASON_HOOK_FAILED, "%d", op->rc);
    if ( apply && (done || n) )
        became_applied(op, p);
    else if ( !apply && done )
        became_reverted(p);
    else if ( !apply )
        mark_functions(p, true, p->nsites && p->sites[0].written);
}

/* They are again what they were, in the order in which they were applied. */
static void came_back(struct operation *op)
{
    unsigned int i, n;
    struct payload *const *before = trial_before(&n);

    became_reverted(op->target);
    for ( i = 0; i < n; i++ )
    {
        became_applied(op, before[i]);
        before[i]->rc = 0;
    }
}

static void settle_states(struct operation *op, struct refusal *why)
{
    if ( op->hooked )
    {
        settle_hooked(op, why);
        return;
    }
    if ( op->cmd == XSPLICE_ACTION_REVERT )
        became_reverted(op->target);
    else if ( op->cmd == OPERATION_TAKE_BACK )
        came_back(op);
    else
    {
        struct payload *q;

        while ( op->cmd == XSPLICE_ACTION_REPLACE && (q = payload_top()) )
        {
            became_reverted(q);
            q->rc = 0;
        }
        became_applied(op, op->target);
    }
}

static void settle_failed(struct operation *op, int rc, struct refusal *why)
{
    const char *unquiet;

    op->rc = rc;
    if ( op->unstarted )
        return; /* told by who tried to start it */
    if ( rc != -EBUSY )
        refuse(why, XSPLICE_REASON_STOP_FAILED, "%d", rc);
    else if ( port_quiescent(&unquiet) )
        refuse(why, XSPLICE_REASON_WAITQUEUE, "%.120s", unquiet);
    else
        refuse(why, XSPLICE_REASON_TIMEOUT, "%llu us",
               (unsigned long long)(port_now() - op->timings.requested) /
                   1000);
}

/* Without the lock; that op is still the current one keeps p where it is. */
static void run_post_hook(const struct operation *op)
{
    struct payload *p = op->target;
    unsigned long hook = op->cmd == XSPLICE_ACTION_APPLY ? p->hooks.postapply
                         : op->cmd == XSPLICE_ACTION_REVERT
                             ? p->hooks.postrevert
                             : 0;

    /* It cleans up after the pre hook, so it runs whenever that has run. */
    if ( hook && !op->second && (op->acted || op->pre_ran) )
        port_call_hook_void(hook, p);
}

static void log_outcome(const struct operation *op, const struct refusal *why)
{
    static const char *const done[] = {
        [XSPLICE_ACTION_REVERT] = "reverted",
        [XSPLICE_ACTION_APPLY] = "applied",
        [XSPLICE_ACTION_REPLACE] = "applied in place of all others",
        [OPERATION_TAKE_BACK] = "reverted, and applied what it had replaced",
    };
    const struct timings *t = &op->timings;

    if ( op->unstarted )
        return;
    if ( why->reason != XSPLICE_REASON_NONE )
        port_log(PORT_ERR, "xsplice: %s: %s: %s\n", op->target->name,
                 reason_sentence(why->reason), why->detail);
    if ( op->acted && !op->rc )
        port_log(PORT_INFO,
                 "xsplice: %s: %s, %u functions, after %llu us in %llu ns\n",
                 op->target->name, done[op->cmd], op->target->nfuncs,
                 (unsigned long long)(t->begun - t->requested) / 1000,
                 (unsigned long long)(t->ended - t->begun));
}

/* A hook asked for the revert: a stop of its own, without hooks. */
static bool start_second(struct operation *op)
{
    struct payload *p = op->target;
    struct refusal why = { 0 };
    struct findings f = { .first = &why };

    if ( !op->again || p->state != XSPLICE_STATE_APPLIED )
        return false;
    writes_free(op);
    op->cmd = XSPLICE_ACTION_REVERT;
    op->second = true;
    op->again = op->acted = op->hooked = op->hooks = false;
    op->result = op->rc;
    op->rc = 0;
    op->timings.requested = port_now();
    if ( !writes_revert(op, &f) && !writes_map(op, &why) &&
         !port_run_stopped(op, DEFAULT_TIMEOUT_NS) )
        return true;
    op->rc = op->result;
    port_log(PORT_ERR, "xsplice: %s: %s: %s\n", p->name,
             reason_sentence(XSPLICE_REASON_STOP_FAILED),
             "the revert that a hook asked for");
    return false;
}

void operation_settle(struct operation *op, int rc)
{
    struct payload *p = op->target;
    struct refusal why = { 0 };

    port_lock();
    if ( op->acted )
        settle_states(op, &why);
    else
        settle_failed(op, rc, &why);
    if ( op->second )
        op->rc = op->result; /* of the hook that asked for it */
    p->rc = op->rc;
    p->timings = op->timings;
    if ( p->state == XSPLICE_STATE_LOADED )
        trial_end(p);
    else if ( op->acted && op->within && op->cmd != XSPLICE_ACTION_REVERT )
        trial_begin(op);
    port_unlock();

    run_post_hook(op);
    log_outcome(op, &why);
    if ( start_second(op) )
        return;

    writes_free(op);
    shadows_sweep();
    port_lock();
    if ( !op->unstarted )
        p->last = why;
    current_op = NULL;
    port_unlock();
    trial_drop(op);
    port_free(op);
}

int engine_revert_from_hook(struct payload *p)
{
    struct operation *op = current_op;

    if ( !op || op->target != p || p->state != XSPLICE_STATE_APPLIED )
        return -EBUSY;
    if ( op->acting )
    {
        if ( !op->hooked || op->cmd != XSPLICE_ACTION_REVERT )
            return -EBUSY;
        /* From the revert hook, all CPUs stopped: what it stands in for. */
        act_undo(op, true);
        mark_functions(p, false, false);
        return 0;
    }
    /* From the post hook, the CPUs running again: it has to wait. */
    op->again = true;
    return 0;
}
