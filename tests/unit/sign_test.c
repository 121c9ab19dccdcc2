/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs sign, verify --key and inspect; keys as libcrypto takes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include "common/file.h"
#include "control/verbs.h"
#include "tests/unit/signing.h"

static struct xs_error err;
static char *out, *notes;
static char signed_file[] = "/tmp/xsplice-signed.XXXXXX";
static char other_file[] = "/tmp/xsplice-signed.XXXXXX";

#define PAYLOAD PAYLOADS "/test1.xsplice"

static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A command line; the kind of error, 0 when done. */
static int run(const char *fmt, ...)
{
    struct control c = { 0 };
    size_t out_size, notes_size;
    const struct verb *verb;
    char line[4096], *argv[16] = { "xen-xsplice" }, *word;
    int argc = 1, first, rc;
    va_list ap;

    free(out);
    free(notes);
    memset(&err, 0, sizeof(err));
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    for ( word = strtok(line, " "); word; word = strtok(NULL, " ") )
        argv[argc++] = word;
    c.out = open_memstream(&out, &out_size);
    c.notes = open_memstream(&notes, &notes_size);
    rc = parse_arguments(argc, argv, &c.opt, &verb, &first, &err);
    if ( !rc )
        rc = verb->run(&c, argc - first, argv + first, &err);
    fclose(c.out);
    fclose(c.notes);
    return rc ? err.kind : 0;
}

static void said(int got, enum xs_kind kind, const char *because)
{
    if ( got != kind || (kind && !strstr(err.what, because)) )
        fail_msg("kind %d, \"%s\" instead of %d, \"%s\"", got, err.what, kind,
                 because);
    assert_true(!kind || err.hint[0] || kind == XS_FAILED);
}

static uint8_t *bytes_of(const char *path, size_t *size)
{
    uint8_t *bytes;

    if ( xs_file_read(path, 1u << 20, &bytes, size, &err) )
        fail_msg("%s", err.what);
    return bytes;
}

static bool same_files(const char *a, const char *b)
{
    size_t na, nb;
    uint8_t *pa = bytes_of(a, &na), *pb = bytes_of(b, &nb);
    bool same = na == nb && !memcmp(pa, pb, na);

    free(pa);
    free(pb);
    return same;
}

static void what_is_signed_verifies(void **state)
{
    enum test_key k;

    for ( k = RSA_2048; k <= P256; k++ )
    {
        said(run("sign " PAYLOAD " --key=%s -o %s", key_file(k), signed_file),
             XS_OK, "");
        assert_non_null(strstr(notes, "signed by"));
        said(run("verify %s --key=%s", signed_file, pub_file(k)), XS_OK, "");
        assert_non_null(strstr(out, ", good\n"));
        said(run("verify %s --key=%s", signed_file, pub_file(STRANGER)),
             XS_REJECTED, "signed with another key");
    }
    said(run("verify " PAYLOAD " --key=%s", pub_file(P256)), XS_REJECTED,
         "not signed");
}

static void rsa_gives_the_same_bytes_again(void **state)
{
    said(run("sign " PAYLOAD " --key=%s -o %s", key_file(RSA_2048),
             signed_file),
         XS_OK, "");
    said(
        run("sign " PAYLOAD " --key=%s -o %s", key_file(RSA_2048), other_file),
        XS_OK, "");
    assert_true(same_files(signed_file, other_file));
    said(
        run("sign " PAYLOAD " --key=%s -o %s", key_file(RSA_3072), other_file),
        XS_OK, "");
    assert_false(same_files(signed_file, other_file));
}

/* What was signed is still the payload, byte for byte, in its place. */
static void the_payload_itself_is_not_touched(void **state)
{
    size_t size, signed_size;
    uint8_t *before = bytes_of(PAYLOAD, &size), *after;

    assert_int_equal(xs_file_write(signed_file, before, size, &err), 0);
    said(run("-q sign %s --key=%s", signed_file, key_file(P256)), XS_OK, "");
    assert_string_equal(notes, "");
    after = bytes_of(signed_file, &signed_size);
    assert_true(signed_size > size);
    assert_memory_equal(before, after, size);
    free(before);
    free(after);
}

static void a_second_signature_is_refused(void **state)
{
    size_t size;
    uint8_t *bytes;

    said(run("sign " PAYLOAD " --key=%s -o %s", key_file(P256), signed_file),
         XS_OK, "");
    said(run("sign %s --key=%s", signed_file, key_file(P256)), XS_REJECTED,
         "signed already");
    said(run("sign %s --key=%s", signed_file, key_file(RSA_2048)), XS_REJECTED,
         "signed already");
    bytes = bytes_of(signed_file, &size);
    assert_int_equal(xs_file_write(other_file, bytes, size - 3, &err), 0);
    said(run("sign %s --key=%s", other_file, key_file(P256)), XS_REJECTED,
         "SIGNATURE_TRUNCATED");
    free(bytes);
}

static void inspect_shows_it(void **state)
{
    size_t size;
    uint8_t *bytes;

    said(run("inspect " PAYLOAD), XS_OK, "");
    assert_non_null(strstr(out, "signature    none\n"));
    said(run("sign " PAYLOAD " --key=%s -o %s", key_file(RSA_3072),
             signed_file),
         XS_OK, "");
    said(run("inspect %s", signed_file), XS_OK, "");
    assert_non_null(
        strstr(out, "signature    RSA of 3072 bits, for these bytes\n"));
    bytes = bytes_of(signed_file, &size);
    bytes[size - 100] ^= 1; /* of the signature: nobody's key is asked */
    bytes[100] ^= 1;
    assert_int_equal(xs_file_write(other_file, bytes, size, &err), 0);
    said(run("inspect --json %s", other_file), XS_OK, "");
    assert_non_null(strstr(out, "\"reason\": \"SIGNATURE_OTHER_BYTES\""));
    assert_non_null(strstr(out, "\"intact\": false"));
    free(bytes);
}

