/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/build_id.h"
#include "common/modinfo.h"
#include "common/note.h"

static void hex_is_read_and_written(void **state)
{
    struct xs_build_id id;
    char hex[XS_HEX_MAX];

    assert_true(xs_build_id_parse(&id, "00fFa9", 6));
    assert_int_equal(id.len, 3);
    assert_int_equal(id.bytes[1], 0xff);
    assert_string_equal(xs_build_id_hex(&id, hex), "00ffa9");
}

static void what_is_no_id_is_refused_and_leaves_the_old(void **state)
{
    static const char *const bad[] = {
        "", "a", "abc", "0g", "a ", "0x12", "+1"
    };
    struct xs_build_id id;
    char longer[2 * XSPLICE_BUILD_ID_MAX + 3];
    size_t i;

    assert_true(xs_build_id_parse(&id, "77", 2));
    for ( i = 0; i < sizeof(bad) / sizeof(bad[0]); i++ )
        assert_false(xs_build_id_parse(&id, bad[i], strlen(bad[i])));
    memset(longer, 'a', sizeof(longer));
    assert_false(xs_build_id_parse(&id, longer, 2 * XSPLICE_BUILD_ID_MAX + 2));
    assert_int_equal(id.len, 1);
    assert_int_equal(id.bytes[0], 0x77);
    assert_true(xs_build_id_parse(&id, longer, 2 * XSPLICE_BUILD_ID_MAX));
}

static void ids_that_are_absent_are_not_equal(void **state)
{
    struct xs_build_id none = { 0 }, a, b, longer;

    assert_false(xs_build_id_equal(&none, &none));
    xs_build_id_set(&a, "abc", 3);
    xs_build_id_set(&b, "abc", 3);
    xs_build_id_set(&longer, "abcd", 4);
    assert_true(xs_build_id_equal(&a, &b));
    assert_false(xs_build_id_equal(&a, &longer));
    assert_false(xs_build_id_equal(&a, &none));
    assert_false(xs_build_id_set(&a, "", 0));
    assert_int_equal(a.len, 0);
}

static void a_list_of_ids_goes_through_text(void **state)
{
    struct xs_ids ids = { 0 };
    char *text;

    assert_true(xs_ids_parse(&ids, "11,22,11"));
    assert_int_equal(ids.n, 2);
    text = xs_ids_text(&ids);
    assert_string_equal(text, "11,22");
    free(text);
    xs_ids_free(&ids);
    assert_true(xs_ids_parse(&ids, ""));
    assert_int_equal(ids.n, 0);
    text = xs_ids_text(&ids);
    assert_string_equal(text, "");
    free(text);
    assert_false(xs_ids_parse(&ids, "11,"));
    assert_false(xs_ids_parse(&ids, ",11"));
    assert_false(xs_ids_parse(&ids, "11 22"));
    xs_ids_free(&ids);
}

static void an_id_survives_its_note(void **state)
{
    struct xs_build_id id, back;
    uint8_t note[XS_NOTE_MAX];
    size_t size;

    assert_true(xs_build_id_parse(&id, "00ff10a5b7", 10));
    size = xs_note_make(&id, note);
    assert_int_equal(size, XS_NOTE_HEAD + 8); /* padded to four */
    assert_int_equal(note[XS_NOTE_HEAD + 1], 0xff);
    assert_true(xs_notes_find_id(note, size, &back));
    assert_true(xs_build_id_equal(&id, &back));
}

static void an_id_is_found_behind_other_notes(void **state)
{
    struct xs_build_id id, back;
    uint8_t notes[3 * XS_NOTE_MAX];
    size_t a, b, c;

    assert_true(xs_build_id_parse(&id, "1122", 4));
    a = xs_note_make(&id, notes);
    notes[8] = 4; /* another type */
    b = xs_note_make(&id, notes + a);
    notes[a + 12] = 'g'; /* another owner */
    assert_false(xs_notes_find_id(notes, a + b, &back));
    assert_true(xs_build_id_parse(&id, "3344", 4));
    c = xs_note_make(&id, notes + a + b);
    assert_true(xs_notes_find_id(notes, a + b + c, &back));
    assert_true(xs_build_id_equal(&id, &back));
}

static void a_note_that_does_not_fit_is_none(void **state)
{
    struct xs_build_id id;
    uint8_t made[XS_NOTE_MAX], *cut;
    struct xs_note note;
    size_t size, n, at;

    assert_true(xs_build_id_parse(&id, "00ff10a5b7", 10));
    size = xs_note_make(&id, made);
    /* Cut short: a copy of that size, so that reading on is seen. */
    for ( n = 1; n < XS_NOTE_HEAD + 5; n++ )
    {
        cut = malloc(n);
        memcpy(cut, made, n);
        at = 0;
        assert_int_equal(xs_note_read(cut, n, &at, &note), -1);
        assert_int_equal(at, 0);
        assert_false(xs_notes_find_id(cut, n, &id));
        free(cut);
    }
    at = 0;
    assert_int_equal(xs_note_read(made, size, &at, &note), 1);
    assert_int_equal(xs_note_read(made, size, &at, &note), 0);
    /* Sizes that overflow when they are added up. */
    memset(made, 0xff, 8);
    at = 0;
    assert_int_equal(xs_note_read(made, size, &at, &note), -1);
    /* An id of no bytes. */
    size = xs_note_make(&id, made);
    memset(made + 4, 0, 4);
    assert_false(xs_notes_find_id(made, XS_NOTE_HEAD, &id));
}

static void metadata_is_found_by_its_whole_key(void **state)
{
    static const char info[] = "xname=1\0name=two\0\0\0name=3\0empty=";

    assert_string_equal(xs_modinfo_get(info, sizeof(info), "name"), "two");
    assert_string_equal(xs_modinfo_get(info, sizeof(info), "empty"), "");
    assert_null(xs_modinfo_get(info, sizeof(info), "nam"));
    assert_null(xs_modinfo_get(info, 0, "name"));
    assert_null(xs_modinfo_get(NULL, 0, "name"));
}

static void a_string_without_end_is_not_returned(void **state)
{
    static const char info[] = { 'a', '=', '1', 0, 'b', '=', '2' };
    const char *first = xs_modinfo_next(info, sizeof(info), NULL);

    assert_string_equal(first, "a=1");
    assert_null(xs_modinfo_next(info, sizeof(info), first));
    assert_null(xs_modinfo_get(info, sizeof(info), "b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_is_read_and_written),
        cmocka_unit_test(what_is_no_id_is_refused_and_leaves_the_old),
        cmocka_unit_test(ids_that_are_absent_are_not_equal),
        cmocka_unit_test(a_list_of_ids_goes_through_text),
        cmocka_unit_test(an_id_survives_its_note),
        cmocka_unit_test(an_id_is_found_behind_other_notes),
        cmocka_unit_test(a_note_that_does_not_fit_is_none),
        cmocka_unit_test(metadata_is_found_by_its_whole_key),
        cmocka_unit_test(a_string_without_end_is_not_returned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
