/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures: signed by libcrypto, checked by the engine before anything. */
#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "engine/core/answer.h"
#include "tests/unit/engine_case.h"
#include "tests/unit/signing.h"

#define HEAD sizeof(struct xsplice_signature)
#define END  sizeof(struct xsplice_signature_end)

static uint8_t *payload; /* not signed */
static size_t payload_size;

/* A hypervisor that trusts these keys. */
static void begin_with(enum signature_policy policy,
                       const struct trusted_key *keys, unsigned int n)
{
    assert_int_equal(fixture_host(NULL), 0);
    host_trust(policy, keys, n);
    assert_int_equal(engine_init(), 0);
}

static void begin(enum signature_policy policy)
{
    static struct trusted_key keys[4];
    unsigned int i;

    for ( i = 0; i < 4; i++ )
        keys[i] = key_trusted(i);
    begin_with(policy, keys, 4);
}

static void end(void)
{
    case_end(NULL);
}

/* From memory of just that size, so that reading behind it is found out. */
static int put(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ?: 1);
    int rc;

    memcpy(copy, bytes, size);
    memset(&last, 0, sizeof(last));
    rc = engine_upload("p", copy, size, &last);
    free(copy);
    return rc;
}

static void accepted(const uint8_t *bytes, size_t size)
{
    if ( put(bytes, size) )
        fail_msg("refused: %s: %s", last_id(), last.detail);
    assert_int_equal(engine_action("p", UNLOAD, 0, 0, NULL), 0);
}

static void rejected(const uint8_t *bytes, size_t size,
                     enum xsplice_reason reason)
{
    int rc = put(bytes, size);

    refused(rc, reason);
    assert_int_equal(rc, -EBADMSG);
    assert_int_equal(state_of("p"), 0);
}

static struct xsplice_signature *head_of(uint8_t *bytes, size_t size)
{
    struct xsplice_signature_end e;

    memcpy(&e, bytes + size - END, END);
    return (void *)(bytes + size - e.size);
}

/* ---- what is right is accepted ---- */

static void each_kind_of_key_is_accepted(void **state)
{
    enum test_key k;

    begin(SIGNATURE_REQUIRE);
    for ( k = RSA_2048; k <= P256; k++ )
    {
        size_t size;
        uint8_t *bytes = signed_by(k, payload, payload_size, &size);

        accepted(bytes, size);
        free(bytes);
    }
    end();
}

static void info_says_who_signed(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(P256, payload, payload_size, &size);
    char text[4096], want[80];
    struct answer a = { .text = text, .room = sizeof(text) };
    struct answer own = { .text = text, .room = sizeof(text) };

    begin(SIGNATURE_REQUIRE);
    assert_int_equal(put(bytes, size), 0);
    assert_int_equal(engine_info("p", &a), 0);
    snprintf(want, sizeof(want), "signed-by=%s", key_trusted(P256).name);
    assert_non_null(memmem(text, a.size, want, strlen(want) + 1));
    assert_int_equal(engine_info(NULL, &own), 0);
    assert_non_null(memmem(text, own.size, "signatures=require", 19));
    end();
    free(bytes);
}

/* ---- what is wrong has a reason of its own ---- */

static void nothing_of_an_unsigned_file_is_looked_at(void **state)
{
    begin(SIGNATURE_REQUIRE);
    rejected(payload, payload_size, XSPLICE_REASON_SIGNATURE_MISSING);
    rejected((uint8_t *)"x", 1, XSPLICE_REASON_SIGNATURE_MISSING);
    rejected((uint8_t *)"", 0, XSPLICE_REASON_SIGNATURE_MISSING);
    end();
}

/* With one byte changed, whichever it is. */
static void no_byte_can_be_changed(enum test_key k)
{
    size_t size, i;
    uint8_t *bytes = signed_by(k, payload, payload_size, &size);

    begin(SIGNATURE_REQUIRE);
    log_mute(true);
    for ( i = 0; i < size; i++ )
    {
        enum xsplice_reason want = XSPLICE_REASON_SIGNATURE_OTHER_BYTES;

        bytes[i] ^= 1u << (i % 8);
        assert_int_equal(put(bytes, size), -EBADMSG);
        if ( i < payload_size && last.reason != want )
            fail_msg("byte %zu: %s: %s", i, last_id(), last.detail);
        if ( i >= payload_size + HEAD && i < size - END &&
             last.reason != XSPLICE_REASON_SIGNATURE_WRONG )
            fail_msg("byte %zu: %s: %s", i, last_id(), last.detail);
        bytes[i] ^= 1u << (i % 8);
    }
    log_mute(false);
    accepted(bytes, size);
    end();
    free(bytes);
}

