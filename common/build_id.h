/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Build-ids: 1 to XSPLICE_BUILD_ID_MAX bytes, written as lower-case
 * hexadecimal digits.
 */
#ifndef COMMON_BUILD_ID_H
#define COMMON_BUILD_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xsplice/payload.h"

#define XS_HEX_MAX (2 * XSPLICE_BUILD_ID_MAX + 1) /* with the NUL */

struct xs_build_id {
    unsigned int len; /* bytes; 0: there is none */
    uint8_t bytes[XSPLICE_BUILD_ID_MAX];
};

/* A list of ids; owned, freed with xs_ids_free(). */
struct xs_ids {
    size_t n;
    struct xs_build_id *id;
};

/* Two ids that are not there are not equal. */
bool xs_build_id_equal(const struct xs_build_id *a,
                       const struct xs_build_id *b);

/* Takes n bytes.  False, and no id, when n is 0 or too large. */
bool xs_build_id_set(struct xs_build_id *id, const void *bytes, size_t n);

/* Writes the digits to hex (XS_HEX_MAX bytes); returns hex. */
char *xs_build_id_hex(const struct xs_build_id *id, char *hex);

/* Reads len digits of either case.  False: not an id; *id is then not set. */
bool xs_build_id_parse(struct xs_build_id *id, const char *hex, size_t len);

/* Is id in the list? */
bool xs_ids_have(const struct xs_ids *ids, const struct xs_build_id *id);

/* Appends, unless it is there already.  False: no memory. */
bool xs_ids_add(struct xs_ids *ids, const struct xs_build_id *id);

/*
 * Appends the ids of a text "HEX,HEX,..." (an empty text has none).  False:
 * not such a text, or no memory.
 */
bool xs_ids_parse(struct xs_ids *ids, const char *text);

/* The text that xs_ids_parse() reads; the caller frees it.  NULL: no memory. */
char *xs_ids_text(const struct xs_ids *ids);

void xs_ids_free(struct xs_ids *ids);

#endif /* COMMON_BUILD_ID_H */
