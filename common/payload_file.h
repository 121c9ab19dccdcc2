/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a payload file says about itself: identity, dependencies, functions,
 * metadata.  For the tools, which must explain a file before any hypervisor
 * sees it; whether the payload can be loaded is for an engine to say.
 */
#ifndef COMMON_PAYLOAD_FILE_H
#define COMMON_PAYLOAD_FILE_H

#include <stdint.h>

#include "common/build_id.h"
#include "common/error.h"

struct xs_payload_func {
    char *name;        /* NULL: the file does not say it in a way known here */
    uint64_t old_addr; /* 0: looked up by name */
    uint32_t old_size; /* bytes */
    uint32_t new_size;
    bool nop; /* the old bytes become NOPs: there is no new code */
};

struct xs_payload_section {
    char *name;
    uint64_t size; /* bytes */
};

struct xs_payload {
    struct xs_build_id id;  /* its own */
    struct xs_build_id xen; /* of the hypervisor that it was built for */
    struct xs_ids depends;  /* at least one */
    size_t n_funcs;
    struct xs_payload_func *funcs;
    size_t n_hooks; /* hook sections that it has */
    struct xs_payload_section *hooks;
    char *modinfo; /* see common/modinfo.h; NULL without */
    size_t modinfo_size;
    uint8_t *bytes; /* the whole file */
    size_t size;
};

/*
 * Reads a file of at most XSPLICE_PAYLOAD_MAX bytes.  Errors: XS_FAILED when
 * the file cannot be read, XS_REJECTED with the reason when it is not a whole,
 * well-formed payload.  After an error nothing is owned.
 */
int xs_payload_read(struct xs_payload *p, const char *path,
                    struct xs_error *err);

/* The same from memory; takes bytes (malloc) over, also in case of error. */
int xs_payload_parse(struct xs_payload *p, uint8_t *bytes, size_t size,
                     struct xs_error *err);

void xs_payload_free(struct xs_payload *p);

#endif /* COMMON_PAYLOAD_FILE_H */
