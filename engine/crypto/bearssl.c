/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine/core/crypto.h by BearSSL 0.6: its implementations with 31-bit words,
 * which need no wide multiplication and take less than 4 KiB of stack, so that
 * the hypervisor's stack of two pages holds them.
 */
#include <bearssl.h>

#include "engine/core/crypto.h"

/* The vtable that begins a context is not ours to depend on. */
static br_sha256_context *context(struct sha256 *s)
{
    typedef char
        large_enough[sizeof(br_sha256_context) <= sizeof(s->state) ? 1 : -1];
    (void)sizeof(large_enough);

    return (br_sha256_context *)s->state;
}

void sha256_begin(struct sha256 *s)
{
    br_sha256_init(context(s));
}

void sha256_add(struct sha256 *s, const void *bytes, size_t size)
{
    br_sha256_update(context(s), bytes, size);
}

void sha256_end(const struct sha256 *s, uint8_t digest[SHA256_SIZE])
{
    struct sha256 copy = *s;

    br_sha256_out(context(&copy), digest);
}

bool rsa_verify(const uint8_t *modulus, size_t modulus_size, uint32_t exponent,
                const uint8_t digest[SHA256_SIZE], const uint8_t *sig,
                size_t size)
{
    uint8_t e[4] = { exponent >> 24, exponent >> 16, exponent >> 8, exponent };
    const br_rsa_public_key key = {
        .n = (unsigned char *)modulus,
        .nlen = modulus_size,
        .e = e,
        .elen = sizeof(e),
    };
    uint8_t signed_digest[SHA256_SIZE];

    /* A longer one with zeros in front would be the same number. */
    if ( size != modulus_size )
        return false;
    return br_rsa_i31_pkcs1_vrfy(sig, size, BR_HASH_OID_SHA256, SHA256_SIZE,
                                 &key, signed_digest) == 1 &&
           !memcmp(signed_digest, digest, SHA256_SIZE);
}

bool p256_verify(const uint8_t point[65], const uint8_t digest[SHA256_SIZE],
                 const uint8_t sig[64])
{
    const br_ec_public_key key = {
        .curve = BR_EC_secp256r1,
        .q = (unsigned char *)point,
        .qlen = 65,
    };

    return br_ecdsa_i31_vrfy_raw(&br_ec_p256_m31, digest, SHA256_SIZE, &key,
                                 sig, 64) == 1;
}
