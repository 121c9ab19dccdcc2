/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few types and functions that the engine takes from where it lives:
 * Xen's headers inside Xen, the C library's in an ordinary process.  Nothing
 * else of engine/core includes a header of either.
 */
#ifndef ENGINE_CORE_TYPES_H
#define ENGINE_CORE_TYPES_H

#ifdef __XEN__
#include <xen/cache.h>
#include <xen/errno.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/types.h>
#else
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif
/* Written by engine_init() only: read-only memory from the end of boot on. */
#ifndef __ro_after_init
#define __ro_after_init
#endif
/* Functions called through pointers begin with ENDBR64 where CET wants it. */
#ifndef cf_check
#define cf_check
#endif

#endif /* ENGINE_CORE_TYPES_H */
