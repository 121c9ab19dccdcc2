/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of an answer: strings "key=value", each with its NUL, back to back.
 * Only the page that was asked for is kept; all of it is counted and digested,
 * so that pages of two different answers are not taken for one.
 */
#ifndef ENGINE_CORE_ANSWER_H
#define ENGINE_CORE_ANSWER_H

#include "refusal.h"
#include "types.h"

struct answer {
    char *text;      /* the page */
    size_t room;     /* bytes at text */
    size_t from;     /* of the whole answer, where the page begins */
    size_t size;     /* of the whole answer */
    uint32_t digest; /* likewise; begins with 0 */
};

/* Bytes of the page that are filled. */
size_t answer_filled(const struct answer *a);

/* For values made of several pieces: the last one brings the NUL. */
void answer_put(struct answer *a, const void *bytes, size_t len);
void answer_string(struct answer *a, const char *s);
void answer_end(struct answer *a);

void answer_pair(struct answer *a, const char *key, const char *value);
void answer_number(struct answer *a, const char *key, int64_t value);
/* reason-id, reason, hint; nothing when nothing was refused. */
void answer_reason(struct answer *a, const struct refusal *why);

#endif /* ENGINE_CORE_ANSWER_H */
