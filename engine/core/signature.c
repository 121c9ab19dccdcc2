/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding, reading and checking the signature behind a payload. */
#include "signature.h"

#define HEAD     sizeof(struct xsplice_signature)
#define END      sizeof(struct xsplice_signature_end)
#define SIG_MAX  XSPLICE_SIGNATURE_RSA_MAX
#define LOOK_FOR (64u << 10) /* bytes at the end that may hide a broken one */

static bool is_end(const uint8_t *raw, size_t size)
{
    const struct xsplice_signature_end *e;

    return size >= END && !memcmp(raw + size - sizeof(e->end),
                                  XSPLICE_SIGNATURE_END, sizeof(e->end));
}

static bool is_begin(const uint8_t *raw, size_t size)
{
    return size >= sizeof(((struct xsplice_signature *)0)->begin) &&
           !memcmp(raw, XSPLICE_SIGNATURE_BEGIN,
                   sizeof(((struct xsplice_signature *)0)->begin));
}

/*
 * Where a signature begins, not before FROM; SIZE if none does.  Most unsigned
 * files pass here as a whole, so it goes by leaps (Horspool): a byte says how
 * far away the next place is where it could be a signature's.
 */
static size_t find_begin(const uint8_t *raw, size_t size, size_t from)
{
    static const uint8_t begin[] = XSPLICE_SIGNATURE_BEGIN;
    const size_t last = sizeof(begin) - 2; /* of its bytes; there is a NUL */
    uint8_t leap[256];
    size_t i, at;

    memset(leap, last + 1, sizeof(leap));
    for ( i = 0; i < last; i++ )
        leap[begin[i]] = last - i;
    for ( at = from + last; at < size; at += leap[raw[at]] )
        if ( raw[at] == begin[last] &&
             is_begin(raw + at - last, size - (at - last)) )
            return at - last;
    return size;
}

/*
 * The file does not end as a signed one does.  Was it cut off, was something
 * put behind it, or is it not signed at all?  To the right answer the caller
 * has no other way, so the beginning of a signature is looked for.
 */
static int why_no_end(struct signature_check *c)
{
    size_t at = find_begin(c->raw, c->size,
                           c->size > LOOK_FOR ? c->size - LOOK_FOR : 0);
    size_t left = c->size - at, whole;
    struct xsplice_signature head;

    if ( !left )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_MISSING, "%zu bytes",
                      c->size);
    if ( left >= HEAD )
    {
        memcpy(&head, c->raw + at, HEAD);
        whole = HEAD + END + head.size;
        if ( head.size <= SIG_MAX && left > whole &&
             is_end(c->raw + at, whole) )
            return refuse(&c->why, XSPLICE_REASON_SIGNATURE_TRAILING,
                          "%zu bytes", left - whole);
    }
    return refuse(&c->why, XSPLICE_REASON_SIGNATURE_TRUNCATED,
                  "%zu bytes of it are there", left);
}

/* How long a signature of this algorithm is. */
static int check_size(struct signature_check *c)
{
    uint32_t size = c->head.size;

    switch ( c->head.algorithm )
    {
    case XSPLICE_SIGNATURE_RSA:
        if ( size < XSPLICE_SIGNATURE_RSA_MIN )
            return refuse(&c->why, XSPLICE_REASON_SIGNATURE_KEY_SMALL,
                          "%u bits", size * 8);
        if ( size > XSPLICE_SIGNATURE_RSA_MAX )
            return refuse(&c->why, XSPLICE_REASON_SIGNATURE_KEY_LARGE,
                          "%u bits", size * 8);
        return 0;
    case XSPLICE_SIGNATURE_P256:
        if ( size != XSPLICE_SIGNATURE_P256_SIZE )
            return refuse(&c->why, XSPLICE_REASON_SIGNATURE_DAMAGED,
                          "%u bytes by ECDSA P-256", size);
        return 0;
    }
    return refuse(&c->why, XSPLICE_REASON_SIGNATURE_ALGORITHM, "algorithm %u",
                  c->head.algorithm);
}

/* Finds and reads it, from the end of the file. */
static int read_signature(struct signature_check *c)
{
    struct xsplice_signature_end end;
    size_t at;

    if ( !is_end(c->raw, c->size) )
        return why_no_end(c);
    memcpy(&end, c->raw + c->size - END, END);
    if ( end.size < HEAD + END || end.size > c->size )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_DAMAGED,
                      "%u bytes of %zu", end.size, c->size);
    at = c->size - end.size;
    if ( !is_begin(c->raw + at, end.size) )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_DAMAGED,
                      "no beginning at %#zx", at);
    memcpy(&c->head, c->raw + at, HEAD);
    c->sig = c->raw + at + HEAD;
    /* What another version means by the rest is not known. */
    if ( c->head.version != XSPLICE_SIGNATURE_VERSION )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_VERSION, "version %u",
                      c->head.version);
    if ( c->head.size != end.size - HEAD - END )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_DAMAGED,
                      "%u bytes where %zu are", c->head.size,
                      (size_t)end.size - HEAD - END);
    if ( is_end(c->raw, at) )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_DOUBLED,
                      "another one ends at %#zx", at);
    if ( c->head.payload_size != at )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_OTHER_BYTES,
                      "it is for %llu bytes, here are %zu",
                      (unsigned long long)c->head.payload_size, at);
    return check_size(c);
}

