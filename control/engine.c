/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/xen_errno.h"

/* A buffer that is released whatever way its user is left. */
struct call {
    struct hypervisor *hv;
    struct xsplice_sysctl *op;
    char *name;
};

static void call_end(struct call *c)
{
    if ( c->name )
        c->hv->release(c->hv->ctx, c->name);
    if ( c->op )
        c->hv->release(c->hv->ctx, c->op);
}

/* Prepares an operation; with a name, puts that in shared memory, too. */
static int call_begin(struct call *c, struct hypervisor *hv, uint32_t cmd,
                      const char *name)
{
    size_t size = name ? strlen(name) + 1 : 0;

    *c = (struct call){ .hv = hv };
    if ( name && (size < 2 || size > XSPLICE_NAME_MAX) )
        return -XEN_EINVAL;
    c->op = hv->buffer(hv->ctx, sizeof(*c->op));
    if ( name )
        c->name = hv->buffer(hv->ctx, XSPLICE_NAME_MAX);
    if ( !c->op || (name && !c->name) )
    {
        call_end(c);
        return -XEN_ENOMEM;
    }
    c->op->cmd = XSPLICE_SYSCTL_LIVEPATCH;
    c->op->u.livepatch.cmd = cmd;
    if ( name )
    {
        struct xsplice_op_name n = { (uintptr_t)c->name, size };

        memcpy(c->name, name, size);
        /* The name comes first in every operation that has one. */
        memcpy(&c->op->u.livepatch.u, &n, sizeof(n));
    }
    return 0;
}

static int call_make(struct call *c)
{
    return c->hv->sysctl(c->hv->ctx, c->op);
}

int engine_upload(struct hypervisor *hv, const char *name, const void *bytes,
                  size_t size)
{
    void *copy = hv->buffer(hv->ctx, size);
    struct call c;
    int rc;

    if ( !copy )
        return -XEN_ENOMEM;
    rc = call_begin(&c, hv, XSPLICE_OP_UPLOAD, name);
    if ( !rc )
    {
        memcpy(copy, bytes, size);
        c.op->u.livepatch.u.upload.size = size;
        c.op->u.livepatch.u.upload.payload = (uintptr_t)copy;
        rc = call_make(&c);
        call_end(&c);
    }
    hv->release(hv->ctx, copy);
    return rc;
}

int engine_get(struct hypervisor *hv, const char *name,
               struct xsplice_op_status *status)
{
    struct call c;
    int rc = call_begin(&c, hv, XSPLICE_OP_GET, name);

    if ( rc )
        return rc;
    rc = call_make(&c);
    *status = c.op->u.livepatch.u.get.status;
    call_end(&c);
    return rc;
}

int engine_action(struct hypervisor *hv, const char *name, uint32_t action,
                  uint32_t timeout, uint32_t flags)
{
    struct call c;
    int rc = call_begin(&c, hv, XSPLICE_OP_ACTION, name);

    if ( rc )
        return rc;
    c.op->u.livepatch.u.action.cmd = action;
    c.op->u.livepatch.u.action.timeout = timeout;
    c.op->u.livepatch.u.action.flags = flags;
    rc = call_make(&c);
    call_end(&c);
    return rc;
}

int engine_check(struct hypervisor *hv, const char *name, uint32_t action,
                 uint32_t flags, uint32_t *reason)
{
    struct call c;
    int rc = call_begin(&c, hv, XSPLICE_OP_CHECK, name);

    if ( rc )
        return rc;
    c.op->u.livepatch.u.check.cmd = action;
    c.op->u.livepatch.u.check.flags = flags;
    rc = call_make(&c);
    *reason = c.op->u.livepatch.u.check.reason;
    call_end(&c);
    return rc;
}

int engine_trial(struct hypervisor *hv, const char *name, uint32_t action,
                 uint32_t timeout, uint32_t flags, uint32_t within)
{
    struct xsplice_op_trial *trial;
    struct call c;
    int rc = call_begin(&c, hv, XSPLICE_OP_TRIAL, name);

    if ( rc )
        return rc;
    trial = &c.op->u.livepatch.u.trial;
    trial->action.cmd = action;
    trial->action.timeout = timeout;
    trial->action.flags = flags;
    trial->within = within;
    rc = call_make(&c);
    call_end(&c);
    return rc;
}

