/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads that the new one is built upon: what they replace, what they add. */
#ifndef BUILDER_BELOW_H
#define BUILDER_BELOW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/payload_file.h"

struct below_symbol {
    char *name; /* as the payload has it: "fresh@first" */
    const char *payload;
};

struct below {
    struct below_payload {
        const char *path;
        struct xs_payload file;
    } * payloads;
    size_t nr_payloads;
    struct below_symbol *symbols; /* global, sorted by name */
    size_t nr_symbols;
};

/*
 * Reads the payload files.  Each must be built for the hypervisor XEN, and for
 * no other payload than those before it.  Returns 0, released with
 * below_free(), or -1 with the error set and nothing to release.
 */
int below_open(struct below *below, const char *const *paths, size_t n,
               const struct xs_build_id *xen, struct xs_error *err);
void below_free(struct below *below);

/*
 * What a payload has added under the name: "NAME@PAYLOAD", or NAME itself if
 * it was made by another tool.  NULL: none has.  *MANY: several have.
 */
const char *below_symbol(const struct below *below, const char *name,
                         bool *many);

/* The path of a payload that replaces the function (as the hypervisor names
 * it), or NULL. */
const char *below_replaces(const struct below *below, const char *function);

#endif /* BUILDER_BELOW_H */
