/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether two objects are the same but for their DWARF. */
#ifndef BUILDER_SAMEOBJECT_H
#define BUILDER_SAMEOBJECT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Compares sections, relocations and symbols of two object files in memory, in
 * their order; sections with DWARF and the symbols of sections do not count.
 * False also if one of them cannot be read.
 */
bool object_same(const char *a, size_t size_a, const char *b, size_t size_b);

#endif /* BUILDER_SAMEOBJECT_H */
