/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Write sets: what a stop is to store, prepared before it.
 *
 * A set has two parts.  The first undoes: it restores what was there before
 * the patches that go.  The second puts the patches that come.  A write of the
 * first part that one of the second covers is marked as superseded and left
 * out, unless hooks run between the two: so replacing ten payloads by one is
 * one store for each function.
 */
#ifndef ENGINE_CORE_WRITES_H
#define ENGINE_CORE_WRITES_H

#include "payload.h"

/*
 * Each fills in op's writes and changes nothing else; on failure there is
 * nothing to free.  They return what found() does, and -ENOMEM in any case.
 */
int writes_apply(struct operation *op, struct findings *f);
int writes_revert(struct operation *op, struct findings *f);
int writes_replace(struct operation *op, struct findings *f);

/*
 * Takes the target back and puts in place again the n payloads that it had
 * replaced, the lowest first.
 */
int writes_take_back(struct operation *op, struct payload *const *before,
                     unsigned int n, struct findings *f);

/* What reverting will put back becomes the payload's: before the stop. */
void writes_remember(const struct operation *op);

/* Maps the aliases, and drops everything. */
int writes_map(struct operation *op, struct refusal *why);
void writes_free(struct operation *op);

/* For the stop: stores a part. */
void writes_commit_undo(const struct operation *op);
void writes_commit_put(const struct operation *op);

/*
 * Do the two payloads patch the same bytes?  *site is then the one of a, and
 * *part says that the bytes are not all the same.
 */
bool writes_overlap(const struct payload *a, const struct payload *b,
                    const struct site **site, bool *part);

#endif /* ENGINE_CORE_WRITES_H */
