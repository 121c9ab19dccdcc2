/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the verbs that bring payloads have in common. */
#ifndef CONTROL_CHANGE_H
#define CONTROL_CHANGE_H

#include "control/session.h"

/*
 * The name that [NAME] FILE stands for: the file's, less its ending, unless one
 * is given.  The caller frees it; NULL: no memory.
 */
char *payload_name(int argc, char *const argv[]);

/* Uploads and applies; safe to repeat.  What fails is taken back. */
int load_payload(struct session *s, const char *name,
                 const struct xs_payload *file, struct xs_error *err);

/*
 * What 'restore' applied in this boot is good: of that name, or all with NULL.
 * *n is how many they were.
 */
int confirm_restored(struct session *s, const char *name, unsigned int *n,
                     struct xs_error *err);

#endif /* CONTROL_CHANGE_H */
