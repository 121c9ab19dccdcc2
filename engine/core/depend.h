/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What payloads mean to each other: may this one be applied, reverted,
 * replace all others, or be unloaded, as things stand?  Nothing is changed.
 * With the lock held.  They return what found() does: 0 too when the search
 * goes on, and f tells.
 */
#ifndef ENGINE_CORE_DEPEND_H
#define ENGINE_CORE_DEPEND_H

#include "payload.h"

int depend_apply(struct payload *p, bool nodeps, struct findings *f);
int depend_revert(const struct payload *p, struct findings *f);
int depend_replace(const struct payload *p, struct findings *f);
int depend_unload(const struct payload *p, struct findings *f);

#endif /* ENGINE_CORE_DEPEND_H */
