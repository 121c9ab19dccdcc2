/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs around booting: install, uninstall, installed, restore, confirm. */
#include <dirent.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "control/change.h"
#include "control/deps.h"
#include "control/output.h"
#include "control/session.h"
#include "control/store.h"

/* ---- install ---- */

/* What it depends on must be there before it, at boot as now. */
static int check_needs(const char *path, const struct xs_payload *file,
                       struct xs_error *err)
{
    struct store st;
    size_t i, k;
    int rc = store_read(&st, path, err);

    for ( i = 0; !rc && i < file->depends.n; i++ )
    {
        const struct xs_build_id *id = &file->depends.id[i];
        bool there = xs_build_id_equal(id, &file->xen);
        char hex[XS_HEX_MAX];

        for ( k = 0; k < st.n && !there; k++ )
            there = xs_build_id_equal(&st.one[k].file.id, id);
        if ( there )
            continue;
        xs_fail(err, XS_DEPENDENCY,
                "it depends on build-id %s, which is not installed",
                xs_build_id_hex(id, hex));
        rc = xs_hint(err, "install that payload first, or take the risk: "
                          "--force=deps");
    }
    store_free(&st);
    return rc;
}

static int install_file(struct control *c, const char *name,
                        const struct xs_payload *file, struct xs_error *err)
{
    char *path = store_path(c->store_dir, &file->xen);
    int lock, rc = -1;

    if ( !path )
        return xs_fail(err, XS_FAILED, "out of memory");
    lock = store_lock(c->store_dir, err);
    if ( lock >= 0 )
    {
        rc = c->opt.force[FORCE_DEPS] ? 0 : check_needs(path, file, err);
        if ( !rc && c->opt.dry_run )
            note(c, 0, "would install %s", name);
        else if ( !rc && !(rc = store_install(path, name, file, err)) )
            note(c, 1, "install %s: done, for the next boot", name);
        store_unlock(lock);
    }
    free(path);
    return rc;
}

int verb_install(struct control *c, int argc, char *const argv[],
                 struct xs_error *err)
{
    char *name = payload_name(argc, argv);
    struct xs_payload file;
    int rc = name ? check_name(name, err)
                  : xs_fail(err, XS_FAILED, "out of memory");

    if ( !rc && !(rc = xs_payload_read(&file, argv[argc - 1], err)) )
    {
        if ( file.xen.len )
            rc = install_file(c, name, &file, err);
        else
            rc = xs_fail(err, XS_REJECTED,
                         "it does not say for which hypervisor it is built");
        xs_payload_free(&file);
    }
    if ( rc )
        xs_context(err, "install %s", name ? name : argv[argc - 1]);
    free(name);
    return rc;
}

/* ---- all hypervisors' stores ---- */

/*
 * Calls fn for each hypervisor's store, in the order of their ids, until it
 * fails.
 */
static int each_store(struct control *c,
                      int (*fn)(struct control *c, const char *hex,
                                struct store *st, void *arg,
                                struct xs_error *err),
                      void *arg, struct xs_error *err)
{
    struct dirent **names = NULL;
    int n = scandir(c->store_dir, &names, NULL, alphasort), i, rc = 0;

    for ( i = 0; i < n; i++ )
    {
        struct xs_build_id id;
        struct store st;
        const char *hex = names[i]->d_name;
        char *path = NULL;

        if ( !rc && xs_build_id_parse(&id, hex, strlen(hex)) &&
             (path = store_path(c->store_dir, &id)) &&
             !(rc = store_read(&st, path, err)) )
        {
            rc = fn(c, hex, &st, arg, err);
            store_free(&st);
        }
        free(path);
        free(names[i]);
    }
    free(names);
    return rc;
}

struct removal {
    const char *name;
    unsigned int removed;
};

static int remove_one(struct control *c, const char *hex, struct store *st,
                      void *arg, struct xs_error *err)
{
    struct removal *r = arg;
    struct installed *i = store_find(st, r->name);
    size_t k;

    if ( !i )
        return 0;
    for ( k = 0; k < st->n && !c->opt.force[FORCE_DEPS]; k++ )
        if ( i->readable && st->one[k].readable &&
             xs_ids_have(&st->one[k].file.depends, &i->file.id) )
        {
            xs_fail(err, XS_DEPENDENCY, "'%s', installed, depends on it",
                    st->one[k].name);
            return xs_hint(err,
                           "uninstall '%s' first, or take the risk: "
                           "--force=deps",
                           st->one[k].name);
        }
    r->removed++;
    if ( c->opt.dry_run )
    {
        note(c, 0, "would uninstall %s (for %.12s)", r->name, hex);
        return 0;
    }
    return store_remove(i, err);
}

