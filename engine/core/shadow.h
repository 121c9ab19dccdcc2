/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shadow variables, as the rest of the engine sees them: what they are is in
 * xsplice/shadow.h.
 *
 * A payload's variables exist while it is applied, or about to be: open before
 * its pre hook, close when it is not applied any more.  Kept longer, they would
 * speak of objects as these were before the payload stopped looking, and the
 * next apply would believe them.
 */
#ifndef ENGINE_CORE_SHADOW_H
#define ENGINE_CORE_SHADOW_H

#include "payload.h"
#include "xsplice/shadow.h"

struct shadow;

/* The engine's own copy of what a payload declares; its handle. */
struct shadow_kind {
    uint64_t id;
    uint32_t size;                    /* of a variable */
    unsigned long construct, destroy; /* run addresses, 0: none */
    unsigned long declared;           /* run address of the declaration */
    bool open;                        /* variables may be attached */
    struct shadow_kind *heir;         /* who takes them over; while closing */
    unsigned int count;               /* variables attached */
    struct shadow *reserve;           /* free ones */
    unsigned int nreserve;
};

/* With the lock held: from now on the payload may attach. */
void shadows_open(struct payload *p);

/*
 * Without the lock, but while an operation is under way: the variables of
 * each payload that is not applied (any more) go to an applied one which
 * declares the same id, or else are destroyed.
 */
void shadows_sweep(void);

/* Frees the kinds of a payload that has no variables (any more). */
void shadows_free(struct payload *p);

/* Bytes that the kind's variables take, with those in reserve. */
size_t shadow_bytes(const struct shadow_kind *kind);

#endif /* ENGINE_CORE_SHADOW_H */
