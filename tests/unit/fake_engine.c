/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/xen_errno.h"
#include "xsplice/reasons.h"
#include "tests/unit/fake_engine.h"

static void *fake_buffer(void *ctx, size_t size)
{
    struct fake_engine *f = ctx;

    f->buffers++;
    return calloc(1, size);
}

static void fake_release(void *ctx, void *buffer)
{
    struct fake_engine *f = ctx;

    f->buffers--;
    free(buffer);
}

static uint64_t fake_now(void *ctx)
{
    struct fake_engine *f = ctx;

    return f->now;
}

static void fake_sleep(void *ctx, uint64_t ns)
{
    struct fake_engine *f = ctx;

    f->now += ns;
    f->slept += ns;
}

static void *pointer(uint64_t p)
{
    return (void *)(uintptr_t)p;
}

struct fake_payload *fake_find(struct fake_engine *f, const char *name)
{
    unsigned int i;

    for ( i = 0; i < f->n; i++ )
        if ( !strcmp(f->payload[i].name, name) )
            return &f->payload[i];
    return NULL;
}

static struct fake_payload *by_name(struct fake_engine *f,
                                    const struct xsplice_op_name *n)
{
    const char *name = pointer(n->name);

    /* The rules for a name, which a caller must keep. */
    assert_in_range(n->size, 2, XSPLICE_NAME_MAX);
    assert_int_equal(name[n->size - 1], 0);
    assert_int_equal(strlen(name), n->size - 1);
    assert_int_equal(n->pad[0] | n->pad[1] | n->pad[2], 0);
    return fake_find(f, name);
}

static void say(struct fake_engine *f, const char *name, const char *what)
{
    size_t have = strlen(f->console);

    snprintf(f->console + have, sizeof(f->console) - have,
             "(XEN) livepatch: %s: %s\n", name, what);
}

static int fake_upload(struct fake_engine *f, struct xsplice_op_upload *op)
{
    struct fake_payload *p = &f->payload[f->n];
    uint8_t *bytes = malloc(op->size);
    struct xs_error err;

    assert_in_range(op->size, 1, XSPLICE_PAYLOAD_MAX);
    memcpy(bytes, pointer(op->payload), op->size);
    if ( by_name(f, &op->name) )
    {
        free(bytes);
        return -XEN_EEXIST;
    }
    if ( f->refuse_upload )
    {
        say(f, pointer(op->name.name), f->refuse_says);
        free(bytes);
        return -f->refuse_upload;
    }
    assert_in_range(f->n, 0, FAKE_MOST - 1);
    *p = (struct fake_payload){ .state = XSPLICE_STATE_LOADED };
    if ( xs_payload_parse(&p->file, bytes, op->size, &err) )
        return -XEN_EINVAL;
    strcpy(p->name, pointer(op->name.name));
    f->n++;
    f->version++;
    return 0;
}

/* The pending action of p takes effect. */
static void finish(struct fake_engine *f, struct fake_payload *p)
{
    uint32_t action = p->pending;
    unsigned int i;

    p->pending = 0;
    p->rc = 0;
    if ( f->late )
    {
        f->late--;
        p->rc = -XEN_EBUSY;
        return;
    }
    for ( i = 0; action == XSPLICE_ACTION_REPLACE && i < f->n; i++ )
        f->payload[i].state = XSPLICE_STATE_LOADED;
    if ( action == XSPLICE_ACTION_REPLACE && f->replace_breaks )
    {
        p->rc = -XEN_EINVAL;
        return;
    }
    p->state = action == XSPLICE_ACTION_REVERT ? XSPLICE_STATE_LOADED
                                               : XSPLICE_STATE_APPLIED;
    p->order = ++f->applied;
}

static int fake_get(struct fake_engine *f, struct xsplice_op_get *op)
{
    struct fake_payload *p = by_name(f, &op->name);

    if ( !p )
        return -XEN_ENOENT;
    if ( p->pending && !p->polls_left-- )
        finish(f, p);
    op->status.state = p->state;
    op->status.rc = p->rc;
    return 0;
}

