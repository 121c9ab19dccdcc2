/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ENGINE_CORE_SORT_H
#define ENGINE_CORE_SORT_H

#include "types.h"

/*
 * Sorts n elements of 'size' bytes in place, in O(n log n) at worst and
 * without memory (heap sort; the order of equal elements is not kept).  What
 * is in order already, as it often is, costs O(n).
 */
void sort_array(void *base, size_t n, size_t size,
                int (*cmp)(const void *a, const void *b),
                void (*swap)(void *a, void *b, size_t size));

/* For swap: exchanges the bytes. */
void sort_swap(void *a, void *b, size_t size);

#endif /* ENGINE_CORE_SORT_H */
