/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/recorded.h"
#include "tests/unit/tempdir.h"

static const char cmd_file[] =
    "cmd_common/x.o := gcc -DQ=\"$$1\" '-DP=$(pound)' -MF common/.x.o.d -c "
    "common/x.c -o common/.x.o.tmp -MQ common/x.o\n"
    "\n"
    "source_common/x.o := common/x.c\n"
    "\n"
    "deps_common/x.o := \\\n"
    "    $(wildcard include/config/debug.h) \\\n"
    "  include/xen/b.h \\\n"
    "  ./include/xen/a.h \\\n"
    "  include/public/arch-x86/../xen.h \\\n"
    "  /tree/xen/include/abs.h \\\n"
    "\n"
    "common/x.o: $(deps_common/x.o)\n"
    "\n"
    "$(deps_common/x.o):\n";

static void a_compiled_object(void **state)
{
    static const char *const deps[] = { "common/x.c", "include/abs.h",
                                        "include/public/xen.h",
                                        "include/xen/a.h", "include/xen/b.h" };
    struct record r;
    size_t i;

    assert_true(record_parse("/tree/xen", cmd_file, &r));
    assert_string_equal(r.target, "common/x.o");
    assert_string_equal(r.source, "common/x.c");
    assert_string_equal(r.command,
                        "gcc -DQ=\"$1\" '-DP=#' -MF common/.x.o.d -c "
                        "common/x.c -o common/.x.o.tmp -MQ common/x.o");
    assert_int_equal(r.deps.n, sizeof(deps) / sizeof(*deps));
    for ( i = 0; i < r.deps.n; i++ )
        assert_string_equal(r.deps.v[i], deps[i]);
    record_free(&r);
}

static void no_command_no_record(void **state)
{
    struct record r;

    assert_false(record_parse("/x", "", &r));
    assert_false(record_parse("/x", "deps_a := b\n", &r));
    assert_false(record_parse("/x", "cmd_a\n", &r));
}

static void a_list_cut_short_is_read_as_far_as_it_goes(void **state)
{
    struct record r;

    assert_true(
        record_parse("/x", "cmd_a := b\ndeps_a := c \\\n  $(wildc", &r));
    assert_int_equal(r.deps.n, 1);
    record_free(&r);
}

static void options_of_a_command(void **state)
{
    static const char command[] = "gcc -overlap -o out.tmp -MF d -MQ out";
    char *o = record_option(command, "-o"),
         *mf = record_option(command, "-MF");

    assert_string_equal(o, "out.tmp");
    assert_string_equal(mf, "d");
    assert_null(record_option(command, "-x"));
    free(o);
    free(mf);
}

static void a_tree_of_records(void **state)
{
    struct records records;
    struct xs_error err;

    put_file(*state, "common/.x.o.cmd", cmd_file);
    put_file(*state, "common/.built_in.o.cmd",
             "cmd_common/built_in.o := ld -r -o common/built_in.o common/x.o "
             "common/y.o\n");
    put_file(*state, "lib/.lib.a.cmd",
             "cmd_lib/lib.a := rm -f lib/lib.a; ar cr lib/lib.a lib/z.o\n");
    put_file(*state, "tools/.host.o.cmd",
             "cmd_tools/host.o := gcc\nsource_tools/host.o := tools/h.c\n");
    put_file(*state, "common/x.c", "");
    assert_int_equal(records_read(*state, &records, &err), 0);
    assert_int_equal(records.n, 3);
    assert_non_null(records_find(&records, "common/x.o"));
    assert_null(records_find(&records, "tools/host.o"));
    assert_null(records_find(&records, "common/y.o"));
    assert_true(strv_has_sorted(&records.linked, "common/y.o"));
    assert_true(strv_has_sorted(&records.linked, "lib/z.o"));
    assert_false(strv_has_sorted(&records.linked, "lib/none.o"));
    assert_true(strv_has_sorted(&records.library, "lib/z.o"));
    assert_false(strv_has_sorted(&records.library, "common/y.o"));
    records_free(&records);
}

static void a_tree_that_is_not_built_has_none(void **state)
{
    struct records records;
    struct xs_error err;

    put_file(*state, "common/x.c", "");
    assert_int_equal(records_read(*state, &records, &err), 0);
    assert_int_equal(records.n, 0);
    assert_null(records_find(&records, "common/x.o"));
    records_free(&records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_compiled_object),
        cmocka_unit_test(no_command_no_record),
        cmocka_unit_test(a_list_cut_short_is_read_as_far_as_it_goes),
        cmocka_unit_test(options_of_a_command),
        cmocka_unit_test_setup_teardown(a_tree_of_records, tempdir_make,
                                        tempdir_remove),
        cmocka_unit_test_setup_teardown(a_tree_that_is_not_built_has_none,
                                        tempdir_make, tempdir_remove),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
