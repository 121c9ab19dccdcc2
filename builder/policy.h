/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Functions of Xen that must not be replaced while it runs, and why. */
#ifndef BUILDER_POLICY_H
#define BUILDER_POLICY_H

#include "builder/arch.h"

/* Why this function must never be patched, or NULL: it may be. */
const char *policy_never_patch(const struct arch *arch, const char *function);

#endif /* BUILDER_POLICY_H */