static void other_keys_are_refused(void **state)
{
    said(run("sign " PAYLOAD " -o %s --key=%s", other_file,
             key_other("RSA", NULL, 1024)),
         XS_REJECTED, "too small");
    said(run("sign " PAYLOAD " -o %s --key=%s", other_file,
             key_other("EC", "P-384", 0)),
         XS_REJECTED, "not on the curve P-256");
    said(run("sign " PAYLOAD " -o %s --key=%s", other_file,
             key_other("ED25519", NULL, 0)),
         XS_REJECTED, "neither an RSA nor an ECDSA key");
    said(run("sign " PAYLOAD " -o %s --key=%s", other_file,
             key_other("RSA-PSS", NULL, 2048)),
         XS_REJECTED, "neither an RSA nor an ECDSA key");
    said(run("sign " PAYLOAD " -o %s --key=/nowhere.pem", other_file),
         XS_FAILED, "/nowhere.pem: cannot be opened");
    said(
        run("sign " PAYLOAD " -o %s --key=%s", other_file, pub_file(RSA_2048)),
        XS_FAILED, "no private key in it");
    said(run("verify " PAYLOAD " --key=%s", key_file(RSA_2048)), XS_FAILED,
         "no certificate and no public key");
    said(run("sign " PAYLOAD " -o %s --key=token:7", other_file), XS_FAILED,
         "cannot be opened");
    said(run("sign " PAYLOAD " -o %s --provider=nosuch --key=x:y", other_file),
         XS_FAILED, "nosuch");
    said(run("sign " PAYLOAD), XS_USAGE, "which key");
    said(run("verify " PAYLOAD), XS_USAGE, "against what");
}

static void only_payloads_are_signed(void **state)
{
    said(run("sign %s --key=%s", key_file(P256), key_file(P256)), XS_REJECTED,
         "not an ELF file");
}

/* Writes a certificate of the key in 'pem'. */
static void make_cert(const char *pem, const char *name)
{
    FILE *f = fopen(pem, "r");
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    X509 *cert = X509_new();

    fclose(f);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), 0);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
                               MBSTRING_UTF8, (const uint8_t *)name, -1, -1,
                               0);
    assert_true(X509_sign(cert, key, EVP_sha256()));
    f = fopen(other_file, "w");
    assert_true(PEM_write_X509(f, cert));
    fclose(f);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static void a_certificate_names_the_key(void **state)
{
    make_cert(key_file(RSA_2048), "Release 1");
    said(run("sign " PAYLOAD " --key=%s --cert=%s -o %s", key_file(RSA_2048),
             other_file, signed_file),
         XS_OK, "");
    assert_non_null(strstr(notes, "signed by Release 1, key "));
    said(run("verify %s --key=%s", signed_file, other_file), XS_OK, "");
    said(run("verify %s --key=%s", signed_file, pub_file(RSA_2048)), XS_OK,
         "");
    said(run("sign " PAYLOAD " --key=%s --cert=%s -o %s", key_file(RSA_3072),
             other_file, signed_file),
         XS_FAILED, "is of another key");
    said(run("sign " PAYLOAD " --key=%s --cert=%s -o %s", key_file(P256),
             other_file, signed_file),
         XS_FAILED, "is of another key");
}

/* The key's file, encrypted, and a file with the password. */
static void passwords_open_keys(void **state)
{
    FILE *f = fopen(key_file(RSA_2048), "r");
    EVP_PKEY *key = PEM_read_PrivateKey(f, NULL, NULL, NULL);

    fclose(f);
    f = fopen(other_file, "w");
    assert_true(PEM_write_PKCS8PrivateKey(f, key, EVP_aes_256_cbc(), "secret",
                                          6, NULL, NULL));
    fclose(f);
    EVP_PKEY_free(key);
    f = fopen(signed_file, "w");
    fputs("secret\nsecond line\n", f);
    fclose(f);
    said(run("sign " PAYLOAD " --key=%s --password-file=%s -o %s.out",
             other_file, signed_file, signed_file),
         XS_OK, "");
    said(run("verify %s.out --key=%s", signed_file, pub_file(RSA_2048)), XS_OK,
         "");
    f = fopen(signed_file, "w");
    fputs("wrong\n", f);
    fclose(f);
    said(run("sign " PAYLOAD " --key=%s --password-file=%s -o %s.out",
             other_file, signed_file, signed_file),
         XS_FAILED, "the password is wrong");
    said(run("sign " PAYLOAD " --key=%s --password-file=/nowhere -o %s.out",
             other_file, signed_file),
         XS_FAILED, "/nowhere");
    snprintf(err.what, sizeof(err.what), "%s.out", signed_file);
    unlink(err.what);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_verifies),
        cmocka_unit_test(rsa_gives_the_same_bytes_again),
        cmocka_unit_test(the_payload_itself_is_not_touched),
        cmocka_unit_test(a_second_signature_is_refused),
        cmocka_unit_test(inspect_shows_it),
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(only_payloads_are_signed),
        cmocka_unit_test(a_certificate_names_the_key),
        cmocka_unit_test(passwords_open_keys),
    };
    int failed;

    keys_make();
    close(mkstemp(signed_file));
    close(mkstemp(other_file));
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(signed_file);
    unlink(other_file);
    keys_remove();
    free(out);
    free(notes);
    return failed;
}
