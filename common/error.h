/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors as values, for the tools.
 *
 * A function that can fail takes a struct xs_error as its last parameter and
 * returns 0, or -1 with the error filled in.  Nothing in a library prints or
 * exits; main() prints the error and turns its kind into an exit status.
 */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#include <stdarg.h>
#include <stdio.h>

/* The kinds are the exit statuses that xen-xsplice(1) documents. */
enum xs_kind {
    XS_OK = 0,
    XS_FAILED = 1,      /* anything without a kind of its own */
    XS_BUSY = 2,        /* busy or timed out: try again */
    XS_STATE = 3,       /* not in the state that was asked about */
    XS_DEPENDENCY = 4,  /* a build-id or dependency does not fit */
    XS_REJECTED = 5,    /* the payload itself is at fault */
    XS_UNSUPPORTED = 6, /* no Xen, no permission, or an engine without it */
    XS_USAGE = 64,
};

struct xs_error {
    enum xs_kind kind;
    char what[768]; /* what was refused and why; one sentence, no full stop */
    char hint[512]; /* what to do about it; may be empty */
};

/* Sets kind and sentence, clears the hint.  Returns -1, to be returned. */
int xs_fail(struct xs_error *err, enum xs_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds the way out to an error that is set.  Returns -1. */
int xs_hint(struct xs_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " before the sentence of an error that is set.  Returns -1. */
int xs_context(struct xs_error *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes "PROGRAM: SENTENCE" and, if there is one, "hint: HINT". */
void xs_error_print(FILE *to, const char *program, const struct xs_error *err);

#endif /* COMMON_ERROR_H */
