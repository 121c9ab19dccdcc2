/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* SHA-256 is in every libcrypto; what fails here is memory (see memory.h). */
static void need(int good)
{
    if ( !good )
        abort();
}

void digester_begin(struct digester *d)
{
    d->context = EVP_MD_CTX_new();
    need(d->context && EVP_DigestInit_ex(d->context, EVP_sha256(), NULL));
}

void digester_add(struct digester *d, const void *bytes, size_t size)
{
    uint64_t length = size;

    need(EVP_DigestUpdate(d->context, &length, sizeof(length)) &&
         EVP_DigestUpdate(d->context, bytes, size));
}

void digester_add_text(struct digester *d, const char *text)
{
    digester_add(d, text, strlen(text));
}

struct digest digester_end(struct digester *d)
{
    struct digest out;

    need(EVP_DigestFinal_ex(d->context, out.byte, NULL));
    EVP_MD_CTX_free(d->context);
    d->context = NULL;
    return out;
}

struct digest digest_of(const void *bytes, size_t size)
{
    struct digester d;

    digester_begin(&d);
    digester_add(&d, bytes, size);
    return digester_end(&d);
}

struct digest digest_sum(const void *bytes, size_t size)
{
    struct digest out;

    need(EVP_Digest(bytes, size, out.byte, NULL, EVP_sha256(), NULL));
    return out;
}

char *digest_hex(const struct digest *digest, char hex[DIGEST_HEX])
{
    size_t i;

    for ( i = 0; i < DIGEST_SIZE; i++ )
        sprintf(hex + 2 * i, "%02x", digest->byte[i]);
    return hex;
}
