/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why the hypervisor refused, in its own words: from the xsplice engine, which
 * can be asked, or from what stock Xen wrote to the console.
 */
#ifndef CONTROL_REASON_H
#define CONTROL_REASON_H

#include <stdbool.h>

#include "control/console.h"
#include "control/explain.h"

struct reason {
    enum xs_kind kind;           /* XS_OK: Xen's error number decides */
    bool own;                    /* said by the xsplice engine itself */
    char text[CONSOLE_TEXT_MAX]; /* empty: it did not say */
    char hint[256];              /* may be empty */
};

/*
 * Finds it right after the operation has failed.  mark is console_mark() from
 * before; name is of the payload.  action and flags as they were for
 * engine_action(); action is 0 for OP_UPLOAD.
 */
void reason_find(struct hypervisor *hv, uint32_t mark, const char *name,
                 uint32_t action, uint32_t flags, struct reason *reason);

/* What a refusal of this id is; XS_FAILED for those that are of no kind. */
enum xs_kind reason_kind(const char *id);

/* explain() with what was found. */
int reason_explain(enum operation op, int rc, const struct reason *reason,
                   struct xs_error *err);

#endif /* CONTROL_REASON_H */