void signature_begin(struct signature_check *c, const uint8_t *raw,
                     size_t size, const struct trusted_key *keys,
                     unsigned int nkeys)
{
    memset(c, 0, sizeof(*c));
    c->raw = raw;
    c->size = size;
    c->keys = keys;
    c->nkeys = nkeys;
    if ( !read_signature(c) )
        sha256_begin(&c->sha);
}

/* The first bytes of a key's id tell keys apart for people. */
static const char *id_text(const uint8_t id[SHA256_SIZE], char text[17])
{
    unsigned int i;

    for ( i = 0; i < 8; i++ )
        snprintf(text + 2 * i, 3, "%02x", id[i]);
    return text;
}

/* What the signature itself is over. */
static void signed_digest(const struct signature_check *c,
                          uint8_t digest[SHA256_SIZE])
{
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, XSPLICE_SIGNATURE_DOMAIN,
               sizeof(XSPLICE_SIGNATURE_DOMAIN));
    sha256_add(&sha, &c->head, HEAD);
    sha256_end(&sha, digest);
}

static bool verified(const struct signature_check *c,
                     const struct trusted_key *key)
{
    uint8_t digest[SHA256_SIZE];

    signed_digest(c, digest);
    if ( key->algorithm == XSPLICE_SIGNATURE_RSA )
        return rsa_verify(key->key, key->size, key->exponent, digest, c->sig,
                          c->head.size);
    return p256_verify(key->key, digest, c->sig);
}

/* All bytes are in the digest: the rest of the check. */
static int check_signature(struct signature_check *c)
{
    const struct trusted_key *key = NULL;
    uint8_t digest[SHA256_SIZE];
    char id[17];
    unsigned int i;

    sha256_end(&c->sha, digest);
    if ( memcmp(digest, c->head.digest, sizeof(digest)) )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_OTHER_BYTES,
                      "the digest of %zu bytes differs", c->hashed);
    for ( i = 0; i < c->nkeys && !key; i++ )
        if ( !memcmp(c->keys[i].id, c->head.key, sizeof(c->head.key)) )
            key = &c->keys[i];
    if ( !key )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_KEY_UNKNOWN,
                      "key %s..., none of %u", id_text(c->head.key, id),
                      c->nkeys);
    if ( key->algorithm != c->head.algorithm ||
         (key->algorithm == XSPLICE_SIGNATURE_RSA &&
          key->size != c->head.size) )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_KEY_OTHER,
                      "algorithm %u, %u bytes; the key's is %u",
                      c->head.algorithm, c->head.size, key->algorithm);
    if ( !verified(c, key) )
        return refuse(&c->why, XSPLICE_REASON_SIGNATURE_WRONG, "key %s..., %s",
                      id_text(c->head.key, id), key->name);
    c->key = key;
    return 0;
}

bool signature_step(struct signature_check *c)
{
    size_t left;

    if ( c->why.reason != XSPLICE_REASON_NONE || c->key || !c->sig )
        return false;
    c->steps++;
    left = c->head.payload_size - c->hashed;
    if ( left )
    {
        size_t now = left < SIGNATURE_STEP ? left : SIGNATURE_STEP;

        sha256_add(&c->sha, c->raw + c->hashed, now);
        c->hashed += now;
        return true;
    }
    check_signature(c);
    return false;
}

size_t signature_payload_size(const struct signature_check *c)
{
    return c->sig ? c->sig - HEAD - c->raw : c->size;
}

bool signature_present(const struct signature_check *c)
{
    return c->why.reason != XSPLICE_REASON_SIGNATURE_MISSING;
}

const char *signature_key_fault(const struct trusted_key *key)
{
    switch ( key->algorithm )
    {
    case XSPLICE_SIGNATURE_RSA:
        if ( key->size < XSPLICE_SIGNATURE_RSA_MIN || !(key->key[0] & 0x80) )
            return "an RSA modulus of less than 2048 bits, or of a number of "
                   "bits that is no multiple of 8";
        if ( key->size > XSPLICE_SIGNATURE_RSA_MAX )
            return "an RSA modulus of more than 4096 bits";
        if ( !(key->key[key->size - 1] & 1) )
            return "an RSA modulus that is even";
        if ( key->exponent < 65537 || !(key->exponent & 1) )
            return "an RSA exponent that is even, or less than 65537";
        return NULL;
    case XSPLICE_SIGNATURE_P256:
        if ( key->size != 65 || key->key[0] != 4 )
            return "no uncompressed point of P-256";
        return NULL;
    }
    return "of an algorithm that is not known";
}
