/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/deps.h"

#include <string.h>

const struct loaded *deps_owner(const struct inventory *inv,
                                const struct xs_build_id *id)
{
    const struct loaded *found = NULL;
    size_t i;

    for ( i = 0; i < inv->n; i++ )
    {
        const struct loaded *p = &inv->payload[i];

        if ( p->source != SOURCE_NONE &&
             xs_build_id_equal(&p->identity.id, id) &&
             (!found || is_applied(p)) )
            found = p;
    }
    return found;
}

static int unknown(struct xs_error *err)
{
    xs_fail(err, XS_DEPENDENCY,
            "what it depends on is not known: its metadata does not say, and "
            "it was not uploaded by this tool");
    return xs_hint(err, "unload it and upload it again with xen-xsplice, or "
                        "take the risk: --force=deps");
}

int deps_built_for(const struct inventory *inv, const struct loaded *target,
                   struct xs_error *err)
{
    char built[XS_HEX_MAX], running[XS_HEX_MAX];

    if ( !target->identity.xen.len ||
         xs_build_id_equal(&target->identity.xen, &inv->xen) )
        return 0;
    xs_fail(err, XS_DEPENDENCY,
            "it is built for the hypervisor with build-id %s, and this one "
            "has %s",
            xs_build_id_hex(&target->identity.xen, built),
            xs_build_id_hex(&inv->xen, running));
    return xs_hint(err, "build it for the hypervisor that runs here; nothing "
                        "can force this");
}

/* 1: the dependencies are to be looked at; 0: it is forced; -1: refused. */
static int may_look(const struct inventory *inv, const struct loaded *target,
                    bool force, struct xs_error *err)
{
    if ( deps_built_for(inv, target, err) )
        return -1;
    if ( force )
        return 0;
    return target->source == SOURCE_NONE ? unknown(err) : 1;
}

static void say_missing(const struct xs_build_id *id, const struct loaded *p,
                        struct xs_error *err)
{
    char hex[XS_HEX_MAX];

    xs_build_id_hex(id, hex);
    if ( p )
    {
        xs_fail(err, XS_DEPENDENCY,
                "it depends on '%s' (%s), which is not applied", p->name, hex);
        xs_hint(err, "apply '%s' first, or take the risk: --force=deps",
                p->name);
        return;
    }
    xs_fail(err, XS_DEPENDENCY,
            "it depends on build-id %s, which is neither the hypervisor's nor "
            "that of an applied payload",
            hex);
    xs_hint(err, "upload and apply the payload with that build-id first, or "
                 "take the risk: --force=deps");
}

int deps_missing(const struct inventory *inv, const struct loaded *target,
                 int (*found)(void *arg, const struct xs_build_id *id,
                              const struct xs_error *why),
                 void *arg)
{
    size_t i;
    int rc = 0;

    for ( i = 0; i < target->identity.depends.n && !rc; i++ )
    {
        const struct xs_build_id *id = &target->identity.depends.id[i];
        const struct loaded *p = deps_owner(inv, id);
        struct xs_error why;

        if ( xs_build_id_equal(id, &inv->xen) || (p && is_applied(p)) )
            continue;
        say_missing(id, p, &why);
        rc = found(arg, id, &why);
    }
    return rc;
}

static int first_missing(void *arg, const struct xs_build_id *id,
                         const struct xs_error *why)
{
    struct xs_error *err = arg;

    *err = *why;
    return -1;
}

int deps_may_apply(const struct inventory *inv, const struct loaded *target,
                   bool force, struct xs_error *err)
{
    int rc = may_look(inv, target, force, err);

    return rc <= 0 ? rc : deps_missing(inv, target, first_missing, err);
}

int deps_may_replace(const struct inventory *inv, const struct loaded *target,
                     bool force, struct xs_error *err)
{
    size_t i;
    int rc;

    if ( (rc = may_look(inv, target, force, err)) <= 0 )
        return rc;
    for ( i = 0; i < target->identity.depends.n; i++ )
    {
        const struct xs_build_id *id = &target->identity.depends.id[i];
        const struct loaded *p = deps_owner(inv, id);
        char hex[XS_HEX_MAX];

        if ( xs_build_id_equal(id, &inv->xen) )
            continue;
        xs_fail(err, XS_DEPENDENCY,
                "it depends on %s%s%s%s, and a replacement takes all others "
                "away: it may depend on the hypervisor alone",
                p ? "'" : "build-id ", p ? p->name : "", p ? "' " : "",
                xs_build_id_hex(id, hex));
        return xs_hint(err, "apply it instead, or build one payload from all "
                            "the patches");
    }
    return 0;
}

/*
 * An applied payload may depend on one whose id is not known if it depends on
 * an id that nobody else has.
 */
static bool may_depend_on_unknown(const struct inventory *inv,
                                  const struct loaded *p)
{
    size_t i;

    for ( i = 0; i < p->identity.depends.n; i++ )
    {
        const struct xs_build_id *id = &p->identity.depends.id[i];

        if ( !xs_build_id_equal(id, &inv->xen) && !deps_owner(inv, id) )
            return true;
    }
    return false;
}

int deps_may_remove(const struct inventory *inv, const struct loaded *target,
                    bool force, struct xs_error *err)
{
    char names[256] = "";
    size_t i;

    for ( i = 0; !force && i < inv->n; i++ )
    {
        const struct loaded *p = &inv->payload[i];

        if ( !is_applied(p) || !strcmp(p->name, target->name) )
            continue;
        if ( target->source != SOURCE_NONE
                 ? xs_ids_have(&p->identity.depends, &target->identity.id)
                 : may_depend_on_unknown(inv, p) )
            names_add(names, sizeof(names), p->name);
    }
    if ( !names[0] )
        return 0;
    if ( target->source == SOURCE_NONE )
        xs_fail(err, XS_DEPENDENCY,
                "its build-id is not known, and %s, applied, may depend on it",
                names);
    else
        xs_fail(err, XS_DEPENDENCY, "%s, applied, depends on it", names);
    return xs_hint(err, "revert %s first, or take the risk: --force=deps",
                   names);
}

int deps_unload_blind(const struct inventory *inv, const struct loaded *target,
                      bool force, struct xs_error *err)
{
    char names[256] = "";
    size_t i;

    for ( i = 0; !force && i < inv->n; i++ )
    {
        const struct loaded *p = &inv->payload[i];

        if ( strcmp(p->name, target->name) &&
             xs_ids_have(&p->identity.depends, &target->identity.id) )
            names_add(names, sizeof(names), p->name);
    }
    if ( !names[0] )
        return 0;
    xs_fail(err, XS_DEPENDENCY,
            "%s, loaded, may use its code, of which this hypervisor's engine "
            "keeps no account",
            names);
    return xs_hint(err, "unload %s first, or take the risk: --force=deps",
                   names);
}
