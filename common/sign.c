/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making the signature behind a payload; see include/xsplice/payload.h. */
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/keystore.h"
#include "xsplice/control.h"
#include "xsplice/payload.h"

static int load_private(EVP_PKEY **out, const struct xs_key_source *source,
                        struct xs_error *err)
{
    struct xs_store store;
    OSSL_STORE_INFO *info;

    *out = NULL;
    if ( xs_store_open(&store, source->key, source, err) )
        return -1;
    while ( !*out && (info = OSSL_STORE_load(store.ctx)) )
    {
        if ( OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY )
            *out = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    xs_store_close(&store);
    if ( *out )
        return 0;
    return xs_crypto_fail(err, XS_FAILED,
                          "there is no private key in it, or the password is "
                          "wrong");
}

/*
 * The public half: from the certificate where one is given, since some tokens
 * do not hand theirs out; whoever signs checks the result with it in any case.
 */
static int load_public(struct xs_public_key *out,
                       const struct xs_key_source *source, EVP_PKEY *key,
                       struct xs_error *err)
{
    const char *slash = strrchr(source->key, '/');
    EVP_PKEY *cert;
    int rc;

    memset(out, 0, sizeof(*out));
    if ( !source->cert )
    {
        snprintf(out->name, sizeof(out->name), "%s",
                 slash ? slash + 1 : source->key);
        return xs_public_key_describe(out, key, err);
    }
    if ( xs_public_key_open(&cert, source->cert, out->name, sizeof(out->name),
                            err) )
        return xs_context(err, "%s", source->cert);
    if ( EVP_PKEY_eq(cert, key) == 0 || EVP_PKEY_eq(cert, key) == -1 )
        rc = xs_fail(err, XS_FAILED, "%s is of another key", source->cert);
    else
        rc = xs_public_key_describe(out, cert, err);
    EVP_PKEY_free(cert);
    ERR_clear_error();
    return rc;
}

/* r and s out of the DER form, 32 bytes each. */
static int raw_ecdsa(uint8_t raw[64], const uint8_t *der, size_t size,
                     struct xs_error *err)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, size);
    int rc = 0;

    if ( !sig || BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32) != 32 ||
         BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32) != 32 )
        rc = xs_fail(err, XS_FAILED, "the key made no signature of P-256");
    ECDSA_SIG_free(sig);
    return rc;
}

/* The signature of the domain and the head, as the trailer has it. */
static int make_signature(EVP_PKEY *key, const struct xsplice_signature *head,
                          uint8_t *sig, struct xs_error *err)
{
    uint8_t message[sizeof(XSPLICE_SIGNATURE_DOMAIN) + sizeof(*head)];
    uint8_t made[1024];
    size_t size = sizeof(made);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    int ok;

    memcpy(message, XSPLICE_SIGNATURE_DOMAIN,
           sizeof(XSPLICE_SIGNATURE_DOMAIN));
    memcpy(message + sizeof(XSPLICE_SIGNATURE_DOMAIN), head, sizeof(*head));
    ok = ctx &&
         EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) &&
         EVP_DigestSign(ctx, made, &size, message, sizeof(message));
    EVP_MD_CTX_free(ctx);
    if ( !ok )
        return xs_crypto_fail(err, XS_FAILED, "the key does not sign");
    if ( head->algorithm == XSPLICE_SIGNATURE_P256 )
        return raw_ecdsa(sig, made, size, err);
    if ( size != head->size )
        return xs_fail(err, XS_FAILED,
                       "the key made %zu bytes of signature, not %u", size,
                       head->size);
    memcpy(sig, made, size);
    return 0;
}

static int attach(EVP_PKEY *key, const struct xs_public_key *public,
                  const uint8_t *payload, size_t size, uint8_t **out,
                  size_t *out_size, struct xs_error *err)
{
    bool rsa = public->algorithm == XSPLICE_SIGNATURE_RSA;
    struct xsplice_signature head = {
        .version = XSPLICE_SIGNATURE_VERSION,
        .algorithm = public->algorithm,
        .size = rsa ? public->size : XSPLICE_SIGNATURE_P256_SIZE,
        .payload_size = size,
    };
    struct xsplice_signature_end end = {
        .size = sizeof(head) + head.size + sizeof(end),
    };
    uint8_t *p;

    if ( size + end.size > XSPLICE_PAYLOAD_MAX )
        return xs_fail(err, XS_REJECTED,
                       "the payload and its signature have %zu bytes; the "
                       "hypervisor takes %u",
                       size + end.size, XSPLICE_PAYLOAD_MAX);
    memcpy(head.begin, XSPLICE_SIGNATURE_BEGIN, sizeof(head.begin));
    memcpy(end.end, XSPLICE_SIGNATURE_END, sizeof(end.end));
    memcpy(head.key, public->id, sizeof(head.key));
    SHA256(payload, size, head.digest);
    *out_size = size + end.size;
    *out = p = malloc(*out_size);
    if ( !p )
        return xs_fail(err, XS_FAILED, "out of memory");
    memcpy(p, payload, size);
    memcpy(p + size, &head, sizeof(head));
    memcpy(p + *out_size - sizeof(end), &end, sizeof(end));
    if ( !make_signature(key, &head, p + size + sizeof(head), err) )
        return 0;
    free(p);
    *out = NULL;
    return -1;
}

int xs_sign(const struct xs_key_source *source, const uint8_t *payload,
            size_t size, uint8_t **out, size_t *out_size,
            struct xs_public_key *key, struct xs_error *err)
{
    OSSL_PROVIDER *provider = NULL, *standard = NULL;
    struct xs_public_key public;
    EVP_PKEY *private = NULL;
    int rc = 0;

    *out = NULL;
    ERR_clear_error();
    if ( source->provider )
    {
        /*
         * The one named goes first, so that it is asked to sign before the
         * default one, which has only the public half.  And with one loaded
         * by name, the default one no longer comes by itself.
         */
        provider = OSSL_PROVIDER_load(NULL, source->provider);
        standard = OSSL_PROVIDER_load(NULL, "default");
        if ( !provider )
            rc = xs_crypto_fail(err, XS_FAILED, source->provider);
    }
    if ( !rc )
        rc = load_private(&private, source, err);
    if ( !rc )
        rc = load_public(&public, source, private, err);
    if ( !rc )
        rc = attach(private, &public, payload, size, out, out_size, err);
    if ( !rc && key )
        *key = public;
    EVP_PKEY_free(private);
    if ( provider )
        OSSL_PROVIDER_unload(provider);
    if ( standard )
        OSSL_PROVIDER_unload(standard);
    return rc ? xs_context(err, "%s", source->key) : 0;
}
