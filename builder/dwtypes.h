/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The types that an object file's DWARF describes, flattened for comparison. */
#ifndef BUILDER_DWTYPES_H
#define BUILDER_DWTYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * A member of a structure or union; members of unnamed ones inside count as
 * the outer one's, "arch.vcpus" for those of a named member with unnamed type.
 * For an enumeration: a constant.
 */
struct dw_member {
    char *name;
    int64_t at;     /* bits from the start; a constant's value */
    uint64_t bits;  /* size in bits; 0: none or not known */
    char *type;     /* without typedefs and qualifiers; NULL: a constant */
    char *function; /* the same with the signatures of functions; NULL: none */
    bool
        integer; /* stored as a plain integer: an enumeration, a wrapped one */
};

enum dw_kind {
    DW_AGGREGATE, /* structure or union */
    DW_ENUM,
    DW_VARIABLE, /* one unnamed member: its type */
};

struct dw_type {
    enum dw_kind kind;
    char *key;     /* "struct domain", "paddr_t", "variable idle_vcpu" */
    uint64_t size; /* bytes */
    struct dw_member *member;
    size_t nr;
    size_t order; /* of several with one key: as they stand in the unit */
};

struct dw_types {
    struct dw_type *v; /* sorted by key, then order */
    size_t n;
};

/*
 * Reads the types that an object defines: by tag, by typedef where there is no
 * tag; constants of unnamed enumerations one by one ("constant NAME"); types
 * defined in a function as "struct x in f()"; variables of the file.  Spec:
 * DWARF 4 and 5.  Returns 0 (release with dw_types_free()), or -1 with err set
 * if the object cannot be read or has no DWARF.
 */
int dw_types_read(const char *path, struct dw_types *out,
                  struct xs_error *err);

void dw_types_free(struct dw_types *types);

#endif /* BUILDER_DWTYPES_H */
