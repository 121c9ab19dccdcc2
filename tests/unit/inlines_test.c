/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What functions are made of, as debug information tells it: inlines.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/inlines.h"
#include "tests/unit/tempdir.h"

static struct inlines in;

static int teardown(void **state)
{
    inlines_free(&in);
    return tempdir_remove(state);
}

static int compile(const char *dir, const char *options)
{
    struct xs_error err = { 0 };
    char command[512];

    put_file(dir, "include/h.h",
             "int g(int);\n"
             "static inline int deep(int x) { return g(x) * 3; }\n"
             "static inline int in(int x)\n"
             "{ return deep(x) + 7; }\n");
    put_file(dir, "common/u.c",
             "#include \"h.h\"\n"
             "int f(int x) { return in(g(x)); }\n"
             "int plain(int x) { return g(x) - 1; }\n");
    snprintf(command, sizeof(command),
             "cd %s && gcc -O2 %s -Iinclude -c common/u.c -o u.o", dir,
             options);
    if ( system(command) )
        fail_msg("%s", command);
    return inlines_read(in_dir(dir, "u.o"), dir, &in, &err);
}

static const struct inline_origin *origin(const struct inline_function *f,
                                          const char *name)
{
    size_t i;

    for ( i = 0; i < f->nr_origins; i++ )
        if ( !strcmp(f->origin[i].name, name) )
            return &f->origin[i];
    return NULL;
}

static void what_is_inlined_is_known_with_its_place(void **state)
{
    const struct inline_function *f;

    assert_int_equal(compile(*state, "-g1"), 0);
    f = inlines_find(&in, "f");
    assert_non_null(f);
    assert_int_equal(f->nr_origins, 3);
    assert_true(origin(f, "f")->itself);
    assert_string_equal(origin(f, "f")->file, "common/u.c");
    assert_int_equal(origin(f, "f")->line, 2);
    assert_false(origin(f, "in")->itself);
    assert_string_equal(origin(f, "in")->file, "include/h.h");
    assert_int_equal(origin(f, "in")->line, 3);
    assert_int_equal(origin(f, "deep")->line, 2);
}

static void a_function_without_inlining_is_itself(void **state)
{
    compile(*state, "-g1");
    assert_int_equal(inlines_find(&in, "plain")->nr_origins, 1);
    /* The names of clones are those of the source. */
    assert_ptr_equal(inlines_find(&in, "plain.isra.0"),
                     inlines_find(&in, "plain"));
    assert_null(inlines_find(&in, "plai"));
    assert_null(inlines_find(&in, "in"));
}

static void an_object_without_debug_information(void **state)
{
    assert_int_equal(compile(*state, ""), -1);
    assert_int_equal(in.n, 0);
}

#define CASE(test)                                                            \
    cmocka_unit_test_setup_teardown(test, tempdir_make, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_inlined_is_known_with_its_place),
        CASE(a_function_without_inlining_is_itself),
        CASE(an_object_without_debug_information),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
