/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads that the new one may be built upon: what they replace, what they
 * add, and which of them it comes to depend on.
 */
#ifndef BUILDER_BELOW_H
#define BUILDER_BELOW_H

#include <stdbool.h>
#include <stddef.h>

#include "common/payload_file.h"

struct differ_input;

struct below_payload {
    const char *path;
    const char *name; /* as it calls itself, or the path */
    struct xs_payload file;
    bool contained; /* the new one is made of all its patches, and of more */
    char *use;      /* what the new one needs it for; NULL: not needed */
};

struct below_symbol {
    char *name; /* as the payload has it: "fresh@first" */
    struct below_payload *payload;
};

struct below {
    struct below_payload *payloads; /* lowest first */
    size_t nr_payloads;
    struct below_symbol *symbols; /* global, sorted by name */
    size_t nr_symbols;
};

/*
 * Reads the payload files of the input (which must live as long).  Each must be
 * built for the hypervisor XEN, and for no other payload than those before it.
 * Returns 0, released with below_free(), or -1 with the error set and nothing
 * to release.
 */
int below_open(struct below *below, const struct differ_input *in,
               const struct xs_build_id *xen, struct xs_error *err);
void below_free(struct below *below);

/*
 * What a payload has added under the name: "NAME@PAYLOAD", or NAME itself if
 * it was made by another tool.  NULL: none has.  *MANY: several have.
 */
const struct below_symbol *below_symbol(const struct below *below,
                                        const char *name, bool *many);

/*
 * The next payload above LAST (NULL: the lowest) that replaces the function
 * (as the hypervisor names it), or NULL.
 */
struct below_payload *below_replaces(const struct below *below,
                                     const char *function,
                                     const struct below_payload *last);

/* The new payload needs this one: for what is told for the first thing. */
void below_use(struct below_payload *p, const char *verb, const char *what);

#endif /* BUILDER_BELOW_H */
