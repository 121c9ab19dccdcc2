/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine offers to the glue around it: sysctl in Xen, verify and the
 * tests in a process.  Whoever asks gets the refusal as a value; it is also
 * kept as the payload's last one and printed on the console.
 *
 * The numbers returned are those of the stock interface with its quirks: APPLY
 * of a payload that is APPLIED already answers 0 and does nothing, and so on.
 */
#ifndef ENGINE_CORE_ENGINE_H
#define ENGINE_CORE_ENGINE_H

#include "refusal.h"
#include "types.h"

struct answer;
struct payload;
struct operation;
struct signature_check;

/* Builds the symbol table; once, before anything else.  0 or -ENOMEM. */
int engine_init(void);
void engine_exit(void); /* forgets everything; for the tests */

/*
 * Loads a payload from 'size' bytes at 'raw', which stay the caller's and may
 * be freed afterwards.
 */
int engine_upload(const char *name, const uint8_t *raw, size_t size,
                  struct refusal *why);

/*
 * The same for a file whose signature was looked at step by step, from
 * signature_begin_upload() until signature_step() has no more to do.
 */
int engine_upload_checked(const char *name,
                          const struct signature_check *check,
                          struct refusal *why);

/* State and rc as GET answers them; -ENOENT. */
int engine_get(const char *name, uint32_t *state, int32_t *rc);

/* Calls fn for each payload, in load order, with the lock held. */
int engine_each(int (*fn)(void *arg, const struct payload *p), void *arg);
uint32_t engine_list_version(void);

/* cmd, timeout (ns) and flags as in struct xsplice_op_action. */
int engine_action(const char *name, uint32_t cmd, uint32_t timeout,
                  uint32_t flags, struct refusal *why);

/*
 * The same, on trial (trial.h): 'within' ns for engine_confirm(), 0 for none.
 * Only for APPLY and REPLACE.
 */
int engine_trial(const char *name, uint32_t cmd, uint32_t timeout,
                 uint32_t flags, uint64_t within, struct refusal *why);
int engine_confirm(const char *name, struct refusal *why);

/*
 * What engine_action() would answer now, and why; changes nothing, prints
 * nothing and runs no hook.
 */
int engine_check(const char *name, uint32_t cmd, uint32_t flags,
                 struct refusal *why);

/*
 * The same, with all that speaks against it put into the answer; *why is the
 * first of it, *count how much it is.
 */
int engine_check_all(const char *name, uint32_t cmd, uint32_t flags,
                     struct answer *all, struct refusal *why,
                     unsigned int *count);

/* For fn of engine_each(): rc as engine_get() answers it. */
int32_t engine_rc(const struct payload *p);

/*
 * INFO of control.h: of the payload, or with a NULL name of the engine; into
 * the page that the answer is set up for (answer.h).  -ENOENT.
 */
int engine_info(const char *name, struct answer *a);

/* The last upload's refusal; NULL: there was none. */
void engine_upload_refused(const struct refusal *why);
void engine_last_upload(struct refusal *out);

/*
 * What payloads know as revert_payload(): a hook of p that runs in or after the
 * stop has p reverted.  From a revert hook at once, from a post hook in a stop
 * of its own that follows.  0, or -EBUSY when there is no such operation.
 */
int engine_revert_from_hook(struct payload *p);

/* For the port: what port_alarm() asked for. */
void engine_alarm(void);

/* For the port: the step inside the stop, and the one after it. */
void operation_act(struct operation *op);
void operation_settle(struct operation *op, int rc);

#endif /* ENGINE_CORE_ENGINE_H */
