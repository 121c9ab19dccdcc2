/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs that answer one question: check, wait, is-applied, build-id. */
#include <jansson.h>
#include <stdlib.h>

#include "control/deps.h"
#include "control/duration.h"
#include "control/explain.h"
#include "control/finder.h"
#include "control/objections.h"
#include "control/output.h"
#include "control/session.h"
#include "control/xen_errno.h"
#include "xsplice/reasons.h"

/* What 'check' finds. */
struct verdict {
    struct session *s;
    const struct loaded *p;
    struct objections against;
    bool by_engine; /* it was the engine that looked */
};

/* Another one's operation is let come to its end, as for an action. */
static int ask_when_free(struct control *c, const char *name,
                         struct engine_answer *check, char **text,
                         size_t *size)
{
    struct hypervisor *hv = c->hv;
    struct backoff b;
    uint64_t pause;
    int rc;

    backoff_begin(&b, hv->now(hv->ctx), c->opt.timeout, 5 * NS_PER_MS,
                  200 * NS_PER_MS);
    while ( !(rc = engine_check_all(hv, name, check, text, size)) &&
            check->reason == XSPLICE_REASON_BUSY &&
            (pause = backoff_next(&b, hv->now(hv->ctx))) )
    {
        free(*text);
        hv->sleep(hv->ctx, pause);
    }
    return rc;
}

/* Asks the engine, where it can answer; else the verdict says that it cannot. */
static int ask_engine(struct session *s, const char *name, struct verdict *v,
                      struct xs_error *err)
{
    bool forced = s->c->opt.force[FORCE_DEPS];
    struct engine_answer check = {
        .action = XSPLICE_ACTION_APPLY,
        .flags = forced ? XSPLICE_ACTION_NODEPS : 0,
    };
    char *text = NULL;
    size_t size, known;
    int rc = ask_when_free(s->c, name, &check, &text, &size);

    v->by_engine = rc != -XEN_EOPNOTSUPP;
    if ( !v->by_engine )
        return 0;
    if ( rc )
        return explain(OP_INFO, rc, "", err);
    /* Of what is missing the tool knows names. */
    known = v->against.n;
    rc = objections_read(&v->against, text, size,
                         known ? "DEPENDS_ABSENT" : NULL)
             ? 0
             : xs_fail(err, XS_FAILED, "out of memory");
    free(text);
    if ( !rc && !known && v->against.n == 1 )
        objections_number(&v->against, xen_errno_name(-check.result));
    return rc;
}

static int add_missing(void *arg, const struct xs_build_id *id,
                       const struct xs_error *why)
{
    struct verdict *v = arg;
    char *path =
        deps_owner(&v->s->inv, id) ? NULL : find_payload(v->s, id, NULL);
    struct xs_error said = *why;

    if ( path )
        xs_hint(&said, "load it first: xen-xsplice load %.300s", path);
    free(path);
    return objections_add(&v->against, "DEPENDS_ABSENT", &said) ? 0 : -1;
}

/* Fills in the verdict; an error is about the question, not an answer. */
static int judge(struct session *s, const struct loaded *p, struct verdict *v,
                 struct xs_error *err)
{
    bool forced = s->c->opt.force[FORCE_DEPS];
    struct xs_error why = { XS_OK };

    if ( deps_built_for(&s->inv, p, &why) ||
         (!forced && p->source == SOURCE_NONE &&
          deps_may_apply(&s->inv, p, false, &why)) )
        return objections_add(&v->against, "DEPENDS_UNKNOWN", &why) ? 0 : -1;
    if ( !forced && deps_missing(&s->inv, p, add_missing, v) )
        return xs_fail(err, XS_FAILED, "out of memory");
    return ask_engine(s, p->name, v, err);
}

static void show_verdict(const struct session *s, const struct loaded *p,
                         const struct verdict *v)
{
    const char *how =
        v->by_engine ? "checked by the hypervisor's engine"
                     : "build-ids and dependencies checked by the tool; this "
                       "hypervisor's engine has no check of its own";
    FILE *out = s->c->out;

    if ( s->c->opt.json )
        json_write(out, json_pack("{s:s, s:b, s:b, s:o, s:s}", "name", p->name,
                                  "applied", is_applied(p), "can_be_applied",
                                  !v->against.n, "reasons",
                                  objections_json(&v->against), "checked_by",
                                  v->by_engine ? "engine" : "tool"));
    else if ( is_applied(p) )
        fprintf(out, "%s: is applied\n", p->name);
    else if ( !v->against.n )
        fprintf(out, "%s: can be applied (%s)\n", p->name, how);
    else if ( v->against.n > 1 )
    {
        fprintf(out, "%s: cannot be applied now, for %zu reasons (%s)\n",
                p->name, v->against.n, how);
        objections_print(out, &v->against);
    }
}

static int check_one(struct session *s, const char *name, struct xs_error *err)
{
    const struct loaded *p = session_find(s, name, err);
    struct verdict v = { s, p, .by_engine = s->own_engine };
    int rc = 0;

    if ( !p )
        return -1;
    if ( !is_applied(p) )
        rc = judge(s, p, &v, err);
    if ( !rc )
    {
        show_verdict(s, p, &v);
        if ( v.against.n )
            rc = objections_fail(&v.against, err);
    }
    objections_free(&v.against);
    return rc;
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
