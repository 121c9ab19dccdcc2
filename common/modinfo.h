/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metadata: strings "key=value", each with its NUL, back to back.  It is what
 * section .modinfo holds, what LIST hands back as an uploaded payload's
 * metadata, and what INFO answers.
 *
 * Keys of xsplice payloads (a payload of another origin may have none):
 *   name=NAME            as given to the builder
 *   build-id=HEX         the payload's own id
 *   depends=HEX[,HEX]    what it depends on
 *   xen-depends=HEX      the hypervisor that it was built for
 *   functions=N          how many functions it patches
 * They repeat what the notes say, because stock Xen hands the metadata back
 * and not the notes.
 */
#ifndef COMMON_MODINFO_H
#define COMMON_MODINFO_H

#include <stddef.h>

/* The value of the first such key; NULL when absent or not terminated. */
const char *xs_modinfo_get(const char *info, size_t size, const char *key);

/*
 * Steps through the strings: pass NULL first, then what was returned.  NULL at
 * the end; a rest without NUL is not returned.
 */
const char *xs_modinfo_next(const char *info, size_t size, const char *last);

#endif /* COMMON_MODINFO_H */
