/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/signing.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/xsplice-keys.XXXXXX";
static struct xs_public_key public[TEST_KEYS];

static const char *file(unsigned int n, const char *ending)
{
    static char names[4][64];
    static unsigned int next;
    char *name = names[next++ % 4];

    snprintf(name, sizeof(names[0]), "%s/%u.%s", dir, n, ending);
    return name;
}

static void make(unsigned int n, EVP_PKEY *key)
{
    FILE *private = fopen(file(n, "pem"), "w");
    FILE *pub = fopen(file(n, "pub"), "w");

    if ( !key || !private || !pub ||
         !PEM_write_PrivateKey(private, key, NULL, NULL, 0, NULL, NULL) ||
         !PEM_write_PUBKEY(pub, key) )
        abort();
    fclose(private);
    fclose(pub);
    EVP_PKEY_free(key);
}

void keys_make(void)
{
    struct xs_error err;
    unsigned int i;

    if ( !mkdtemp(dir) )
        abort();
    make(RSA_2048, EVP_RSA_gen(2048));
    make(RSA_3072, EVP_RSA_gen(3072));
    make(RSA_4096, EVP_RSA_gen(4096));
    make(P256, EVP_EC_gen("P-256"));
    make(STRANGER, EVP_RSA_gen(2048));
    for ( i = 0; i < TEST_KEYS; i++ )
        if ( xs_public_key_read(&public[i], pub_file(i), &err) )
            abort();
}

static unsigned int others = TEST_KEYS;

void keys_remove(void)
{
    while ( others-- )
    {
        unlink(file(others, "pem"));
        unlink(file(others, "pub"));
    }
    rmdir(dir);
}

const char *key_file(enum test_key key)
{
    return file(key, "pem");
}

const char *pub_file(enum test_key key)
{
    return file(key, "pub");
}

struct trusted_key key_trusted(enum test_key key)
{
    struct trusted_key t = {
        .name = public[key].name,
        .algorithm = public[key].algorithm,
        .size = public[key].size,
        .exponent = public[key].exponent,
        .key = public[key].key,
    };

    memcpy(t.id, public[key].id, sizeof(t.id));
    return t;
}

const char *key_other(const char *type, const char *group, unsigned int bits)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    EVP_PKEY *key = NULL;

    if ( !ctx || EVP_PKEY_keygen_init(ctx) <= 0 ||
         (group && EVP_PKEY_CTX_set_group_name(ctx, group) <= 0) ||
         (bits && EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) <= 0) ||
         EVP_PKEY_generate(ctx, &key) <= 0 )
        abort();
    EVP_PKEY_CTX_free(ctx);
    make(others, key);
    return file(others++, "pem");
}

uint8_t *signed_by(enum test_key key, const uint8_t *payload, size_t size,
                   size_t *out)
{
    struct xs_key_source source = { .key = key_file(key) };
    struct xs_error err;
    uint8_t *bytes;

    if ( !xs_sign(&source, payload, size, &bytes, out, NULL, &err) )
        return bytes;
    fprintf(stderr, "%s\n", err.what);
    abort();
}
