/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is installed, over several boots. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/file.h"
#include "control/filename.h"
#include "control/xen_errno.h"
#include "tests/unit/tool_case.h"

static void install(const char *name, const char *variant)
{
    char words[5000];

    snprintf(words, sizeof(words), "install %s %s", name, file(variant));
    must(words);
}

/* The path of a file in the store of the tests' hypervisor. */
static const char *stored(const char *name)
{
    static char path[512];

    snprintf(path, sizeof(path), "%s/%040d/%s", store_dir, 0, name);
    memset(path + strlen(store_dir) + 1, 'a', 40);
    return path;
}

/* Does 'installed' say so of it? */
static void says(const char *name, const char *state)
{
    char want[200];

    must("installed");
    snprintf(want, sizeof(want), "  %-24s %s", name, state);
    if ( !strstr(out, want) )
        fail_msg("no \"%s\" in:\n%s", want, out);
}

static void applied(const char *name)
{
    if ( state_of(name) != XSPLICE_STATE_APPLIED )
        fail_msg("%s is not applied: %s", name, notes);
}

/* ---- the way it goes ---- */

static void installed_is_applied_at_each_boot(void **state)
{
    unsigned int boot;

    install("test2", "test2");
    install("test1", "test1");
    says("test1", "not tried yet");
    assert_int_equal(engine.n, 0);
    for ( boot = 0; boot < 3; boot++ )
    {
        must("restore");
        applied("test1");
        applied("test2");
        says("test1", "applied at boot, not confirmed");
        must("confirm");
        says("test1", "good");
        says("test2", "good");
        reboot();
    }
    must("uninstall test1");
    must("restore");
    assert_int_equal(state_of("test1"), 0);
    applied("test2");
}

/* Whatever the names make of the order. */
static void dependencies_come_first(void **state)
{
    char words[5000];

    snprintf(words, sizeof(words), "install a %s", file("on-both"));
    refuses(words, XS_DEPENDENCY,
            "1111111111111111111111111111111111111111, "
            "which is not installed");
    install("z", "test1");
    refuses(words, XS_DEPENDENCY, "2222222222222222222222222222222222222222");
    install("m", "test2");
    must(words);
    must("restore");
    applied("a");
    assert_true(fake_find(&engine, "a")->order >
                fake_find(&engine, "z")->order);
    assert_true(fake_find(&engine, "a")->order >
                fake_find(&engine, "m")->order);
    refuses("uninstall m", XS_DEPENDENCY, "'a', installed, depends on it");
    must("uninstall m --force=deps");
}

static void restoring_again_changes_nothing(void **state)
{
    unsigned int actions;

    install("test1", "test1");
    must("restore");
    actions = engine.actions;
    must("restore");
    assert_int_equal(engine.actions, actions);
    says("test1", "applied at boot, not confirmed");
}

