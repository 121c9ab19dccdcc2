/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/host.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "engine/user/cpus.h"
#include "engine/user/fault.h"
#include "engine/user/log.h"

#define FEATURES        1024
#define MAX_UNPATCHABLE 128
#define MAX_REGISTERED  4096

static struct {
    struct host_image image;
    bool open;
    uint8_t feature[FEATURES / 8];
    const char *not_quiescent;
    struct {
        unsigned long start, end; /* of a function: its start twice */
        const char *why;
    } unpatchable[MAX_UNPATCHABLE];
    unsigned int nr_unpatchable;
    host_hook_fn *hook;
    const struct trusted_key *keys;
    unsigned int nr_keys;
    enum signature_policy policy;
    host_shadow_fn *shadow;
    bool landing_pads;
    struct payload *registered[MAX_REGISTERED];
    unsigned int nr_registered;
    uint64_t clock, alarm;
} host;

static pthread_mutex_t engine_lock = PTHREAD_MUTEX_INITIALIZER;

int host_open(const char *xen_syms, struct xs_error *err)
{
    struct host_image image;

    if ( host.open )
        return xs_fail(err, XS_FAILED, "a hypervisor is running already");
    if ( host_image_open(&image, xen_syms, err) )
        return -1;
    memset(&host, 0, sizeof(host));
    host.image = image;
    host.open = true;
    fault_clear();
    log_clear();

    return 0;
}

void host_close(void)
{
    if ( !host.open )
        return;
    cpus_stop();
    if ( host.nr_registered )
        abort();
    memory_close();
    host_image_close(&host.image);
    host.open = false;
}

const struct host_image *host_image(void)
{
    return &host.image;
}

unsigned long host_symbol(const char *name)
{
    const struct host_image_symbol *s = host_image_symbol(&host.image, name);

    if ( !s )
    {
        fprintf(stderr, "the image has no symbol %s\n", name);
        abort();
    }

    return s->addr;
}

void host_poke(unsigned long addr, const void *bytes, size_t len)
{
    void *at = host_image_map(&host.image, addr, len);

    if ( !at )
        abort();
    memcpy(at, bytes, len);
    host_image_unmap(at, len);
}

struct host_usage host_usage(void)
{
    struct host_usage u = { .registered = host.nr_registered };

    memory_usage(&u);

    return u;
}

/* ---- the hypervisor as it runs ---- */

const uint8_t *port_hypervisor_id(unsigned int *len)
{
    *len = host.image.id_len;

    return host.image.id;
}

int port_symbols_each(int (*fn)(void *arg, const char *name,
                                unsigned long addr),
                      void *arg)
{
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < host.image.nr_symbols && !rc; i++ )
    {
        /* A copy on the heap: a caller that keeps it is found out. */
        char *name = strdup(host.image.symbols[i].name);

        if ( !name )
            abort();
        rc = fn(arg, name, host.image.symbols[i].addr);
        free(name);
    }

    return rc;
}

enum text_kind port_text_kind(unsigned long addr, size_t len)
{
    return host_image_kind(&host.image, addr, len);
}

void port_text_read(unsigned long addr, void *to, size_t len)
{
    if ( !memory_readable(addr, len) )
    {
        fprintf(stderr, "the engine reads %zu bytes at %#lx\n", len, addr);
        abort();
    }
    /* Not through 'view': a region is not readable there before protect. */
    memcpy(to, host.image.edit + (addr - host.image.base), len);
}

void host_unpatchable_range(unsigned long start, unsigned long end,
                            const char *why)
{
    if ( host.nr_unpatchable == MAX_UNPATCHABLE )
        abort();
    host.unpatchable[host.nr_unpatchable].start = start;
    host.unpatchable[host.nr_unpatchable].end = end;
    host.unpatchable[host.nr_unpatchable++].why = why;
}

void host_unpatchable(const char *symbol, const char *why)
{
    unsigned long addr = host_symbol(symbol);

    host_unpatchable_range(addr, addr, why);
}

const char *port_unpatchable(unsigned long addr)
{
    const struct host_image_symbol *f =
        host_image_function_at(&host.image, addr);
    unsigned int i;

    for ( i = 0; i < host.nr_unpatchable; i++ )
        if ( (f && host.unpatchable[i].start == f->addr &&
              host.unpatchable[i].end == f->addr) ||
             (addr >= host.unpatchable[i].start &&
              addr < host.unpatchable[i].end) )
            return host.unpatchable[i].why;

    return NULL;
}

