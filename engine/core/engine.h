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

struct payload;
struct operation;

/* Builds the symbol table; once, before anything else.  0 or -ENOMEM. */
int engine_init(void);
void engine_exit(void); /* forgets everything; for the tests */

/*
 * Loads a payload from 'size' bytes at 'raw', which stay the caller's and may
 * be freed afterwards.
 */
int engine_upload(const char *name, const uint8_t *raw, size_t size,
                  struct refusal *why);

/* State and rc as GET answers them; -ENOENT. */
int engine_get(const char *name, uint32_t *state, int32_t *rc);

/* Calls fn for each payload, in load order, with the lock held. */
int engine_each(int (*fn)(void *arg, const struct payload *p), void *arg);
uint32_t engine_list_version(void);

/* cmd, timeout (ns) and flags as in struct xsplice_op_action. */
int engine_action(const char *name, uint32_t cmd, uint32_t timeout,
                  uint32_t flags, struct refusal *why);

/* For the port: the step inside the stop, and the one after it. */
void operation_act(struct operation *op);
void operation_settle(struct operation *op, int rc);

#endif /* ENGINE_CORE_ENGINE_H */
