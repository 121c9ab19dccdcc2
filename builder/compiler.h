/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BUILDER_COMPILER_H
#define BUILDER_COMPILER_H

#include <stddef.h>

/*
 * Who made an object: the first string of its .comment section, such as
 * "GCC: (Debian 12.2.0-14) 12.2.0".  Fresh memory; NULL if it does not say.
 */
char *compiler_of(const char *object, size_t size);

#endif /* BUILDER_COMPILER_H */
