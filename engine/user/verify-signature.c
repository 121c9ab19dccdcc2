/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/verify-signature.h"

#include "engine/core/signature.h"

void verify_signature(const uint8_t *bytes, size_t size,
                      const struct xs_public_key *key,
                      struct verify_signature *out)
{
    struct trusted_key trusted = { 0 };
    struct signature_check c;

    if ( key )
    {
        trusted.name = key->name;
        trusted.algorithm = key->algorithm;
        trusted.size = key->size;
        trusted.exponent = key->exponent;
        trusted.key = key->key;
        memcpy(trusted.id, key->id, sizeof(trusted.id));
    }
    signature_begin(&c, bytes, size, &trusted, !!key);
    while ( signature_step(&c) )
        ;
    *out = (struct verify_signature){
        .present = signature_present(&c),
        .whole = c.head.version == XSPLICE_SIGNATURE_VERSION,
        .head = c.head,
        /* What comes later than comparing the digest says that it fitted. */
        .intact = c.key ||
                  c.why.reason == XSPLICE_REASON_SIGNATURE_KEY_UNKNOWN ||
                  c.why.reason == XSPLICE_REASON_SIGNATURE_KEY_OTHER ||
                  c.why.reason == XSPLICE_REASON_SIGNATURE_WRONG,
        .good = !!c.key,
        .reason = c.why.reason,
        .id = c.key ? "" : reason_id(c.why.reason),
        .sentence = c.key ? "" : reason_sentence(c.why.reason),
        .hint = c.key ? "" : reason_hint(c.why.reason),
    };
    memcpy(out->detail, c.why.detail, sizeof(out->detail));
}

int verify_signature_error(const struct verify_signature *v,
                           struct xs_error *err)
{
    xs_fail(err, XS_REJECTED, "%s: %s (%s)", v->sentence, v->detail, v->id);

    return xs_hint(err, "%s", v->hint);
}
