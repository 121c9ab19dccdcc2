/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which units a change reaches, and which it adds: units.c and newunit.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/findings.h"
#include "builder/newunit.h"
#include "builder/units.h"
#include "tests/unit/tempdir.h"

static struct {
    const char *xen;
    struct records records;
    struct changes changes;
    struct units units;
    struct differ_result findings;
} t;

/* A unit that the build compiled; DEPS are words behind its source. */
static void built(const char *stem, const char *deps)
{
    const char *name = fs_name(stem);
    char *path = xs_printf("%.*s.%s.o.cmd", (int)(name - stem), stem, name);
    char *text = xs_printf("cmd_%s.o := gcc -DIN=%.*s -c %s.c -o %s.o\n"
                           "source_%s.o := %s.c\ndeps_%s.o := %s\n",
                           stem, (int)(name - stem), stem, stem, stem, stem,
                           stem, stem, deps);

    put_file(t.xen, path, text);
    free(path);
    free(text);
}

static void linked(const char *objects)
{
    char *text = xs_printf("cmd_common/built_in.o := ld -r -o "
                           "common/built_in.o %s\n",
                           objects);

    put_file(t.xen, "common/.built_in.o.cmd", text);
    free(text);
}

static char *copy(const char *text)
{
    return text ? xs_strdup(text) : NULL;
}

static void change(const char *path, const char *old, const char *new)
{
    changes_set(&t.changes, path, copy(old), copy(new));
}

static void read_tree(void)
{
    struct xs_error err;

    assert_int_equal(records_read(t.xen, &t.records, &err), 0);
}

static int setup(void **state)
{
    memset(&t, 0, sizeof(t));
    if ( tempdir_make(state) )
        return -1;
    t.xen = *state;
    built("common/a", "include/a.h include/both.h");
    built("common/b", "include/both.h");
    built("common/unlinked", "include/both.h");
    built("common/boot", "");
    put_file(t.xen, "common/.boot.init.o.cmd",
             "cmd_common/boot.init.o := objcopy common/boot.o "
             "common/boot.init.o\n");
    linked("common/a.o common/b.o common/boot.o common/boot.init.o");
    put_file(t.xen, "include/config/auto.conf",
             "CONFIG_YES=y\nCONFIG_NOTYES_X=y\n");
    return 0;
}

static int teardown(void **state)
{
    units_free(&t.units);
    differ_free(&t.findings);
    changes_free(&t.changes);
    records_free(&t.records);
    return tempdir_remove(state);
}

static void classify_and_find(void)
{
    read_tree();
    units_classify(&t.records, &t.changes, &t.findings);
    units_find(t.xen, &t.records, &t.changes, &t.units, &t.findings);
}

static void found(enum differ_kind kind, const char *unit, const char *symbol,
                  const char *reason)
{
    size_t i;

    for ( i = 0; i < t.findings.nr_findings; i++ )
    {
        const struct differ_finding *f = &t.findings.findings[i];

        if ( f->kind == kind && !strcmp(f->unit, unit) &&
             !strcmp(f->symbol, symbol) &&
             (f->reason ? reason && !strcmp(f->reason, reason) : !reason) )
            return;
        print_message("%s %s %s %s\n", differ_kind_name(f->kind), f->unit,
                      f->symbol, f->why);
    }
    fail_msg("no finding: %s %s %s", unit, symbol, reason ? reason : "");
}

static void a_source_and_a_header_reach_their_units(void **state)
{
    change("common/a.c", "int x;\n", "int y;\n");
    change("include/both.h", "int z;\n", "long z;\n");
    classify_and_find();
    assert_int_equal(t.units.n, 2);
    assert_string_equal(t.units.v[0].object, "common/a.o");
    assert_true(t.units.v[0].direct);
    assert_string_equal(t.units.v[1].object, "common/b.o");
    assert_false(t.units.v[1].direct);
    assert_int_equal(t.findings.nr_findings, 1);
    found(DIFFER_NOTED, "common/unlinked.c", "", NULL);
}

static void of_a_boot_unit_the_renamed_object_counts(void **state)
{
    change("common/boot.c", "int x;\n", "int y;\n");
    classify_and_find();
    assert_int_equal(t.units.n, 1);
    assert_string_equal(t.units.v[0].object, "common/boot.init.o");
    assert_string_equal(t.units.v[0].record->target, "common/boot.o");
}

static void a_unit_that_is_compiled_through_a_link(void **state)
{
    put_file(t.xen, "common/sub/real.c", "");
    put_file(t.xen, "arch/sub/other.c", "");
    assert_int_equal(
        symlink("../../common/sub/real.c", in_dir(t.xen, "arch/sub/real.c")),
        0);
    built("arch/sub/real", "");
    linked("arch/sub/real.o");
    change("common/sub/real.c", "int x;\n", "int y;\n");
    classify_and_find();
    assert_int_equal(t.units.n, 1);
    assert_string_equal(t.units.v[0].object, "arch/sub/real.o");
    assert_string_equal(t.units.v[0].record->source, "common/sub/real.c");
    assert_true(t.units.v[0].direct);
    assert_int_equal(t.findings.nr_findings, 0);
}

static void comments_are_left_out(void **state)
{
    change("common/a.c", "int x; /* one */\n", "int x;\n  // two\n");
    strv_add(&t.changes.outside, "tools/x.c");
    classify_and_find();
    assert_int_equal(t.units.n, 0);
    assert_int_equal(t.changes.nr, 0);
    found(DIFFER_IGNORED, "common/a.c", "", NULL);
    found(DIFFER_NOTED, "tools/x.c", "", NULL);
}

