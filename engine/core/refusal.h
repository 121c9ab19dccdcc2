/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something was refused, as a value: a reason out of
 * include/xsplice/reasons.h and the place it was found at.
 */
#ifndef ENGINE_CORE_REFUSAL_H
#define ENGINE_CORE_REFUSAL_H

#include "types.h"
#include "xsplice/reasons.h"

struct answer;

struct refusal {
    enum xsplice_reason reason; /* XSPLICE_REASON_NONE: nothing refused */
    char detail[160];           /* section, symbol, offset, numbers */
};

/*
 * Fills in *why (which may be NULL) and returns the -errno of the reason.
 * Only the first refusal of an operation is kept.
 */
int refuse(struct refusal *why, enum xsplice_reason reason, const char *fmt,
           ...) __attribute__((format(printf, 3, 4)));

/*
 * What a search for reasons has found.  It ends with the first one, which is
 * what an action needs, or with 'all' set goes on, for CHECK.
 */
struct findings {
    struct refusal *first;
    struct answer *all; /* where each of them is put; NULL: only the first */
    unsigned int n;
    int rc; /* of the first; 0: there is none */
};

/*
 * Takes down a reason.  Returns its -errno, with which the search ends, or 0
 * when it is to go on; then 'rc' says that something was found.
 */
int found(struct findings *f, enum xsplice_reason reason, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

const char *reason_id(enum xsplice_reason reason);
const char *reason_sentence(enum xsplice_reason reason);
const char *reason_hint(enum xsplice_reason reason);

#endif /* ENGINE_CORE_REFUSAL_H */
