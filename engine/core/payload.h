/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loaded payload and an operation on payloads, as engine core and ports see
 * them.  All of it is the engine's own memory: nothing here points into the
 * uploaded file, and run addresses are numbers, never followed by the core.
 */
#ifndef ENGINE_CORE_PAYLOAD_H
#define ENGINE_CORE_PAYLOAD_H

#include "port.h"
#include "refusal.h"
#include "xsplice/control.h"
#include "xsplice/payload.h"

/* Values of payload_fstate.applied: LIVEPATCH_FUNC_* of the interface. */
#define FUNC_NOT_APPLIED 0
#define FUNC_APPLIED     1

/* State of a patched function; the layout that hooks know. */
struct payload_fstate {
    unsigned int patch_offset; /* of the site from the function's entry */
    int applied;
    uint8_t saved[XSPLICE_NOP_MAX]; /* what was there before */
};

struct build_id {
    uint8_t len; /* 0: none */
    uint8_t bytes[XSPLICE_BUILD_ID_MAX];
};

/* A table inside the payload, by run address. */
struct table {
    unsigned long addr;
    unsigned int count;
};

/* For backtraces and for payloads that build upon this one. */
struct payload_symbol {
    unsigned long addr;
    uint64_t hash;      /* of the name */
    uint32_t size;      /* bytes */
    uint32_t name : 31; /* offset in payload.strings */
    uint32_t exported : 1;
};

/* The bytes that one function's patch occupies.  In order of addresses. */
struct site {
    unsigned long addr;   /* first byte written */
    unsigned long target; /* of the jump; 0: NOPs */
    unsigned long old;    /* the function */
    uint32_t func;        /* its index in funcs and fstate */
    uint32_t old_size;    /* of the function */
    const char *name;     /* its name, in payload.names */
    uint8_t len;          /* bytes written */
    bool written;         /* the patch is in place, put there by the engine */
    uint8_t expect_len;   /* of bytes that must be at 'old', 0: any */
    uint8_t expect[XSPLICE_EXPECT_MAX];
};

struct hooks {
    unsigned long preapply, apply, postapply; /* run addresses, 0: none */
    unsigned long prerevert, revert, postrevert;
};

struct timings {
    uint64_t requested; /* ns as port_now() counts */
    uint64_t begun;     /* the CPUs stand still */
    uint64_t ended;
};

struct payload {
    /*
     * What hooks may use, at the front so that the header which they are
     * compiled with needs to declare no more than this.
     */
    const struct xsplice_func *funcs; /* run address */
    struct payload_fstate *fstate;
    unsigned int nfuncs;
    uint32_t state; /* XSPLICE_STATE_* */
    int32_t rc;     /* of the last action; -EAGAIN while one is under way */
    char name[XSPLICE_NAME_MAX];

    /* The engine's. */
    struct payload *next;   /* in load order */
    struct payload *below;  /* in apply order: applied before this one */
    struct refusal last;    /* why the last operation on it was refused */
    struct timings timings; /* of the last stop */
    struct region region;
    const struct trusted_key *signer; /* who has signed it; NULL */
    enum xsplice_reason signature;    /* or why that does not count */
    bool has_data;                    /* writable data of its own */
    bool was_applied; /* at least once: its data may have changed */
    bool mark;        /* depend.c's */

    struct build_id id, xen_depends;
    struct build_id *depends;
    unsigned int ndepends;

    struct site *sites;
    unsigned int nsites;
    char *names; /* of the functions */
    struct hooks hooks;
    unsigned long *load_fns, *unload_fns; /* run addresses */
    unsigned int nload, nunload;

    const char *metadata; /* key=value, NUL, ... */
    uint32_t metadata_len;

    /* What the port makes findable; the tables lie in the payload. */
    struct table extable; /* struct xsplice_x86_extable, sorted */
    struct table bugs[4]; /* struct xsplice_x86_bug, in [3] _bug_msg */
    struct payload_symbol *symbols; /* by address */
    unsigned int nsymbols;
    uint32_t *exports; /* indexes of the exported ones, by hash */
    unsigned int nexports;
    char *strings;

    struct shadow_kind *shadows; /* kinds of shadow variables */
    unsigned int nshadows;

    struct payload **uses; /* payloads whose symbols this one refers to */
    unsigned int nuses;

    void *port; /* the port's own */
};

/* A stretch of bytes to store. */
struct write {
    unsigned long addr;
    uint8_t *alias;    /* writable view of addr */
    struct site *site; /* whose */
    struct payload *of;
    unsigned int depth; /* payloads applied above that one */
    uint8_t len;
    bool superseded; /* a later write of the set covers just these bytes */
    uint8_t put[XSPLICE_NOP_MAX];
    uint8_t was[XSPLICE_NOP_MAX]; /* of a patch: what reverting puts back */
};

struct alias {
    void *view;
    size_t len;
};

struct operation {
    uint32_t cmd; /* XSPLICE_ACTION_*, OPERATION_TAKE_BACK */
    struct payload *target;
    struct payload *top; /* replace: the applied ones, as they were */

    /* What the stop does: undo, then hooks, then puts. */
    struct write *writes; /* nundo that restore, nput that patch */
    unsigned int nundo, nput;
    struct alias *aliases;
    unsigned int naliases;
    bool hooks;   /* load or unload hooks run in the stop */
    bool hooked;  /* a hook stands in for the engine's own action */
    bool pre_ran; /* the pre hook has run */
    bool second;  /* reverts at the request of a hook: runs no hook */

    /* To be on trial, see trial.h. */
    uint64_t within;         /* ns; 0: it is not */
    struct payload **before; /* replace: what comes back, the lowest first */
    unsigned int nbefore;

    /* What became of it. */
    bool acting; /* the stop is now */
    bool acted;
    int rc;
    bool unstarted; /* the port did not take it */
    bool again;     /* a hook asked for the revert */
    int result;     /* rc of the operation that 'second' came from */
    struct timings timings;

    void *port; /* the port's own */
};

/* Name of the symbol at or before addr in this payload's code; NULL. */
const char *payload_symbol_at(const struct payload *p, unsigned long addr,
                              unsigned long *offset, unsigned long *size);

/* Does [addr, addr + len) lie inside the payload's part? */
bool payload_contains(const struct payload *p, enum region_part part,
                      unsigned long addr, size_t len);

#endif /* ENGINE_CORE_PAYLOAD_H */
