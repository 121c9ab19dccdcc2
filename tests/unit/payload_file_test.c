/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/file.h"
#include "common/payload_file.h"
#include "xsplice/control.h"

static struct xs_payload payload;
static struct xs_error err;

static const char *path_of(const char *variant)
{
    static char path[4096];

    snprintf(path, sizeof(path), PAYLOADS "/%s.xsplice", variant);
    return path;
}

static void all_of_a_payload_is_read(void **state)
{
    char hex[XS_HEX_MAX];

    assert_int_equal(xs_payload_read(&payload, path_of("on-both"), &err), 0);
    assert_string_equal(xs_build_id_hex(&payload.id, hex),
                        "7777777777777777777777777777777777777777");
    assert_int_equal(payload.xen.bytes[19], 0xaa);
    assert_int_equal(payload.depends.n, 2);
    assert_int_equal(payload.depends.id[0].bytes[0], 0x11);
    assert_int_equal(payload.depends.id[1].bytes[0], 0x22);
    assert_int_equal(payload.n_funcs, 1);
    assert_string_equal(payload.funcs[0].name, "xen_extra_version");
    assert_int_equal(payload.funcs[0].old_size, 12);
    assert_int_equal(payload.funcs[0].new_size, 3);
    assert_false(payload.funcs[0].nop);
    assert_int_equal(payload.n_hooks, 0);
    assert_memory_equal(payload.modinfo, "name=on-both", 13);
    xs_payload_free(&payload);
}

static void hooks_and_nops_are_seen(void **state)
{
    assert_int_equal(xs_payload_read(&payload, path_of("bare"), &err), 0);
    assert_int_equal(payload.n_funcs, 2);
    assert_true(payload.funcs[1].nop);
    assert_null(payload.funcs[1].name);
    assert_int_equal(payload.n_hooks, 1);
    assert_string_equal(payload.hooks[0].name, "load");
    assert_null(payload.modinfo);
    xs_payload_free(&payload);
    assert_int_equal(xs_payload_read(&payload, path_of("hook-only"), &err), 0);
    assert_int_equal(payload.n_funcs, 0);
    xs_payload_free(&payload);
}

static void each_fault_has_its_own_sentence(void **state)
{
    static const struct {
        const char *variant, *says;
    } faults[] = {
        { "no-depends", "it has no section .livepatch.depends" },
        { "two-ids",
          "section .livepatch.xen_depends holds 2 build-ids instead of one" },
        { "note",
          "section .livepatch.xen_depends: a note does not fit into it" },
        { "version", "function 0 has version 9, engines know 2" },
        { "funcs",
          "section .livepatch.funcs has 111 bytes: not a multiple of 104" },
        { "nothing", "nothing to patch" },
        { "metadata", "its last string has no end" },
    };
    size_t i;

    for ( i = 0; i < sizeof(faults) / sizeof(faults[0]); i++ )
    {
        assert_int_equal(
            xs_payload_read(&payload, path_of(faults[i].variant), &err), -1);
        assert_int_equal(err.kind, XS_REJECTED);
        assert_non_null(strstr(err.what, faults[i].says));
    }
}

static void what_is_no_payload_is_named(void **state)
{
    assert_int_equal(xs_payload_read(&payload, path_of("none-such"), &err),
                     -1);
    assert_int_equal(err.kind, XS_FAILED);
    assert_non_null(strstr(err.what, "No such file"));
    assert_int_equal(xs_payload_read(&payload, PAYLOADS, &err), -1);
    assert_non_null(strstr(err.what, "not a regular file"));
    assert_int_equal(xs_payload_read(&payload, "/proc/self/exe", &err), -1);
    assert_int_equal(err.kind, XS_REJECTED);
}

static int parse_copy(const uint8_t *bytes, size_t size)
{
    /* malloc(): the sanitizer sees the first byte behind it. */
    uint8_t *copy = malloc(size ? size : 1);

    memcpy(copy, bytes, size);
    return xs_payload_parse(&payload, copy, size, &err);
}

/* Cut off anywhere, even a byte short of its section headers' end. */
static void every_truncation_is_rejected(void **state)
{
    uint8_t *bytes;
    size_t size, n;

    assert_int_equal(xs_file_read(path_of("on-both"), XSPLICE_PAYLOAD_MAX,
                                  &bytes, &size, &err),
                     0);
    for ( n = 0; n < size; n++ )
    {
        assert_int_equal(parse_copy(bytes, n), -1);
        assert_int_equal(err.kind, XS_REJECTED);
        assert_true(err.what[0]);
    }
    assert_int_equal(parse_copy(bytes, size), 0);
    xs_payload_free(&payload);
    free(bytes);
}

/* A changed byte gives a payload or a reason, and never a crash. */
static void every_changed_byte_is_survived(void **state)
{
    static const uint8_t flips[] = { 0x01, 0x80, 0xff };
    unsigned int refused = 0;
    uint8_t *bytes;
    size_t size, n, i;

    assert_int_equal(xs_file_read(path_of("bare"), XSPLICE_PAYLOAD_MAX, &bytes,
                                  &size, &err),
                     0);
    for ( n = 0; n < size; n++ )
        for ( i = 0; i < sizeof(flips); i++ )
        {
            bytes[n] ^= flips[i];
            memset(&err, 0, sizeof(err));
            if ( !parse_copy(bytes, size) )
                xs_payload_free(&payload);
            else
            {
                refused++;
                assert_int_equal(err.kind, XS_REJECTED);
                assert_true(err.what[0]);
            }
            bytes[n] ^= flips[i];
        }
    /* At least each byte of the magic and of the notes' headers counts. */
    assert_true(refused > 3 * (4 + 3 * 16));
    free(bytes);
}

static void bytes_behind_the_payload_do_no_harm(void **state)
{
    uint8_t *bytes, *longer;
    size_t size;

    assert_int_equal(xs_file_read(path_of("test1"), XSPLICE_PAYLOAD_MAX,
                                  &bytes, &size, &err),
                     0);
    longer = calloc(1, size + 100);
    memcpy(longer, bytes, size);
    free(bytes);
    assert_int_equal(xs_payload_parse(&payload, longer, size + 100, &err), 0);
    xs_payload_free(&payload);
}

static void a_file_is_written_whole(void **state)
{
    char dir[] = "/tmp/xsplice-file-XXXXXX", path[64];
    uint8_t *bytes;
    size_t size;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/f", dir);
    assert_int_equal(xs_file_write(path, "first", 5, &err), 0);
    assert_int_equal(xs_file_write(path, "second", 6, &err), 0);
    assert_int_equal(xs_file_read(path, 6, &bytes, &size, &err), 0);
    assert_int_equal(size, 6);
    assert_string_equal(bytes, "second");
    free(bytes);
    assert_int_equal(xs_file_read(path, 5, &bytes, &size, &err), -1);
    assert_int_equal(err.kind, XS_REJECTED);
    assert_int_equal(remove(path), 0);
    /* No temporary file is left. */
    assert_int_equal(remove(dir), 0);
    assert_int_equal(xs_file_write(path, "x", 1, &err), -1);
    assert_int_equal(err.kind, XS_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_a_payload_is_read),
        cmocka_unit_test(hooks_and_nops_are_seen),
        cmocka_unit_test(each_fault_has_its_own_sentence),
        cmocka_unit_test(what_is_no_payload_is_named),
        cmocka_unit_test(every_truncation_is_rejected),
        cmocka_unit_test(every_changed_byte_is_survived),
        cmocka_unit_test(bytes_behind_the_payload_do_no_harm),
        cmocka_unit_test(a_file_is_written_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
