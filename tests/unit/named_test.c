/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/named.h"

static struct strv names;

static bool collect(const char *old_text, const char *new_text)
{
    memset(&names, 0, sizeof(names));
    return named_collect(old_text, new_text, &names);
}

static bool has(const char *name)
{
    size_t i;

    for ( i = 0; i < names.n; i++ )
        if ( !strcmp(names.v[i], name) )
            return true;
    return false;
}

static void a_macro_is_its_name(void **state)
{
    assert_true(collect("#define A 1\n#define B \\\n 2\nint x;\n",
                        "#define A 1\n#define B \\\n 3\nint x;\n"));
    assert_int_equal(names.n, 1);
    assert_true(has("B"));
    strv_free(&names);
}

static void macros_that_come_and_go(void **state)
{
    assert_true(collect("#define OLD 1\n", "# define NEW(x) x\n"));
    assert_true(has("OLD"));
    assert_true(has("NEW"));
    strv_free(&names);
}

static void an_inline_function_is_its_name(void **state)
{
    assert_true(collect("static inline int f(int x)\n{\n    return x;\n}\n",
                        "static inline int f(int x)\n{\n    return -x;\n}\n"));
    assert_true(has("f"));
    strv_free(&names);
}

static void a_macro_may_say_inline(void **state)
{
    assert_true(collect("static XSM_INLINE int cf_check f(int x)\n{\n}\n",
                        "static XSM_INLINE int cf_check f(int x)\n{\n;\n}\n"));
    assert_true(has("f"));
    strv_free(&names);
}

static void an_inline_function_that_goes_has_its_name(void **state)
{
    assert_true(collect("static inline int f(int x)\n{\n    return x;\n}\n"
                        "int k;\n",
                        "int k;\n"));
    assert_true(has("f"));
    strv_free(&names);
}

static void a_prototype_is_its_name(void **state)
{
    assert_true(collect("int f(void);\n", "int f(int);\n"));
    assert_int_equal(names.n, 1);
    assert_true(has("f"));
    strv_free(&names);
    assert_true(collect("", "extern const struct s *g(\n    void)\n"
                            "    __attribute__((pure));\n"));
    assert_int_equal(names.n, 1);
    assert_true(has("g"));
    strv_free(&names);
}

/* What stands before a name in parentheses might be it. */
static void behind_an_attribute_is_the_name(void **state)
{
    assert_true(collect("", "static inline mfn_t __nonnull(3) f(int *x)\n"
                            "{\n    return *x;\n}\n"));
    assert_true(has("f"));
    strv_free(&names);
    assert_true(collect("", "void __printf(1, 2) g(const char *fmt, ...);\n"));
    assert_true(has("g"));
    strv_free(&names);
}

/* The line itself stays as it is. */
static void what_becomes_a_comment_is_told(void **state)
{
    assert_false(collect("int a;\nint b;\n", "/*\nint a;\n*/\nint b;\n"));
    strv_free(&names);
}

static void comments_have_no_name_and_need_none(void **state)
{
    assert_true(collect("int x;\n", "/* a\n * b */\nint x;\n"));
    assert_int_equal(names.n, 0);
    strv_free(&names);
}

static void what_has_no_such_name_is_told(void **state)
{
    static const char *const pairs[][2] = {
        { "struct s { int a; };\n", "struct s { int a, b; };\n" },
        { "DECLARE(a);\n", "DECLARE(b);\n" },
        { "static DECLARE(a);\n", "static DECLARE(b);\n" },
        { "int DECLARE(a);\n", "int DECLARE(b);\n" },
        { "int (*f)(void);\n", "int (*f)(int);\n" },
        { "struct s (*f)(void);\n", "struct s (*f)(int);\n" },
        { "typedef int f(void);\n", "typedef int f(int);\n" },
        { "int f(int), g(void);\n", "int f(int), g(int);\n" },
        { "int f(void); int g;\n", "int f(int); int g;\n" },
        { "extern int x;\n", "extern long x;\n" },
        { "int x = f(1);\n", "int x = f(2);\n" },
        { "int f(void)\n{\n}\n", "int f(void)\n{\n;\n}\n" },
        { "static int f(void)\n{\n}\n", "static int f(void)\n{\n;\n}\n" },
        { "#ifdef A\n#endif\n", "#ifdef B\n#endif\n" },
        { "#include <a.h>\n", "#include <b.h>\n" },
        { "enum { A };\n", "enum { A, B };\n" },
        /* A conditional inside: where the function ends is a guess. */
        { "static inline int f(void)\n{\n#ifdef A\n{\n#endif\n return 1;\n}\n",
          "static inline int f(void)\n{\n#ifdef A\n{\n#endif\n return 2;\n}\n" },
    };
    size_t i;

    for ( i = 0; i < sizeof(pairs) / sizeof(*pairs); i++ )
    {
        if ( collect(pairs[i][0], pairs[i][1]) )
            fail_msg("%s", pairs[i][1]);
        strv_free(&names);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_macro_is_its_name),
        cmocka_unit_test(macros_that_come_and_go),
        cmocka_unit_test(an_inline_function_is_its_name),
        cmocka_unit_test(a_macro_may_say_inline),
        cmocka_unit_test(an_inline_function_that_goes_has_its_name),
        cmocka_unit_test(a_prototype_is_its_name),
        cmocka_unit_test(behind_an_attribute_is_the_name),
        cmocka_unit_test(what_becomes_a_comment_is_told),
        cmocka_unit_test(comments_have_no_name_and_need_none),
        cmocka_unit_test(what_has_no_such_name_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
