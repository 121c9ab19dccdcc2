/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The verbs that change the hypervisor: upload, load, apply, replace, revert,
 * unload.  Each looks at everything first, and acts when nothing speaks
 * against it.
 */
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "control/change.h"
#include "control/deps.h"
#include "control/duration.h"
#include "control/finder.h"
#include "control/operation.h"
#include "control/reason.h"
#include "control/record.h"
#include "control/session.h"

/*
 * The engine of stock Xen compares a payload's dependency with the payload
 * applied last, and so refuses independent ones.  The tool has checked by the
 * real rule, so that comparison is switched off.  The xsplice engine has the
 * real rule itself.
 */
static uint32_t apply_flags(const struct session *s)
{
    bool forced = s->c->opt.force[FORCE_DEPS];

    return s->own_engine && !forced ? 0 : XSPLICE_ACTION_NODEPS;
}

/* Acts, or says what would be done. */
static int act(struct session *s, const char *name, enum operation op,
               struct xs_error *err)
{
    uint32_t flags = op == OP_APPLY ? apply_flags(s) : 0;

    if ( s->c->opt.dry_run )
    {
        note(s->c, 0, "would %s %s", operation_name(op), name);
        return 0;
    }
    if ( operate(s->c, name, op, flags, err) )
        return -1;
    if ( s->c->opt.confirm && (op == OP_APPLY || op == OP_REPLACE) )
        note(s->c, 0,
             "%s is on trial: taken back in %llu s, unless you type "
             "'xen-xsplice confirm %s'",
             name, (unsigned long long)(s->c->opt.confirm / NS_PER_S), name);
    note(s->c, 1, "%s %s: done", operation_name(op), name);
    return 0;
}

/* May it be on trial, if that was asked for?  p: applied already, or NULL. */
static int may_try(const struct session *s, const struct loaded *p,
                   struct xs_error *err)
{
    unsigned long left;

    if ( !s->c->opt.confirm )
        return 0;
    if ( !s->own_engine )
    {
        xs_fail(err, XS_UNSUPPORTED,
                "this hypervisor's engine cannot take a payload back by "
                "itself, and a timer in this system would stop together with "
                "it");
        return xs_hint(err, "apply it without --confirm-within, or run a "
                            "hypervisor with the xsplice engine");
    }
    if ( p && !is_unconfirmed(p, &left) )
    {
        xs_fail(err, XS_STATE, "it is applied already, and not on trial");
        return xs_hint(err, "revert it first, to apply it on trial");
    }
    return 0;
}

static int apply_one(struct session *s, const struct loaded *p,
                     struct xs_error *err)
{
    if ( may_try(s, is_applied(p) ? p : NULL, err) )
        return -1;
    if ( is_applied(p) )
    {
        note(s->c, 1, "%s is applied already", p->name);
        return 0;
    }
    if ( deps_may_apply(&s->inv, p, s->c->opt.force[FORCE_DEPS], err) )
        return suggest_files(s, p, NULL, err);
    return act(s, p->name, OP_APPLY, err);
}

/*
 * The engine of stock Xen can fail between taking the old payloads away and
 * applying the new one.  That the host is then without them is what the user
 * must know first.
 */
static int replace_failed(struct session *s, struct xs_error *err)
{
    struct xs_error ignored;
    struct inventory after;
    char names[200] = "";
    size_t i;

    if ( inventory_read(&after, s->c->hv, s->c->run_dir, &ignored) )
        return -1;
    for ( i = 0; i < s->inv.n; i++ )
    {
        const struct loaded *p =
            inventory_find(&after, s->inv.payload[i].name);

        if ( is_applied(&s->inv.payload[i]) && p && !is_applied(p) )
            names_add(names, sizeof(names), p->name);
    }
    inventory_free(&after);
    if ( names[0] )
    {
        struct xs_error why = *err;

        xs_fail(err, why.kind, "THE HOST IS NOW WITHOUT %s: %.500s", names,
                why.what);
        xs_hint(err, "apply %s again, or try this again", names);
    }
    return -1;
}

static int replace_by(struct session *s, const struct loaded *p,
                      struct xs_error *err)
{
    size_t i, others = 0;

