/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that the compiler makes out of the programmer's. */
#ifndef BUILDER_NAMES_H
#define BUILDER_NAMES_H

#include <stdbool.h>

/*
 * The name without the numbers that compilers append: "x.12" is "x",
 * "f.part.0.isra.3" is "f.part.isra".  To be freed.
 */
char *name_base(const char *name);

/* Whether the compiler numbered it, so that the number says nothing. */
bool name_is_numbered(const char *name);

#endif /* BUILDER_NAMES_H */
