/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "common/modinfo.h"
#include "control/explain.h"
#include "control/record.h"
#include "control/xen_errno.h"

bool is_applied(const struct loaded *p)
{
    return p->status.state == XSPLICE_STATE_APPLIED;
}

const char *loaded_info(const struct loaded *p, const char *key)
{
    return p->info ? xs_modinfo_get(p->info, p->info_size, key) : NULL;
}

bool is_unconfirmed(const struct loaded *p, unsigned long *left)
{
    const char *s = loaded_info(p, "unconfirmed-s");

    *left = s ? strtoul(s, NULL, 10) : 0;
    return s;
}

bool is_pending(const struct loaded *p)
{
    return p->status.rc == -XEN_EAGAIN;
}

void names_add(char *names, size_t size, const char *name)
{
    size_t n = strlen(names);

    snprintf(names + n, size - n, "%s'%s'", n ? ", " : "", name);
}

const char *source_name(enum source source)
{
    static const char *const names[] = {
        [SOURCE_NONE] = "unknown",      [SOURCE_ENGINE] = "engine",
        [SOURCE_METADATA] = "metadata", [SOURCE_RECORD] = "record",
        [SOURCE_FILE] = "file",
    };

    return names[source];
}

void identity_free(struct identity *i)
{
    xs_ids_free(&i->depends);
    *i = (struct identity){ { 0 } };
}

bool identity_parse(struct identity *i, const char *metadata, size_t size)
{
    const char *id = xs_modinfo_get(metadata, size, "build-id");
    const char *depends = xs_modinfo_get(metadata, size, "depends");
    const char *xen = xs_modinfo_get(metadata, size, "xen-depends");

    *i = (struct identity){ { 0 } };
    if ( !id || !depends || !*depends ||
         !xs_build_id_parse(&i->id, id, strlen(id)) ||
         !xs_ids_parse(&i->depends, depends) ||
         (xen && !xs_build_id_parse(&i->xen, xen, strlen(xen))) )
    {
        identity_free(i);
        return false;
    }
    return true;
}

bool identity_of_file(struct identity *i, const struct xs_payload *p)
{
    size_t k;

    *i = (struct identity){ .id = p->id, .xen = p->xen };
    for ( k = 0; k < p->depends.n; k++ )
        if ( !xs_ids_add(&i->depends, &p->depends.id[k]) )
        {
            identity_free(i);
            return false;
        }
    return true;
}

/* The engine knows best, then the payload itself, then our own note. */
static void learn_identity(struct loaded *p, struct hypervisor *hv,
                           bool *engine_tells, const char *run_dir)
{
    char *text = NULL;
    size_t size;

    if ( *engine_tells )
    {
        int rc = engine_info(hv, p->name, &text, &size);

        if ( rc == -XEN_EOPNOTSUPP )
            *engine_tells = false;
        else if ( !rc && identity_parse(&p->identity, text, size) )
            p->source = SOURCE_ENGINE;
        if ( !rc )
        {
            p->info = text;
            p->info_size = size;
        }
    }
    if ( p->source == SOURCE_NONE &&
         identity_parse(&p->identity, p->metadata, p->metadata_size) )
        p->source = SOURCE_METADATA;
    if ( p->source == SOURCE_NONE &&
         record_read(run_dir, p->name, p->metadata, p->metadata_size,
                     &p->identity) )
        p->source = SOURCE_RECORD;
}

int inventory_read(struct inventory *inv, struct hypervisor *hv,
                   const char *run_dir, struct xs_error *err)
{
    bool engine_tells = true;
    size_t i;
    int rc;

    *inv = (struct inventory){ { 0 } };
    rc = engine_build_id(hv, &inv->xen);
    if ( rc )
    {
        xs_fail(err, XS_UNSUPPORTED,
                "the hypervisor does not tell its build-id (%s)",
                xen_errno_name(-rc));
        return xs_hint(err, "it must be linked with --build-id, and this must "
                            "be the control domain (dom0)");
    }
    rc = engine_list(hv, &inv->list);
    if ( rc )
        return explain(OP_LIST, rc, "", err);
    inv->payload = calloc(inv->list.n + 1, sizeof(*inv->payload));
    if ( !inv->payload )
    {
        engine_list_free(&inv->list);
        return xs_fail(err, XS_FAILED, "out of memory");
    }
    inv->n = inv->list.n;
    for ( i = 0; i < inv->n; i++ )
    {
        const struct engine_entry *e = &inv->list.entry[i];

        inv->payload[i].name = e->name;
        inv->payload[i].status = e->status;
        inv->payload[i].metadata = e->metadata;
        inv->payload[i].metadata_size = e->metadata_size;
        learn_identity(&inv->payload[i], hv, &engine_tells, run_dir);
    }
    return 0;
}

void inventory_free(struct inventory *inv)
{
    size_t i;

    for ( i = 0; i < inv->n; i++ )
    {
        identity_free(&inv->payload[i].identity);
        free(inv->payload[i].info);
    }
    free(inv->payload);
    engine_list_free(&inv->list);
    *inv = (struct inventory){ { 0 } };
}

const struct loaded *inventory_find(const struct inventory *inv,
                                    const char *name)
{
    size_t i;

    for ( i = 0; i < inv->n; i++ )
        if ( !strcmp(inv->payload[i].name, name) )
            return &inv->payload[i];
    return NULL;
}
