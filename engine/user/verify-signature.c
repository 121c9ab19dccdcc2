/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/verify-signature.h"

#include <stdlib.h>

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

/* A second one would make the first a part of what is signed. */
static int refuse_second(const uint8_t *payload, size_t size,
                         struct xs_error *err)
{
    struct verify_signature v;

    verify_signature(payload, size, NULL, &v);
    if ( !v.present )
        return 0;
    if ( v.intact )
        xs_fail(err, XS_REJECTED, "the file is signed already");
    else
        xs_fail(err, XS_REJECTED,
                "the file carries a signature already, and it is broken: %s "
                "(%s)",
                v.sentence, v.id);

    return xs_hint(err, "sign the payload as it was built, once; a signature "
                        "is never taken off a file or changed");
}

int verify_sign(const struct xs_key_source *source, const uint8_t *payload,
                size_t size, uint8_t **out, size_t *out_size,
                struct xs_public_key *key, struct xs_error *err)
{
    struct verify_signature v;

    if ( refuse_second(payload, size, err) ||
         xs_sign(source, payload, size, out, out_size, key, err) )
        return -1;
    /* A token may err, or be given another key's certificate. */
    verify_signature(*out, *out_size, key, &v);
    if ( v.good )
        return 0;
    free(*out);
    *out = NULL;
    verify_signature_error(&v, err);

    return xs_context(err, "what %s made is no signature", source->key);
}
