/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about keys share: places where keys are found. */
#ifndef COMMON_KEYSTORE_H
#define COMMON_KEYSTORE_H

#include <openssl/evp.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#include "common/key.h"

struct xs_store {
    OSSL_STORE_CTX *ctx;
    UI_METHOD *ui; /* when the password is in a file */
    char *password;
};

/* Opens a file or URI; source (NULL for public keys) says what opens it. */
int xs_store_open(struct xs_store *store, const char *where,
                  const struct xs_key_source *source, struct xs_error *err);
void xs_store_close(struct xs_store *store);

/* The certificate or public key in a file; name is filled in. */
int xs_public_key_open(EVP_PKEY **out, const char *path, char *name,
                       size_t room, struct xs_error *err);
int xs_public_key_describe(struct xs_public_key *out, EVP_PKEY *key,
                           struct xs_error *err);

/* libcrypto's own word on what went wrong behind 'what'.  Returns -1. */
int xs_crypto_fail(struct xs_error *err, enum xs_kind kind, const char *what);

#endif /* COMMON_KEYSTORE_H */
