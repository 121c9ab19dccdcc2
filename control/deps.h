/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dependency rules, which are the tool's to enforce:
 *
 * - a payload may be applied when it was built for the running hypervisor, and
 *   each build-id that it depends on is the hypervisor's or an applied
 *   payload's;
 * - it may replace all others when it depends on the hypervisor alone;
 * - it may be reverted or unloaded when no applied payload depends on it;
 * - where the engine does not keep account of who uses whose code (stock Xen),
 *   it may be unloaded only when no other one that is loaded depends on it: that
 *   one may have addresses of it in its code since it was loaded.
 *
 * Pure: they look at an inventory and answer 0, or -1 with XS_DEPENDENCY.
 * force takes back what is only a rule; a payload for another hypervisor is
 * refused all the same.  The target need not be part of the inventory.
 */
#ifndef CONTROL_DEPS_H
#define CONTROL_DEPS_H

#include "control/inventory.h"

/* The payload with this id; applied ones first.  NULL: none known. */
const struct loaded *deps_owner(const struct inventory *inv,
                                const struct xs_build_id *id);

/*
 * Each dependency that is not met, as a sentence with its way out; given to
 * found, which returns 0 to be told of the next one.  Returns what that did.
 */
int deps_missing(const struct inventory *inv, const struct loaded *target,
                 int (*found)(void *arg, const struct xs_build_id *id,
                              const struct xs_error *why),
                 void *arg);

int deps_built_for(const struct inventory *inv, const struct loaded *target,
                   struct xs_error *err);
int deps_may_apply(const struct inventory *inv, const struct loaded *target,
                   bool force, struct xs_error *err);
int deps_may_replace(const struct inventory *inv, const struct loaded *target,
                     bool force, struct xs_error *err);
int deps_may_remove(const struct inventory *inv, const struct loaded *target,
                    bool force, struct xs_error *err);
int deps_unload_blind(const struct inventory *inv, const struct loaded *target,
                      bool force, struct xs_error *err);

#endif /* CONTROL_DEPS_H */