/* Another hypervisor is booted: its store is another one. */
static void each_hypervisor_has_its_own(void **state)
{
    install("foreign", "foreign");
    install("test1", "test1");
    must("restore");
    assert_int_equal(state_of("foreign"), 0);
    says("foreign", "not tried yet");
    assert_non_null(strstr(out, "for hypervisor "
                                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"));
}

/* ---- what went wrong is not tried again ---- */

static void a_crash_before_the_confirmation(void **state)
{
    install("test1", "test1");
    install("child", "on-test1");
    must("restore");
    reboot();
    refuses("restore", XS_STATE,
            "not tried again: it was applied at a boot before, and the host "
            "went down");
    assert_int_equal(engine.n, 0);
    says("test1", "failed: it was applied at a boot before");
    /* Nor at the one after that. */
    reboot();
    refuses("restore", XS_STATE, "2 payloads are not applied");
    assert_int_equal(engine.n, 0);
    must("restore --retry");
    applied("test1");
    applied("child");
    must("confirm");
    reboot();
    must("restore");
}

/* What stands on it is not tried either, and is not called failed for it. */
static void what_stands_on_a_failed_one(void **state)
{
    install("test1", "test1");
    must("restore");
    reboot();
    install("child", "on-test1");
    install("test2", "test2");
    assert_int_equal(run("restore"), XS_STATE);
    applied("test2");
    assert_int_equal(state_of("child"), 0);
    assert_non_null(strstr(notes, "child: not tried: it depends on build-id "
                                  "1111"));
    says("child", "not tried yet");
}

static void one_that_the_engine_refuses(void **state)
{
    install("test1", "test1");
    engine.refuse_action = XEN_EINVAL;
    engine.refuse_says = "the bytes are others";
    refuses("restore", XS_FAILED, "the bytes are others");
    engine.refuse_action = 0;
    reboot();
    refuses("restore", XS_STATE, "not tried again: ");
    says("test1", "failed: ");
    assert_non_null(strstr(out, "the bytes are others"));
    /* Installing it anew is another way to have it tried again. */
    install("test1", "test1");
    says("test1", "not tried yet");
    must("restore");
    applied("test1");
}

/* That the CPUs were busy is not the payload's fault. */
static void a_busy_host_is_no_failure(void **state)
{
    install("test1", "test1");
    engine.late = 1000000;
    refuses("restore --timeout=1s", XS_BUSY, "not done within");
    says("test1", "not tried yet");
    engine.late = 0;
    must("restore");
    applied("test1");
}

/* One bad one does not keep the others. */
static void damaged_files(void **state)
{
    struct xs_error why;

    install("test1", "test1");
    install("test2", "test2");
    assert_int_equal(
        xs_file_write(stored("test1.xsplice"), "\177ELF", 4, &why), 0);
    refuses("restore", XS_REJECTED, "test1: ");
    applied("test2");
    assert_int_equal(state_of("test1"), 0);
    install("test1", "test1");
    must("restore");
    applied("test1");
}

static void a_state_that_nobody_understands(void **state)
{
    struct xs_error why;

    install("test1", "test1");
    assert_int_equal(
        xs_file_write(stored("test1.state"), "state=later\n", 12, &why), 0);
    refuses("restore", XS_STATE, "its state file is not understood");
    must("restore --retry");
    applied("test1");
}

/* Confirmed is only what runs. */
static void what_was_reverted_is_not_good(void **state)
{
    install("test1", "test1");
    must("restore");
    must("revert test1");
    must("confirm");
    says("test1", "applied at boot, not confirmed");
}

static void confirming_one_by_one(void **state)
{
    install("test1", "test1");
    install("test2", "test2");
    must("restore");
    must("confirm test2");
    says("test1", "applied at boot, not confirmed");
    says("test2", "good");
}

/* ---- installing ---- */

static void installing_twice(void **state)
{
    char words[5000];

    install("test1", "test1");
    install("test1", "test1");
    snprintf(words, sizeof(words), "install test1 %s", file("test1-again"));
    refuses(words, XS_FAILED, "a different payload of that name");
    snprintf(words, sizeof(words), "install other %s", file("test1"));
    refuses(words, XS_FAILED, "installed already, as 'test1'");
    must("uninstall test1");
    must("uninstall test1");
    assert_non_null(strstr(notes, "nothing to uninstall"));
    must("installed");
    assert_string_equal(out, "");
}

static void dry_runs_touch_nothing(void **state)
{
    char words[5000];

    snprintf(words, sizeof(words), "install --dry-run test1 %s",
             file("test1"));
    must(words);
    assert_int_not_equal(access(stored("test1.xsplice"), F_OK), 0);
    install("test1", "test1");
    must("--dry-run uninstall test1");
    must("--dry-run restore");
    assert_non_null(strstr(notes, "would apply test1"));
    assert_int_equal(engine.n, 0);
    says("test1", "not tried yet");
}

static void names_that_no_file_could_have(void **state)
{
    char name[XSPLICE_NAME_MAX];
    char *path = name_to_path("/d", "a/../%b", ".x");

    assert_string_equal(path, "/d/a%2F%2E%2E%2F%25b.x");
    assert_true(name_from_file(strrchr(path, '/') + 1, ".x", name));
    assert_string_equal(name, "a/../%b");
    free(path);
    assert_false(name_from_file(".x", ".x", name));
    assert_false(name_from_file("a", ".x", name));
    assert_false(name_from_file("a%.x", ".x", name));
    assert_false(name_from_file("a%4.x", ".x", name));
    assert_false(name_from_file("a%00.x", ".x", name));
    assert_false(name_from_file("a b.x", ".x", name));

    install("../../x", "test1");
    must("restore");
    applied("../../x");
    must("uninstall ../../x");
}

static void installed_as_json(void **state)
{
    json_t *all;

    must("installed --json");
    assert_string_equal(out, "[]\n");
    install("test1", "test1");
    must("installed --json");
    all = json_loads(out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(all);
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(all, 0), "state")),
        "not tried yet");
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(all, 0), "build_id")),
        "1111111111111111111111111111111111111111");
    json_decref(all);
}

/* Nothing temporary is left, and what is there is whole. */
static void nothing_but_whole_files(void **state)
{
    DIR *d;
    struct dirent *e;
    unsigned int n = 0;

    install("test1", "test1");
    must("restore");
    d = opendir(stored(""));
    assert_non_null(d);
    while ( (e = readdir(d)) )
        if ( e->d_name[0] != '.' )
        {
            n++;
            assert_true(!strcmp(e->d_name, "test1.xsplice") ||
                        !strcmp(e->d_name, "test1.state"));
        }
    closedir(d);
    assert_int_equal(n, 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(installed_is_applied_at_each_boot),
        CASE(dependencies_come_first),
        CASE(restoring_again_changes_nothing),
        CASE(each_hypervisor_has_its_own),
        CASE(a_crash_before_the_confirmation),
        CASE(what_stands_on_a_failed_one),
        CASE(one_that_the_engine_refuses),
        CASE(a_busy_host_is_no_failure),
        CASE(damaged_files),
        CASE(a_state_that_nobody_understands),
        CASE(what_was_reverted_is_not_good),
        CASE(confirming_one_by_one),
        CASE(installing_twice),
        CASE(dry_runs_touch_nothing),
        CASE(names_that_no_file_could_have),
        CASE(installed_as_json),
        CASE(nothing_but_whole_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
