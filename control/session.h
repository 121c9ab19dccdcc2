/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What verbs that look at payloads begin and end with. */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "control/inventory.h"
#include "control/verbs.h"

struct session {
    struct control *c;
    struct inventory inv;
    int lock;
    const char *near; /* directory of the file at work on; NULL: none */
    bool own_engine;  /* the xsplice engine, not the one in stock Xen */
};

/*
 * Reads the inventory; with lock, keeps other runs of the tool away until
 * session_end().  After an error nothing is owned.
 */
int session_begin(struct session *s, struct control *c, bool lock,
                  struct xs_error *err);
void session_end(struct session *s);

/*
 * The payload of that name, or NULL with XS_STATE.  One with an operation
 * going on is given the time to finish it, which reads the inventory anew.
 */
const struct loaded *session_find(struct session *s, const char *name,
                                  struct xs_error *err);

/* 1 to 127 characters?  Else XS_USAGE. */
int check_name(const char *name, struct xs_error *err);

/* Tells people something, unless they asked for quiet. */
void note(const struct control *c, int verbosity, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif /* CONTROL_SESSION_H */
