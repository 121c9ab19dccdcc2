/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cryptography that the engine needs and nothing more: a digest that is
 * fed piece by piece, and two kinds of signatures.  engine/crypto implements
 * it, with BearSSL.
 */
#ifndef ENGINE_CORE_CRYPTO_H
#define ENGINE_CORE_CRYPTO_H

#include "types.h"

#define SHA256_SIZE 32u

struct sha256 {
    uint64_t state[16]; /* the implementation's */
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t size);
void sha256_end(const struct sha256 *s, uint8_t digest[SHA256_SIZE]);

/*
 * Is 'sig' the signature of a message with this SHA-256, by RSASSA-PKCS1-v1_5
 * (RFC 8017) with the public key (modulus, exponent), both big-endian?
 */
bool rsa_verify(const uint8_t *modulus, size_t modulus_size, uint32_t exponent,
                const uint8_t digest[SHA256_SIZE], const uint8_t *sig,
                size_t size);

/* Likewise by ECDSA on P-256; point: 0x04, x, y; sig: r, s; 32 bytes each. */
bool p256_verify(const uint8_t point[65], const uint8_t digest[SHA256_SIZE],
                 const uint8_t sig[64]);

#endif /* ENGINE_CORE_CRYPTO_H */