    for ( i = 0; i < s->inv.n; i++ )
        others += &s->inv.payload[i] != p && is_applied(&s->inv.payload[i]);
    if ( may_try(s, is_applied(p) ? p : NULL, err) )
        return -1;
    if ( is_applied(p) && !others )
    {
        note(s->c, 1, "%s is applied already, and nothing else is", p->name);
        return 0;
    }
    if ( is_applied(p) )
    {
        xs_fail(err, XS_STATE,
                "it is applied already, together with others: engines replace "
                "only by a payload that is not");
        return xs_hint(err, "revert it first, or revert the others");
    }
    if ( deps_may_replace(&s->inv, p, s->c->opt.force[FORCE_DEPS], err) )
        return -1;
    return act(s, p->name, OP_REPLACE, err) ? replace_failed(s, err) : 0;
}

static int revert_one(struct session *s, const struct loaded *p,
                      struct xs_error *err)
{
    if ( !is_applied(p) )
    {
        note(s->c, 1, "%s is not applied", p->name);
        return 0;
    }
    if ( deps_may_remove(&s->inv, p, s->c->opt.force[FORCE_DEPS], err) )
        return -1;
    return act(s, p->name, OP_REVERT, err);
}

static int unload_one(struct session *s, const struct loaded *p,
                      struct xs_error *err)
{
    /* The error of session_find(): it is not there. */
    if ( !p && err->kind == XS_STATE )
    {
        note(s->c, 0, "nothing to unload: no payload of that name is there");
        return 0;
    }
    if ( !p )
        return -1;
    if ( is_applied(p) )
    {
        xs_fail(err, XS_STATE, "it is applied");
        return xs_hint(err, "revert it first: xen-xsplice revert %s", p->name);
    }
    if ( deps_may_remove(&s->inv, p, s->c->opt.force[FORCE_DEPS], err) ||
         (!s->own_engine &&
          deps_unload_blind(&s->inv, p, s->c->opt.force[FORCE_DEPS], err)) ||
         act(s, p->name, OP_UNLOAD, err) )
        return -1;
    if ( !s->c->opt.dry_run )
        record_remove(s->c->run_dir, p->name);
    return 0;
}

/* The frame that apply, replace, revert, and unload have in common. */
static int change(struct control *c, const char *name, enum operation op,
                  int (*one)(struct session *s, const struct loaded *p,
                             struct xs_error *err),
                  struct xs_error *err)
{
    const struct loaded *p;
    struct session s;
    int rc = check_name(name, err);

    if ( !rc )
        rc = session_begin(&s, c, true, err);
    if ( !rc )
    {
        p = session_find(&s, name, err);
        rc = p || op == OP_UNLOAD ? one(&s, p, err) : -1;
        session_end(&s);
    }
    return rc ? xs_context(err, "%s %s", operation_name(op), name) : 0;
}

int verb_apply(struct control *c, int argc, char *const argv[],
               struct xs_error *err)
{
    return change(c, argv[0], OP_APPLY, apply_one, err);
}

int verb_replace(struct control *c, int argc, char *const argv[],
                 struct xs_error *err)
{
    return change(c, argv[0], OP_REPLACE, replace_by, err);
}

int verb_revert(struct control *c, int argc, char *const argv[],
                struct xs_error *err)
{
    return change(c, argv[0], OP_REVERT, revert_one, err);
}

/* In the hypervisor, where it is on trial. */
static int confirm_trial(struct session *s, const struct loaded *p,
                         struct xs_error *err)
{
    uint32_t mark = console_mark(s->c->hv);
    struct reason reason;
    int rc = engine_confirm(s->c->hv, p->name);

    if ( !rc )
        return 0;
    reason_find(s->c->hv, mark, p->name, XSPLICE_ACTION_REVERT, 0, &reason);
    return reason_explain(OP_CONFIRM, rc, &reason, err);
}

static int confirm_one(struct session *s, const struct loaded *p,
                       struct xs_error *err)
{
    unsigned long left;
    unsigned int n;

    if ( !is_applied(p) )
    {
        xs_fail(err, XS_STATE, "it is not applied (any more)");
        return xs_hint(err,
                       "'info %s' and the hypervisor's console (xl "
                       "dmesg) say what became of it",
                       p->name);
    }
    if ( is_unconfirmed(p, &left) && confirm_trial(s, p, err) )
        return -1;
    return confirm_restored(s, p->name, &n, err);
}

