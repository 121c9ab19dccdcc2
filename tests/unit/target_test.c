/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the target, and building it in the cache: target.c, treebuild.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/target.h"
#include "tests/unit/tempdir.h"

static char *tree, *cache;
static struct target target;
static struct xs_error err;

static int setup(void **state)
{
    if ( tempdir_make(state) )
        return -1;
    tree = xs_printf("%s/a tree's", (char *)*state);
    cache = xs_printf("%s/cache", (char *)*state);
    setenv("XSPLICE_CACHE", cache, 1);
    put_file(tree, "Config.mk", "");
    put_file(tree, "config/x.mk", "");
    put_file(tree, "xen/Rules.mk", "");
    put_file(tree, "xen/common/kernel.c", "int x;\n");
    put_file(tree, "xen/.config", "CONFIG_X=y\nCONFIG_LIVEPATCH=y\n");
    /* What a build leaves behind, as far as it matters here. */
    put_file(tree, "xen/Makefile",
             "all:\n"
             "\techo 'cmd_common/kernel.o := gcc' >common/.kernel.o.cmd\n"
             "\techo 'source_common/kernel.o := common/kernel.c' "
             ">>common/.kernel.o.cmd\n"
             "\techo 'cmd_x.o := ld common/kernel.o' >.x.o.cmd\n"
             "\ttouch xen-syms; echo built >>$(XSPLICE_CACHE)/builds\n"
             "olddefconfig:\n\techo CONFIG_DONE=y >>.config\n");
    return 0;
}

static int teardown(void **state)
{
    free(tree);
    free(cache);
    return tempdir_remove(state);
}

static int open_it(const char *path, const char *config, const char *image)
{
    struct options o = {
        .tree = path, .config = config, .xen_syms = image, .parallel = 2
    };

    memset(&err, 0, sizeof(err));
    return target_open(&o, &target, &err);
}

static void refused(int rc, const char *what, const char *hint)
{
    assert_int_equal(rc, -1);
    if ( !strstr(err.what, what) || !strstr(err.hint, hint) )
        fail_msg("%s (%s)", err.what, err.hint);
    /* Nothing is left to release. */
    assert_null(target.xen);
    assert_null(target.xen_syms);
}

static void build_in_tree(void)
{
    char *command = xs_printf("make -s -C \"%s/xen\" all", tree);

    assert_int_equal(fs_mkdirs(cache, &err), 0);
    assert_int_equal(system(command), 0);
    free(command);
}

static size_t builds(void)
{
    char *text = get_file(cache, "builds");
    size_t n = 0, i;

    for ( i = 0; text && text[i]; i++ )
        n += text[i] == '\n';
    free(text);
    return n;
}

static void a_built_tree_is_used_where_it_lies(void **state)
{
    char *inner = xs_printf("%s/xen", tree);

    build_in_tree();
    assert_int_equal(open_it(tree, NULL, NULL), 0);
    assert_string_equal(target.xen, inner);
    assert_string_equal(target.xen_syms, in_dir(inner, "xen-syms"));
    assert_false(target.built);
    assert_non_null(records_find(&target.records, "common/kernel.o"));
    target_free(&target);
    /* The folder of the hypervisor does as well, and another image. */
    assert_int_equal(open_it(inner, NULL, in_dir(inner, "Makefile")), 0);
    assert_string_equal(target.xen_syms, in_dir(inner, "Makefile"));
    target_free(&target);
    assert_int_equal(builds(), 1);
    free(inner);
}

static void what_is_no_tree_is_refused(void **state)
{
    refused(open_it(in_dir(tree, "none"), NULL, NULL), "no directory", "");
    refused(open_it(in_dir(tree, "config"), NULL, NULL), "is not Xen's source",
            "top of the repository");
}

static void what_make_filled_elsewhere_has_its_own_message(void **state)
{
    char *out = xs_printf("%s/out", (char *)*state);
    char *source = xs_printf("%s/xen", tree);

    put_file(out, ".config", "CONFIG_LIVEPATCH=y\n");
    put_file(out, "xen-syms", "");
    assert_int_equal(symlink(source, in_dir(out, "source")), 0);
    refused(open_it(out, NULL, NULL), "outside of its source (O=)",
            "/out/.config and --xen-syms ");
    /* What the hint says works. */
    assert_int_equal(
        open_it(tree, in_dir(out, ".config"), in_dir(out, "xen-syms")), 0);
    assert_true(target.built);
    target_free(&target);
    free(source);
    free(out);
}

