/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applying on trial: unless somebody confirms in time, the payload is taken
 * back, by the hypervisor itself, whatever has become of those who asked for
 * it.  After a replace what was applied before comes back, in the same stop.
 *
 * One payload at a time is on trial, and meanwhile nothing may come to stand in
 * its way back: no other payload is applied, and what is to come back is not
 * unloaded.  Reverting the payload ends the trial.
 *
 * When the time is over the way back is tried until it is done.  A hook of the
 * payload that says no is asked each time anew.
 *
 * All with the lock held.
 */
#ifndef ENGINE_CORE_TRIAL_H
#define ENGINE_CORE_TRIAL_H

#include "payload.h"

/* May cmd be carried out on p, in view of what is on trial? */
int trial_allows(const struct payload *p, uint32_t cmd, struct findings *f);

/*
 * For a planned apply or replace that is to be on trial: can it be taken back?
 * Notes in op what that takes.
 */
int trial_plan(struct operation *op, uint64_t within, struct findings *f);
void trial_drop(struct operation *op);

/* op has been carried out; its target is on trial from now on. */
void trial_begin(struct operation *op);

/* p is not on trial any more, if it was. */
void trial_end(const struct payload *p);

/* What comes back with the payload on trial, the lowest first. */
struct payload *const *trial_before(unsigned int *n);

/* The payload on trial, NULL: none; seconds left, begun ones as whole. */
const struct payload *trial_now(uint64_t *left);

#endif /* ENGINE_CORE_TRIAL_H */
