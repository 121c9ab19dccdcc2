/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which names ## could make of which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/lexline.h"
#include "builder/paste.h"

static bool makes(const char *macros, const char *text, const char *name)
{
    struct pastes pastes = { NULL, 0 };
    struct words words = { NULL, 0, 0 };
    const struct words *all = &words;
    char *code = lexline_code(macros);
    bool result;

    pastes_add(&pastes, code);
    words_add(&words, text);
    result = pastes_make(&pastes, &all, 1, name);
    free(code);
    words_free(&words);
    pastes_free(&pastes);
    return result;
}

#define CAT "#define CAT(a, b) a ## b\n"

static void two_words_make_a_name(void **state)
{
    assert_true(makes(CAT, "foo bar", "foobar"));
    assert_true(makes(CAT, "foo_ 2", "foo_2"));
    assert_false(makes(CAT, "foo bar", "foobaz"));
    assert_false(makes(CAT, "foo", "foobar"));
    /* As a whole it stands there: that is another question. */
    assert_false(makes(CAT, "foobar", "foobar"));
    assert_false(makes("", "foo bar", "foobar"));
}

static void what_stands_in_the_macro_counts(void **state)
{
    const char *const macro =
        "#define NAME(x, n) sh_ ## x##__guest_ ## n /* ## */\n";

    assert_true(makes(macro, "fault 2", "sh_fault__guest_2"));
    assert_false(makes(macro, "fault 2", "sh_fault_2"));
    assert_false(makes(macro, "other 2", "sh_fault__guest_2"));
    assert_true(makes("#define P(x) \\\n    pre_ ## x\n", "a", "pre_a"));
    assert_true(makes("#define P(x...) pre_ ## x\n", "a", "pre_a"));
    assert_true(makes("#define P(...) pre_ ## __VA_ARGS__\n", "a", "pre_a"));
    assert_true(
        makes("#define P(x) x; pre_ ## x = x ## _post\n", "a", "a_post"));
}

static void an_argument_may_be_empty(void **state)
{
    assert_true(makes("#define P(x, y) pre_ ## x ## y\n", "a", "pre_a"));
    assert_true(makes("#define P(x) pre ## x ## fix\n", "", "prefix"));
}

static void joining_may_be_done_twice(void **state)
{
    assert_true(makes(CAT, "one two three", "onetwothree"));
    assert_true(makes(CAT, "one two three four", "onetwothreefour"));
    assert_false(makes(CAT, "one two three", "onetwofour"));
}

static void what_is_no_name_makes_none(void **state)
{
    assert_false(makes("#define P(f, x...) f(1, ## x)\n", "f x", "fx"));
    assert_false(makes("#define S(x) #x\n", "a b", "ab"));
    assert_false(makes("/* a ## b */\n", "a b", "ab"));
}

/* All of the text counts, and what is in gaps has to come from arguments. */
static bool makes_in(const char *text, const char *options, const char *name)
{
    struct pastes pastes = { NULL, 0 };
    struct macroargs args = { NULL, 0 };
    struct words words = { NULL, 0, 0 }, extra = { NULL, 0, 0 };
    const struct words *all = &words;
    char *code = lexline_code(text);
    const char *const texts[] = { code };
    bool result;

    pastes_add(&pastes, code);
    words_add(&words, code);
    words_add(&words, options);
    words_add(&extra, options);
    assert_true(pastes_make(&pastes, &all, 1, name));
    macroargs_read(&args, texts, 1);
    pastes_restrict(&pastes, &args, &extra);
    result = pastes_make(&pastes, &all, 1, name);
    macroargs_free(&args);
    free(code);
    words_free(&words);
    words_free(&extra);
    pastes_free(&pastes);
    return result;
}

static void only_arguments_are_joined(void **state)
{
    assert_true(makes_in(CAT "CAT(foo, bar)\n", "", "foobar"));
    assert_true(makes_in(CAT "CAT (\n\"(\" foo,\n(bar))\n", "", "foobar"));
    assert_false(makes_in(CAT "CAT(x, y) foo = bar;\n", "", "foobar"));
    assert_false(makes_in(CAT "f(foo, bar);\n", "", "foobar"));
    assert_false(
        makes_in(CAT "#define F(foo) bar\nCAT(x, y)\n", "", "foobar"));
    assert_true(makes_in(CAT "CAT(foo, LEVELS)\n", "-DLEVELS=2", "foo2"));
}

static void arguments_come_through_other_macros(void **state)
{
    assert_true(
        makes_in(CAT "#define B(x) f(CAT(foo, x))\nB(bar)\n", "", "foobar"));
    assert_true(makes_in(CAT "#define B(x) CAT(x, 1)\n#define A(x) B(x)\n"
                             "A(foo)\n",
                         "", "foo1"));
    assert_true(makes_in(CAT "#define B CAT\nB(foo, bar)\n", "", "foobar"));
    assert_true(makes_in(CAT "#define X foo\n#define Y X\nCAT(Y, bar)\n", "",
                         "foobar"));
    /* A constant hands nothing on to those who use it. */
    assert_false(makes_in(CAT "#define K CAT(1, UL)\n#define UP(x) x + K\n"
                              "UP(foo) UP(bar)\n",
                          "", "foobar"));
}

static void a_call_by_another_name_may_be_of_any_macro(void **state)
{
    assert_true(
        makes_in(CAT "#define ALL(X) X(foo, bar)\nALL(CAT)\n", "", "foobar"));
    assert_true(
        makes_in(CAT "#define DO(X, y) X(y, 1)\nDO(CAT, foo)\n", "", "foo1"));
    assert_true(makes_in(CAT "#define P(x, y) C ## x(foo, y)\nP(AT, bar)\n",
                         "", "foobar"));
    assert_true(makes_in(CAT "CAT(C, AT)(foo, bar)\n", "", "foobar"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_words_make_a_name),
        cmocka_unit_test(what_stands_in_the_macro_counts),
        cmocka_unit_test(an_argument_may_be_empty),
        cmocka_unit_test(joining_may_be_done_twice),
        cmocka_unit_test(what_is_no_name_makes_none),
        cmocka_unit_test(only_arguments_are_joined),
        cmocka_unit_test(arguments_come_through_other_macros),
        cmocka_unit_test(a_call_by_another_name_may_be_of_any_macro),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