int engine_confirm(struct hypervisor *hv, const char *name)
{
    struct call c;
    int rc = call_begin(&c, hv, XSPLICE_OP_CONFIRM, name);

    if ( rc )
        return rc;
    rc = call_make(&c);
    call_end(&c);
    return rc;
}

/* ---- answers in pages ---- */

#define ANSWER_MAX (16u << 20)

/* Where the answer to one question is collected. */
struct pages {
    char *text; /* what has come so far */
    size_t have, whole;
    uint32_t digest;
};

/*
 * Takes over a page.  Positive: it is one of another answer, and everything is
 * to be asked again.
 */
static int take_page(struct pages *p, const char *page, size_t whole,
                     uint32_t digest)
{
    size_t n = whole > p->have ? whole - p->have : 0;
    char *more;

    if ( p->have && (whole != p->whole || digest != p->digest) )
        return 1;
    if ( whole > ANSWER_MAX )
        return -XEN_EOVERFLOW;
    n = n < XSPLICE_PAGE_MAX ? n : XSPLICE_PAGE_MAX;
    more = realloc(p->text, p->have + n + 1);
    if ( !more )
        return -XEN_ENOMEM;
    p->text = more;
    memcpy(p->text + p->have, page, n);
    p->have += n;
    p->text[p->have] = '\0';
    p->whole = whole;
    p->digest = digest;
    return 0;
}

/* One page of INFO, or of CHECK where 'check' says what is asked. */
static int ask_page(struct hypervisor *hv, const char *name, char *page,
                    struct pages *p, struct engine_answer *check)
{
    struct xsplice_op_info *info;
    struct xsplice_op_check *ask;
    struct call c;
    int rc =
        call_begin(&c, hv, check ? XSPLICE_OP_CHECK : XSPLICE_OP_INFO, name);

    if ( rc )
        return rc;
    info = &c.op->u.livepatch.u.info;
    ask = &c.op->u.livepatch.u.check;
    if ( check )
    {
        ask->cmd = check->action;
        ask->flags = check->flags;
        ask->text = (uintptr_t)page;
        ask->size = XSPLICE_PAGE_MAX;
        ask->offset = p->have;
    }
    else
    {
        info->text = (uintptr_t)page;
        info->size = XSPLICE_PAGE_MAX;
        info->offset = p->have;
    }
    rc = call_make(&c);
    if ( check )
    {
        check->result = ask->result;
        check->reason = ask->reason;
        check->count = ask->count;
    }
    if ( rc >= 0 )
        rc = check ? take_page(p, page, ask->size, ask->digest)
                   : take_page(p, page, info->size, info->digest);
    call_end(&c);
    return rc;
}

/* All pages; of an answer that changes meanwhile, those of one moment. */
static int ask(struct hypervisor *hv, const char *name,
               struct engine_answer *check, char **text, size_t *size)
{
    char *page = hv->buffer(hv->ctx, XSPLICE_PAGE_MAX);
    struct pages p = { NULL };
    int tries = 10, rc;

    *text = NULL;
    if ( !page )
        return -XEN_ENOMEM;
    do
    {
        rc = ask_page(hv, name, page, &p, check);
        if ( rc > 0 )
        {
            free(p.text);
            p = (struct pages){ NULL };
        }
    } while ( (rc > 0 && tries--) || (!rc && p.have < p.whole) );
    hv->release(hv->ctx, page);
    if ( rc )
    {
        free(p.text);
        return rc > 0 ? -XEN_EBUSY : rc;
    }
    *text = p.text;
    *size = p.have;
    return 0;
}

int engine_info(struct hypervisor *hv, const char *name, char **text,
                size_t *size)
{
    return ask(hv, name, NULL, text, size);
}

int engine_check_all(struct hypervisor *hv, const char *name,
                     struct engine_answer *check, char **text, size_t *size)
{
    return ask(hv, name, check, text, size);
}

