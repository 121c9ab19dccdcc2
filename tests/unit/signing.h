/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys made when a test runs, in files, and what is signed with them. */
#ifndef TESTS_UNIT_SIGNING_H
#define TESTS_UNIT_SIGNING_H

#include "common/key.h"
#include "engine/core/signature.h"

enum test_key { RSA_2048, RSA_3072, RSA_4096, P256, STRANGER, TEST_KEYS };

/* Makes all of them, in a directory of their own; and removes it. */
void keys_make(void);
void keys_remove(void);

const char *key_file(enum test_key key); /* private, in PEM */
const char *pub_file(enum test_key key);
/* The key as a hypervisor is built with it. */
struct trusted_key key_trusted(enum test_key key);

/* Writes a key of any kind; of an EC key the group, of an RSA key the bits. */
const char *key_other(const char *type, const char *group, unsigned int bits);

/* The payload with the key's signature behind it; to be freed. */
uint8_t *signed_by(enum test_key key, const uint8_t *payload, size_t size,
                   size_t *out);

#endif /* TESTS_UNIT_SIGNING_H */
