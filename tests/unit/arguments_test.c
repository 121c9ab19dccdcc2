/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/duration.h"
#include "control/verbs.h"

static struct options opt;
static const struct verb *verb;
static struct xs_error err;
static char *argv[12];
static int first;

/* Parses a command line, given as words. */
static int parse(const char *words)
{
    static char line[256];
    int argc = 1;
    char *word;

    memset(&err, 0, sizeof(err));
    snprintf(line, sizeof(line), "%s", words);
    argv[0] = "xen-xsplice";
    for ( word = strtok(line, " "); word; word = strtok(NULL, " ") )
        argv[argc++] = word;
    argv[argc] = NULL;
    return parse_arguments(argc, argv, &opt, &verb, &first, &err);
}

static void usage_error(const char *words, const char *what, const char *hint)
{
    assert_int_equal(parse(words), -1);
    assert_int_equal(err.kind, XS_USAGE);
    assert_non_null(strstr(err.what, what));
    assert_non_null(strstr(err.hint, hint));
}

static void options_go_before_between_and_behind(void **state)
{
    assert_int_equal(parse("-v upload --timeout=2s name --dry-run file"), 0);
    assert_string_equal(verb->name, "upload");
    assert_string_equal(argv[first], "name");
    assert_string_equal(argv[first + 1], "file");
    assert_int_equal(opt.timeout, 2 * NS_PER_S);
    assert_true(opt.dry_run);
    assert_int_equal(opt.verbosity, 1);
    assert_int_equal(parse("list"), 0);
    assert_int_equal(opt.timeout, 30 * NS_PER_S);
    assert_int_equal(opt.verbosity, 0);
    assert_int_equal(parse("apply -- -x"), 0);
    assert_string_equal(argv[first], "-x");
}

static void verbs_match_exactly_and_the_near_one_is_named(void **state)
{
    usage_error("aply x", "no verb 'aply'", "did you mean 'apply'?");
    usage_error("app x", "no verb 'app'", "did you mean 'apply'?");
    usage_error("Apply x", "no verb 'Apply'", "did you mean 'apply'?");
    usage_error("reverse x", "no verb", "did you mean 'revert'?");
    usage_error("xyzzyx", "no verb", "help");
    usage_error("", "no verb is given", "help");
    usage_error("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "no verb", "help");
}

static void force_is_by_name(void **state)
{
    assert_int_equal(parse("apply x --force=deps"), 0);
    assert_true(opt.force[FORCE_DEPS]);
    assert_int_equal(parse("apply x"), 0);
    assert_false(opt.force[FORCE_DEPS]);
    assert_int_equal(parse("apply x --nodeps"), 0);
    assert_true(opt.force[FORCE_DEPS]);
    usage_error("apply x --force", "wants the name", "deps");
    usage_error("apply x --force=", "wants the name", "deps");
    usage_error("apply x --force=all", "'all'", "deps");
    usage_error("apply x --force=deps,all", "'all'", "deps");
    usage_error("apply x --force=dep", "'dep'", "deps");
}

static void an_option_that_the_verb_has_not_is_refused(void **state)
{
    usage_error("apply x --json", "'apply' has no option --json", "help");
    usage_error("list --force=deps", "'list' has no option", "help");
    usage_error("apply x --for=gone", "'apply' has no option", "help");
    usage_error("list --nonsense", "--nonsense", "help");
    usage_error("apply x --timeout=1y", "1y", "30s");
    usage_error("wait x --for=ever", "ever", "gone");
    assert_int_equal(parse("apply x -t"), -1);
    assert_int_equal(err.kind, XS_USAGE);
}

static void the_number_of_arguments_is_checked(void **state)
{
    usage_error("apply", "'apply' with 0 arguments", "apply NAME");
    usage_error("apply a b", "'apply' with 2 arguments", "apply NAME");
    usage_error("upload a", "with 1 argument", "upload NAME FILE");
    usage_error("list a", "with 1 argument", "list");
    assert_int_equal(parse("load f"), 0);
    assert_int_equal(parse("load n f"), 0);
    usage_error("load n f g", "with 3 arguments", "load [NAME] FILE");
}

static void help_and_version_need_nothing_else(void **state)
{
    assert_int_equal(parse("--version"), 0);
    assert_true(opt.version);
    assert_null(verb);
    assert_int_equal(parse("--help"), 0);
    assert_null(verb);
    assert_int_equal(parse("apply --help"), 0);
    assert_true(opt.help);
    assert_string_equal(verb->name, "apply");
}

static void the_table_of_verbs_is_sound(void **state)
{
    char *text = NULL;
    size_t size = 0, i, j;
    FILE *f = open_memstream(&text, &size);

    print_usage(f);
    fclose(f);
    for ( i = 0; i < n_verbs; i++ )
    {
        const struct verb *v = &verbs[i];
        int words = v->arguments[0] != '\0';

        assert_non_null(v->run);
        assert_non_null(strstr(text, v->summary));
        for ( j = 0; v->arguments[j]; j++ )
            words += v->arguments[j] == ' ';
        /* What the usage shows is what is accepted. */
        if ( strstr(v->arguments, "...") )
            assert_true(v->most > words);
        else
            assert_int_equal(v->most, words);
        assert_true(v->least == words ||
                    (strchr(v->arguments, '[') && v->least == words - 1));
        for ( j = 0; j < i; j++ )
            assert_string_not_equal(v->name, verbs[j].name);
    }
    free(text);
}

static void help_of_a_verb_names_its_options_only(void **state)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    print_verb_help(f, find_verb("list", &err));
    fclose(f);
    assert_non_null(strstr(text, "usage: xen-xsplice [OPTION...] list\n"));
    assert_non_null(strstr(text, "--json"));
    assert_null(strstr(text, "--force"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_go_before_between_and_behind),
        cmocka_unit_test(verbs_match_exactly_and_the_near_one_is_named),
        cmocka_unit_test(force_is_by_name),
        cmocka_unit_test(an_option_that_the_verb_has_not_is_refused),
        cmocka_unit_test(the_number_of_arguments_is_checked),
        cmocka_unit_test(help_and_version_need_nothing_else),
        cmocka_unit_test(the_table_of_verbs_is_sound),
        cmocka_unit_test(help_of_a_verb_names_its_options_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