/* The five arrays that one LIST call fills. */
struct list_room {
    uint32_t nr, name_size, metadata_size; /* of what follows */
    struct xsplice_op_status *status;
    char *name;
    uint32_t *len;
    char *metadata;
    uint32_t *metadata_len;
};

static void room_release(struct hypervisor *hv, struct list_room *r)
{
    void *all[] = { r->status, r->name, r->len, r->metadata, r->metadata_len };
    size_t i;

    for ( i = 0; i < sizeof(all) / sizeof(all[0]); i++ )
        if ( all[i] )
            hv->release(hv->ctx, all[i]);
}

/*
 * Up to Xen 4.20 the engine takes it on trust that the strings fit: between
 * the question for their sizes and the call that fetches them another tool may
 * have uploaded something.  Names are bounded; for metadata there is slack.
 */
static bool room_make(struct hypervisor *hv, struct list_room *r)
{
    r->name_size = r->nr * XSPLICE_NAME_MAX;
    r->metadata_size += 256 * 1024;
    r->status = hv->buffer(hv->ctx, r->nr * sizeof(*r->status));
    r->name = hv->buffer(hv->ctx, r->name_size);
    r->len = hv->buffer(hv->ctx, r->nr * sizeof(*r->len));
    r->metadata = hv->buffer(hv->ctx, r->metadata_size);
    r->metadata_len = hv->buffer(hv->ctx, r->nr * sizeof(*r->metadata_len));
    return r->status && r->name && r->len && r->metadata && r->metadata_len;
}

static char *copy_of(const char *bytes, size_t size)
{
    char *copy = malloc(size + 1);

    if ( copy )
    {
        memcpy(copy, bytes, size);
        copy[size] = '\0';
    }
    return copy;
}

/* Takes over the n entries that a call filled in. */
static int list_take(struct engine_list *list, const struct list_room *r,
                     size_t n)
{
    struct engine_entry *e =
        reallocarray(list->entry, list->n + n + 1, sizeof(*e));
    size_t name = 0, metadata = 0, i;

    if ( !e )
        return -XEN_ENOMEM;
    list->entry = e;
    for ( i = 0; i < n; i++ )
    {
        if ( r->len[i] > r->name_size - name ||
             r->metadata_len[i] > r->metadata_size - metadata )
            return -XEN_EOVERFLOW;
        e = &list->entry[list->n];
        e->status = r->status[i];
        e->name = copy_of(r->name + name, r->len[i]);
        e->metadata_size = r->metadata_len[i];
        e->metadata = e->metadata_size
                          ? copy_of(r->metadata + metadata, e->metadata_size)
                          : NULL;
        if ( !e->name || (e->metadata_size && !e->metadata) )
        {
            free(e->name);
            free(e->metadata);
            return -XEN_ENOMEM;
        }
        list->n++;
        name += r->len[i];
        metadata += r->metadata_len[i];
    }
    return 0;
}

/* One LIST call; room NULL asks for sizes.  Returns the entries filled in. */
static int list_call(struct hypervisor *hv, uint32_t idx,
                     const struct list_room *room, struct xsplice_op_list *out)
{
    struct call c;
    int rc = call_begin(&c, hv, XSPLICE_OP_LIST, NULL);

    if ( rc )
        return rc;
    if ( room )
        c.op->u.livepatch.u.list = (struct xsplice_op_list){
            .idx = idx,
            .nr = room->nr,
            .name_total_size = room->name_size,
            .metadata_total_size = room->metadata_size,
            .status = (uintptr_t)room->status,
            .name = (uintptr_t)room->name,
            .len = (uintptr_t)room->len,
            .metadata = (uintptr_t)room->metadata,
            .metadata_len = (uintptr_t)room->metadata_len,
        };
    rc = call_make(&c);
    *out = c.op->u.livepatch.u.list;
    call_end(&c);
    return rc;
}

/*
 * One pass over the whole list.  Positive: it changed meanwhile, and what was
 * read is of no use.
 */
