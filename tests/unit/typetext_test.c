/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which changes of text may change a type: a wrong "no" makes a wrong payload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "builder/typetext.h"

static void bodies_of_functions_do_not_concern(void **state)
{
    assert_false(
        typetext_concerned("static int f(int x)\n{\n    return x;\n}\n",
                           "static int f(int x)\n{\n    return 1;\n}\n"));
    assert_false(typetext_concerned(
        "struct a *f(struct b *x)\n{\n    return x;\n}\n",
        "struct a *f(struct b *x)\n{\n    struct c *y = x;\n    return y;\n}\n"));
    /* A name that a macro makes. */
    assert_false(typetext_concerned("DO(f)(int x)\n{\n    return x;\n}\n",
                                    "DO(f)(int x)\n{\n    return 1;\n}\n"));
    /* New functions, other parameters. */
    assert_false(typetext_concerned("int f(int);\n",
                                    "int f(int, enum e);\nint g(void)\n{\n"
                                    "    return f(1, 2);\n}\n"));
    assert_false(
        typetext_concerned("int x;\n/* a\n*/\n", "int x;\n/* b\n*/\n"));
    assert_false(typetext_concerned("int x;\n", "/* new */\nint x;\n"));
}

static void types_concern(void **state)
{
    assert_true(
        typetext_concerned("struct a {\n    int x;\n};\n",
                           "struct a {\n    int x;\n    int y;\n};\n"));
    assert_true(typetext_concerned("enum a {\n    X,\n};\n",
                                   "enum a {\n    W,\n    X,\n};\n"));
    assert_true(typetext_concerned("typedef int a;\n", "typedef long a;\n"));
    /* An attribute has parentheses as a function has. */
    assert_true(typetext_concerned(
        "struct __attribute__((packed)) {\n    int x;\n} v;\n",
        "struct __attribute__((packed)) {\n    int y, x;\n} v;\n"));
    assert_true(typetext_concerned(
        "static union u __aligned(8)\n{\n    int x;\n};\n",
        "static union u __aligned(8)\n{\n    long x;\n};\n"));
}

static void types_in_functions_concern(void **state)
{
    assert_true(typetext_concerned(
        "int f(void)\n{\n    struct a { int x;\n    } y;\n    return 0;\n}\n",
        "int f(void)\n{\n    struct a { int x;\n    int z;\n    } y;\n"
        "    return 0;\n}\n"));
    assert_true(typetext_concerned(
        "int f(void)\n{\n    struct __packed a { int x; } y;\n    g();\n}\n",
        "int f(void)\n{\n    struct __packed a { int x; } y;\n    h();\n}\n"));
    assert_true(typetext_concerned(
        "int f(void)\n{\n    struct __attribute__((packed)) { int x; } y;\n"
        "    g();\n}\n",
        "int f(void)\n{\n    struct __attribute__((packed)) { int x; } y;\n"
        "    h();\n}\n"));
}

static void what_may_make_types_concerns(void **state)
{
    assert_true(typetext_concerned("#define N 1\n", "#define N 2\n"));
    assert_true(typetext_concerned("#define N(x) \\\n    x\n",
                                   "#define N(x) \\\n    -x\n"));
    assert_true(typetext_concerned("int x;\n", "#include <y.h>\nint x;\n"));
    assert_true(typetext_concerned("int x;\n", "#if 0\nint x;\n#endif\n"));
    assert_true(
        typetext_concerned("DEFINE_HANDLE(a);\n", "DEFINE_HANDLE(b);\n"));
    assert_true(typetext_concerned("TYPE(a)\n{\n    int x;\n};\n",
                                   "TYPE(a)\n{\n    int y;\n};\n"));
    assert_true(typetext_concerned("static TYPE(a)\n{\n    int x;\n};\n",
                                   "static TYPE(a)\n{\n    int y;\n};\n"));
    assert_true(typetext_concerned("static DEFINE_PER_CPU(int, x);\n",
                                   "static DEFINE_PER_CPU(long, x);\n"));
}

static void variables_concern(void **state)
{
    assert_true(typetext_concerned("static int x;\n", "static long x;\n"));
    assert_true(typetext_concerned("static int (*x)(void);\n",
                                   "static int (*x)(int);\n"));
    assert_true(typetext_concerned("static struct a x __aligned(8);\n",
                                   "static struct b x __aligned(8);\n"));
    assert_true(typetext_concerned("static int x __aligned(8);\n",
                                   "static long x __aligned(8);\n"));
    assert_true(typetext_concerned("static int x = f(1);\n",
                                   "static long x = f(1);\n"));
}

static void lines_that_become_comments_concern(void **state)
{
    assert_true(typetext_concerned("struct a {\n    int x;\n    int y;\n};\n",
                                   "struct a {\n    int x;\n/*\n    int y;\n"
                                   "*/\n};\n"));
}

static void files_that_come_and_go_concern(void **state)
{
    assert_true(typetext_concerned(NULL, "int x;\n"));
    assert_true(typetext_concerned("int x;\n", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_of_functions_do_not_concern),
        cmocka_unit_test(types_concern),
        cmocka_unit_test(types_in_functions_concern),
        cmocka_unit_test(what_may_make_types_concerns),
        cmocka_unit_test(variables_concern),
        cmocka_unit_test(lines_that_become_comments_concern),
        cmocka_unit_test(files_that_come_and_go_concern),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