static void build_rules_are_refused(void **state)
{
    static const char *const rules[] = {
        "Rules.mk",         "common/Kconfig", "common/Makefile",
        "arch/x.lds.S",     "tools/fixdep.c", "arch/x86_defconfig",
        "include/xlat.lst",
    };
    size_t i;

    for ( i = 0; i < sizeof(rules) / sizeof(*rules); i++ )
        change(rules[i], "old\n", "new\n");
    classify_and_find();
    for ( i = 0; i < sizeof(rules) / sizeof(*rules); i++ )
        found(DIFFER_REFUSED, rules[i], "", "BUILD_RULES");
    assert_int_equal(t.findings.nr_findings, i);
}

static void what_no_unit_uses_is_named(void **state)
{
    change("common/off.c", "int x;\n", "int y;\n");
    change("include/new.h", NULL, "int n;\n");
    change("common/new.c", NULL, "int n;\n");
    classify_and_find();
    assert_int_equal(t.units.n, 0);
    found(DIFFER_NOTED, "common/off.c", "", NULL);
    found(DIFFER_NOTED, "include/new.h", "", NULL);
    found(DIFFER_REFUSED, "common/new.c", "", "UNIT_NOT_BUILT");
}

static void a_unit_whose_source_goes_is_refused(void **state)
{
    change("common/a.c", "int x;\n", NULL);
    classify_and_find();
    assert_int_equal(t.units.n, 0);
    found(DIFFER_REFUSED, "common/a.c", "", "UNIT_REMOVED");
}

static void code_that_is_embedded_is_not_called_uncompiled(void **state)
{
    /* Compiled with a record, and turned into bytes. */
    put_file(t.xen, "common/unlinked.bin", "");
    change("common/unlinked.c", "int x;\n", "int y;\n");
    /* No record at all, as in older trees. */
    put_file(t.xen, "arch/x86/boot/reloc.o", "");
    change("arch/x86/boot/reloc.c", "int x;\n", "int y;\n");
    classify_and_find();
    assert_int_equal(t.units.n, 0);
    assert_int_equal(t.findings.nr_findings, 2);
    found(DIFFER_REFUSED, "common/unlinked.c", "", "NOT_LINKED");
    found(DIFFER_REFUSED, "arch/x86/boot/reloc.c", "", "NOT_LINKED");
}

static void add_units(const char *lines)
{
    char *new = xs_printf("obj-y += a.o\n%s", lines);

    change("common/Makefile", "obj-y += a.o\n", new);
    free(new);
    read_tree();
    newunits_find(t.xen, &t.records, &t.changes, &t.findings);
}

static void a_new_unit_gets_the_command_of_its_folder(void **state)
{
    const struct record *r;

    change("common/n.c", NULL, "int n;\n");
    change("common/m.c", NULL, "int m;\n");
    add_units("obj-y += n.o\nlib-$(CONFIG_YES)\t+= m.o\n");
    assert_null(changes_find(&t.changes, "common/Makefile"));
    r = records_find(&t.records, "common/n.o");
    assert_non_null(r);
    assert_true(r->added);
    assert_string_equal(r->source, "common/n.c");
    assert_string_equal(r->command,
                        "gcc -DIN=common/ -c common/n.c -o common/n.o");
    assert_non_null(records_find(&t.records, "common/m.o"));
    units_find(t.xen, &t.records, &t.changes, &t.units, &t.findings);
    assert_int_equal(t.units.n, 2);
    assert_int_equal(t.findings.nr_findings, 0);
}

static void a_unit_that_is_not_configured_is_noted(void **state)
{
    change("common/n.c", NULL, "int n;\n");
    /* CONFIG_YES_X is not CONFIG_NOTYES_X. */
    add_units("obj-$(CONFIG_YES_X) += n.o\n");
    assert_null(records_find(&t.records, "common/n.o"));
    found(DIFFER_NOTED, "common", "n.o", NULL);
}

static void other_changes_of_a_makefile_stay(void **state)
{
    static const char *const lines[] = {
        "CFLAGS-y += -O3\n",   "obj-y += n.o\nCFLAGS-y += -O3\n",
        "obj-y += absent.o\n", "obj-y := n.o\n",
        "obj-y += sub/\n",     "obj-y += n.init.o\n",
        "obj-y += n.o b.o\n",  "obj-y +=\n",
    };
    size_t i;

    for ( i = 0; i < sizeof(lines) / sizeof(*lines); i++ )
    {
        change("common/n.c", NULL, "int n;\n");
        add_units(lines[i]);
        print_message("%s", lines[i]);
        assert_non_null(changes_find(&t.changes, "common/Makefile"));
        assert_null(records_find(&t.records, "common/n.o"));
        changes_free(&t.changes);
        records_free(&t.records);
    }
}

static void a_line_that_goes_takes_its_unit(void **state)
{
    change("common/Makefile", "obj-y += a.o\nobj-y += b.o\n",
           "obj-y += a.o\n");
    read_tree();
    newunits_find(t.xen, &t.records, &t.changes, &t.findings);
    assert_int_equal(t.changes.nr, 0);
    assert_int_equal(t.findings.nr_findings, 1);
    found(DIFFER_REFUSED, "common/b.c", "", "UNIT_REMOVED");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_source_and_a_header_reach_their_units),
        CASE(of_a_boot_unit_the_renamed_object_counts),
        CASE(a_unit_that_is_compiled_through_a_link),
        CASE(comments_are_left_out),
        CASE(build_rules_are_refused),
        CASE(what_no_unit_uses_is_named),
        CASE(a_unit_whose_source_goes_is_refused),
        CASE(code_that_is_embedded_is_not_called_uncompiled),
        CASE(a_new_unit_gets_the_command_of_its_folder),
        CASE(a_unit_that_is_not_configured_is_noted),
        CASE(other_changes_of_a_makefile_stay),
        CASE(a_line_that_goes_takes_its_unit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
