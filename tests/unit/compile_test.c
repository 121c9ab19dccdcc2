/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From units to objects in a made-up tree: overlay, filter, generated, compile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/compile.h"
#include "builder/findings.h"
#include "builder/follow.h"
#include "builder/generated.h"
#include "builder/overlay.h"
#include "tests/unit/tempdir.h"

#define FLAGS "-O1 -g0 -fno-pie -Iinclude"

static struct {
    char *dir, *xen, *work;
    struct records records;
    struct changes changes;
    struct units units;
    struct differ_result findings;
    struct compiling c;
    struct xs_error err;
} t;

static void record(const char *stem, const char *deps)
{
    char *path = xs_printf("common/.%s.o.cmd", stem);
    char *text =
        xs_printf("cmd_common/%s.o := gcc -MMD -MP -MF common/.%s.o.d " FLAGS
                  " -c common/%s.c -o common/.%s.o.tmp -MQ "
                  "common/%s.o\nsource_common/%s.o := common/%s.c\n"
                  "deps_common/%s.o := %s\n",
                  stem, stem, stem, stem, stem, stem, stem, stem, deps);

    put_file(t.xen, path, text);
    free(path);
    free(text);
}

/* An object in the tree itself, as a build would have left it. */
static void build_in_tree(const char *stem)
{
    char *command =
        xs_printf("cd %s && gcc " FLAGS " -c common/%s.c -o common/%s.o && "
                  "objcopy --redefine-sym %s.c=common/%s.c common/%s.o",
                  t.xen, stem, stem, stem, stem, stem);

    assert_int_equal(system(command), 0);
    free(command);
}

static int setup(void **state)
{
    memset(&t, 0, sizeof(t));
    if ( tempdir_make(state) )
        return -1;
    t.dir = *state;
    t.xen = xs_printf("%s/xen", t.dir);
    t.work = xs_printf("%s/work", t.dir);
    put_file(t.xen, "include/h.h",
             "#define ONE 1\n#define TWO 2\nstruct s { int a; };\n");
    put_file(t.xen, "common/a.c",
             "#include \"../include/h.h\"\nint a(void) { return ONE; }\n");
    put_file(t.xen, "common/b.c",
             "#include <h.h>\nint b(void) { return TWO; }\n");
    record("a", "include/h.h");
    record("b", "include/h.h");
    return fs_mkdirs(t.work, &t.err);
}

static int teardown(void **state)
{
    compile_end(&t.c);
    units_free(&t.units);
    differ_free(&t.findings);
    changes_free(&t.changes);
    records_free(&t.records);
    free(t.xen);
    free(t.work);
    return tempdir_remove(state);
}

static void change(const char *path, const char *new)
{
    char *old = get_file(t.xen, path);

    changes_set(&t.changes, path, old, new ? xs_strdup(new) : NULL);
}

static int prepare(void)
{
    t.c.xen = t.xen;
    t.c.work = t.work;
    t.c.records = &t.records;
    t.c.changes = &t.changes;
    t.c.parallel = 2;
    assert_int_equal(records_read(t.xen, &t.records, &t.err), 0);
    assert_int_equal(compile_prepare(&t.c, &t.err), 0);
    return generated_update(&t.c, &t.changes, &t.findings, &t.err);
}

static int compile(void)
{
    assert_int_equal(prepare(), 0);
    units_find(t.xen, &t.records, &t.changes, &t.units, &t.findings);
    return compile_units(&t.c, &t.units, &t.err);
}

static void refused(const char *unit, const char *reason)
{
    assert_int_equal(t.findings.nr_findings, 1);
    assert_string_equal(t.findings.findings[0].unit, unit);
    assert_string_equal(t.findings.findings[0].reason, reason);
}

