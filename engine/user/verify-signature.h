/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hypervisor would say of a file's signature, asked at the desk of
 * the engine's own code.
 */
#ifndef ENGINE_USER_VERIFY_SIGNATURE_H
#define ENGINE_USER_VERIFY_SIGNATURE_H

#include <stdbool.h>

#include "common/key.h"
#include "xsplice/payload.h"
#include "xsplice/reasons.h"

struct verify_signature {
    bool present; /* something at the end looks like one */
    bool whole;   /* it is one, and its head is here: */
    struct xsplice_signature head;
    bool intact; /* the payload's bytes are those that were signed */
    bool good;   /* and the signature is that of the key asked about */
    /* When not good: why, and where. */
    enum xsplice_reason reason;
    const char *id, *sentence, *hint;
    char detail[160];
};

/* Looks at a file; key NULL: nothing can be good, but intact. */
void verify_signature(const uint8_t *bytes, size_t size,
                      const struct xs_public_key *key,
                      struct verify_signature *out);

/* What is not good, as an error: XS_REJECTED. */
int verify_signature_error(const struct verify_signature *v,
                           struct xs_error *err);

/*
 * Signs a payload as xs_sign() does, unless it carries a signature already,
 * and has the engine confirm that what comes out is right.
 */
int verify_sign(const struct xs_key_source *source, const uint8_t *payload,
                size_t size, uint8_t **out, size_t *out_size,
                struct xs_public_key *key, struct xs_error *err);

#endif /* ENGINE_USER_VERIFY_SIGNATURE_H */
