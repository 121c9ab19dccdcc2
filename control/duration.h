/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations as the user writes them, and the time between tries. */
#ifndef CONTROL_DURATION_H
#define CONTROL_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)

/*
 * "30", "30s", "500ms", "2m", "1.5s": a number and a unit, seconds without.
 * At most a day.  False: not such a text.
 */
bool duration_parse(const char *text, uint64_t *ns);

/* Growing waits up to a deadline. */
struct backoff {
    uint64_t deadline; /* ns, on the clock that now is read from */
    uint64_t next;     /* ns */
    uint64_t most;     /* ns */
};

void backoff_begin(struct backoff *b, uint64_t now, uint64_t timeout,
                   uint64_t first, uint64_t most);

/*
 * How long to wait before the next try: each time twice as long, never beyond
 * the deadline.  0: the time is over.
 */
uint64_t backoff_next(struct backoff *b, uint64_t now);

#endif /* CONTROL_DURATION_H */
