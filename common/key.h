/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keys that sign payloads and public keys that vouch for them, by libcrypto.
 * A key is named by a file (PEM or DER) or by a URI that an OpenSSL provider
 * understands, so that a private key may stay in a TPM, a token, or an HSM.
 */
#ifndef COMMON_KEY_H
#define COMMON_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* Of the kinds that payloads are signed with; what an engine is given. */
struct xs_public_key {
    char name[64];      /* of a certificate its subject, else of the file */
    uint16_t algorithm; /* XSPLICE_SIGNATURE_* */
    uint8_t id[32];     /* SHA-256 of the DER SubjectPublicKeyInfo */
    uint8_t key[512];   /* RSA: modulus; P-256: uncompressed point */
    size_t size;        /* bytes in key */
    uint32_t exponent;  /* RSA */
};

/* Where a private key is, and how to get at it. */
struct xs_key_source {
    const char *key;      /* file or URI */
    const char *cert;     /* a certificate or public key of it; may be NULL */
    const char *provider; /* one to load besides the default; may be NULL */
    const char *password; /* file whose first line opens the key; NULL: ask */
};

/*
 * Reads a certificate or a public key.  Errors: XS_FAILED when there is none,
 * XS_REJECTED when it is of no kind that signs payloads.
 */
int xs_public_key_read(struct xs_public_key *out, const char *path,
                       struct xs_error *err);

/*
 * Signs a payload: *out (the caller's to free) is a copy of it with the
 * signature behind it; *key, unless NULL, the public half of the key.  The
 * same key and payload give the same bytes by RSA, not by ECDSA.  Whether the
 * payload is signed already is for the caller to ask.
 */
int xs_sign(const struct xs_key_source *source, const uint8_t *payload,
            size_t size, uint8_t **out, size_t *out_size,
            struct xs_public_key *key, struct xs_error *err);

#endif /* COMMON_KEY_H */
