/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SHA-256 of contents: what the cache goes by.  A cryptographic one, as a patch
 * may come from somebody else: nobody must be able to write one whose object is
 * taken for another's.
 */
#ifndef BUILDER_DIGEST_H
#define BUILDER_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32
#define DIGEST_HEX  (2 * DIGEST_SIZE + 1)

struct digest {
    uint8_t byte[DIGEST_SIZE];
};

/* A sum that is being made; the pieces keep their borders. */
struct digester {
    void *context;
};

void digester_begin(struct digester *d);

/* Adds a piece: the same bytes cut elsewhere give another sum. */
void digester_add(struct digester *d, const void *bytes, size_t size);
void digester_add_text(struct digester *d, const char *text);

/* Ends it and releases what it took. */
struct digest digester_end(struct digester *d);

/* Of one piece. */
struct digest digest_of(const void *bytes, size_t size);

/* SHA-256 of the bytes and nothing else, as sha256sum(1) prints it. */
struct digest digest_sum(const void *bytes, size_t size);

/* In hexadecimal, into hex, which is returned. */
char *digest_hex(const struct digest *digest, char hex[DIGEST_HEX]);

#endif /* BUILDER_DIGEST_H */
