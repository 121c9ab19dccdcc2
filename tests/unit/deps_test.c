/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/deps.h"

enum {
    XEN = 0xaa,
    LOADED = XSPLICE_STATE_LOADED,
    APPLIED = XSPLICE_STATE_APPLIED
};

static struct inventory inv;
static struct loaded slots[4];
static struct xs_error err;

static struct xs_build_id id_of(uint8_t byte)
{
    struct xs_build_id id = { 20 };

    memset(id.bytes, byte, 20);
    return id;
}

/* Adds a payload with that id, built for Xen; dependencies end with 0. */
static struct loaded *add(const char *name, uint32_t state, uint8_t id,
                          uint8_t first, uint8_t second)
{
    struct loaded *p = &slots[inv.n++];
    struct xs_build_id depends;

    *p = (struct loaded){ .name = name, .status.state = state };
    p->source = SOURCE_METADATA;
    p->identity.id = id_of(id);
    p->identity.xen = id_of(XEN);
    depends = id_of(first);
    xs_ids_add(&p->identity.depends, &depends);
    depends = id_of(second);
    if ( second )
        xs_ids_add(&p->identity.depends, &depends);
    return p;
}

static struct loaded *add_unknown(const char *name, uint32_t state)
{
    struct loaded *p = add(name, state, 0, 0, 0);

    p->source = SOURCE_NONE;
    identity_free(&p->identity);
    return p;
}

static int begin(void **state)
{
    inv = (struct inventory){ .xen = id_of(XEN), .payload = slots };
    memset(&err, 0, sizeof(err));
    return 0;
}

static int end(void **state)
{
    while ( inv.n )
        identity_free(&slots[--inv.n].identity);
    return 0;
}

static void refused(int rc, const char *because, const char *hint)
{
    assert_int_equal(rc, -1);
    assert_int_equal(err.kind, XS_DEPENDENCY);
    assert_non_null(strstr(err.what, because));
    assert_non_null(strstr(err.hint, hint));
}

static void independent_ones_go_one_after_the_other(void **state)
{
    struct loaded *second;

    add("a", APPLIED, 1, XEN, 0);
    second = add("b", LOADED, 2, XEN, 0);
    assert_int_equal(deps_may_apply(&inv, second, false, &err), 0);
}

static void another_hypervisor_is_never_forced(void **state)
{
    struct loaded *p = add("a", LOADED, 1, 0xbb, 0);

    p->identity.xen = id_of(0xbb);
    refused(deps_may_apply(&inv, p, false, &err), "bbbbbbbb", "build it");
    refused(deps_may_apply(&inv, p, true, &err), "aaaaaaaa", "build it");
    refused(deps_may_replace(&inv, p, true, &err), "bbbbbbbb", "build it");
    refused(deps_built_for(&inv, p, &err), "bbbbbbbb", "build it");
    p->identity.xen.len = 0;
    assert_int_equal(deps_built_for(&inv, p, &err), 0);
}

static void a_dependency_must_be_applied_and_not_only_loaded(void **state)
{
    struct loaded *base = add("base", LOADED, 1, XEN, 0);
    struct loaded *p = add("p", LOADED, 2, 1, 0);

    refused(deps_may_apply(&inv, p, false, &err), "'base'", "apply 'base'");
    assert_int_equal(deps_may_apply(&inv, p, true, &err), 0);
    base->status.state = APPLIED;
    assert_int_equal(deps_may_apply(&inv, p, false, &err), 0);
}

static void a_dependency_that_is_not_there_is_named_by_its_id(void **state)
{
    struct loaded *p = add("p", LOADED, 2, 9, 0);

    refused(deps_may_apply(&inv, p, false, &err),
            "0909090909090909090909090909090909090909", "upload and apply");
    assert_int_equal(deps_may_apply(&inv, p, true, &err), 0);
}

static void all_of_several_dependencies_count(void **state)
{
    struct loaded *p;

    add("a", APPLIED, 1, XEN, 0);
    p = add("p", LOADED, 3, 1, 2);
    refused(deps_may_apply(&inv, p, false, &err), "02020202", "upload");
    add("b", APPLIED, 2, XEN, 0);
    assert_int_equal(deps_may_apply(&inv, p, false, &err), 0);
}

