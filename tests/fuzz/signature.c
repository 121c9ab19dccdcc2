/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes what comes before the loader: the signature behind a payload.  The
 * hypervisor trusts two keys of which nobody here has the private half, so
 * whatever is accepted where signatures are required was forged.
 *
 * Inputs are payloads.  The mutator puts a trailer behind them, changes one
 * field of it or something else, and mostly makes the digest right again, so
 * that the public-key operations are reached as well.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/core/engine.h"
#include "engine/core/signature.h"
#include "engine/user/host.h"
#include "tests/fuzz/world.h"
#include "xsplice/control.h"

#define HEAD sizeof(struct xsplice_signature)
#define END  sizeof(struct xsplice_signature_end)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned int seed);

/* Any odd number with its highest bit set serves as a modulus. */
static uint8_t modulus[256];
/* Twice the generator of P-256. */
static const uint8_t point[65] = {
    0x04, 0x7c, 0xf2, 0x7b, 0x18, 0x8d, 0x03, 0x4f, 0x7e, 0x8a, 0x52,
    0x38, 0x03, 0x04, 0xb5, 0x1a, 0xc3, 0xc0, 0x89, 0x69, 0xe2, 0x77,
    0xf2, 0x1b, 0x35, 0xa6, 0x0b, 0x48, 0xfc, 0x47, 0x66, 0x99, 0x78,
    0x07, 0x77, 0x55, 0x10, 0xdb, 0x8e, 0xd0, 0x40, 0x29, 0x3d, 0x9a,
    0xc6, 0x9f, 0x74, 0x30, 0xdb, 0xba, 0x7d, 0xad, 0xe6, 0x3c, 0xe9,
    0x82, 0x29, 0x9e, 0x04, 0xb7, 0x9d, 0x22, 0x78, 0x73, 0xd1
};

static struct trusted_key keys[] = {
    { .name = "RSA",
      .algorithm = XSPLICE_SIGNATURE_RSA,
      .size = sizeof(modulus),
      .exponent = 65537,
      .key = modulus,
      .id = { 1 } },
    { .name = "P-256",
      .algorithm = XSPLICE_SIGNATURE_P256,
      .size = sizeof(point),
      .key = point,
      .id = { 2 } },
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    unsigned int i;

    for ( i = 0; i < sizeof(modulus); i++ )
        modulus[i] = 0x80 + i * 7;
    modulus[sizeof(modulus) - 1] |= 1;
    world_begin();

    return 0;
}

static void upload(enum signature_policy policy, const uint8_t *data,
                   size_t size)
{
    struct refusal why = { 0 };

    host_trust(policy, keys, 2);
    signature_init();
    if ( !engine_upload("f", data, size, &why) )
    {
        if ( policy == SIGNATURE_REQUIRE )
            __builtin_trap(); /* forged */
        engine_action("f", XSPLICE_ACTION_UNLOAD, 0, 0, NULL);
    }
    else if ( why.reason == XSPLICE_REASON_NONE )
        __builtin_trap(); /* refused without a reason */
    else if ( policy == SIGNATURE_REQUIRE &&
              (why.reason < XSPLICE_REASON_SIGNATURE_MISSING ||
               why.reason > XSPLICE_REASON_SIGNATURE_WRONG) )
        __builtin_trap(); /* something else was looked at first */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    upload(SIGNATURE_REQUIRE, data, size);
    upload(SIGNATURE_WARN, data, size);
    world_is_clean();

    return 0;
}

static unsigned int below(unsigned int *seed, unsigned int n)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % n;
}

/* Where the trailer begins, if there seems to be one; else 0. */
static size_t find(const uint8_t *data, size_t size)
{
    struct xsplice_signature_end end;

    if ( size < HEAD + END )
        return 0;
    memcpy(&end, data + size - END, END);
    return end.size >= HEAD + END && end.size <= size ? size - end.size : 0;
}

static size_t attach(uint8_t *data, size_t size, size_t max,
                     unsigned int *seed)
{
    unsigned int which = below(seed, 2);
    struct xsplice_signature head = { .version = 1,
                                      .algorithm = 1 + which,
                                      .size = which ? 64 : 256,
                                      .payload_size = size,
                                      .key = { 1 + which } };
    struct xsplice_signature_end end = { .size = HEAD + head.size + END };

    if ( size + end.size > max )
        return size;
    memcpy(head.begin, XSPLICE_SIGNATURE_BEGIN, sizeof(head.begin));
    memcpy(end.end, XSPLICE_SIGNATURE_END, sizeof(end.end));
    memcpy(data + size, &head, HEAD);
    memset(data + size + HEAD, 0x11, head.size);
    memcpy(data + size + end.size - END, &end, END);
    return size + end.size;
}

/* A number of the trailer, to something near or far. */
static void change(uint8_t *data, size_t size, unsigned int *seed)
{
    static const uint32_t far[] = { 0, 1, 64, 255, 256, 512, 513, 0xffffffff };
    size_t at = find(data, size);
    struct xsplice_signature head;
    struct xsplice_signature_end end;
    uint32_t n;

    if ( !at )
        return;
    memcpy(&head, data + at, HEAD);
    memcpy(&end, data + size - END, END);
    n = below(seed, 2) ? far[below(seed, 8)] : head.size + below(seed, 5) - 2;
    switch ( below(seed, 7) )
    {
    case 0:
        head.version = n;
        break;
    case 1:
        head.algorithm = n;
        break;
    case 2:
        head.size = n;
        break;
    case 3:
        head.payload_size += n - head.size;
        break;
    case 4:
        head.key[below(seed, 2)] = n;
        break;
    case 5:
        end.size = below(seed, 2) ? n : end.size + below(seed, 5) - 2;
        break;
    default:
        ((uint8_t *)&head)[below(seed, HEAD)] ^= 1u << below(seed, 8);
        break;
    }
    memcpy(data + at, &head, HEAD);
    memcpy(data + size - END, &end, END);
}

static void repair(uint8_t *data, size_t size)
{
    size_t at = find(data, size);
    struct xsplice_signature head;
    struct sha256 sha;

    if ( !at )
        return;
    memcpy(&head, data + at, HEAD);
    head.payload_size = at;
    sha256_begin(&sha);
    sha256_add(&sha, data, at);
    sha256_end(&sha, head.digest);
    memcpy(data + at, &head, HEAD);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned int seed)
{
    if ( !find(data, size) || below(&seed, 32) == 0 )
        size = attach(data, size, max, &seed);
    switch ( below(&seed, 4) )
    {
    case 0:
        size = LLVMFuzzerMutate(data, size, max);
        break;
    case 1: /* the trailer alone */
        if ( size > 400 )
            LLVMFuzzerMutate(data + size - 400, 400, 400);
        break;
    default:
        change(data, size, &seed);
        break;
    }
    if ( below(&seed, 4) )
        repair(data, size);

    return size;
}
