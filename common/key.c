/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/store.h>
#include <openssl/x509.h>
#include <string.h>

#include "common/keystore.h"
#include "xsplice/payload.h"

int xs_crypto_fail(struct xs_error *err, enum xs_kind kind, const char *what)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long code = ERR_get_error_all(NULL, NULL, NULL, &data, &flags);
    const char *reason = code ? ERR_reason_error_string(code) : NULL;

    xs_fail(err, kind, "%s%s%s%s%s", what, reason ? ": " : "",
            reason ? reason : "", data && *data ? ": " : "", data ? data : "");
    ERR_clear_error();
    return -1;
}

static int unfit(struct xs_error *err, const char *why)
{
    xs_fail(err, XS_REJECTED, "%s", why);
    return xs_hint(err, "payloads are signed with RSA keys of 2048 to 4096 "
                        "bits, or ECDSA keys on P-256");
}

static int describe_rsa(struct xs_public_key *out, EVP_PKEY *key,
                        struct xs_error *err)
{
    BIGNUM *n = NULL, *e = NULL;
    int bits = EVP_PKEY_get_bits(key), rc = -1;

    if ( bits < (int)XSPLICE_SIGNATURE_RSA_MIN * 8 )
        return unfit(err, "the RSA key is too small");
    if ( bits > (int)XSPLICE_SIGNATURE_RSA_MAX * 8 )
        return unfit(err, "the RSA key is too large");
    if ( bits % 8 )
        return unfit(err, "the RSA key has a number of bits that is no "
                          "multiple of 8");
    if ( !EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) ||
         !EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) )
        rc = xs_crypto_fail(err, XS_FAILED, "the RSA key cannot be read");
    else if ( BN_num_bits(e) > 32 || BN_get_word(e) < 65537 || !BN_is_odd(e) )
        rc = unfit(err, "the RSA key has an exponent that is not odd, less "
                        "than 65537, or of more than 32 bits");
    else
    {
        out->algorithm = XSPLICE_SIGNATURE_RSA;
        out->size = bits / 8;
        out->exponent = BN_get_word(e);
        rc = BN_bn2binpad(n, out->key, out->size) < 0 ? -1 : 0;
    }
    BN_free(n);
    BN_free(e);
    return rc;
}

static int describe_ec(struct xs_public_key *out, EVP_PKEY *key,
                       struct xs_error *err)
{
    char group[64];

    if ( !EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME,
                                         group, sizeof(group), NULL) ||
         strcmp(group, "prime256v1") )
        return unfit(err, "the ECDSA key is not on the curve P-256");
    if ( !EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
                                          out->key, sizeof(out->key),
                                          &out->size) )
        return xs_crypto_fail(err, XS_FAILED, "the ECDSA key cannot be read");
    if ( out->size != 65 || out->key[0] != 4 )
        return unfit(err, "the ECDSA key has a compressed point");
    out->algorithm = XSPLICE_SIGNATURE_P256;
    return 0;
}

/*
 * By way of its DER form, which has the id and is read by libcrypto's own
 * code, whoever's provider the key is from.
 */
int xs_public_key_describe(struct xs_public_key *out, EVP_PKEY *key,
                           struct xs_error *err)
{
    unsigned char *der = NULL;
    const unsigned char *p;
    int size = i2d_PUBKEY(key, &der), rc;
    EVP_PKEY *own;

    if ( size <= 0 )
        return xs_crypto_fail(err, XS_FAILED,
                              "the public half of the key cannot be had");
    p = der;
    own = d2i_PUBKEY(NULL, &p, size);
    SHA256(der, size, out->id);
    OPENSSL_free(der);
    if ( !own )
        return xs_crypto_fail(err, XS_REJECTED,
                              "the public half of the key cannot be read");
    if ( EVP_PKEY_is_a(own, "RSA") )
        rc = describe_rsa(out, own, err);
    else if ( EVP_PKEY_is_a(own, "EC") )
        rc = describe_ec(out, own, err);
    else
        rc = unfit(err, "the key is neither an RSA nor an ECDSA key");
    EVP_PKEY_free(own);
    return rc;
}

/* The common name, or else all of the subject; what prints of it. */
static void name_of_cert(char *to, size_t room, X509 *cert)
{
    X509_NAME *subject = X509_get_subject_name(cert);
    char *p;

    if ( X509_NAME_get_text_by_NID(subject, NID_commonName, to, room) <= 0 )
        X509_NAME_oneline(subject, to, room);
    for ( p = to; *p; p++ )
        if ( *p < ' ' || *p > '~' )
            *p = '?';
}

static void name_of_file(char *to, size_t room, const char *path)
{
    const char *slash = strrchr(path, '/');

    snprintf(to, room, "%s", slash ? slash + 1 : path);
}

int xs_public_key_open(EVP_PKEY **out, const char *path, char *name,
                       size_t room, struct xs_error *err)
{
    struct xs_store store;
    OSSL_STORE_INFO *info;
    int rc = -1;

    *out = NULL;
    if ( xs_store_open(&store, path, NULL, err) )
        return -1;
    while ( !*out && (info = OSSL_STORE_load(store.ctx)) )
    {
        X509 *cert;

        switch ( OSSL_STORE_INFO_get_type(info) )
        {
        case OSSL_STORE_INFO_CERT:
            cert = OSSL_STORE_INFO_get0_CERT(info);
            *out = X509_get_pubkey(cert);
            name_of_cert(name, room, cert);
            break;
        case OSSL_STORE_INFO_PUBKEY:
            *out = OSSL_STORE_INFO_get1_PUBKEY(info);
            name_of_file(name, room, path);
            break;
        }
        OSSL_STORE_INFO_free(info);
    }
    if ( *out )
        rc = 0;
    else
    {
        xs_crypto_fail(err, XS_FAILED,
                       "there is no certificate and no public key in it");
        xs_hint(err, "of a private key the public half is got by openssl "
                     "pkey -pubout");
    }
    xs_store_close(&store);
    return rc;
}

int xs_public_key_read(struct xs_public_key *out, const char *path,
                       struct xs_error *err)
{
    EVP_PKEY *key;
    int rc;

    memset(out, 0, sizeof(*out));
    if ( xs_public_key_open(&key, path, out->name, sizeof(out->name), err) )
        return xs_context(err, "%s", path);
    rc = xs_public_key_describe(out, key, err);
    EVP_PKEY_free(key);
    return rc ? xs_context(err, "%s", path) : 0;
}
