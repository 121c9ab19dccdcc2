/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One action on a payload, from the first try to its end: an engine only
 * starts an action, and the outcome must be asked for.
 */
#ifndef CONTROL_OPERATION_H
#define CONTROL_OPERATION_H

#include "control/explain.h"
#include "control/verbs.h"

/*
 * Does OP_UNLOAD, OP_REVERT, OP_APPLY, or OP_REPLACE to the end.  What fails
 * because the hypervisor is busy is tried again, with growing pauses, until
 * c->opt.timeout is over.  flags: XSPLICE_ACTION_NODEPS.  Returns 0 when the
 * payload is in the state that the action leads to.
 *
 * Errors: XS_BUSY when the time is over, XS_DEPENDENCY when the engine reverts
 * only in order and another payload is on top, else as explain() has it.
 */
int operate(struct control *c, const char *name, enum operation op,
            uint32_t flags, struct xs_error *err);

/*
 * Lets an operation that is going on with a payload come to its end, but does
 * not wait for one that will not: stock engines can leave a payload marked as
 * busy for ever.  Returns what engine_get() returned last.
 */
int let_settle(struct control *c, const char *name,
               struct xsplice_op_status *status);

#endif /* CONTROL_OPERATION_H */
