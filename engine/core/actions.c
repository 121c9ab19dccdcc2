/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's face: what may be asked of a payload in which state. */
#include "depend.h"
#include "engine.h"
#include "list.h"
#include "operation.h"
#include "signature.h"
#include "symbols.h"
#include "trial.h"

/* What a state makes of an action.  NOTHING: it is so already; answer 0. */
enum cell { NOTHING, STOP, UNLOAD, REFUSE };

static const enum cell
    cells[XSPLICE_STATE_APPLIED + 1][XSPLICE_ACTION_REPLACE + 1] = {
    [XSPLICE_STATE_LOADED] = {
        [XSPLICE_ACTION_UNLOAD] = UNLOAD,
        [XSPLICE_ACTION_REVERT] = NOTHING,
        [XSPLICE_ACTION_APPLY] = STOP,
        [XSPLICE_ACTION_REPLACE] = STOP,
    },
    [XSPLICE_STATE_APPLIED] = {
        [XSPLICE_ACTION_UNLOAD] = REFUSE,
        [XSPLICE_ACTION_REVERT] = STOP,
        [XSPLICE_ACTION_APPLY] = NOTHING,
        [XSPLICE_ACTION_REPLACE] = NOTHING,
    },
};

static struct refusal last_upload;

int engine_init(void)
{
    signature_init();
    return symbols_init();
}

void engine_exit(void)
{
    struct payload *p;

    while ( payload_top() )
    {
        trial_end(payload_top());
        payload_pull(payload_top());
    }
    while ( (p = payload_first()) )
    {
        payload_unlink(p);
        port_payload_retire(p, payload_free);
    }
    symbols_exit();
    memset(&last_upload, 0, sizeof(last_upload));
}

void engine_upload_refused(const struct refusal *why)
{
    port_lock();
    if ( why )
        last_upload = *why;
    else
        memset(&last_upload, 0, sizeof(last_upload));
    port_unlock();
}

void engine_last_upload(struct refusal *out)
{
    port_lock();
    *out = last_upload;
    port_unlock();
}

/* While an operation is under way, whatever the hooks are shown in p->rc. */
static int32_t current_rc(const struct payload *p)
{
    const struct operation *op = operation_current();

    return op && op->target == p ? -EAGAIN : p->rc;
}

int engine_get(const char *name, uint32_t *state, int32_t *rc)
{
    const struct payload *p;

    port_lock();
    p = payload_find(name);
    if ( p )
    {
        *state = p->state;
        *rc = current_rc(p);
    }
    port_unlock();
    return p ? 0 : -ENOENT;
}

int32_t engine_rc(const struct payload *p)
{
    return current_rc(p);
}

int engine_each(int (*fn)(void *arg, const struct payload *p), void *arg)
{
    const struct payload *p;
    int rc = 0;

    port_lock();
    for ( p = payload_first(); p && !rc; p = p->next )
        rc = fn(arg, p);
    port_unlock();
    return rc;
}

uint32_t engine_list_version(void)
{
    return payload_version();
}

struct request {
    const char *name;
    uint32_t cmd, flags;
    uint64_t within; /* ns; 0: not on trial */
};

/* Plans it, and the way back if it is on trial. */
static int plan(const struct request *r, struct payload *p,
                struct operation **op, struct findings *f)
{
    int rc = operation_plan(p, r->cmd, r->flags, op, f);

    if ( !rc && *op && r->within )
        rc = trial_plan(*op, r->within, f);
    if ( *op && (rc || f->rc) )
    {
        operation_drop(*op);
        *op = NULL;
    }
    return rc;
}

/* Is what is asked for such a thing at all? */
static int understood(const struct request *r, struct findings *f)
{
    if ( r->cmd < XSPLICE_ACTION_UNLOAD || r->cmd > XSPLICE_ACTION_REPLACE ||
         (r->within && r->cmd < XSPLICE_ACTION_APPLY) )
        found(f, XSPLICE_REASON_ACTION_UNKNOWN, "%u", r->cmd);
    return f->rc;
}

/*
 * What ACTION would do; STOP hands out the plan.  Returns the -errno of the
 * first reason against it.
 */
static int decide(const struct request *r, struct payload **out,
                  struct operation **op, enum cell *cell, struct findings *f)
{
    const char *name = r->name;
    uint32_t cmd = r->cmd;
    struct payload *p = payload_find(name);
    const struct operation *busy = operation_current();
    int rc = 0;