int verb_uninstall(struct control *c, int argc, char *const argv[],
                   struct xs_error *err)
{
    struct removal r = { argv[0], 0 };
    int rc = check_name(argv[0], err), lock;

    if ( rc || (lock = store_lock(c->store_dir, err)) < 0 )
        return xs_context(err, "uninstall %s", argv[0]);
    rc = each_store(c, remove_one, &r, err);
    store_unlock(lock);
    if ( !rc && !r.removed )
        note(c, 0, "nothing to uninstall: no payload of that name is there");
    return rc ? xs_context(err, "uninstall %s", argv[0]) : 0;
}

static int show_store(struct control *c, const char *hex, struct store *st,
                      void *arg, struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < st->n; i++ )
    {
        const struct installed *o = &st->one[i];

        if ( arg )
            json_array_append_new(
                arg, json_pack("{s:s, s:o, s:o, s:s, s:s?}", "hypervisor", hex,
                               "name", json_text(o->name), "build_id",
                               id_json(&o->file.id), "state",
                               store_state_text(o->state), "why",
                               o->why[0] ? o->why : NULL));
        else if ( !i )
            fprintf(c->out, "for hypervisor %s\n", hex);
        if ( !arg )
            fprintf(c->out, "  %-24s %s%s%s\n", o->name,
                    store_state_text(o->state), o->why[0] ? ": " : "", o->why);
    }
    return 0;
}

int verb_installed(struct control *c, int argc, char *const argv[],
                   struct xs_error *err)
{
    json_t *all = c->opt.json ? json_array() : NULL;

    if ( each_store(c, show_store, all, err) )
    {
        json_decref(all);
        return xs_context(err, "installed");
    }
    if ( all )
        json_write(c->out, all);
    return 0;
}

/* ---- restore ---- */

struct restoring {
    struct session *s;
    struct store st;
    char boot[64];
    bool *done; /* tried, or not to be tried */
    unsigned int failed;
    struct xs_error first; /* of what failed */
};

static void complain(struct restoring *r, const struct installed *i,
                     const struct xs_error *why)
{
    if ( !r->failed++ )
    {
        r->first = *why;
        xs_context(&r->first, "%s", i->name);
    }
    note(r->s->c, 0, "%s: %s", i->name, why->what);
}

/* Is it to be tried at all?  What the last boot left is looked at here. */
static int may_be_tried(struct restoring *r, struct installed *i,
                        struct xs_error *err)
{
    const struct loaded *p = inventory_find(&r->s->inv, i->name);
    bool retry = r->s->c->opt.given & TAKES_RETRY;
    struct xs_error why = { XS_OK };

    if ( p && is_applied(p) && i->readable &&
         xs_build_id_equal(&p->identity.id, &i->file.id) )
        return 0;
    if ( i->state == STORE_TRYING && strcmp(i->boot, r->boot) && !retry &&
         !r->s->c->opt.dry_run &&
         store_mark(i, STORE_FAILED, NULL,
                    "it was applied at a boot before, and the host went down "
                    "before anybody confirmed it",
                    err) )
        return -1;
    if ( !i->readable )
        why = i->damage;
    else if ( i->state == STORE_FAILED && !retry )
        xs_fail(&why, XS_STATE, "not tried again: %s", i->why);
    else
        return 1;
    complain(r, i, &why);
    return 0;
}

/*
 * Marks, applies, and notes what became of it.  A busy host is not the
 * payload's fault: then it stays what it was.
 */
static int try_one(struct restoring *r, struct installed *i,
                   struct xs_error *err)
{
    struct installed before = *i;
    struct xs_error why = { XS_OK }, ignored;

    if ( r->s->c->opt.dry_run )
    {
        note(r->s->c, 0, "would apply %s", i->name);
        return 0;
    }
    if ( store_mark(i, STORE_TRYING, r->boot, NULL, err) )
        return -1;
    if ( load_payload(r->s, i->name, &i->file, &why) )
    {
        complain(r, i, &why);
        if ( why.kind == XS_BUSY )
            return store_mark(i, before.state, before.boot, before.why, err);
        return store_mark(i, STORE_FAILED, NULL, why.what, err);
    }
    note(r->s->c, 1, "%s: applied", i->name);
    inventory_free(&r->s->inv);
    if ( inventory_read(&r->s->inv, r->s->c->hv, r->s->c->run_dir, &ignored) )
        return xs_fail(err, XS_FAILED, "%s", ignored.what);
    return 0;
}

