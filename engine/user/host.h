/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port to an ordinary process: one fake hypervisor at a time, laid out
 * from a xen-syms file.  What the tests, the fuzzers and verify may turn on it
 * is here; the services themselves are those of engine/core/port.h.
 */
#ifndef ENGINE_USER_HOST_H
#define ENGINE_USER_HOST_H

#include "engine/core/signature.h"
#include "engine/user/image.h"

/*
 * Starts the fake hypervisor: lays the image out, starts no CPU (see cpus.h).
 * Does not call engine_init().  0, or -1 with err.
 */
int host_open(const char *xen_syms, struct xs_error *err);
/* Stops it; what the engine did not give back is the caller's bug: aborts. */
void host_close(void);

const struct host_image *host_image(void);
/* Run address of a symbol; aborts when there is none. */
unsigned long host_symbol(const char *name);
/* Stores into the image behind the engine's back, as a boot would. */
void host_poke(unsigned long addr, const void *bytes, size_t len);

/* ---- what it holds of the engine's ---- */

struct host_usage {
    unsigned int allocations; /* port_alloc not yet freed */
    unsigned int regions;
    unsigned int aliases;
    unsigned int registered; /* payloads */
};
struct host_usage host_usage(void);
/* An upper bound on the bytes that port_alloc hands out in all; 0: none. */
void host_limit_memory(size_t bytes);

/* ---- what it answers ---- */

/* Feature 'bit' of the CPU; at the start it has none. */
void host_cpu_feature(unsigned int bit, bool has);
/*
 * Whom the hypervisor trusts, and what it asks of payloads; the keys stay the
 * caller's.  At the start it asks nothing.  Before engine_init().
 */
void host_trust(enum signature_policy policy, const struct trusted_key *keys,
                unsigned int n);
/* While not NULL, a vCPU keeps a stack of its own: why. */
void host_not_quiescent(const char *why);
/* The function at this symbol may not be patched. */
void host_unpatchable(const char *symbol, const char *why);
/* Nor may anything from start to (not including) end. */
void host_unpatchable_range(unsigned long start, unsigned long end,
                            const char *why);
/* The clock is virtual: it stands still unless moved. */
void host_clock_advance(uint64_t ns);

/*
 * Hooks run as code when the image is in place.  Where it is not, or when a
 * test sets its own, this is called instead with the hook's run address.
 */
typedef int host_hook_fn(unsigned long fn, struct payload *p);
void host_hook_handler(host_hook_fn *handler);

/* The same for constructors and destructors of shadow variables. */
typedef int host_shadow_fn(unsigned long fn, void *object, void *variable,
                           void *arg);
void host_shadow_handler(host_shadow_fn *handler);

/* Whether this CPU enforces landing pads; at the start it does not. */
void host_landing_pads(bool on);

/*
 * This thread is where nothing can be allocated: an interrupt, or the stop.
 * An engine that tries is stopped by abort().  Returns what it was.
 */
bool host_no_memory_here(bool on);

/* Calls fn for each registered payload. */
void host_each_registered(void (*fn)(void *arg, struct payload *p), void *arg);

/* Has the alarm come due?  It is over then. */
bool host_alarm_rings(void);

/* For the other files of the port. */
bool memory_readable(unsigned long addr, size_t len);
void memory_usage(struct host_usage *u);
void memory_close(void);

#endif /* ENGINE_USER_HOST_H */