/* Everything that waits for it. */
static int confirm_all(struct control *c, struct xs_error *err)
{
    unsigned long left;
    struct session s;
    unsigned int n;
    size_t i;
    int rc = session_begin(&s, c, true, err);

    if ( rc )
        return rc;
    for ( i = 0; i < s.inv.n && !rc; i++ )
        if ( is_unconfirmed(&s.inv.payload[i], &left) )
            rc = confirm_trial(&s, &s.inv.payload[i], err);
    if ( !rc )
        rc = confirm_restored(&s, NULL, &n, err);
    session_end(&s);
    return rc;
}

int verb_confirm(struct control *c, int argc, char *const argv[],
                 struct xs_error *err)
{
    if ( argc )
        return change(c, argv[0], OP_CONFIRM, confirm_one, err);
    return confirm_all(c, err) ? xs_context(err, "confirm") : 0;
}

int verb_unload(struct control *c, int argc, char *const argv[],
                struct xs_error *err)
{
    return change(c, argv[0], OP_UNLOAD, unload_one, err);
}

/* Engines take a payload once, whatever its name. */
static int no_other_name(const struct session *s,
                         const struct xs_payload *file, struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < s->inv.n; i++ )
    {
        const struct loaded *p = &s->inv.payload[i];

        if ( p->source == SOURCE_NONE ||
             !xs_build_id_equal(&p->identity.id, &file->id) )
            continue;
        xs_fail(err, XS_FAILED, "the same payload is loaded already, as '%s'",
                p->name);
        return xs_hint(err, "use that one, or unload it first");
    }
    return 0;
}

/* Is the payload there under that name?  1 yes, 0 no, -1 not as it should. */
static int already_there(const struct session *s, const char *name,
                         const struct xs_payload *file, struct xs_error *err)
{
    const struct loaded *p = inventory_find(&s->inv, name);
    char hex[XS_HEX_MAX];

    if ( !p )
        return no_other_name(s, file, err);
    if ( p->source == SOURCE_NONE )
        xs_fail(err, XS_FAILED,
                "a payload of that name is loaded, and its build-id is not "
                "known");
    else if ( xs_build_id_equal(&p->identity.id, &file->id) )
        return 1;
    else
        xs_fail(err, XS_FAILED,
                "a different payload of that name is loaded (build-id %s)",
                xs_build_id_hex(&p->identity.id, hex));
    return xs_hint(err, "take another name, or revert and unload that one");
}

/*
 * The note comes first: whoever is killed after the upload leaves a payload of
 * which is known what it is.  Without the note the payload is there all the
 * same; only on stock engines, and for payloads without metadata, is something
 * lost, and then 'apply' says so.
 */
static int send(struct session *s, const char *name,
                const struct xs_payload *file, struct xs_error *err)
{
    uint32_t mark = console_mark(s->c->hv);
    struct reason reason;
    struct xs_error ignored;
    int noted = record_write(s->c->run_dir, name, file, &ignored);
    int rc = engine_upload(s->c->hv, name, file->bytes, file->size);

    if ( rc )
    {
        record_remove(s->c->run_dir, name);
        reason_find(s->c->hv, mark, name, 0, 0, &reason);
        return reason_explain(OP_UPLOAD, rc, &reason, err);
    }
    if ( noted )
        note(s->c, 0, "upload %s: what it depends on could not be noted: %s",
             name, ignored.what);
    note(s->c, 1, "upload %s: done", name);
    return 0;
}

/*
 * Everything that can be said against a file before the hypervisor sees it;
 * with apply, also against applying it.  The candidate borrows name, and owns
 * its identity.
 */
static int examine(struct session *s, const char *name,
                   const struct xs_payload *file, bool apply,
                   struct loaded *candidate, struct xs_error *err)
{
    *candidate = (struct loaded){ .name = name, .source = SOURCE_FILE };
    candidate->status.state = XSPLICE_STATE_LOADED;
    if ( !identity_of_file(&candidate->identity, file) )
        return xs_fail(err, XS_FAILED, "out of memory");
    if ( apply )
        return deps_may_apply(&s->inv, candidate, s->c->opt.force[FORCE_DEPS],
                              err);
    return deps_built_for(&s->inv, candidate, err);
}