/* What it depends on, as a payload that is about to be loaded. */
static bool ready(struct restoring *r, const struct installed *i,
                  struct xs_error *why)
{
    struct loaded p = { .name = i->name, .source = SOURCE_FILE };
    bool is =
        identity_of_file(&p.identity, &i->file) &&
        !deps_may_apply(&r->s->inv, &p, r->s->c->opt.force[FORCE_DEPS], why);

    identity_free(&p.identity);
    return is;
}

/* Rounds, until one in which nothing could be tried any more. */
static int restore_all(struct restoring *r, struct xs_error *err)
{
    struct xs_error why = { XS_OK };
    bool progress = true;
    size_t i;
    int rc = 0;

    for ( i = 0; i < r->st.n && rc >= 0; i++ )
    {
        rc = may_be_tried(r, &r->st.one[i], err);
        r->done[i] = rc <= 0;
    }
    while ( progress && rc >= 0 )
    {
        progress = false;
        for ( i = 0; i < r->st.n && rc >= 0; i++ )
            if ( !r->done[i] && ready(r, &r->st.one[i], &why) )
            {
                rc = try_one(r, &r->st.one[i], err);
                r->done[i] = progress = true;
            }
    }
    for ( i = 0; i < r->st.n && rc >= 0; i++ )
        if ( !r->done[i] && !ready(r, &r->st.one[i], &why) )
        {
            struct xs_error said;

            xs_fail(&said, XS_DEPENDENCY, "not tried: %.600s", why.what);
            complain(r, &r->st.one[i], &said);
        }
    return rc < 0 ? -1 : 0;
}

static int restore(struct session *s, struct xs_error *err)
{
    struct restoring r = { .s = s };
    char *path = store_path(s->c->store_dir, &s->inv.xen);
    int rc = path ? store_boot(s->c->boot_id, r.boot, err)
                  : xs_fail(err, XS_FAILED, "out of memory");

    if ( !rc && !(rc = store_read(&r.st, path, err)) )
    {
        r.done = calloc(r.st.n + 1, sizeof(*r.done));
        rc = r.done ? restore_all(&r, err)
                    : xs_fail(err, XS_FAILED, "out of memory");
        free(r.done);
        store_free(&r.st);
    }
    free(path);
    if ( rc || !r.failed )
        return rc;
    *err = r.first;
    return r.failed > 1 ? xs_context(err,
                                     "%u payloads are not applied; the "
                                     "first",
                                     r.failed)
                        : -1;
}

int verb_restore(struct control *c, int argc, char *const argv[],
                 struct xs_error *err)
{
    struct session s;
    int lock, rc;

    if ( session_begin(&s, c, true, err) )
        return xs_context(err, "restore");
    lock = store_lock(c->store_dir, err);
    rc = lock < 0 ? -1 : restore(&s, err);
    if ( lock >= 0 )
        store_unlock(lock);
    session_end(&s);
    return rc ? xs_context(err, "restore") : 0;
}

/* ---- confirm ---- */

int confirm_restored(struct session *s, const char *name, unsigned int *n,
                     struct xs_error *err)
{
    char *path = store_path(s->c->store_dir, &s->inv.xen), boot[64];
    struct store st;
    size_t i;
    int lock, rc = -1;

    *n = 0;
    if ( !path || store_boot(s->c->boot_id, boot, err) ||
         (lock = store_lock(s->c->store_dir, err)) < 0 )
    {
        free(path);
        return -1;
    }
    if ( !store_read(&st, path, err) )
    {
        for ( i = 0, rc = 0; i < st.n && !rc; i++ )
        {
            struct installed *o = &st.one[i];
            const struct loaded *p = inventory_find(&s->inv, o->name);

            if ( (name && strcmp(o->name, name)) || o->state != STORE_TRYING ||
                 strcmp(o->boot, boot) || !p || !is_applied(p) )
                continue;
            rc = store_mark(o, STORE_GOOD, NULL, NULL, err);
            ++*n;
        }
        store_free(&st);
    }
    store_unlock(lock);
    free(path);
    return rc;
}
