/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs that answer one question: check, wait, is-applied, build-id. */
#include <jansson.h>

#include "control/deps.h"
#include "control/duration.h"
#include "control/operation.h"
#include "control/output.h"
#include "control/reason.h"
#include "control/session.h"
#include "control/xen_errno.h"

/* Another one's operation is let come to its end, as for an action. */
static int check_when_free(struct control *c, const char *name, uint32_t flags,
                           uint32_t *id)
{
    struct hypervisor *hv = c->hv;
    struct backoff b;
    uint64_t pause;
    int rc;

    backoff_begin(&b, hv->now(hv->ctx), c->opt.timeout, 5 * NS_PER_MS,
                  200 * NS_PER_MS);
    while ( (rc = engine_check(hv, name, XSPLICE_ACTION_APPLY, flags, id)) ==
                -XEN_EBUSY &&
            (pause = backoff_next(&b, hv->now(hv->ctx))) )
        hv->sleep(hv->ctx, pause);
    return rc;
}

/*
 * Asks the engine, where it can answer.  *by_engine says whether it did;
 * everything that it can find is a refusal, not a failure of the check.
 */
static int check_by_engine(struct session *s, const char *name,
                           bool *by_engine, struct xs_error *err)
{
    uint32_t flags = s->c->opt.force[FORCE_DEPS] ? XSPLICE_ACTION_NODEPS : 0;
    uint32_t mark = console_mark(s->c->hv);
    struct reason reason;
    uint32_t id;
    int rc = check_when_free(s->c, name, flags, &id);

    *by_engine = rc != -XEN_EOPNOTSUPP;
    if ( !rc || !*by_engine )
        return 0;
    reason_find(s->c->hv, mark, name, XSPLICE_ACTION_APPLY, flags, &reason);
    return reason_explain(OP_APPLY, rc, &reason, err);
}

static void check_answer(const struct session *s, const struct loaded *p,
                         bool by_engine)
{
    const char *how =
        by_engine ? "checked by the hypervisor's engine"
                  : "build-ids and dependencies checked by the tool; this "
                    "hypervisor's engine has no check of its own";

    if ( s->c->opt.json )
        json_write(s->c->out,
                   json_pack("{s:s, s:b, s:b, s:s}", "name", p->name,
                             "applied", is_applied(p), "can_be_applied", 1,
                             "checked_by", by_engine ? "engine" : "tool"));
    else if ( is_applied(p) )
        fprintf(s->c->out, "%s: is applied\n", p->name);
    else
        fprintf(s->c->out, "%s: can be applied (%s)\n", p->name, how);
}

static int check_one(struct session *s, const char *name, struct xs_error *err)
{
    const struct loaded *p = session_find(s, name, err);
    bool by_engine = false;

    if ( !p )
        return -1;
    if ( !is_applied(p) &&
         (deps_may_apply(&s->inv, p, s->c->opt.force[FORCE_DEPS], err) ||
          check_by_engine(s, name, &by_engine, err)) )
        return -1;
    check_answer(s, p, by_engine);
    return 0;
}

int verb_check(struct control *c, int argc, char *const argv[],
               struct xs_error *err)
{
    struct session s;
    int rc = check_name(argv[0], err);

    if ( !rc && !(rc = session_begin(&s, c, false, err)) )
    {
        rc = check_one(&s, argv[0], err);
        session_end(&s);
    }
    return rc ? xs_context(err, "check %s", argv[0]) : 0;
}

/* Is the payload as wanted now?  1, 0, or a negative number of Xen's. */
static int as_wanted(struct control *c, const char *name)
{
    struct xsplice_op_status status;
    int rc = engine_get(c->hv, name, &status);

    if ( rc == -XEN_ENOENT )
        return c->opt.wanted == WANT_GONE;
    if ( rc )
        return rc;
    if ( status.rc == -XEN_EAGAIN )
        return 0;
    if ( c->opt.wanted == WANT_APPLIED )
        return status.state == XSPLICE_STATE_APPLIED;
    return c->opt.wanted == WANT_LOADED &&
           status.state == XSPLICE_STATE_LOADED;
}

int verb_wait(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    struct hypervisor *hv = c->hv;
    struct backoff b;
    uint64_t pause;
    int rc = check_name(argv[0], err);

    if ( rc )
        return xs_context(err, "wait");
    backoff_begin(&b, hv->now(hv->ctx), c->opt.timeout, 5 * NS_PER_MS,
                  200 * NS_PER_MS);
    while ( !(rc = as_wanted(c, argv[0])) )
    {
        pause = backoff_next(&b, hv->now(hv->ctx));
        if ( !pause )
        {
            xs_fail(err, XS_BUSY, "it is not %s after %llu ms",
                    wanted_names[c->opt.wanted],
                    (unsigned long long)(c->opt.timeout / NS_PER_MS));
            return xs_context(err, "wait %s", argv[0]);
        }
        hv->sleep(hv->ctx, pause);
    }
    if ( rc > 0 )
        return 0;
    explain(OP_GET, rc, "", err);
    return xs_context(err, "wait %s", argv[0]);
}

int verb_is_applied(struct control *c, int argc, char *const argv[],
                    struct xs_error *err)
{
    struct xsplice_op_status status;
    int rc = check_name(argv[0], err);

    if ( rc )
        return xs_context(err, "is-applied");
    rc = engine_get(c->hv, argv[0], &status);
    if ( rc && rc != -XEN_ENOENT )
    {
        explain(OP_GET, rc, "", err);
        return xs_context(err, "is-applied %s", argv[0]);
    }
    if ( !rc && status.state == XSPLICE_STATE_APPLIED )
        return 0;
    /* The answer is in the exit status: not a word. */
    return xs_fail(err, XS_STATE, "%s", "");
}

int verb_build_id(struct control *c, int argc, char *const argv[],
                  struct xs_error *err)
{
    char hex[XS_HEX_MAX];
    struct xs_build_id id;
    int rc = engine_build_id(c->hv, &id);

    if ( rc )
    {
        explain(OP_INFO, rc, "", err);
        return xs_context(err, "build-id");
    }
    xs_build_id_hex(&id, hex);
    if ( c->opt.json )
        json_write(c->out, json_pack("{s:s}", "build_id", hex));
    else
        fprintf(c->out, "%s\n", hex);
    return 0;
}