static void no_byte_can_be_changed_rsa(void **state)
{
    no_byte_can_be_changed(RSA_2048);
}

static void no_byte_can_be_changed_p256(void **state)
{
    no_byte_can_be_changed(P256);
}

static void cut_off_anywhere_it_is_refused(void **state)
{
    size_t size, cut;
    uint8_t *bytes = signed_by(P256, payload, payload_size, &size);

    begin(SIGNATURE_REQUIRE);
    log_mute(true);
    for ( cut = 0; cut < size; cut++ )
        /* Of what is gone but for a part of its first word nothing tells. */
        rejected(bytes, cut,
                 cut < payload_size + 16 ? XSPLICE_REASON_SIGNATURE_MISSING
                                         : XSPLICE_REASON_SIGNATURE_TRUNCATED);
    log_mute(false);
    end();
    free(bytes);
}

static void nothing_may_follow(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);

    begin(SIGNATURE_REQUIRE);
    bytes = realloc(bytes, size + 3);
    memset(bytes + size, 0, 3);
    rejected(bytes, size + 1, XSPLICE_REASON_SIGNATURE_TRAILING);
    rejected(bytes, size + 3, XSPLICE_REASON_SIGNATURE_TRAILING);
    end();
    free(bytes);
}

static void doubled_ones_are_refused(void **state)
{
    size_t size, twice;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size), *both;
    size_t trailer = size - payload_size;

    begin(SIGNATURE_REQUIRE);
    /* Another one over all of it, and the same one once more. */
    both = signed_by(P256, bytes, size, &twice);
    rejected(both, twice, XSPLICE_REASON_SIGNATURE_DOUBLED);
    free(both);
    bytes = realloc(bytes, size + trailer);
    memcpy(bytes + size, bytes + payload_size, trailer);
    rejected(bytes, size + trailer, XSPLICE_REASON_SIGNATURE_DOUBLED);
    end();
    free(bytes);
}

/* A signature put behind bytes that it was not made for. */
static void a_signature_of_another_file_is_refused(void **state)
{
    size_t size, other_size, trailer;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);
    uint8_t *other = fixture_bytes("third.xsplice", &other_size), *mixed;

    begin(SIGNATURE_REQUIRE);
    trailer = size - payload_size;
    mixed = malloc(other_size + trailer);
    memcpy(mixed, other, other_size);
    memcpy(mixed + other_size, bytes + payload_size, trailer);
    rejected(mixed, other_size + trailer,
             XSPLICE_REASON_SIGNATURE_OTHER_BYTES);
    /* Of the same length; and with the length made to fit. */
    bytes[payload_size / 2] ^= 0x10;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_OTHER_BYTES);
    head_of(mixed, other_size + trailer)->payload_size = other_size;
    rejected(mixed, other_size + trailer,
             XSPLICE_REASON_SIGNATURE_OTHER_BYTES);
    end();
    free(mixed);
    free(other);
    free(bytes);
}

/* The digest is right: then only the signature stands in the way. */
static void the_head_itself_is_signed(void **state)
{
    size_t size, other_size, trailer;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);
    uint8_t *other = fixture_bytes("third.xsplice", &other_size), *mixed;
    struct sha256 sha;

    begin(SIGNATURE_REQUIRE);
    trailer = size - payload_size;
    mixed = malloc(other_size + trailer);
    memcpy(mixed, other, other_size);
    memcpy(mixed + other_size, bytes + payload_size, trailer);
    head_of(mixed, other_size + trailer)->payload_size = other_size;
    sha256_begin(&sha);
    sha256_add(&sha, other, other_size);
    sha256_end(&sha, head_of(mixed, other_size + trailer)->digest);
    rejected(mixed, other_size + trailer, XSPLICE_REASON_SIGNATURE_WRONG);
    end();
    free(mixed);
    free(other);
    free(bytes);
}