static int fake_list(struct fake_engine *f, struct xsplice_op_list *op)
{
    uint32_t room = op->nr, i, n = 0;
    size_t name = 0, metadata = 0;

    assert_int_equal(op->pad, 0);
    if ( op->nr > XSPLICE_LIST_MAX )
        return -XEN_E2BIG;
    if ( op->idx >= f->n && f->n )
        return -XEN_EINVAL;
    for ( i = op->idx; i < f->n && (!room || n < room); i++ )
    {
        struct fake_payload *p = &f->payload[i];
        uint32_t len = strlen(p->name) + 1, size = p->file.modinfo_size;
        struct xsplice_op_status status = { p->state, p->rc };

        if ( room )
        {
            memcpy((char *)pointer(op->name) + name, p->name, len);
            memcpy((uint32_t *)pointer(op->len) + n, &len, sizeof(len));
            memcpy((struct xsplice_op_status *)pointer(op->status) + n,
                   &status, sizeof(status));
            if ( size )
                memcpy((char *)pointer(op->metadata) + metadata,
                       p->file.modinfo, size);
            memcpy((uint32_t *)pointer(op->metadata_len) + n, &size,
                   sizeof(size));
            n++;
        }
        name += len;
        metadata += size;
    }
    op->name_total_size = name;
    op->metadata_total_size = metadata;
    op->nr = room ? f->n - i : f->n;
    op->version = f->version;
    return n;
}

static struct fake_payload *top(struct fake_engine *f)
{
    struct fake_payload *last = NULL;
    unsigned int i;

    for ( i = 0; i < f->n; i++ )
        if ( f->payload[i].state == XSPLICE_STATE_APPLIED &&
             (!last || f->payload[i].order > last->order) )
            last = &f->payload[i];
    return last;
}

static int fake_unload(struct fake_engine *f, struct fake_payload *p)
{
    if ( p->state != XSPLICE_STATE_LOADED )
        return -XEN_EINVAL;
    xs_payload_free(&p->file);
    memmove(p, p + 1, (f->payload + f->n - p - 1) * sizeof(*p));
    f->n--;
    f->version++;
    return 0;
}

/* Stock Xen: without NODEPS it must be built on what was applied last. */
static bool stack_fits(struct fake_engine *f, struct fake_payload *p)
{
    struct fake_payload *last = top(f);
    struct xs_build_id xen;

    memset(xen.bytes, 0xaa, xen.len = 20);
    return xs_build_id_equal(&p->file.depends.id[0],
                             last ? &last->file.id : &xen);
}

static int fake_action(struct fake_engine *f, struct xsplice_op_action *op)
{
    struct fake_payload *p = by_name(f, &op->name);
    bool applied = p && p->state == XSPLICE_STATE_APPLIED;
    char text[200];

    assert_int_equal(op->pad, 0);
    f->actions++;
    f->last_flags = op->flags;
    if ( !p )
        return -XEN_ENOENT;
    if ( f->refuse_action )
    {
        say(f, p->name, f->refuse_says);
        return -f->refuse_action;
    }
    if ( f->raced )
    {
        p->state = XSPLICE_STATE_APPLIED;
        p->rc = -XEN_EAGAIN;
        return 0;
    }
    if ( op->cmd == XSPLICE_ACTION_UNLOAD )
        return fake_unload(f, p);
    if ( (op->cmd == XSPLICE_ACTION_REVERT) != applied )
        return 0;
    if ( op->cmd == XSPLICE_ACTION_REVERT && top(f) != p )
    {
        snprintf(text, sizeof(text), "can't unload. Top is %s", top(f)->name);
        say(f, p->name, text);
        return -XEN_EBUSY;
    }
    if ( op->cmd == XSPLICE_ACTION_APPLY &&
         !(op->flags & XSPLICE_ACTION_NODEPS) && !stack_fits(f, p) )
    {
        say(f, p->name, "check against hypervisor build-id failed");
        return -XEN_EINVAL;
    }
    if ( f->busy )
    {
        f->busy--;
        if ( f->stick )
            p->rc = -XEN_EAGAIN;
        return -XEN_EBUSY;
    }
    p->rc = -XEN_EAGAIN;
    p->pending = op->cmd;
    p->polls_left = f->polls;
    return 0;
}