static void a_hypervisor_without_livepatch_is_refused(void **state)
{
    build_in_tree();
    put_file(tree, "xen/.config",
             "XCONFIG_LIVEPATCH=y\nCONFIG_LIVEPATCH=yes\n");
    refused(open_it(tree, NULL, NULL), "without CONFIG_LIVEPATCH", "enable");
    unlink(in_dir(tree, "xen/.config"));
    refused(open_it(tree, NULL, NULL), ".config", "must be configured");
}

static void a_debug_build_can_be_demanded(void **state)
{
    struct options o = { .tree = tree, .parallel = 2, .xen_debug = true };

    build_in_tree();
    refused(target_open(&o, &target, &err), "no debug build", "leave");
    put_file(tree, "xen/.config", "CONFIG_LIVEPATCH=y\nCONFIG_DEBUG=y\n");
    assert_int_equal(target_open(&o, &target, &err), 0);
    target_free(&target);
}

static void an_image_that_is_not_there_is_named(void **state)
{
    build_in_tree();
    refused(open_it(tree, NULL, "/none/xen-syms"), "no image /none/xen-syms",
            "--xen-syms");
}

static void a_configuration_is_for_a_tree_that_is_not_built(void **state)
{
    build_in_tree();
    refused(open_it(tree, "/none", NULL), "is built already", "leave -c out");
}

static void a_tree_is_built_once_for_each_state_of_it(void **state)
{
    char *command = xs_printf("test $(ls -d %s/trees/*/ | wc -l) = 1", cache);
    char *first, *text;

    assert_int_equal(open_it(tree, NULL, NULL), 0);
    assert_true(target.built);
    assert_true(str_begins(target.xen, cache));
    first = xs_strdup(target.xen);
    text = get_file(first, ".config");
    assert_non_null(strstr(text, "CONFIG_DONE=y"));
    free(text);
    target_free(&target);
    /* Nothing was written to the tree. */
    assert_null(get_file(tree, "xen/xen-syms"));
    text = get_file(tree, "xen/.config");
    assert_null(strstr(text, "CONFIG_DONE"));
    free(text);

    assert_int_equal(open_it(tree, NULL, NULL), 0);
    assert_string_equal(target.xen, first);
    assert_int_equal(builds(), 1);
    target_free(&target);

    put_file(tree, "xen/common/kernel.c", "int other;\n");
    assert_int_equal(open_it(tree, NULL, NULL), 0);
    assert_string_not_equal(target.xen, first);
    assert_int_equal(builds(), 2);
    target_free(&target);
    /* The copy of what it was is gone. */
    assert_int_equal(system(command), 0);
    free(command);
    free(first);
}

static void another_compiler_builds_another_tree(void **state)
{
    assert_int_equal(open_it(tree, NULL, NULL), 0);
    target_free(&target);
    setenv("clang", "y", 1);
    assert_int_equal(open_it(tree, NULL, NULL), 0);
    target_free(&target);
    unsetenv("clang");
    assert_int_equal(builds(), 2);
}

static void a_configuration_that_is_given_counts(void **state)
{
    char *text;

    put_file(*state, "mine", "CONFIG_LIVEPATCH=y\nCONFIG_MINE=y\n");
    assert_int_equal(open_it(tree, in_dir(*state, "mine"), NULL), 0);
    text = get_file(target.xen, ".config");
    assert_non_null(strstr(text, "CONFIG_MINE=y"));
    free(text);
    target_free(&target);
    /* The tree's own is another build. */
    assert_int_equal(open_it(tree, NULL, NULL), 0);
    target_free(&target);
    assert_int_equal(builds(), 2);
}

static void a_build_that_fails_says_why_and_leaves_nothing(void **state)
{
    char *command = xs_printf("test -z \"$(ls %s/trees)\"", cache);

    put_file(tree, "xen/Makefile",
             "all:\n\techo no such compiler; false\nolddefconfig:\n");
    refused(open_it(tree, NULL, NULL), "building the tree failed",
            "make -C xen");
    assert_non_null(strstr(err.what, "no such compiler"));
    assert_int_equal(system(command), 0);
    unlink(in_dir(tree, "xen/.config"));
    refused(open_it(tree, NULL, NULL), "neither built nor configured", "-c");
    assert_int_equal(system(command), 0);
    free(command);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_built_tree_is_used_where_it_lies),
        CASE(what_is_no_tree_is_refused),
        CASE(what_make_filled_elsewhere_has_its_own_message),
        CASE(a_hypervisor_without_livepatch_is_refused),
        CASE(a_debug_build_can_be_demanded),
        CASE(an_image_that_is_not_there_is_named),
        CASE(a_configuration_is_for_a_tree_that_is_not_built),
        CASE(a_tree_is_built_once_for_each_state_of_it),
        CASE(another_compiler_builds_another_tree),
        CASE(a_configuration_that_is_given_counts),
        CASE(a_build_that_fails_says_why_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