void host_cpu_feature(unsigned int bit, bool has)
{
    if ( bit >= FEATURES )
        abort();
    if ( has )
        host.feature[bit / 8] |= 1u << (bit % 8);
    else
        host.feature[bit / 8] &= ~(1u << (bit % 8));
}

bool port_cpu_has(unsigned int bit)
{
    return bit < FEATURES && (host.feature[bit / 8] >> (bit % 8) & 1);
}

unsigned int port_cpu_features(void)
{
    return FEATURES;
}

void host_trust(enum signature_policy policy, const struct trusted_key *keys,
                unsigned int n)
{
    host.policy = policy;
    host.keys = keys;
    host.nr_keys = n;
}

const struct trusted_key *port_trusted_keys(unsigned int *n)
{
    *n = host.nr_keys;

    return host.keys;
}

enum signature_policy port_signature_policy(void)
{
    return host.policy;
}

/* ---- registration ---- */

int port_payload_register(struct payload *p)
{
    if ( fault_hit(FAULT_REGISTER) )
        return -ENOMEM;
    if ( host.nr_registered == MAX_REGISTERED )
        return -ENOMEM;
    host.registered[host.nr_registered++] = p;

    return 0;
}

void port_payload_retire(struct payload *p, void (*gone)(struct payload *p))
{
    unsigned int i = 0;

    while ( i < host.nr_registered && host.registered[i] != p )
        i++;
    if ( i == host.nr_registered )
        abort(); /* never registered */
    host.registered[i] = host.registered[--host.nr_registered];
    gone(p);
}

void host_each_registered(void (*fn)(void *arg, struct payload *p), void *arg)
{
    unsigned int i;

    for ( i = 0; i < host.nr_registered; i++ )
        fn(arg, host.registered[i]);
}

/* ---- the rest ---- */

void host_not_quiescent(const char *why)
{
    host.not_quiescent = why;
}

int port_quiescent(const char **why)
{
    *why = host.not_quiescent;
    if ( fault_hit(FAULT_QUIESCENT) )
        *why = "a vCPU of d1 waits in a waitqueue";

    return *why ? -EBUSY : 0;
}

int port_waiting(const char **why)
{
    *why = host.not_quiescent;

    return *why ? -EBUSY : 0;
}

void host_clock_advance(uint64_t ns)
{
    __atomic_add_fetch(&host.clock, ns, __ATOMIC_RELAXED);
}

uint64_t port_now(void)
{
    return __atomic_load_n(&host.clock, __ATOMIC_RELAXED);
}

void port_alarm(uint64_t at)
{
    __atomic_store_n(&host.alarm, at, __ATOMIC_RELAXED);
}

bool host_alarm_rings(void)
{
    uint64_t at = __atomic_load_n(&host.alarm, __ATOMIC_RELAXED);

    if ( !at || port_now() < at )
        return false;
    port_alarm(0);

    return true;
}

void port_lock(void)
{
    if ( pthread_mutex_lock(&engine_lock) )
        abort();
}

void port_unlock(void)
{
    if ( pthread_mutex_unlock(&engine_lock) )
        abort();
}

void host_hook_handler(host_hook_fn *handler)
{
    host.hook = handler;
}

static bool executable(unsigned long fn)
{
    return host.image.in_place;
}

int port_call_hook_int(unsigned long fn, struct payload *p)
{
    if ( !memory_readable(fn, 1) )
        abort();
    if ( host.hook )
        return host.hook(fn, p);

    return executable(fn) ? ((int (*)(struct payload *))fn)(p) : 0;
}

void port_call_hook_void(unsigned long fn, struct payload *p)
{
    if ( !memory_readable(fn, 1) )
        abort();
    if ( host.hook )
        host.hook(fn, p);
    else if ( executable(fn) )
        ((void (*)(struct payload *))fn)(p);
}

void host_shadow_handler(host_shadow_fn *handler)
{
    host.shadow = handler;
}

int port_call_construct(unsigned long fn, void *object, void *variable,
                        void *arg)
{
    if ( host.shadow )
        return host.shadow(fn, object, variable, arg);

    return executable(fn)
               ? ((int (*)(void *, void *, void *))fn)(object, variable, arg)
               : 0;
}

void port_call_destroy(unsigned long fn, void *object, void *variable)
{
    if ( host.shadow )
        host.shadow(fn, object, variable, NULL);
    else if ( executable(fn) )
        ((void (*)(void *, void *))fn)(object, variable);
}

void host_landing_pads(bool on)
{
    host.landing_pads = on;
}

bool port_landing_pads(void)
{
    return host.landing_pads;
}
