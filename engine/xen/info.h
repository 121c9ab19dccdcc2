/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What INFO answers: "key=value" strings, each with its NUL (control.h). */
#ifndef ENGINE_XEN_INFO_H
#define ENGINE_XEN_INFO_H

#include "engine/core/refusal.h"

#define INFO_MAX 8192u /* bytes of an answer */

struct info {
    char *text;    /* INFO_MAX bytes */
    uint32_t room; /* bytes that the caller has for it */
    uint32_t size; /* bytes of the whole answer */
};

/* About the payload, or with NULL about the engine.  0 or -ENOENT. */
int info_collect(struct info *info, const char *name);

/* Remembers why the last upload was refused, or that it was not. */
void info_note_upload(const struct refusal *why);

#endif /* ENGINE_XEN_INFO_H */
