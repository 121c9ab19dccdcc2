/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shadow variables: data that a payload attaches to objects which exist
 * already, since the type of an object cannot grow while the hypervisor runs.
 *
 * This is the contract between payloads and the xsplice engine, which exports
 * these functions; stock Xen does not have them.  Authors of patches include
 * xsplice/patch.h and use the macros there; docs/data-in-patches.md tells how.
 */
#ifndef XSPLICE_SHADOW_H
#define XSPLICE_SHADOW_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdint.h>
#endif

/*
 * Called for a new variable, zeroed and not to be found by others yet, with
 * the 'arg' of who attaches it.  Other than 0: nothing is attached.  It runs
 * with interrupts off and a lock of the engine held, so it must not call the
 * functions below, nor allocate, and take no lock that is held elsewhere with
 * interrupts on.
 */
typedef int xsplice_construct_fn(void *object, void *variable, void *arg);

/*
 * Called when a variable has been taken away and is about to be freed; no lock
 * is held.  Context: that of who detaches, or, when its payload is reverted,
 * one that may allocate and free; the object may be gone then, and must not be
 * looked at.
 */
typedef void xsplice_destroy_fn(void *object, void *variable);

/*
 * Kinds of shadow variables: an array in this section.  The engine reads it
 * when the payload is loaded, fills in the handles, and believes nothing but
 * those from then on.
 */
#define XSPLICE_SEC_SHADOWS    ".xsplice.shadows"
#define XSPLICE_SHADOW_VERSION 1
#define XSPLICE_SHADOW_MAX     65536u /* bytes of a variable */
#define XSPLICE_SHADOW_KINDS   64u    /* in one payload */

struct xsplice_shadow_kind {
    uint64_t id; /* one for all payloads that mean the same data */
    union {
        uint64_t construct; /* address, or 0 */
        xsplice_construct_fn *make;
    };
    union {
        uint64_t destroy; /* address, or 0 */
        xsplice_destroy_fn *unmake;
    };
    uint64_t handle;  /* the engine's; 0 in the file */
    uint32_t size;    /* of a variable, bytes */
    uint32_t version; /* XSPLICE_SHADOW_VERSION */
};

/*
 * The variable of this kind at the object; NULL if there is none.  Any context
 * but that of NMIs and machine checks.  What it points to stays until somebody
 * detaches it: like a member of the object, it is for the author to see that
 * it is not used after that.  Aligned to 16 bytes.
 */
void *xsplice_shadow_get(const struct xsplice_shadow_kind *kind,
                         const void *object);

/*
 * A new variable, zeroed and then constructed.  NULL: there is one already, no
 * memory, the constructor said no, or the payload is not applied nor about to
 * be.  In interrupts and in the stop (load and unload hooks) it comes out of
 * the reserve only.
 */
void *xsplice_shadow_attach(const struct xsplice_shadow_kind *kind,
                            const void *object, void *arg);

/*
 * The variable that is there, or else a new one; of several CPUs that come
 * here at once one constructs, and all get the same.  NULL as with attach.
 */
void *xsplice_shadow_get_or_attach(const struct xsplice_shadow_kind *kind,
                                   const void *object, void *arg);

/* Takes the variable away, if there is one, destroys and frees it. */
void xsplice_shadow_detach(const struct xsplice_shadow_kind *kind,
                           const void *object);

/* The same for all objects; not in interrupts. */
void xsplice_shadow_detach_all(const struct xsplice_shadow_kind *kind);

/*
 * Sees to it that at least n variables can be attached where no memory can be
 * had.  0 or -ENOMEM.  Where memory can be allocated: pre hooks, ordinary code.
 */
int xsplice_shadow_reserve(const struct xsplice_shadow_kind *kind,
                           unsigned int n);

#endif /* XSPLICE_SHADOW_H */