    *cell = NOTHING;
    *out = p;
    if ( !p )
        found(f, XSPLICE_REASON_NO_SUCH_PAYLOAD, "%.100s", name);
    if ( f->rc || understood(r, f) )
        return f->rc;
    *cell = cells[p->state][cmd];
    /*
     * An operation on p may be about to change its state.  With any under way
     * there is nothing to be said of what comes after it.
     */
    if ( busy && (busy->target == p || *cell == UNLOAD || *cell == STOP) )
    {
        found(f, XSPLICE_REASON_BUSY, "on %.100s", busy->target->name);
        return f->rc;
    }
    if ( *cell == NOTHING && r->within )
        return found(f, XSPLICE_REASON_TRIAL_LATE, "%.100s", name);
    if ( *cell == UNLOAD || *cell == STOP )
        rc = trial_allows(p, cmd, f);
    if ( rc )
        return rc;
    switch ( *cell )
    {
    case REFUSE:
        rc = found(f, XSPLICE_REASON_UNLOAD_APPLIED, "%.100s", name);
        /* fallthrough */
    case UNLOAD:
        rc = rc ? rc : depend_unload(p, f);
        break;
    case STOP:
        rc = plan(r, p, op, f);
        break;
    case NOTHING:
        break;
    }
    return rc ? rc : f->rc;
}

/*
 * Told once, and kept for who asks.  To come while another operation is under
 * way is no fault; who tries again and again must not fill the console.
 */
static void tell(struct payload *p, const char *name,
                 const struct refusal *why)
{
    if ( p )
        p->last = *why;
    port_log(why->reason == XSPLICE_REASON_BUSY ? PORT_DEBUG : PORT_ERR,
             "xsplice: %.128s: %s: %s\n", name, reason_sentence(why->reason),
             why->detail);
}

int engine_action(const char *name, uint32_t cmd, uint32_t timeout,
                  uint32_t flags, struct refusal *why)
{
    return engine_trial(name, cmd, timeout, flags, 0, why);
}

int engine_trial(const char *name, uint32_t cmd, uint32_t timeout,
                 uint32_t flags, uint64_t within, struct refusal *why)
{
    const struct request request = { name, cmd, flags, within };
    struct refusal own = { 0 };
    struct findings f = { .first = why ? why : &own };
    struct operation *op = NULL;
    struct payload *p = NULL;
    enum cell cell;
    int rc;

    why = f.first;
    port_lock();
    rc = decide(&request, &p, &op, &cell, &f);
    if ( !rc && cell == STOP )
        rc = operation_start(op, timeout, why);
    if ( !rc && cell == UNLOAD )
        payload_unlink(p);
    if ( rc )
        tell(p, name, why);
    /* As the stock engine answers: the hypercall is fine, the status is not. */
    if ( why->reason == XSPLICE_REASON_REAPPLY_DATA )
    {
        p->rc = rc;
        rc = 0;
    }
    port_unlock();
    if ( !rc && cell == UNLOAD )
    {
        /* Nobody finds it any more. */
        port_payload_retire(p, payload_free);
        port_log(PORT_INFO, "xsplice: %.128s: unloaded\n", name);
    }
    return rc;
}

static int check(const char *name, uint32_t cmd, uint32_t flags,
                 struct findings *f)
{
    const struct request request = { name, cmd, flags, 0 };
    struct operation *op = NULL;
    struct payload *p = NULL;
    enum cell cell;
    int rc;

    port_lock();
    rc = decide(&request, &p, &op, &cell, f);
    if ( op )
        operation_drop(op);
    /* Who asks has a number; INFO has the words, as for a real attempt. */
    if ( rc && p && !f->all )
        p->last = *f->first;
    port_unlock();
    return rc;
}

int engine_check(const char *name, uint32_t cmd, uint32_t flags,
                 struct refusal *why)
{
    struct refusal own = { 0 };
    struct findings f = { .first = why ? why : &own };

    return check(name, cmd, flags, &f);
}

int engine_check_all(const char *name, uint32_t cmd, uint32_t flags,
                     struct answer *all, struct refusal *why,
                     unsigned int *count)
{
    struct findings f = { .first = why, .all = all };
    int rc = check(name, cmd, flags, &f);

    *count = f.n;
    return rc;
}