/* A signature of the head alone, as the key might make for another purpose. */
static void a_signature_without_our_text_is_refused(void **state)
{
    size_t size, n = 256;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);
    FILE *f = fopen(key_file(RSA_2048), "r");
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    fclose(f);
    assert_true(
        EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL));
    assert_true(EVP_DigestSign(ctx, bytes + payload_size + HEAD, &n,
                               bytes + payload_size, HEAD));
    begin(SIGNATURE_REQUIRE);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    end();
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    free(bytes);
}

static void fields_are_read_strictly(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);
    struct xsplice_signature *head = head_of(bytes, size), was = *head;
    struct xsplice_signature_end e, good;

    begin(SIGNATURE_REQUIRE);
    head->version = 2;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_VERSION);
    head->version = 0;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_VERSION);
    *head = was;
    head->algorithm = 3;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_ALGORITHM);
    head->algorithm = XSPLICE_SIGNATURE_P256;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_DAMAGED);
    *head = was;
    head->size--;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_DAMAGED);
    *head = was;
    head->size = 0xffffffff;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_DAMAGED);
    *head = was;
    head->payload_size = UINT64_MAX;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_OTHER_BYTES);
    *head = was;
    memcpy(&good, bytes + size - END, END);
    e = good;
    for ( e.size = 0; e.size < good.size + 40; e.size++ )
    {
        memcpy(bytes + size - END, &e, END);
        if ( e.size != good.size )
            rejected(bytes, size, XSPLICE_REASON_SIGNATURE_DAMAGED);
    }
    e.size = 0xffffffff;
    memcpy(bytes + size - END, &e, END);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_DAMAGED);
    end();
    free(bytes);
}

/* A trailer of any size, signed by nobody. */
static void with_size(uint32_t n, enum xsplice_reason reason)
{
    size_t size = payload_size + HEAD + n + END;
    uint8_t *bytes = calloc(1, size);
    struct xsplice_signature head = { .version = 1,
                                      .algorithm = XSPLICE_SIGNATURE_RSA,
                                      .size = n,
                                      .payload_size = payload_size };
    struct xsplice_signature_end e = { .size = HEAD + n + END };

    memcpy(head.begin, XSPLICE_SIGNATURE_BEGIN, sizeof(head.begin));
    memcpy(e.end, XSPLICE_SIGNATURE_END, sizeof(e.end));
    memcpy(bytes, payload, payload_size);
    memcpy(bytes + payload_size, &head, HEAD);
    memcpy(bytes + size - END, &e, END);
    rejected(bytes, size, reason);
    free(bytes);
}

static void keys_of_other_sizes_are_refused(void **state)
{
    begin(SIGNATURE_REQUIRE);
    with_size(0, XSPLICE_REASON_SIGNATURE_KEY_SMALL);
    with_size(128, XSPLICE_REASON_SIGNATURE_KEY_SMALL);
    with_size(255, XSPLICE_REASON_SIGNATURE_KEY_SMALL);
    with_size(513, XSPLICE_REASON_SIGNATURE_KEY_LARGE);
    with_size(1024, XSPLICE_REASON_SIGNATURE_KEY_LARGE);
    end();
}

static void other_keys_are_refused(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(STRANGER, payload, payload_size, &size);
    struct trusted_key known = key_trusted(RSA_2048);
    struct trusted_key point = key_trusted(P256);

    begin(SIGNATURE_REQUIRE);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_KEY_UNKNOWN);
    /* Passing itself off as the known key's. */
    memcpy(head_of(bytes, size)->key, known.id, sizeof(known.id));
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    memcpy(head_of(bytes, size)->key, point.id, sizeof(point.id));
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_KEY_OTHER);
    known = key_trusted(RSA_4096);
    memcpy(head_of(bytes, size)->key, known.id, sizeof(known.id));
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_KEY_OTHER);
    end();
    free(bytes);
}

/* Zeros, ones, and the numbers just out of range. */
static void no_trivial_signature_is_good(void **state)
{
    static const uint8_t order[32] = {
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
        0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51
    };
    size_t size;
    uint8_t *bytes = signed_by(P256, payload, payload_size, &size), *sig;
    struct trusted_key rsa = key_trusted(RSA_2048);

    begin(SIGNATURE_REQUIRE);
    sig = bytes + payload_size + HEAD;
    memset(sig, 0, 64);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    memset(sig, 0xff, 64);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    memcpy(sig, order, 32);
    memcpy(sig + 32, order, 32);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    free(bytes);
    bytes = signed_by(RSA_2048, payload, payload_size, &size);
    sig = bytes + payload_size + HEAD;
    memset(sig, 0, 256);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    sig[255] = 1;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    memcpy(sig, rsa.key, 256);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    end();
    free(bytes);
}