static void an_unknown_one_wants_force(void **state)
{
    struct loaded *p = add_unknown("p", LOADED);

    refused(deps_may_apply(&inv, p, false, &err), "not known", "--force=deps");
    refused(deps_may_replace(&inv, p, false, &err), "not known",
            "--force=deps");
    assert_int_equal(deps_may_apply(&inv, p, true, &err), 0);
    assert_int_equal(deps_may_replace(&inv, p, true, &err), 0);
}

static void replace_wants_the_hypervisor_alone(void **state)
{
    struct loaded *p;

    add("a", APPLIED, 1, XEN, 0);
    p = add("p", LOADED, 2, 1, 0);
    refused(deps_may_replace(&inv, p, false, &err), "'a'", "apply it");
    assert_int_equal(deps_may_replace(&inv, p, true, &err), 0);
    p = add("q", LOADED, 3, XEN, 0);
    assert_int_equal(deps_may_replace(&inv, p, false, &err), 0);
}

static void what_an_applied_one_depends_on_stays(void **state)
{
    struct loaded *base = add("base", APPLIED, 1, XEN, 0);
    struct loaded *p = add("p", APPLIED, 2, XEN, 1);

    refused(deps_may_remove(&inv, base, false, &err), "'p'", "revert 'p'");
    assert_int_equal(deps_may_remove(&inv, base, true, &err), 0);
    assert_int_equal(deps_may_remove(&inv, p, false, &err), 0);
    add("q", APPLIED, 3, 1, 0);
    refused(deps_may_remove(&inv, base, false, &err), "'p', 'q'", "revert");
    slots[2].status.state = LOADED;
    p->status.state = LOADED;
    assert_int_equal(deps_may_remove(&inv, base, false, &err), 0);
}

/* Stock Xen links a payload to another one and forgets that it did. */
static void without_an_account_of_uses_a_loaded_one_keeps_it_too(void **state)
{
    struct loaded *base = add("base", LOADED, 1, XEN, 0);
    struct loaded *p = add("p", LOADED, 2, XEN, 1);

    refused(deps_unload_blind(&inv, base, false, &err), "'p', loaded",
            "unload 'p' first");
    assert_int_equal(deps_unload_blind(&inv, base, true, &err), 0);
    assert_int_equal(deps_unload_blind(&inv, p, false, &err), 0);
}

static void an_unknown_one_may_be_what_somebody_needs(void **state)
{
    struct loaded *unknown = add_unknown("u", APPLIED);
    struct loaded *p = add("p", APPLIED, 2, XEN, 0);

    assert_int_equal(deps_may_remove(&inv, unknown, false, &err), 0);
    identity_free(&p->identity);
    inv.n--;
    add("p", APPLIED, 2, 9, 0);
    refused(deps_may_remove(&inv, unknown, false, &err), "'p'",
            "--force=deps");
    /* Somebody known has that id: then it is not the unknown one. */
    add("nine", APPLIED, 9, XEN, 0);
    assert_int_equal(deps_may_remove(&inv, unknown, false, &err), 0);
}

static void of_two_with_the_same_id_the_applied_one_counts(void **state)
{
    struct loaded *p;

    add("old", LOADED, 1, XEN, 0);
    add("new", APPLIED, 1, XEN, 0);
    p = add("p", LOADED, 2, 1, 0);
    assert_int_equal(deps_may_apply(&inv, p, false, &err), 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(independent_ones_go_one_after_the_other),
        CASE(another_hypervisor_is_never_forced),
        CASE(a_dependency_must_be_applied_and_not_only_loaded),
        CASE(a_dependency_that_is_not_there_is_named_by_its_id),
        CASE(all_of_several_dependencies_count),
        CASE(an_unknown_one_wants_force),
        CASE(replace_wants_the_hypervisor_alone),
        CASE(what_an_applied_one_depends_on_stays),
        CASE(without_an_account_of_uses_a_loaded_one_keeps_it_too),
        CASE(an_unknown_one_may_be_what_somebody_needs),
        CASE(of_two_with_the_same_id_the_applied_one_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
