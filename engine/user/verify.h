/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hypervisor would say of a payload, asked at the desk: the engine
 * itself loads it against the image of a xen-syms file.
 *
 * It is loaded twice, for a CPU that has no feature and for one that has all,
 * so that both sides of every alternative are seen.  Then CHECK is asked
 * whether it could be applied.  What the desk cannot know: what else is loaded
 * there, and what alternatives have changed in the hypervisor's own text.
 */
#ifndef ENGINE_USER_VERIFY_H
#define ENGINE_USER_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "xsplice/reasons.h"

struct verify_function {
    char *name;
    unsigned long old_addr;
    unsigned int old_size, new_size;
    bool nops;
};

struct verify_report {
    bool accepted; /* loads and could be applied, or only needs what follows */
    bool needs_others; /* payloads that it depends on must be applied first */
    /* When not accepted: why (of reasons.h), and where. */
    enum xsplice_reason reason;
    const char *id, *sentence, *hint; /* of the reason; else "" */
    char detail[160];
    unsigned int nr_functions;
    struct verify_function *functions; /* by address */
    unsigned int symbols; /* of the hypervisor or other payloads, all found */
    unsigned int hooks, alternatives, bug_frames, exceptions;
    size_t code, data, constants; /* bytes that it takes in the hypervisor */
};

/* A payload that lies below the one asked about, and is applied first. */
struct verify_below {
    const uint8_t *bytes;
    size_t size;
};

/*
 * Returns 0 with the report filled in, whether accepted or not; -1 with err
 * only if it could not be found out (the xen-syms cannot be used).  The report
 * is to be freed with verify_free() when 0 was returned.
 */
int verify_payload(const uint8_t *bytes, size_t size, const char *xen_syms,
                   struct verify_report *report, struct xs_error *err);

/* The same on top of n applied payloads, lowest first. */
int verify_payload_on(const uint8_t *bytes, size_t size, const char *xen_syms,
                      const struct verify_below *below, size_t n,
                      struct verify_report *report, struct xs_error *err);

/* The refusal of a report as an error: XS_REJECTED or XS_DEPENDENCY. */
int verify_error(const struct verify_report *report, struct xs_error *err);

void verify_free(struct verify_report *report);

#endif /* ENGINE_USER_VERIFY_H */
