/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "xsplice/shadow.h"

struct refusal last;

const char *last_id(void)
{
    return reason_id(last.reason);
}

int case_begin(void **state)
{
    /* Where the hypervisor of the fixtures leads to: hv_shadow.c. */
    static void *const engine[] = {
        xsplice_shadow_get,           xsplice_shadow_attach,
        xsplice_shadow_get_or_attach, xsplice_shadow_detach,
        xsplice_shadow_detach_all,    xsplice_shadow_reserve,
    };

    fixture_host(state);
    host_poke(host_symbol("hv_engine"), engine, sizeof(engine));
    host_unpatchable("hv_forbidden", "the tests say so");

    return engine_init();
}

int case_end(void **state)
{
    fault_clear();
    host_hook_handler(NULL);
    cpus_run_pending();
    engine_exit();
    host_close(); /* aborts if the engine has kept anything */

    return 0;
}

int upload(const char *name)
{
    char file[64];
    size_t size;
    uint8_t *bytes;
    int rc;

    snprintf(file, sizeof(file), "%s.xsplice", name);
    bytes = fixture_bytes(file, &size);
    memset(&last, 0, sizeof(last));
    rc = engine_upload(name, bytes, size, &last);
    free(bytes); /* whatever the engine kept of it is found out */

    return rc;
}

int start(const char *name, uint32_t cmd)
{
    memset(&last, 0, sizeof(last));

    return engine_action(name, cmd, 0, 0, &last);
}

int act_flags(const char *name, uint32_t cmd, uint32_t flags)
{
    int rc;

    memset(&last, 0, sizeof(last));
    rc = engine_action(name, cmd, 0, flags, &last);
    if ( !rc && cpus_run_pending() )
    {
        while ( cpus_run_pending() )
            ;
        rc = rc_of(name);
    }

    return rc;
}

int act(const char *name, uint32_t cmd)
{
    return act_flags(name, cmd, 0);
}

void loaded(const char *name)
{
    if ( upload(name) )
        fail_msg("upload %s: %s: %s", name, last_id(), last.detail);
}

void applied(const char *name)
{
    loaded(name);
    if ( act(name, APPLY) )
        fail_msg("apply %s: %s: %s", name, last_id(), last.detail);
    assert_int_equal(state_of(name), APPLIED);
}

void refused(int rc, enum xsplice_reason reason)
{
    if ( last.reason != reason )
        fail_msg("refused with %s (%s), not with %s", last_id(), last.detail,
                 reason_id(reason));
    assert_true(rc < 0);
    assert_int_equal(rc, refuse(NULL, reason, "%s", ""));
}

uint32_t state_of(const char *name)
{
    uint32_t state;
    int32_t rc;

    return engine_get(name, &state, &rc) ? 0 : state;
}

int32_t rc_of(const char *name)
{
    uint32_t state;
    int32_t rc;

    return engine_get(name, &state, &rc) ?: rc;
}

char *info(const char *name, size_t *size)
{
    struct answer a = { .room = 0 };

    assert_int_equal(engine_info(name, &a), 0);
    a = (struct answer){ .text = malloc(a.size), .room = a.size };
    assert_int_equal(engine_info(name, &a), 0);
    *size = a.size;
    return a.text;
}

bool info_has(const char *name, const char *wanted)
{
    size_t size, at;
    char *text = info(name, &size);
    bool has = false;

    for ( at = 0; at < size; at += strlen(text + at) + 1 )
        has |= !strcmp(text + at, wanted);
    free(text);
    return has;
}

const char *info_value(const char *name, const char *key)
{
    static char value[256];
    size_t size, at, len = strlen(key);
    char *text = info(name, &size);

    value[0] = '\0';
    for ( at = 0; at < size; at += strlen(text + at) + 1 )
        if ( !strncmp(text + at, key, len) && text[at + len] == '=' )
            snprintf(value, sizeof(value), "%s", text + at + len + 1);
    free(text);
    return value;
}

int call(const char *function)
{
    return ((int (*)(void))host_symbol(function))();
}

int call1(const char *function, int a)
{
    return ((int (*)(int))host_symbol(function))(a);
}

int *variable(const char *name)
{
    return (int *)host_symbol(name);
}

static int list_one(void *arg, const struct payload *p)
{
    struct world *w = arg;
    size_t at = strlen(w->list);

    snprintf(w->list + at, sizeof(w->list) - at,
             "%s state %u rc %d at %#lx below %s\n", p->name, p->state, p->rc,
             p->region.base, p->below ? p->below->name : "-");

    return 0;
}

/* Through the file: what is mapped without rights can be compared as well. */
static uint8_t *all_bytes(size_t *size)
{
    const struct host_image *img = host_image();
    uint8_t *bytes;

    *size = img->size + (1u << 20);
    bytes = malloc(*size);
    if ( !bytes || pread(img->fd, bytes, *size, 0) != *size )
        abort();

    return bytes;
}

void world_take(struct world *w)
{
    w->bytes = all_bytes(&w->size);
    w->usage = host_usage();
    w->list[0] = '\0';
    engine_each(list_one, w);
}

/* A region given back is nobody's: what its bytes are does not matter. */
static bool is_owned(unsigned long addr)
{
    const struct host_image *img = host_image();

    return addr < img->base + img->size || memory_readable(addr, 1);
}

void world_same(struct world *w, const char *after)
{
    struct world now;
    size_t i;

    world_take(&now);
    for ( i = 0; i < w->size; i++ )
        if ( w->bytes[i] != now.bytes[i] && is_owned(host_image()->base + i) )
            fail_msg("after %s: byte %#zx was %02x and is %02x", after, i,
                     w->bytes[i], now.bytes[i]);
    if ( memcmp(&w->usage, &now.usage, sizeof(now.usage)) )
        fail_msg("after %s: %u -> %u allocations, %u -> %u regions, "
                 "%u -> %u aliases, %u -> %u registered",
                 after, w->usage.allocations, now.usage.allocations,
                 w->usage.regions, now.usage.regions, w->usage.aliases,
                 now.usage.aliases, w->usage.registered, now.usage.registered);
    if ( strcmp(w->list, now.list) )
        fail_msg("after %s: the payloads were\n%sand are\n%s", after, w->list,
                 now.list);
    free(now.bytes);
    free(w->bytes);
}
