/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an object may be taken from the cache, and when it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/compile.h"
#include "tests/unit/tempdir.h"

static struct {
    char *dir, *xen;
    struct cache cache;
    struct xs_error err;
    unsigned int compiled, cached; /* in the last run */
    char *object;                  /* bytes of it, as patched */
    size_t size;
    bool opened; /* the overlay, before anything is compiled */
    unsigned int runs;
} t;

static void record_as(const char *compiler, const char *flags)
{
    char *text = xs_printf(
        "cmd_common/a.o := %s -MMD -MP -MF common/.a.o.d -O1 -g0 -fno-pie "
        "-Iinclude/first -Iinclude %s -c common/a.c -o common/.a.o.tmp -MQ "
        "common/a.o\nsource_common/a.o := common/a.c\n"
        "deps_common/a.o := include/h.h\n",
        compiler, flags);

    put_file(t.xen, "common/.a.o.cmd", text);
    free(text);
}

static int setup(void **state)
{
    memset(&t, 0, sizeof(t));
    if ( tempdir_make(state) )
        return -1;
    t.dir = *state;
    t.xen = xs_printf("%s/xen", t.dir);
    put_file(t.xen, "include/h.h", "#define ONE 1\n");
    put_file(t.xen, "include/first/other.h", "");
    put_file(t.xen, "common/a.c",
             "#include <h.h>\nint a(void) { return ONE; }\n");
    record_as("gcc", "");
    cache_open(&t.cache, in_dir(t.dir, "objects"));
    return 0;
}

static int teardown(void **state)
{
    cache_close(&t.cache);
    free(t.object);
    free(t.xen);
    return tempdir_remove(state);
}

/* Builds with one changed file; path NULL: with none more. */
static int build_two(const char *new_source, const char *path,
                     const char *new_text)
{
    struct changes changes = { NULL, 0 };
    struct records records;
    struct units units;
    struct differ_result findings = { 0 };
    char *work = xs_printf("%s/work%u", t.dir, t.runs++);
    struct compiling c = { .xen = t.xen,
                           .work = work,
                           .records = &records,
                           .changes = &changes,
                           .cache = &t.cache,
                           .parallel = 2 };
    struct xs_error none;
    int rc;

    changes_set(&changes, "common/a.c", get_file(t.xen, "common/a.c"),
                xs_strdup(new_source));
    if ( path )
        changes_set(&changes, path, get_file(t.xen, path),
                    xs_strdup(new_text));
    assert_int_equal(fs_mkdirs(work, &none), 0);
    assert_int_equal(records_read(t.xen, &records, &none), 0);
    assert_int_equal(compile_prepare(&c, &none), 0);
    if ( t.opened )
        assert_int_equal(overlay_open(&c.overlay[INPUTS_NEW], "", &none), 0);
    units_find(t.xen, &records, &changes, &units, &findings);
    assert_int_equal(units.n, 1);
    rc = compile_units(&c, &units, &t.err);
    t.compiled = c.compiled;
    t.cached = c.cached;
    free(t.object);
    t.object = NULL;
    if ( !rc )
        assert_int_equal(
            fs_read(units.v[0].new_path, &t.object, &t.size, &none), 0);
    compile_end(&c);
    units_free(&units);
    differ_free(&findings);
    records_free(&records);
    changes_free(&changes);
    free(work);
    return rc;
}

static int build(const char *new_source)
{
    return build_two(new_source, NULL, NULL);
}

/* The tree has no objects: both sides are made, each counts. */
static void expect(unsigned int compiled, unsigned int cached)
{
    assert_int_equal(t.compiled, compiled);
    assert_int_equal(t.cached, cached);
}

#define PATCHED "#include <h.h>\nint a(void) { return ONE + 1; }\n"

static void the_second_time_nothing_is_compiled(void **state)
{
    char *first;
    size_t size;

    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
    first = t.object;
    size = t.size;
    t.object = NULL;
    assert_int_equal(build(PATCHED), 0);
    expect(0, 2);
    assert_int_equal(t.size, size);
    assert_memory_equal(t.object, first, size);
    free(first);
    assert_int_equal(t.cache.hits, 2);
    assert_int_equal(t.cache.misses, 2);
}

/* Something has run in the overlay before: folders are links to the tree's. */
static void what_is_kept_is_not_written_to_the_tree(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    t.opened = true;
    assert_int_equal(build(PATCHED), 0);
    t.opened = false;
    expect(0, 2);
    assert_null(get_file(t.xen, "common/a.o"));
}

static void another_patch_finds_the_old_side(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    assert_int_equal(build("#include <h.h>\nint a(void) { return 7; }\n"), 0);
    expect(1, 1);
}

static void another_header_makes_another_object(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    put_file(t.xen, "include/h.h", "#define ONE 100\n");
    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
    /* As it was: what was made first is there yet. */
    put_file(t.xen, "include/h.h", "#define ONE 1\n");
    assert_int_equal(build(PATCHED), 0);
    expect(0, 2);
}

static void the_patched_text_of_a_header_counts(void **state)
{
    assert_int_equal(build_two(PATCHED, "include/h.h", "#define ONE 2\n"), 0);
    expect(2, 0);
    assert_int_equal(build_two(PATCHED, "include/h.h", "#define ONE 3\n"), 0);
    expect(1, 1);
    assert_int_equal(build_two(PATCHED, "include/h.h", "#define ONE 2\n"), 0);
    expect(0, 2);
}

/* An #include finds it first, though nothing that was read has changed. */
static void a_new_header_in_the_way_is_noticed(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    put_file(t.xen, "include/first/h.h", "#define ONE 50\n");
    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
}

