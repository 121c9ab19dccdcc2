/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an operation and Xen's error number to what the user reads: what was
 * refused, why, and what to do.
 */
#ifndef CONTROL_EXPLAIN_H
#define CONTROL_EXPLAIN_H

#include "common/error.h"

enum operation {
    OP_UPLOAD,
    OP_GET,
    OP_LIST,
    OP_UNLOAD,
    OP_REVERT,
    OP_APPLY,
    OP_REPLACE,
    OP_CONFIRM,
    OP_INFO, /* and CHECK */
    OP_COUNT,
};

/* "upload", "revert", ... as in the verbs */
const char *operation_name(enum operation op);

/*
 * Sets the error for a negative Xen error number.  console: what the
 * hypervisor wrote about it (control/console.h), or "": then the hint says
 * where to look.
 */
int explain(enum operation op, int rc, const char *console,
            struct xs_error *err);

#endif /* CONTROL_EXPLAIN_H */