static int list_pass(struct hypervisor *hv, struct engine_list *list)
{
    struct xsplice_op_list probe, got;
    struct list_room room = { 0 };
    int rc = list_call(hv, 0, NULL, &probe);

    if ( rc < 0 || !probe.nr )
        return rc;
    room.nr = probe.nr < XSPLICE_LIST_MAX ? probe.nr : XSPLICE_LIST_MAX;
    room.metadata_size = probe.metadata_total_size;
    got.nr = 1;
    rc = room_make(hv, &room) ? 0 : -XEN_ENOMEM;
    while ( !rc && got.nr )
    {
        int n = list_call(hv, list->n, &room, &got);

        /* EINVAL: entries that were there have gone. */
        if ( n < 0 )
            rc = n == -XEN_EINVAL ? 1 : n;
        else if ( got.version != probe.version || !n )
            rc = 1;
        else
            rc = list_take(list, &room, n);
    }
    room_release(hv, &room);
    return rc;
}

int engine_list(struct hypervisor *hv, struct engine_list *list)
{
    int tries = 10, rc = 1;

    *list = (struct engine_list){ 0 };
    while ( rc > 0 && tries-- )
    {
        engine_list_free(list);
        rc = list_pass(hv, list);
    }
    if ( rc )
        engine_list_free(list);
    return rc > 0 ? -XEN_EBUSY : rc;
}

void engine_list_free(struct engine_list *list)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
    {
        free(list->entry[i].name);
        free(list->entry[i].metadata);
    }
    free(list->entry);
    *list = (struct engine_list){ 0 };
}

int engine_build_id(struct hypervisor *hv, struct xs_build_id *id)
{
    struct {
        uint32_t len; /* of the buffer that follows */
        uint8_t bytes[XSPLICE_BUILD_ID_MAX];
    } *arg = hv->buffer(hv->ctx, sizeof(*arg));
    int rc;

    if ( !arg )
        return -XEN_ENOMEM;
    arg->len = sizeof(arg->bytes);
    rc = hv->xen_version(hv->ctx, XSPLICE_XENVER_BUILD_ID, arg);
    if ( rc >= 0 )
        rc = xs_build_id_set(id, arg->bytes, rc) ? 0 : -XEN_ENODATA;
    hv->release(hv->ctx, arg);
    return rc;
}

int engine_version(struct hypervisor *hv, char *text, size_t size)
{
    char *extra = hv->buffer(hv->ctx, 17); /* 16 on the wire */
    int version, rc;

    if ( !extra )
        return -XEN_ENOMEM;
    version = hv->xen_version(hv->ctx, XSPLICE_XENVER_VERSION, NULL);
    rc = hv->xen_version(hv->ctx, XSPLICE_XENVER_EXTRAVERSION, extra);
    if ( version < 0 )
        rc = version;
    else
        snprintf(text, size, "%d.%d%s", version >> 16, version & 0xffff,
                 rc < 0 ? "" : extra);
    hv->release(hv->ctx, extra);
    return rc < 0 ? rc : 0;
}

int engine_console(struct hypervisor *hv, uint32_t *index, char *text,
                   size_t size)
{
    struct xsplice_sysctl *op = hv->buffer(hv->ctx, sizeof(*op));
    char *buffer = hv->buffer(hv->ctx, size);
    int rc = -XEN_ENOMEM;

    if ( op && buffer )
    {
        op->cmd = XSPLICE_SYSCTL_READCONSOLE;
        op->u.readconsole.incremental = 1;
        op->u.readconsole.index = *index;
        op->u.readconsole.buffer = (uintptr_t)buffer;
        op->u.readconsole.count = size - 1;
        rc = hv->sysctl(hv->ctx, op);
    }
    if ( rc >= 0 )
    {
        size_t n = op->u.readconsole.count;

        n = n < size ? n : size - 1;
        memcpy(text, buffer, n);
        text[n] = '\0';
        *index = op->u.readconsole.index;
        rc = 0;
    }
    if ( buffer )
        hv->release(hv->ctx, buffer);
    if ( op )
        hv->release(hv->ctx, op);
    return rc;
}
