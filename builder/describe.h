/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes in words, for the reader of a report. */
#ifndef BUILDER_DESCRIBE_H
#define BUILDER_DESCRIBE_H

#include "builder/object.h"

/* What a relocation leads to: a name, a string in quotes.  To be freed. */
char *describe_target(const struct reloc *r);

/*
 * What is different about a function.  What it uses anew or no longer says most
 * (names, strings, special entries); only where it uses what it did are
 * instructions told.  One clause without full stop, to be freed; NULL when
 * neither of that differs.
 */
char *describe_change(const struct atom *old, const struct atom *new);

#endif /* BUILDER_DESCRIBE_H */