/* Replay: what is signed says for which hypervisor it is. */
static void a_signed_one_for_another_hypervisor_is_refused(void **state)
{
    static const uint8_t id[20] = { [0 ... 19] = 0xab };
    uint8_t *copy = malloc(payload_size), *bytes, *at;
    size_t size, left;

    memcpy(copy, payload, payload_size);
    for ( at = copy; (at = memmem(at, (left = copy + payload_size - at), id,
                                  sizeof(id))); )
        *at ^= 1;
    bytes = signed_by(RSA_2048, copy, payload_size, &size);
    begin(SIGNATURE_REQUIRE);
    refused(put(bytes, size), XSPLICE_REASON_XEN_DEPENDS);
    end();
    free(bytes);
    free(copy);
}

/* ---- policies ---- */

static void warn_tells_and_lets_pass_what_tells_nothing(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(STRANGER, payload, payload_size, &size);

    begin(SIGNATURE_WARN);
    log_clear();
    accepted(payload, payload_size);
    assert_non_null(strstr(log_text(), "loading it although the payload is "
                                       "not signed"));
    accepted(bytes, size);
    assert_non_null(strstr(log_text(), "not trusted here"));
    bytes[3] ^= 1;
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_OTHER_BYTES);
    bytes[3] ^= 1;
    rejected(bytes, size - 1, XSPLICE_REASON_SIGNATURE_TRUNCATED);
    end();
    free(bytes);
}

/* Like the engine in stock Xen: what is behind the ELF file does not count. */
static void off_looks_at_nothing(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(STRANGER, payload, payload_size, &size);

    begin(SIGNATURE_OFF);
    accepted(payload, payload_size);
    accepted(bytes, size);
    accepted(bytes, size - 1);
    end();
    free(bytes);
}

static void required_without_a_key_nothing_loads(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);

    begin_with(SIGNATURE_REQUIRE, NULL, 0);
    assert_non_null(strstr(log_text(), "no payload can be loaded"));
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_KEY_UNKNOWN);
    rejected(payload, payload_size, XSPLICE_REASON_SIGNATURE_MISSING);
    end();
    free(bytes);
}

/* One key that cannot be used: nobody is trusted, not even the other. */
static void bad_key(struct trusted_key bad, const char *why)
{
    struct trusted_key keys[2] = { key_trusted(RSA_2048), bad };
    size_t size;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);

    begin_with(SIGNATURE_REQUIRE, keys, 2);
    if ( !strstr(log_text(), why) )
        fail_msg("'%s' is not in:\n%s", why, log_text());
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_NO_KEYS);
    rejected(payload, payload_size, XSPLICE_REASON_SIGNATURE_MISSING);
    end();
    begin_with(SIGNATURE_WARN, keys, 2);
    accepted(bytes, size);
    end();
    free(bytes);
}

static void a_key_that_cannot_be_used_means_refusal(void **state)
{
    struct trusted_key rsa = key_trusted(RSA_3072), k;
    struct trusted_key point = key_trusted(P256);
    uint8_t modulus[768];

    memcpy(modulus, rsa.key, rsa.size);
    k = rsa;
    k.size = 255;
    bad_key(k, "less than 2048 bits");
    k.size = 513;
    bad_key(k, "more than 4096 bits");
    k = rsa;
    k.exponent = 3;
    bad_key(k, "less than 65537");
    k.exponent = 65538;
    bad_key(k, "exponent that is even");
    k = rsa;
    k.key = modulus;
    modulus[rsa.size - 1] ^= 1;
    bad_key(k, "modulus that is even");
    modulus[0] = 0;
    bad_key(k, "less than 2048 bits");
    k = point;
    k.size = 33;
    bad_key(k, "no uncompressed point");
    k = point;
    k.algorithm = 7;
    bad_key(k, "algorithm that is not known");
}

