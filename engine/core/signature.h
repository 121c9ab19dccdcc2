/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a payload signed by somebody whom this hypervisor trusts?  Asked of the
 * raw bytes, before anything else of them is looked at.
 *
 * The work comes in steps of a bounded length (SIGNATURE_STEP bytes of digest,
 * or one public-key operation), so that a hypervisor can do other things in
 * between.
 */
#ifndef ENGINE_CORE_SIGNATURE_H
#define ENGINE_CORE_SIGNATURE_H

#include "crypto.h"
#include "refusal.h"
#include "types.h"
#include "xsplice/payload.h"

#define SIGNATURE_STEP (64u << 10) /* bytes */

/* A public key that the hypervisor was built with. */
struct trusted_key {
    const char *name;        /* whose it is, for people */
    uint8_t id[SHA256_SIZE]; /* as in struct xsplice_signature */
    uint16_t algorithm;      /* XSPLICE_SIGNATURE_* */
    uint16_t size;           /* bytes at 'key' */
    uint32_t exponent;       /* RSA */
    const uint8_t *key;      /* RSA: modulus; P-256: point */
};

/* What is asked of a payload; in the order of strictness. */
enum signature_policy {
    SIGNATURE_OFF,    /* not looked at */
    SIGNATURE_WARN,   /* refused when it is broken; told when it is not there
                         or cannot be judged */
    SIGNATURE_REQUIRE /* refused unless it is there and right */
};

/* The check of one file, between steps. */
struct signature_check {
    const uint8_t *raw;
    size_t size;
    const struct trusted_key *keys;
    unsigned int nkeys;

    struct xsplice_signature head; /* once found */
    const uint8_t *sig;            /* head.size bytes in raw */
    struct sha256 sha;
    size_t hashed;
    unsigned int steps;
    const struct trusted_key
        *key; /* who has signed; NULL until that is known */
    /* The outcome.  NONE with a key: signed by it. */
    struct refusal why;
};

/*
 * Begins to check 'size' bytes at 'raw', which must not change until the last
 * step is done.  With no keys at all only the digest is compared, and the
 * outcome is SIGNATURE_KEY_UNKNOWN at best.
 */
void signature_begin(struct signature_check *c, const uint8_t *raw,
                     size_t size, const struct trusted_key *keys,
                     unsigned int nkeys);

/* One step: true while there is more to do. */
bool signature_step(struct signature_check *c);

/* Can this key be used?  If not, a word why. */
const char *signature_key_fault(const struct trusted_key *key);

/* The bytes of the payload itself, without a signature that was found. */
size_t signature_payload_size(const struct signature_check *c);

/*
 * Does the file begin to look signed at its end, whatever the signature is
 * worth?  What a tool asks before it adds one.
 */
bool signature_present(const struct signature_check *c);

/* ---- the engine's own check ---- */

/*
 * Reads the port's keys and policy; once.  A key that cannot be used is told,
 * and from then on nothing counts as signed.
 */
void signature_init(void);

enum signature_policy signature_policy(void);
const char *signature_policy_name(enum signature_policy policy);
/* The keys in use; how many. */
unsigned int signature_keys(const struct trusted_key **keys);

/* Begins the check that the policy asks for; none at all when it is off. */
void signature_begin_upload(struct signature_check *c, const uint8_t *raw,
                            size_t size);

/*
 * The policy's word on a check that is done: 0, having told what is not right
 * but let pass, or -errno.  'name' is the payload's, for the console.
 */
int signature_judge(const struct signature_check *c, const char *name,
                    struct refusal *why);

#endif /* ENGINE_CORE_SIGNATURE_H */