static int upload_file(struct session *s, const char *name,
                       const struct xs_payload *file, struct xs_error *err)
{
    struct loaded candidate;
    int rc = examine(s, name, file, false, &candidate, err);

    if ( !rc )
        rc = already_there(s, name, file, err);
    if ( rc > 0 )
        note(s->c, 1, "upload %s: it is there already", name);
    else if ( !rc && s->c->opt.dry_run )
        note(s->c, 0, "would upload %s", name);
    else if ( !rc )
        rc = send(s, name, file, err);
    identity_free(&candidate.identity);
    return rc < 0 ? -1 : 0;
}

/* What this call uploaded does not stay when it cannot be applied. */
static int take_back(struct session *s, const char *name, struct xs_error *err)
{
    struct xs_error why = *err, failed;

    if ( operate(s->c, name, OP_UNLOAD, 0, &failed) )
        return xs_hint(err, "it stays loaded, unloading it failed as well: %s",
                       failed.what);
    record_remove(s->c->run_dir, name);
    return xs_hint(err, "%s%sit was unloaded again", why.hint,
                   why.hint[0] ? "; " : "");
}

int load_payload(struct session *s, const char *name,
                 const struct xs_payload *file, struct xs_error *err)
{
    struct loaded candidate;
    const struct loaded *p;
    int there = already_there(s, name, file, err);
    int rc = there;

    if ( there < 0 )
        return -1;
    if ( there )
    {
        p = session_find(s, name, err);
        return p ? apply_one(s, p, err) : -1;
    }
    if ( may_try(s, NULL, err) )
        return -1;
    rc = examine(s, name, file, true, &candidate, err);
    if ( rc )
        suggest_files(s, &candidate, s->near, err);
    if ( !rc && s->c->opt.dry_run )
        note(s->c, 0, "would upload and apply %s", name);
    else if ( !rc )
    {
        rc = send(s, name, file, err);
        if ( !rc && act(s, name, OP_APPLY, err) )
            rc = take_back(s, name, err);
    }
    identity_free(&candidate.identity);
    return rc;
}

/* The frame that upload and load have in common. */
static int
bring(struct control *c, const char *verb, const char *name, const char *path,
      int (*one)(struct session *s, const char *name,
                 const struct xs_payload *file, struct xs_error *err),
      struct xs_error *err)
{
    struct xs_payload file;
    struct session s;
    char *dir;
    int rc = check_name(name, err);

    if ( !rc && !(rc = xs_payload_read(&file, path, err)) )
    {
        rc = session_begin(&s, c, true, err);
        if ( !rc )
        {
            /* What it builds upon is likely to be beside it. */
            dir = strdup(path);
            s.near = dir ? dirname(dir) : NULL;
            rc = one(&s, name, &file, err);
            free(dir);
            session_end(&s);
        }
        xs_payload_free(&file);
    }
    return rc ? xs_context(err, "%s %s", verb, name) : 0;
}

int verb_upload(struct control *c, int argc, char *const argv[],
                struct xs_error *err)
{
    return bring(c, "upload", argv[0], argv[1], upload_file, err);
}

char *payload_name(int argc, char *const argv[])
{
    static const char *const endings[] = { ".xsplice", ".livepatch" };
    char *path = strdup(argv[argc - 1]), *name = NULL;
    size_t i;

    if ( path )
        name = strdup(argc == 2 ? argv[0] : basename(path));
    free(path);
    for ( i = 0; name && argc == 1 && i < sizeof(endings) / sizeof(endings[0]);
          i++ )
    {
        size_t len = strlen(name), end = strlen(endings[i]);

        if ( len > end && !strcmp(name + len - end, endings[i]) )
            name[len - end] = '\0';
    }
    return name;
}

int verb_load(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    char *name = payload_name(argc, argv);
    int rc;

    if ( !name )
        return xs_fail(err, XS_FAILED, "out of memory");
    rc = bring(c, "load", name, argv[argc - 1], load_payload, err);
    free(name);
    return rc;
}