/* A point that is not on the curve is no key that anything verifies with. */
static void a_point_off_the_curve_verifies_nothing(void **state)
{
    struct trusted_key k = key_trusted(P256);
    uint8_t point[65];
    size_t size;
    uint8_t *bytes = signed_by(P256, payload, payload_size, &size);

    memcpy(point, k.key, sizeof(point));
    point[64] ^= 1;
    k.key = point;
    begin_with(SIGNATURE_REQUIRE, &k, 1);
    rejected(bytes, size, XSPLICE_REASON_SIGNATURE_WRONG);
    end();
    free(bytes);
}

/* ---- how it is done ---- */

/* So much at a time, and the public key operation in one of its own. */
static void the_work_comes_in_steps(void **state)
{
    size_t size = 5 * SIGNATURE_STEP + 1, signed_size;
    uint8_t *large = calloc(1, size);
    struct trusted_key key = key_trusted(RSA_2048);
    struct signature_check c;
    uint8_t *bytes = signed_by(RSA_2048, large, size, &signed_size);
    unsigned int n = 0;
    size_t before = 0;

    signature_begin(&c, bytes, signed_size, &key, 1);
    do
    {
        assert_true(c.hashed - before <= SIGNATURE_STEP);
        before = c.hashed;
        n++;
        assert_null(c.key);
    } while ( signature_step(&c) );
    assert_ptr_equal(c.key, &key);
    assert_int_equal(n, 7);
    assert_int_equal(signature_payload_size(&c), size);
    assert_false(signature_step(&c));
    free(bytes);
    free(large);
}

static void a_check_that_was_not_finished_is_no_yes(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);
    struct signature_check c;

    begin(SIGNATURE_REQUIRE);
    signature_begin_upload(&c, bytes, size);
    memset(&last, 0, sizeof(last));
    refused(engine_upload_checked("p", &c, &last),
            XSPLICE_REASON_SIGNATURE_DAMAGED);
    end();
    free(bytes);
}

/* Whatever fails in the middle of it, nothing is left. */
static void failures_leave_nothing_behind(void **state)
{
    size_t size;
    uint8_t *bytes = signed_by(RSA_2048, payload, payload_size, &size);
    struct world before;
    unsigned int nth;
    int point;

    begin(SIGNATURE_REQUIRE);
    for ( point = 0; point < FAULT_POINTS; point++ )
        for ( nth = 1;; nth++ )
        {
            int rc;

            world_take(&before);
            fault_clear();
            fault_arm(point, nth);
            rc = put(bytes, size);
            if ( !fault_fired(point) )
            {
                assert_int_equal(rc, 0);
                assert_int_equal(engine_action("p", UNLOAD, 0, 0, NULL), 0);
                world_same(&before, "upload and unload");
                break;
            }
            assert_true(rc < 0);
            world_same(&before, "a failed upload");
        }
    end();
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_key_is_accepted),
        cmocka_unit_test(info_says_who_signed),
        cmocka_unit_test(nothing_of_an_unsigned_file_is_looked_at),
        cmocka_unit_test(no_byte_can_be_changed_rsa),
        cmocka_unit_test(no_byte_can_be_changed_p256),
        cmocka_unit_test(cut_off_anywhere_it_is_refused),
        cmocka_unit_test(nothing_may_follow),
        cmocka_unit_test(doubled_ones_are_refused),
        cmocka_unit_test(a_signature_of_another_file_is_refused),
        cmocka_unit_test(the_head_itself_is_signed),
        cmocka_unit_test(a_signature_without_our_text_is_refused),
        cmocka_unit_test(fields_are_read_strictly),
        cmocka_unit_test(keys_of_other_sizes_are_refused),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(no_trivial_signature_is_good),
        cmocka_unit_test(a_signed_one_for_another_hypervisor_is_refused),
        cmocka_unit_test(warn_tells_and_lets_pass_what_tells_nothing),
        cmocka_unit_test(off_looks_at_nothing),
        cmocka_unit_test(required_without_a_key_nothing_loads),
        cmocka_unit_test(a_key_that_cannot_be_used_means_refusal),
        cmocka_unit_test(a_point_off_the_curve_verifies_nothing),
        cmocka_unit_test(the_work_comes_in_steps),
        cmocka_unit_test(a_check_that_was_not_finished_is_no_yes),
        cmocka_unit_test(failures_leave_nothing_behind),
    };
    int failed;

    keys_make();
    payload = fixture_bytes("answer.xsplice", &payload_size);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(payload);
    keys_remove();
    return failed;
}