/* Strings up to an empty one, as bytes. */
static size_t strings(const char *from, char *to)
{
    size_t n = 0;

    while ( from && from[n] )
        n += strlen(from + n) + 1;
    if ( n )
        memcpy(to, from, n);
    return n;
}

static size_t add(char *to, size_t at, const char *key, const char *value)
{
    return at + sprintf(to + at, "%s=%s", key, value) + 1;
}

/* Hands out a page of an answer; its digest. */
static uint32_t page(struct fake_engine *f, const char *all, size_t size,
                     uint64_t to, uint32_t room, uint32_t offset)
{
    size_t n = offset < size ? size - offset : 0;
    uint32_t digest = 5;
    size_t i;

    assert_in_range(room, 1, XSPLICE_PAGE_MAX);
    if ( n )
        memcpy(pointer(to), all + offset, n < room ? n : room);
    for ( i = 0; i < size; i++ )
        digest = digest * 31 + all[i];
    if ( f->answer_changes )
        digest += f->answer_changes--;
    return digest;
}

static const char *id_of(uint32_t reason)
{
    static const char *const ids[] = { "NONE",
#define REASON(id, error, sentence, hint) #id,
                                       XSPLICE_ENGINE_REASONS(REASON)
#undef REASON
    };

    return ids[reason];
}

static int fake_check(struct fake_engine *f, struct xsplice_op_check *op)
{
    int rc = -f->check_answer;
    uint32_t reason = f->check_reason;
    char all[4096];
    size_t size = strings(f->check_text, all);

    assert_int_equal(op->count, 0);
    if ( f->check_busy )
    {
        f->check_busy--;
        reason = XSPLICE_REASON_BUSY;
        rc = -XEN_EBUSY;
    }
    op->reason = reason;
    if ( !op->size )
        return rc;
    if ( rc && !size )
    {
        size = add(all, size, "reason-id", id_of(reason));
        size = add(all, size, "reason", f->own_reason ? f->own_reason : "?");
    }
    op->digest = page(f, all, size, op->text, op->size, op->offset);
    op->size = size;
    op->result = rc;
    op->count = rc != 0;
    return 0;
}

static size_t about_payload(struct fake_engine *f,
                            const struct fake_payload *p, char *all)
{
    size_t size = strings(f->info_text, all);
    char seconds[16];

    if ( p->within )
    {
        snprintf(seconds, sizeof(seconds), "%u", p->within / 1000);
        size = add(all, size, "unconfirmed-s", seconds);
    }

    if ( f->info_bulk )
    {
        size += sprintf(all + size, "later=");
        memset(all + size, 'x', f->info_bulk);
        size += f->info_bulk;
        all[size++] = '\0';
    }
    if ( f->own_reason )
        size = add(all, size, "reason", f->own_reason);
    return size;
}

/* The clock that takes it back is the test's. */
static int fake_trial(struct fake_engine *f, struct xsplice_op_trial *op)
{
    struct fake_payload *p = by_name(f, &op->action.name);
    int rc;

    assert_int_equal(op->pad, 0);
    assert_in_range(op->within, 1, 86400000);
    rc = fake_action(f, &op->action);
    if ( !rc )
        p->within = op->within;
    return rc;
}

static int fake_confirm(struct fake_engine *f, struct xsplice_op_confirm *op)
{
    struct fake_payload *p = by_name(f, &op->name);

    assert_int_equal(op->pad, 0);
    if ( !p )
        return -XEN_ENOENT;
    if ( !p->within )
        return -XEN_EINVAL;
    p->within = 0;
    return 0;
}

