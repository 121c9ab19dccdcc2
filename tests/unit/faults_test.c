/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each call of each service fails once, in every operation; afterwards all is
 * as before, byte for byte, and the same operation then succeeds.
 */
#include "tests/unit/engine_case.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void nothing(void)
{
}

static void load_third(void)
{
    loaded("third");
}

static void load_writable_tables(void)
{
    loaded("tables");
}

static void apply_answer(void)
{
    applied("answer");
}

static void load_on_top(void)
{
    applied("answer");
    loaded("answer_more");
}

static void apply_on_top(void)
{
    load_on_top();
    act("answer_more", APPLY);
}

static void several_and_a_rival(void)
{
    apply_on_top();
    applied("endbr");
    loaded("rival");
}

static void load_provider(void)
{
    loaded("provider");
}

static void load_hooks(void)
{
    loaded("hooks");
}

static void load_shadows(void)
{
    loaded("shadows");
}

static const struct {
    const char *what;
    void (*before)(void);
    const char *name;
    uint32_t cmd; /* 0: upload */
} operations[] = {
    { "upload of the first", nothing, "answer", 0 },
    { "upload with every table", nothing, "tables", 0 },
    { "upload with every hook", nothing, "hooks", 0 },
    { "upload of one that uses another", load_provider, "consumer", 0 },
    { "upload on top of an applied one", apply_answer, "answer_more", 0 },
    { "apply", load_third, "third", APPLY },
    { "apply with tables", load_writable_tables, "tables", APPLY },
    { "apply on top", load_on_top, "answer_more", APPLY },
    { "apply with hooks", load_hooks, "hooks", APPLY },
    { "upload with shadow variables", nothing, "shadows", 0 },
    { "apply with shadow variables", load_shadows, "shadows", APPLY },
    { "revert", apply_answer, "answer", REVERT },
    { "revert of the top", apply_on_top, "answer_more", REVERT },
    { "replace of three", several_and_a_rival, "rival", REPLACE },
    { "unload", load_third, "third", UNLOAD },
};

static int perform(unsigned int i)
{
    return operations[i].cmd ? act(operations[i].name, operations[i].cmd)
                             : upload(operations[i].name);
}

/* What a failed stop leaves in rc is its outcome, not a change. */
static void forget_rc(unsigned int i, struct world *w)
{
    uint32_t state = state_of(operations[i].name);
    char was[64], is[64];
    char *at;

    if ( !operations[i].cmd || !state )
        return;
    snprintf(was, sizeof(was), "%s state %u rc 0 ", operations[i].name, state);
    snprintf(is, sizeof(is), "%s state %u rc %d ", operations[i].name, state,
             rc_of(operations[i].name));
    at = strstr(w->list, was);
    if ( !at || !strcmp(was, is) )
        return;
    memmove(at + strlen(is), at + strlen(was), strlen(at + strlen(was)) + 1);
    memcpy(at, is, strlen(is));
}

/* Hooks write to the hypervisor's data: what they wrote is put back. */
static void forget_hooks(void)
{
    unsigned int zero[9] = { 0 };

    host_poke(host_symbol("hv_trace"), zero, 32);
    host_poke(host_symbol("hv_traced"), zero, 4);
}

/* How many calls of this service the operation makes when all goes well. */
static unsigned int count_calls(unsigned int i, enum fault_point point)
{
    unsigned int calls;

    case_begin(NULL);
    operations[i].before();
    fault_clear();
    if ( perform(i) )
        fail_msg("%s: %s: %s", operations[i].what, last_id(), last.detail);
    calls = fault_calls(point);
    case_end(NULL);

    return calls;
}

static void fail_once(unsigned int i, enum fault_point point, unsigned int nth)
{
    struct world before;
    char what[128];
    int rc;

    snprintf(what, sizeof(what), "%s with call %u of %s failing",
             operations[i].what, nth, fault_name(point));
    case_begin(NULL);
    operations[i].before();
    forget_hooks();
    world_take(&before);
    fault_clear();
    fault_arm(point, nth);
    rc = perform(i);
    if ( !fault_fired(point) )
        fail_msg("%s: it was not called", what);
    if ( !rc )
        fail_msg("%s: it succeeded", what);
    if ( !operations[i].cmd && last.reason == XSPLICE_REASON_NONE )
        fail_msg("%s: no reason", what);
    fault_clear();
    forget_hooks();
    forget_rc(i, &before);
    world_same(&before, what);

    rc = perform(i);
    if ( rc )
        fail_msg("%s, and once more without: %d, %s: %s", what, rc, last_id(),
                 last.detail);
    case_end(NULL);
}

static void each_failure_changes_nothing(void **state)
{
    unsigned int i, nth, total = 0;
    int point;

    for ( i = 0; i < sizeof(operations) / sizeof(operations[0]); i++ )
        for ( point = 0; point < FAULT_POINTS; point++ )
        {
            unsigned int calls = count_calls(i, point);

            for ( nth = 1; nth <= calls; nth++, total++ )
                fail_once(i, point, nth);
        }
    print_message("%u failures\n", total);
    /* The count itself: a service that is no longer reached shows here. */
    assert_true(total > 80);
}

/* When memory ends half-way, whatever the size. */
static void any_shortage_of_memory_is_survived(void **state)
{
    struct world before;
    size_t limit;
    int rc = -1;

    case_begin(NULL);
    applied("answer");
    world_take(&before);
    for ( limit = 1; rc && limit < (1u << 24); limit += limit / 16 + 1 )
    {
        host_limit_memory(limit);
        rc = upload("tables");
        host_limit_memory(0);
        if ( rc )
            refused(rc, XSPLICE_REASON_NO_MEMORY);
    }
    assert_int_equal(rc, 0);
    assert_int_equal(act("tables", UNLOAD), 0);
    world_same(&before, "uploads with too little memory");
    case_end(NULL);
}

/* Without memory nothing can be planned; what is applied stays so. */
static void init_fails_without_memory(void **state)
{
    unsigned int nth;
    int rc = -ENOMEM;

    for ( nth = 1; rc; nth++ )
    {
        fixture_host(NULL);
        fault_arm(FAULT_ALLOC, nth);
        rc = engine_init();
        assert_true(rc == 0 || rc == -ENOMEM);
        if ( rc )
            assert_int_equal(host_usage().allocations, 0);
        fault_clear();
        if ( !rc )
            engine_exit();
        host_close();
    }
    assert_true(nth > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_failure_changes_nothing),
        cmocka_unit_test(any_shortage_of_memory_is_survived),
        cmocka_unit_test(init_fails_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
