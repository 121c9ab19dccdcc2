/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that the engine asks of the place it runs in.  engine/xen
 * implements it for the hypervisor, engine/user for an ordinary process (with
 * every service able to fail on demand).
 *
 * Calling context, unless said otherwise: that of a sysctl.  Functions that
 * return int return 0 or -errno in Xen's numbering.
 */
#ifndef ENGINE_CORE_PORT_H
#define ENGINE_CORE_PORT_H

#include "signature.h"
#include "types.h"

struct payload;
struct operation;

/* ---- memory ---- */

/* Zeroed memory of the engine's own; NULL when there is none. */
void *port_alloc(size_t size);
void port_free(void *p); /* NULL is fine */

enum region_part { PART_RX, PART_RW, PART_RO, PART_COUNT };

/*
 * Where a payload lives: one stretch of pages within reach (32-bit signed
 * displacement) of the hypervisor's text, cut into three parts, each rounded
 * up to whole pages.  Until port_region_protect() all of it can be written
 * through 'fill' and none executed; from then on 'fill' is NULL and only the
 * run addresses remain, with the rights of their part: never writable and
 * executable, never left dirty when read-only.
 */
struct region {
    unsigned long base;        /* run address of the first byte */
    size_t offset[PART_COUNT]; /* of each part from base; page-aligned */
    size_t size[PART_COUNT];   /* bytes used in each part */
    unsigned int pages;        /* of the whole */
    uint8_t *fill;             /* writable view of base, or NULL */
    void *priv;                /* the port's */
};

/* Takes size[] from r, fills in the rest.  -ENOMEM changes nothing. */
int port_region_alloc(struct region *r);
int port_region_protect(struct region *r);
void port_region_free(struct region *r); /* also after a failed protect */

/* ---- the hypervisor as it runs ---- */

/* Its build-id; 'len' bytes that stay valid. */
const uint8_t *port_hypervisor_id(unsigned int *len);

/*
 * Calls fn for each symbol of the hypervisor, in any order, until fn returns
 * non-zero, and returns that.  'name' is only valid during the call.
 */
int port_symbols_each(int (*fn)(void *arg, const char *name,
                                unsigned long addr),
                      void *arg);

/* What a stretch of hypervisor addresses is. */
enum text_kind {
    TEXT_NONE, /* not the hypervisor's, or not wholly in one kind */
    TEXT_CODE, /* its core text, still there after boot */
    TEXT_INIT, /* was freed after boot */
    TEXT_RODATA,
    TEXT_DATA, /* data and bss */
};
enum text_kind port_text_kind(unsigned long addr, size_t len);

/*
 * Reads what is at a run address now (hypervisor or payload); the range has
 * been proved to lie inside one of them.  Callable with the CPUs stopped.
 */
void port_text_read(unsigned long addr, void *to, size_t len);

/* A function that must not be patched: a sentence why; otherwise NULL. */
const char *port_unpatchable(unsigned long addr);

/* CPU feature 'bit' as the alternatives of x86 name it. */
bool port_cpu_has(unsigned int bit);
unsigned int port_cpu_features(void); /* bits from here on do not exist */

/* ---- signatures; see signature.h ---- */

/* The keys that it was built to trust; '*n' of them, which stay valid. */
const struct trusted_key *port_trusted_keys(unsigned int *n);
/* What is asked of payloads; settled before engine_init(). */
enum signature_policy port_signature_policy(void);

/* ---- making a payload known to the rest of the hypervisor ---- */

/* Its exception table, bug frames and symbols become findable. */
int port_payload_register(struct payload *p);

/*
 * They are withdrawn, and gone(p) is called when no CPU can still be looking at
 * the payload: now or later, without the lock, where memory may be freed.  This
 * does not wait for that: see engine/xen/regions.c.
 */
void port_payload_retire(struct payload *p, void (*gone)(struct payload *p));

/* ---- writing text ---- */

/*
 * A writable view of 'len' bytes at run address 'addr', made before the stop
 * and dropped after it.  NULL: no memory.
 */
void *port_alias_map(unsigned long addr, size_t len);
void port_alias_unmap(void *alias, size_t len);

/* ---- stopping the world ---- */

/*
 * Has operation_act(op) run once with every CPU stopped (rendezvous), then
 * operation_settle(op, rc) run in a context that may allocate and print.
 * Returns at once: 0, or -EBUSY if an operation is under way already.  The rc
 * of settle is 0 when act ran, -EBUSY when the CPUs did not all arrive within
 * 'timeout' ns (act did not run, nothing was changed), or another -errno.
 */
int port_run_stopped(struct operation *op, uint32_t timeout_ns);

/*
 * May text be written now?  0, or -EBUSY and a sentence (*why) when a vCPU
 * keeps a stack of its own (waitqueue).  Called before the stop and inside.
 */
int port_quiescent(const char **why);

/*
 * The same for who only asks: a look that takes no answer away and is safe at
 * any time, but may miss a stack that comes or goes meanwhile.
 */
int port_waiting(const char **why);

/*
 * Locks that interrupt handlers may take, numbered; held for a few stores and
 * with interrupts off.  Nested in order of their numbers.  Any context but NMIs
 * and machine checks.
 */
#define PORT_IRQ_LOCKS 33u
unsigned long port_irq_lock(unsigned int n);
void port_irq_unlock(unsigned int n, unsigned long flags);

/* May port_alloc() and port_free() be called here?  Not in interrupts, nor with
 * interrupts off, nor in the stop. */
bool port_may_alloc(void);

/* ---- time, lock, words ---- */

uint64_t port_now(void); /* ns; callable with the CPUs stopped */

/*
 * Has engine_alarm() called once port_now() has come to 'at', in a context that
 * may take the lock, allocate and print.  There is one alarm: this puts off one
 * set before, and 0 takes it away; one that is ringing already may still come.
 * Called with the lock held.
 */
void port_alarm(uint64_t at);

/* The one lock of the engine's state.  Not held during the stop. */
void port_lock(void);
void port_unlock(void);

enum port_level { PORT_ERR, PORT_WARN, PORT_INFO, PORT_DEBUG };
void port_log(enum port_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls a payload's hook at run address fn (proved to be in its text). */
int port_call_hook_int(unsigned long fn, struct payload *p);
void port_call_hook_void(unsigned long fn, struct payload *p);

/* Calls a constructor or destructor of shadow variables, likewise. */
int port_call_construct(unsigned long fn, void *object, void *variable,
                        void *arg);
void port_call_destroy(unsigned long fn, void *object, void *variable);

/* Must what is called by its address begin with ENDBR64 (CET)? */
bool port_landing_pads(void);

#endif /* ENGINE_CORE_PORT_H */
