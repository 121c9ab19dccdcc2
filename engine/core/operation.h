/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One operation: prepared (operation_plan), begun (operation_start), carried
 * out in the stop (operation_act) and brought to its end (operation_settle).
 * There is at most one at a time.
 */
#ifndef ENGINE_CORE_OPERATION_H
#define ENGINE_CORE_OPERATION_H

#include "payload.h"

#define DEFAULT_TIMEOUT_NS 30000000u /* of the stock interface */

/*
 * Beside the actions: takes the target's writes back and puts those in place
 * again that it had replaced, as trial.h keeps them.
 */
#define OPERATION_TAKE_BACK (XSPLICE_ACTION_REPLACE + 1)

/* With the lock held: the one under way, NULL: none. */
struct operation *operation_current(void);

/*
 * Prepares cmd for p: checks everything that can be checked now and builds
 * the writes.  Changes nothing but what it allocates; *op, set only if nothing
 * was found, is to be handed to operation_start() or operation_drop().  Returns
 * what found() does, and -ENOMEM in any case.  With the lock held, and no
 * operation under way.
 */
int operation_plan(struct payload *p, uint32_t cmd, uint32_t flags,
                   struct operation **op, struct findings *f);
void operation_drop(struct operation *op);

/*
 * Maps, runs the pre hook, and asks for the stop.  Takes op in any case.  With
 * the lock held; gives it up and takes it again.
 */
int operation_start(struct operation *op, uint32_t timeout,
                    struct refusal *why);

#endif /* ENGINE_CORE_OPERATION_H */