/* CHECK and INFO of the xsplice engine, as far as the tool needs them. */
static int fake_own(struct fake_engine *f, struct xsplice_op *op)
{
    struct xsplice_op_info *info = &op->u.info;
    const struct fake_payload *p;
    char *all;
    size_t size;

    switch ( op->cmd )
    {
    case XSPLICE_OP_CHECK:
        return fake_check(f, &op->u.check);
    case XSPLICE_OP_TRIAL:
        return fake_trial(f, &op->u.trial);
    case XSPLICE_OP_CONFIRM:
        return fake_confirm(f, &op->u.confirm);
    case XSPLICE_OP_INFO:
        break;
    default:
        return -XEN_EOPNOTSUPP;
    }
    p = info->name.size ? by_name(f, &info->name) : NULL;
    if ( info->name.size &&
         (!p || !(f->own_reason || f->info_text || p->within)) )
        return -XEN_ENODATA;
    all = malloc(8192 + f->info_bulk);
    size = info->name.size ? about_payload(f, p, all)
                           : strings("engine=xsplice 1\0reason=none\0", all);
    info->digest = page(f, all, size, info->text, info->size, info->offset);
    info->size = size;
    info->version = XSPLICE_INFO_VERSION + 1; /* one that is yet to come */
    free(all);
    return 0;
}

static int answer(void *ctx, struct xsplice_sysctl *op)
{
    struct fake_engine *f = ctx;
    struct xsplice_readconsole *read = &op->u.readconsole;

    if ( op->cmd == XSPLICE_SYSCTL_READCONSOLE )
    {
        size_t have = strlen(f->console);
        size_t n = have - read->index;

        n = n < read->count ? n : read->count;
        memcpy(pointer(read->buffer), f->console + read->index, n);
        read->count = n;
        read->index += n;
        return 0;
    }
    assert_int_equal(op->cmd, XSPLICE_SYSCTL_LIVEPATCH);
    assert_int_equal(op->u.livepatch.pad, 0);
    switch ( op->u.livepatch.cmd )
    {
    case XSPLICE_OP_UPLOAD:
        return fake_upload(f, &op->u.livepatch.u.upload);
    case XSPLICE_OP_GET:
        return fake_get(f, &op->u.livepatch.u.get);
    case XSPLICE_OP_LIST:
        return fake_list(f, &op->u.livepatch.u.list);
    case XSPLICE_OP_ACTION:
        return fake_action(f, &op->u.livepatch.u.action);
    }
    return f->own ? fake_own(f, &op->u.livepatch) : -XEN_EOPNOTSUPP;
}

static int fake_sysctl(void *ctx, struct xsplice_sysctl *op)
{
    struct fake_engine *f = ctx;
    int rc;

    f->calls++;
    if ( f->calls == f->kill_at && !f->kill_behind )
        f->killed();
    rc = answer(ctx, op);
    if ( f->calls == f->kill_at )
        f->killed();
    return rc;
}

static int fake_xen_version(void *ctx, unsigned int cmd, void *arg)
{
    uint32_t *len = arg;

    switch ( cmd )
    {
    case XSPLICE_XENVER_VERSION:
        return 4 << 16 | 17;
    case XSPLICE_XENVER_EXTRAVERSION:
        strcpy(arg, ".5");
        return 0;
    case XSPLICE_XENVER_BUILD_ID:
        assert_in_range(*len, 20, XSPLICE_BUILD_ID_MAX);
        memset(len + 1, 0xaa, 20);
        return 20;
    }
    return -XEN_ENOSYS;
}

void fake_begin(struct fake_engine *f)
{
    *f = (struct fake_engine){
        .hv = {
            .ctx = f,
            .buffer = fake_buffer,
            .release = fake_release,
            .sysctl = fake_sysctl,
            .xen_version = fake_xen_version,
            .now = fake_now,
            .sleep = fake_sleep,
        },
    };
}

void fake_end(struct fake_engine *f)
{
    assert_int_equal(f->buffers, 0);
    while ( f->n )
        xs_payload_free(&f->payload[--f->n].file);
}
