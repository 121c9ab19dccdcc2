/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocation for the differ.  A build tool that has no memory left has no
 * answer to give and nothing to undo, so these abort() and never return NULL;
 * everything else that can go wrong is an error value.
 */
#ifndef BUILDER_MEMORY_H
#define BUILDER_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

void *xs_calloc(size_t n, size_t size);
char *xs_strdup(const char *s);
char *xs_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xs_vprintf(const char *fmt, va_list ap);

/*
 * Makes room for one more element: reallocates when N, the number of elements
 * in use, is zero or a power of two.  Returns the array.
 */
void *xs_grow(void *array, size_t n, size_t size);

#endif /* BUILDER_MEMORY_H */