static void an_overlay_links_sources_and_no_products(void **state)
{
    char *at = xs_printf("%s/over", t.dir), target[256], *text;
    struct overlay o;
    struct stat st;

    put_file(t.xen, "common/a.o", "product");
    put_file(t.xen, "xen-syms", "product");
    assert_int_equal(symlink("a.c", in_dir(t.xen, "common/link.c")), 0);
    assert_int_equal(overlay_begin(&o, t.xen, at, NULL, &t.err), 0);
    assert_int_not_equal(lstat(at, &st), 0);
    assert_int_equal(overlay_open(&o, "common", &t.err), 0);
    assert_int_equal(lstat(in_dir(at, "common"), &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    /* Nothing is done in there: one link is enough. */
    assert_int_equal(lstat(in_dir(at, "include"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(lstat(in_dir(at, "common/a.c"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(readlink(in_dir(at, "common/link.c"), target, 256), 3);
    assert_int_not_equal(lstat(in_dir(at, "common/a.o"), &st), 0);
    assert_int_not_equal(lstat(in_dir(at, "common/.a.o.cmd"), &st), 0);
    assert_int_not_equal(lstat(in_dir(at, "xen-syms"), &st), 0);
    /* Putting a file there does not write through the link. */
    assert_int_equal(overlay_put(&o, "common/b.c", "mine", &t.err), 0);
    assert_int_equal(overlay_put(&o, "new/dir/x.c", "new", &t.err), 0);
    text = get_file(t.xen, "common/b.c");
    assert_non_null(strstr(text, "TWO"));
    free(text);
    text = get_file(at, "common/b.c");
    assert_string_equal(text, "mine");
    free(text);
    /* Nor does it through the link to a folder. */
    assert_int_equal(overlay_put(&o, "include/h.h", "mine", &t.err), 0);
    text = get_file(t.xen, "include/h.h");
    assert_non_null(strstr(text, "TWO"));
    free(text);
    overlay_end(&o);
    assert_int_equal(
        overlay_begin(&o, in_dir(t.dir, "none"), at, NULL, &t.err), -1);
    overlay_end(&o);
    free(at);
}

/* What the compiler finds in an overlay behind a name. */
static void finds(const char *at, const char *path, const char *text)
{
    char *found = get_file(at, path);

    assert_non_null(found);
    assert_string_equal(found, text);
    free(found);
}

static void names_that_go_up_lead_to_what_changes(void **state)
{
    char *at = xs_printf("%s/over", t.dir);
    struct overlay o;

    put_file(t.xen, "include/deep/er/x.h", "x");
    put_file(t.xen, "other/y.c", "y");
    assert_int_equal(symlink("../include/h.h", in_dir(t.xen, "other/h.h")), 0);
    change("include/h.h", "mine");
    assert_int_equal(overlay_begin(&o, t.xen, at, NULL, &t.err), 0);
    assert_int_equal(overlay_write(&o, &t.changes, OVERLAY_PLAIN, &t.err), 0);
    /* A link of the tree. */
    finds(at, "other/h.h", "mine");
    /* Out of a folder that is but a link the way is another one. */
    assert_true(overlay_leaves(&o, "include/deep/er/../../h.h"));
    assert_int_equal(overlay_climb(&o, "include/deep/er/../../h.h", &t.err),
                     0);
    assert_false(overlay_leaves(&o, "include/deep/er/../../h.h"));
    finds(at, "include/deep/er/../../h.h", "mine");
    finds(at, "include/deep/er/x.h", "x");
    overlay_end(&o);
    free(at);
}

/*
 * The record knows of no way up: the compiler's own list tells of it, and the
 * unit is compiled once more where it finds what is new.
 */
static void a_way_up_that_is_new_is_noticed(void **state)
{
    char *object;
    size_t size;

    put_file(t.xen, "include/deep/up.h", "#include \"../h.h\"\n");
    change("include/h.h",
           "#define ONE 77\n#define TWO 2\nstruct s { int a; };\n");
    change("common/a.c",
           "#include \"../include/deep/up.h\"\nint a(void) { return ONE; }\n");
    assert_int_equal(compile(), 0);
    assert_int_equal(fs_read(t.units.v[0].new_path, &object, &size, &t.err),
                     0);
    /* mov $77, %eax */
    assert_non_null(memmem(object, size, "\xb8\x4d\0\0\0", 5));
    free(object);
}

static void changed_files_go_into_the_overlay(void **state)
{
    char *at = xs_printf("%s/over", t.dir), *text;
    struct overlay o;

    change("common/a.c", "\n\n#include \"../include/h.h\"\n"
                         "int a(void) { return ONE; }\n");
    change("common/b.c", NULL);
    assert_int_equal(overlay_begin(&o, t.xen, at, NULL, &t.err), 0);
    assert_int_equal(overlay_write(&o, &t.changes, OVERLAY_NEW, &t.err), 0);
    text = get_file(at, "common/a.c");
    assert_non_null(strstr(text, "#line 1\n#include"));
    free(text);
    assert_null(get_file(at, "common/b.c"));
    assert_int_equal(overlay_write(&o, &t.changes, OVERLAY_PLAIN, &t.err), 0);
    text = get_file(at, "common/a.c");
    assert_null(strstr(text, "#line"));
    free(text);
    overlay_end(&o);
    free(at);
}

static void without_objects_both_sides_are_compiled(void **state)
{
    change("common/a.c",
           "#include \"../include/h.h\"\nint a(void) { return 3; }\n");
    assert_int_equal(compile(), 0);
    assert_int_equal(t.units.n, 1);
    assert_int_equal(t.c.compiled, 2);
    assert_false(t.units.v[0].equal);
    assert_true(fs_is_regular(t.units.v[0].old_path));
    assert_true(fs_is_regular(t.units.v[0].new_path));
    assert_false(fs_is_regular(in_dir(t.xen, "common/a.o")));
}

static void a_fresh_object_is_used_and_a_stale_one_is_not(void **state)
{
    const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };

    build_in_tree("a");
    build_in_tree("b");
    /* Older than its source. */
    assert_int_equal(utimensat(AT_FDCWD, in_dir(t.xen, "common/b.o"), old, 0),
                     0);
    change("include/h.h",
           "#define ONE 1\n#define TWO 2\nstruct s { long a; };\n");
    assert_int_equal(compile(), 0);
    assert_int_equal(t.units.n, 2);
    assert_string_equal(t.units.v[0].old_path, in_dir(t.xen, "common/a.o"));
    assert_string_equal(t.units.v[1].old_path,
                        in_dir(t.work, "old/common/b.o"));
    /* The fresh one once more, with DWARF: the types may differ. */
    assert_int_equal(t.c.compiled, 4);
    /* The FILE symbols are the same too, or this would not hold. */
    assert_true(t.units.v[0].equal);
    assert_true(t.units.v[1].equal);
}

static void what_is_renamed_for_boot_goes_its_whole_way(void **state)
{
    char *text;
    size_t size;

    put_file(t.xen, "common/.a.init.o.cmd",
             "cmd_common/a.init.o := objcopy --rename-section "
             ".text=.init.text common/a.o common/a.init.o\n");
    put_file(t.xen, "common/.built_in.o.cmd",
             "cmd_common/built_in.o := ld -r -o common/built_in.o "
             "common/a.o common/a.init.o\n");
    change("common/a.c", "int a(void) { return 3; }\n");
    assert_int_equal(compile(), 0);
    assert_int_equal(t.units.n, 1);
    assert_int_equal(fs_read(t.units.v[0].new_path, &text, &size, &t.err), 0);
    assert_non_null(memmem(text, size, ".init.text", 11));
    free(text);
}

static void the_compilers_words_have_the_lines_of_the_patch(void **state)
{
    build_in_tree("a");
    change("common/a.c", "\n\n\n\n#include \"../include/h.h\"\n"
                         "int a(void) { return nothing; }\n");
    assert_int_equal(compile(), -1);
    assert_non_null(strstr(t.err.what, "common/a.c does not compile with"));
    assert_non_null(strstr(t.c.messages, "common/a.c:6:"));
    assert_non_null(strstr(t.c.messages, "nothing"));
}

static void a_tree_that_does_not_compile_is_told_apart(void **state)
{
    put_file(t.xen, "common/a.c", "int a(void) { return gone; }\n");
    change("common/a.c", "int a(void) { return 1; }\n");
    assert_int_equal(compile(), -1);
    assert_non_null(strstr(t.err.what, "without the patch either"));
    assert_non_null(strstr(t.c.messages, "gone"));
}

static void another_compiler_is_found_out(void **state)
{
    char *command = xs_printf(
        "cd %s && echo 'asm(\".section .comment; .asciz \\\"GCC: (Other) "
        "1\\\"\");' | gcc -fno-ident -x c -c - -o common/a.o",
        t.xen);

    assert_int_equal(system(command), 0);
    free(command);
    change("common/a.c", "int a(void) { return 1; }\n");
    assert_int_equal(compile(), -1);
    assert_int_equal(t.err.kind, XS_DEPENDENCY);
    assert_non_null(strstr(t.err.what, "\"GCC: (Other) 1\""));
}

static void filter(const char *header)
{
    change("include/h.h", header);
    assert_int_equal(prepare(), 0);
    units_find(t.xen, &t.records, &t.changes, &t.units, &t.findings);
    assert_int_equal(t.units.n, 2);
    assert_int_equal(follow_changes(&t.c, &t.units, &t.err), 0);
}

#define INLINE(one)                                                           \
    "static inline int one(void) { return " one "; }\n"                       \
    "static inline int two(void) { return 2; }\n"

static void units_that_do_not_use_a_function_are_skipped(void **state)
{
    put_file(t.xen, "include/h.h", INLINE("1"));
    put_file(t.xen, "common/a.c",
             "#include <h.h>\nint a(void) { return one(); }\n");
    put_file(t.xen, "common/b.c",
             "#include <h.h>\nint b(void) { return two(); }\n");
    filter(INLINE("11"));
    assert_false(t.units.v[0].skipped);
    assert_true(t.units.v[1].skipped);
    assert_int_equal(t.c.preprocessed, 0);
    assert_int_equal(compile_units(&t.c, &t.units, &t.err), 0);
    assert_null(t.units.v[1].new_path);
    assert_int_equal(t.c.compiled, 2);
}

/* Types may depend on a macro: those who use it are compared with DWARF. */
static void units_that_do_not_use_a_macro_are_skipped(void **state)
{
    build_in_tree("a");
    build_in_tree("b");
    filter("#define ONE 11\n#define TWO 2\nstruct s { int a; };\n");
    assert_int_equal(t.c.preprocessed, 0);
    assert_true(t.units.v[1].skipped);
    assert_int_equal(compile_units(&t.c, &t.units, &t.err), 0);
    assert_int_equal(t.c.compiled, 2);
    assert_false(t.units.v[0].equal);
    assert_true(fs_is_regular(t.units.v[0].old_types));
    assert_true(fs_is_regular(t.units.v[0].new_types));
}

/* From one header through another: a.c uses what uses what changes. */
static void what_another_header_says_is_followed(void **state)
{
    put_file(t.xen, "include/h.h", INLINE("1"));
    put_file(t.xen, "include/more.h",
             "#include <h.h>\n#define MORE() one()\n"
             "static inline int most(void)\n{\n    return MORE();\n}\n"
             "int other(void);\n");
    put_file(t.xen, "common/a.c",
             "#include <more.h>\nint a(void) { return most(); }\n");
    put_file(t.xen, "common/b.c",
             "#include <more.h>\nint b(void) { return other(); }\n");
    record("a", "include/h.h include/more.h");
    record("b", "include/h.h include/more.h");
    filter(INLINE("11"));
    assert_false(t.units.v[0].skipped);
    assert_true(t.units.v[1].skipped);
}

/* A structure has no name to be followed: whoever includes it is reached. */
static void what_has_no_name_reaches_all_who_include_it(void **state)
{
    put_file(t.xen, "include/more.h",
             "#include <h.h>\nstruct more { char room[ONE]; };\n");
    put_file(t.xen, "common/a.c", "#include <more.h>\nint a;\n");
    put_file(t.xen, "common/b.c", "#include <h.h>\nint b;\n");
    record("a", "include/h.h include/more.h");
    filter("#define ONE 11\n#define TWO 2\nstruct s { int a; };\n");
    assert_false(t.units.v[0].skipped);
    assert_true(t.units.v[1].skipped);
}

static void a_prototype_reaches_those_who_call(void **state)
{
    put_file(t.xen, "include/h.h", "int f(int a);\nint g(int a);\n");
    put_file(t.xen, "common/a.c",
             "#include <h.h>\nint a(void) { return f(1); }\n");
    put_file(t.xen, "common/b.c",
             "#include <h.h>\n/* f */ int b(void) { return g(1); }\n");
    filter("int f(long a);\nint g(int a);\n");
    assert_false(t.units.v[0].skipped);
    assert_true(t.units.v[1].skipped);
}

/* Nowhere does the name stand as a whole. */
static void a_name_that_is_pasted_is_found_by_preprocessing(void **state)
{
    const char *const cat = "#define CAT(a, b) a ## b\n";

    put_file(t.xen, "include/h.h", INLINE("1"));
    put_file(t.xen, "include/cat.h", cat);
    put_file(t.xen, "common/a.c",
             "#include <h.h>\n#include <cat.h>\n"
             "int a(void) { return CAT(on, e)(); }\n");
    put_file(t.xen, "common/b.c",
             "#include <h.h>\n#include <cat.h>\n"
             "int on, e;\nint b(void) { return two(); }\n");
    record("a", "include/h.h include/cat.h");
    record("b", "include/h.h include/cat.h");
    filter(INLINE("11"));
    assert_false(t.units.v[0].skipped);
    assert_true(t.units.v[1].skipped);
    assert_int_equal(t.c.preprocessed, 2);
}

static void a_structure_concerns_each_unit(void **state)
{
    filter("#define ONE 1\n#define TWO 2\nstruct s { long a; };\n");
    assert_false(t.units.v[0].skipped);
    assert_false(t.units.v[1].skipped);
    assert_int_equal(t.c.preprocessed, 0);
}

static void a_unit_that_is_not_preprocessed_is_not_skipped(void **state)
{
    put_file(t.xen, "include/h.h", INLINE("1"));
    put_file(t.xen, "common/b.c",
             "#error no\n#define CAT(a, b) a ## b\n#include <h.h>\n"
             "int b(void) { return CAT(on, e)(); }\n");
    filter(INLINE("11"));
    assert_false(t.units.v[1].skipped);
}

static void what_is_generated_is_made_anew(void **state)
{
    const struct touched *file;
    char *text;

    put_file(t.xen, "include/list.src", "value 1\n");
    put_file(t.xen, "include/gen.h", "#define value 1\n");
    put_file(t.xen, "include/.gen.h.cmd",
             "cmd_include/gen.h := sed 's/^/\\#define /' include/list.src "
             ">include/gen.h\n");
    record("a", "include/h.h include/gen.h");
    change("include/list.src", "value 2\n");
    assert_int_equal(prepare(), 0);
    file = changes_find(&t.changes, "include/gen.h");
    assert_non_null(file);
    assert_true(file->generated);
    assert_string_equal(file->new_text, "#define value 2\n");
    assert_int_equal(t.findings.nr_findings, 0);
    text = get_file(t.xen, "include/gen.h");
    assert_string_equal(text, "#define value 1\n");
    free(text);
    /* What includes it is reached. */
    units_find(t.xen, &t.records, &t.changes, &t.units, &t.findings);
    assert_int_equal(t.units.n, 1);
    assert_string_equal(t.units.v[0].object, "common/a.o");
}

static void a_generator_that_fails_is_an_error_in_its_own_words(void **state)
{
    put_file(t.xen, "include/list.src", "value 1\n");
    put_file(t.xen, "include/.gen.h.cmd",
             "cmd_include/gen.h := echo value 2 is taken; false "
             "<include/list.src\n");
    change("include/list.src", "value 2\n");
    assert_int_equal(prepare(), -1);
    assert_non_null(strstr(t.err.what, "include/gen.h"));
    assert_non_null(t.c.messages);
    assert_non_null(strstr(t.c.messages, "value 2 is taken"));
}

static void another_linker_script_is_refused(void **state)
{
    put_file(t.xen, "arch/xen.lds", "# 1\nONE\n");
    put_file(t.xen, "arch/.xen.lds.cmd",
             "cmd_arch/xen.lds := gcc -E -x c include/h.h -o arch/xen.lds\n"
             "deps_arch/xen.lds := include/h.h\n");
    change("include/h.h", "TWO\n");
    assert_int_equal(prepare(), 0);
    refused("arch/xen.lds", "BUILD_RULES");
}

static void the_same_linker_script_is_none_of_a_change(void **state)
{
    put_file(t.xen, "arch/xen.lds", "# 1 \"old\"\n\nSAME\n");
    put_file(t.xen, "arch/.xen.lds.cmd",
             "cmd_arch/xen.lds := gcc -E -x c include/h.h -o arch/xen.lds\n"
             "deps_arch/xen.lds := include/h.h\n");
    change("include/h.h", "#define ANOTHER 1\nSAME\n");
    assert_int_equal(prepare(), 0);
    assert_int_equal(t.findings.nr_findings, 0);
    assert_null(changes_find(&t.changes, "arch/xen.lds"));
}

static void offsets_for_assembly_follow_their_structure(void **state)
{
    const struct touched *file;
    char *command;

    put_file(t.xen, "arch/x86/x86_64/asm-offsets.c",
             "#include <h.h>\nvoid f(void) { asm volatile ( "
             "\"\\n.ascii\\\"==>#define SIZE %0 <==\\\"\" :: "
             "\"i\" (sizeof(struct s)) ); }\n");
    put_file(t.xen, "arch/x86/include/asm/asm-offsets.h",
             "/* made */\n#define SIZE 4 \n/* end */\n");
    put_file(t.xen, ".asm-offsets.s.d",
             "asm-offsets.s: arch/x86/x86_64/asm-offsets.c include/h.h\n");
    put_file(t.xen, "common/kernel.c", "");
    record("kernel", "");
    command = xs_printf("cd %s && gcc " FLAGS " -S -o asm-offsets.s "
                        "arch/x86/x86_64/asm-offsets.c",
                        t.xen);
    assert_int_equal(system(command), 0);
    free(command);
    change("include/h.h",
           "#define ONE 1\n#define TWO 2\nstruct s { int a, b; };\n");
    assert_int_equal(prepare(), 0);
    file = changes_find(&t.changes, "arch/x86/include/asm/asm-offsets.h");
    assert_non_null(file);
    assert_string_equal(file->new_text,
                        "/* made */\n#define SIZE 8 \n/* end */\n");
    assert_int_equal(t.findings.nr_findings, 0);
}

static void macros_for_assembly_follow_in_their_header(void **state)
{
    const struct touched *file;

    put_file(t.xen, "arch/x86/asm-macros.c", "ONE\n");
    put_file(t.xen, "arch/x86/asm-macros.i", "old macro\n");
    put_file(t.xen, "arch/x86/include/asm/asm-macros.h",
             "#if 0\nold macro\n#endif\n");
    put_file(t.xen, "arch/x86/.asm-macros.i.cmd",
             "cmd_arch/x86/asm-macros.i := sed 's/.*/& macro/' "
             "arch/x86/asm-macros.c >arch/x86/asm-macros.i\n"
             "source_arch/x86/asm-macros.i := arch/x86/asm-macros.c\n");
    change("arch/x86/asm-macros.c", "TWO\n");
    assert_int_equal(prepare(), 0);
    assert_int_equal(t.findings.nr_findings, 0);
    file = changes_find(&t.changes, "arch/x86/include/asm/asm-macros.h");
    assert_non_null(file);
    assert_true(file->generated);
    assert_string_equal(file->new_text, "#if 0\nTWO macro\n#endif\n");
}

static void features_follow_their_list(void **state)
{
    const struct touched *file;

    put_file(t.xen, "tools/gen-cpuid.py",
             "import sys\n"
             "n = open(sys.argv[2]).read().count('FEATURE(')\n"
             "open(sys.argv[4], 'w').write('/* of %s */\\n#define N %d\\n' % "
             "(sys.argv[2], n))\n");
    put_file(t.xen, "include/xen/lib/x86/cpuid-autogen.h",
             "/* of another place */\n#define N 1\n");
    put_file(t.xen, "include/public/arch-x86/cpufeatureset.h",
             "FEATURE(A, 1)\n");
    changes_set(&t.changes, "include/public/arch-x86/cpufeatureset.h",
                xs_strdup("FEATURE(A, 1)\n"),
                xs_strdup("FEATURE(A, 1)\nFEATURE(B, 2)\n"));
    assert_int_equal(prepare(), 0);
    file = changes_find(&t.changes, "include/xen/lib/x86/cpuid-autogen.h");
    assert_non_null(file);
    assert_true(file->generated);
    assert_non_null(strstr(file->new_text, "#define N 2\n"));
}

static void features_that_stay_are_no_change(void **state)
{
    put_file(
        t.xen, "tools/gen-cpuid.py",
        "import sys\nopen(sys.argv[4], 'w').write('/* here */\\nSAME\\n')\n");
    put_file(t.xen, "include/xen/lib/x86/cpuid-autogen.h",
             "/* there */\nSAME\n");
    changes_set(&t.changes, "include/public/arch-x86/cpufeatureset.h",
                xs_strdup("FEATURE(A, 1)\n"), xs_strdup("FEATURE(B, 1)\n"));
    assert_int_equal(prepare(), 0);
    assert_null(
        changes_find(&t.changes, "include/xen/lib/x86/cpuid-autogen.h"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_overlay_links_sources_and_no_products),
        CASE(changed_files_go_into_the_overlay),
        CASE(names_that_go_up_lead_to_what_changes),
        CASE(a_way_up_that_is_new_is_noticed),
        CASE(without_objects_both_sides_are_compiled),
        CASE(a_fresh_object_is_used_and_a_stale_one_is_not),
        CASE(what_is_renamed_for_boot_goes_its_whole_way),
        CASE(the_compilers_words_have_the_lines_of_the_patch),
        CASE(a_tree_that_does_not_compile_is_told_apart),
        CASE(another_compiler_is_found_out),
        CASE(units_that_do_not_use_a_function_are_skipped),
        CASE(units_that_do_not_use_a_macro_are_skipped),
        CASE(what_another_header_says_is_followed),
        CASE(what_has_no_name_reaches_all_who_include_it),
        CASE(a_prototype_reaches_those_who_call),
        CASE(a_name_that_is_pasted_is_found_by_preprocessing),
        CASE(a_structure_concerns_each_unit),
        CASE(a_unit_that_is_not_preprocessed_is_not_skipped),
        CASE(what_is_generated_is_made_anew),
        CASE(a_generator_that_fails_is_an_error_in_its_own_words),
        CASE(another_linker_script_is_refused),
        CASE(the_same_linker_script_is_none_of_a_change),
        CASE(offsets_for_assembly_follow_their_structure),
        CASE(macros_for_assembly_follow_in_their_header),
        CASE(features_follow_their_list),
        CASE(features_that_stay_are_no_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
