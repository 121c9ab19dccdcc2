/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/options.h"

static struct options o;
static struct xs_error err;

/* Words up to NULL. */
static int parse(char *word, ...)
{
    char *argv[20] = { "xsplice-build" };
    int argc = 1;
    va_list ap;

    va_start(ap, word);
    for ( ; word; word = va_arg(ap, char *) )
        argv[argc++] = word;
    va_end(ap);
    memset(&err, 0, sizeof(err));
    return options_parse(argc, argv, &o, &err);
}

static void the_short_form(void **state)
{
    assert_int_equal(parse("-s", "tree", "-p", "d/xsa-1.patch", "-p", "b.diff",
                           "-o", "out", "-j3", NULL),
                     0);
    assert_string_equal(o.tree, "tree");
    assert_int_equal(o.patches.n, 2);
    assert_string_equal(o.patches.v[1], "b.diff");
    assert_string_equal(o.output, "out");
    assert_string_equal(o.name, "xsa-1");
    assert_int_equal(o.parallel, 3);
    assert_false(o.debian);
    options_free(&o);
}

static void the_long_form(void **state)
{
    assert_int_equal(parse("--debian=4.17.5-1", "--patch=a.diff", "--output=o",
                           "--name=n", "--depends", "ABcd", "--depends=0123",
                           "--depends=abcd", "--xen-syms", "x", "--json",
                           "--keep", NULL),
                     0);
    assert_true(o.debian && o.json && o.keep);
    assert_string_equal(o.version, "4.17.5-1");
    assert_string_equal(o.name, "n");
    assert_int_equal(o.depends.n, 2);
    assert_string_equal(o.depends.v[0], "abcd");
    options_free(&o);
}

static void a_name_is_made_of_the_patch(void **state)
{
    assert_int_equal(
        parse("--debian", "-p", "a b.patch.diff", "-o", "o", NULL), 0);
    assert_string_equal(o.name, "a_b.patch");
    options_free(&o);
}

static void check_refused(int rc, const char *what)
{
    assert_int_equal(rc, -1);
    assert_int_equal(err.kind, XS_USAGE);
    if ( !strstr(err.what, what) )
        print_message("%s\n", err.what);
    assert_non_null(strstr(err.what, what));
}

static void what_is_missing_is_named(void **state)
{
    check_refused(parse(NULL), "no target");
    check_refused(parse("-s", "t", "-o", "o", NULL), "no patch");
    check_refused(parse("-s", "t", "-p", "p", NULL), "-o DIR");
    check_refused(parse("-s", "t", "--debian", "-p", "p", "-o", "o", NULL),
                  "exclude");
    check_refused(parse("-s", "t", "-p", NULL), "argument missing to -p");
}

static void what_is_wrong_is_named(void **state)
{
    check_refused(parse("-s", "t", "-p", "p", "-o", "o", "extra", NULL),
                  "unexpected argument extra");
    check_refused(parse("--none", NULL), "unknown option --none");
    check_refused(parse("-Z", NULL), "unknown option -Z");
    check_refused(parse("-j", "0", NULL), "not a number of jobs: 0");
    check_refused(parse("-j", "4x", NULL), "not a number of jobs: 4x");
    check_refused(parse("--depends", "xyz", NULL), "not a build-id: xyz");
    check_refused(parse("--depends", "abc", NULL), "not a build-id: abc");
    check_refused(parse("-s", "t", "-p", "p", "-o", "o", "-n", "a/b", NULL),
                  "a/b");
    check_refused(parse("-s", "t", "-p", "p", "-o", "o", "-n", "", NULL),
                  "a name has");
}

static void spellings_of_the_old_tool(void **state)
{
    assert_int_equal(parse("--srcdir", "t", "--patch", "p.patch", "-o", "o",
                           "-c", ".config", "--debug", "--xen-depends", "0123",
                           "-k", "build_original", "--skip", "diff",
                           "--prelink", "--cpus", "3", "--xen-debug", NULL),
                     0);
    assert_true(o.xen_debug);
    assert_int_equal(o.parallel, 3);
    assert_string_equal(o.config, ".config");
    assert_string_equal(o.xen_depends, "0123");
    options_free(&o);
}

static void a_key_is_named_with_what_opens_it(void **state)
{
    assert_int_equal(parse("-s", "t", "-p", "p.patch", "-o", "o", "--sign",
                           "handle:1", "--provider", "tpm2", "--cert", "c",
                           "--password-file", "w", NULL),
                     0);
    assert_string_equal(o.sign.key, "handle:1");
    assert_string_equal(o.sign.provider, "tpm2");
    assert_string_equal(o.sign.cert, "c");
    assert_string_equal(o.sign.password, "w");
    options_free(&o);
    check_refused(parse("-s", "t", "-p", "p", "-o", "o", "--cert", "c", NULL),
                  "give --sign KEY");
}

static void help_needs_nothing_else(void **state)
{
    assert_int_equal(parse("--help", NULL), 0);
    assert_true(o.help);
    options_free(&o);
    assert_int_equal(parse("--version", NULL), 0);
    assert_true(o.print_version);
    options_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_short_form),
        cmocka_unit_test(the_long_form),
        cmocka_unit_test(a_name_is_made_of_the_patch),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(spellings_of_the_old_tool),
        cmocka_unit_test(a_key_is_named_with_what_opens_it),
        cmocka_unit_test(help_needs_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