static void a_header_that_the_patch_puts_in_the_way_is_noticed(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    assert_int_equal(
        build_two(PATCHED, "include/first/h.h", "#define ONE 50\n"), 0);
    expect(1, 1);
}

#define MORE                                                                  \
    "#include <h.h>\n#include <more.h>\nint a(void) { return ONE + MORE; }\n"

/* What the patch includes anew is in no record of the build. */
static void what_a_patch_includes_counts_too(void **state)
{
    put_file(t.xen, "include/more.h", "#define MORE 1\n");
    assert_int_equal(build(MORE), 0);
    expect(2, 0);
    assert_int_equal(build(MORE), 0);
    expect(0, 2);
    put_file(t.xen, "include/more.h", "#define MORE 2\n");
    assert_int_equal(build(MORE), 0);
    expect(1, 1);
    assert_int_equal(build(MORE), 0);
    expect(0, 2);
}

static void other_options_make_another_object(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    record_as("gcc", "-DSOMETHING");
    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
}

static void another_version_of_the_compiler_is_noticed(void **state)
{
    char *wrapper = xs_strdup(in_dir(t.dir, "cc"));

    put_file(t.dir, "cc", "#!/bin/sh\nexec gcc \"$@\"\n");
    assert_int_equal(chmod(wrapper, 0755), 0);
    record_as(wrapper, "");
    assert_int_equal(build(PATCHED), 0);
    assert_int_equal(build(PATCHED), 0);
    expect(0, 2);
    put_file(t.dir, "cc", "#!/bin/sh\nexec gcc -DNEWER \"$@\"\n");
    assert_int_equal(chmod(wrapper, 0755), 0);
    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
    free(wrapper);
}

static void a_setting_of_the_environment_is_noticed(void **state)
{
    assert_int_equal(build(PATCHED), 0);
    setenv("CPATH", in_dir(t.xen, "include/first"), 1);
    assert_int_equal(build(PATCHED), 0);
    unsetenv("CPATH");
    expect(2, 0);
}

/* What the assembler takes in is in no list of dependencies. */
static void what_the_assembler_reads_is_not_kept_unless_known(void **state)
{
    const char *const fetched =
        "#include <h.h>\nasm ( \".incbin \\\"data\\\"\" );\n"
        "int a(void) { return 2; }\n";
    const char *const included =
        "#include <h.h>\nasm ( \".include \\\"common/x.s\\\"\" );\n"
        "int a(void) { return 2; }\n";

    put_file(t.xen, "data", "1");
    assert_int_equal(build(fetched), 0);
    assert_int_equal(build(fetched), 0);
    /* The old side is another matter. */
    expect(1, 1);
    put_file(t.xen, "common/x.s", "nop\n");
    assert_int_equal(build(included), 0);
    assert_int_equal(build(included), 0);
    expect(0, 2);
    put_file(t.xen, "common/x.s", "nop\nnop\n");
    assert_int_equal(build(included), 0);
    assert_int_equal(t.compiled, 1);
}

static void the_time_of_day_is_not_kept(void **state)
{
    const char *const dated = "#include <h.h>\n"
                              "const char *a(void) { return __TIME__; }\n";

    assert_int_equal(build(dated), 0);
    assert_int_equal(build(dated), 0);
    expect(1, 1);
}

static void what_does_not_compile_is_not_kept(void **state)
{
    assert_int_equal(build("int a(void) { return nothing; }\n"), -1);
    assert_int_equal(build("int a(void) { return nothing; }\n"), -1);
    assert_non_null(strstr(t.err.what, "does not compile with the patch"));
    assert_true(t.compiled >= 1);
}

static void a_damaged_object_is_made_anew(void **state)
{
    char *command = xs_printf(
        "find %s/objects -type f -size +500c -exec sed -i '1s/$/x/' {} +",
        t.dir);

    assert_int_equal(build(PATCHED), 0);
    assert_int_equal(system(command), 0);
    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
    assert_int_equal(t.cache.dropped, 2);
    assert_int_equal(build(PATCHED), 0);
    expect(0, 2);
    free(command);
}

/* Without the list of what it has read, nobody could tell later. */
static void a_command_that_lists_nothing_is_not_kept(void **state)
{
    put_file(t.xen, "common/.a.o.cmd",
             "cmd_common/a.o := gcc -O1 -Iinclude -c common/a.c -o "
             "common/a.o\nsource_common/a.o := common/a.c\n"
             "deps_common/a.o := include/h.h\n");
    assert_int_equal(build(PATCHED), 0);
    assert_int_equal(build(PATCHED), 0);
    expect(2, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_second_time_nothing_is_compiled),
        CASE(what_is_kept_is_not_written_to_the_tree),
        CASE(another_patch_finds_the_old_side),
        CASE(another_header_makes_another_object),
        CASE(the_patched_text_of_a_header_counts),
        CASE(a_new_header_in_the_way_is_noticed),
        CASE(a_header_that_the_patch_puts_in_the_way_is_noticed),
        CASE(what_a_patch_includes_counts_too),
        CASE(other_options_make_another_object),
        CASE(another_version_of_the_compiler_is_noticed),
        CASE(a_setting_of_the_environment_is_noticed),
        CASE(what_the_assembler_reads_is_not_kept_unless_known),
        CASE(the_time_of_day_is_not_kept),
        CASE(what_does_not_compile_is_not_kept),
        CASE(a_damaged_object_is_made_anew),
        CASE(a_command_that_lists_nothing_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
