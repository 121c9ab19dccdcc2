/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Patching under load: threads as CPUs call the functions all the time while
 * they are patched, replaced and reverted.  A CPU that met half-written bytes
 * would crash or answer what no version of the function answers.
 */
#include "tests/unit/engine_case.h"

#include <string.h>

#include "engine/user/threads.h"

#define CPUS   4
#define ROUNDS 100

static unsigned long hv_third, hv_endbr;
static unsigned long calls, wrong;

static void guest(unsigned int cpu)
{
    unsigned int i;

    for ( i = 0; i < 50; i++ )
    {
        int a = ((int (*)(void))hv_third)(), b = ((int (*)(void))hv_endbr)();

        if ( (a != 3 && a != 33 && a != 3333) || (b != 7 && b != 77) )
            __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
    }
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
}

/* To the end, with the threads running; the rc. */
static int run(const char *name, uint32_t cmd)
{
    int rc;

    last.reason = XSPLICE_REASON_NONE;
    rc = engine_action(name, cmd, ~0u, 0, &last);
    threads_wait_idle();

    return rc ?: rc_of(name);
}

static void functions_under_load_are_old_or_new(void **state)
{
    unsigned int i;

    hv_third = host_symbol("hv_third");
    hv_endbr = host_symbol("hv_endbr");
    loaded("third");
    loaded("endbr");
    threads_start(CPUS);
    threads_work(guest);
    for ( i = 0; i < ROUNDS; i++ )
    {
        if ( run("third", APPLY) || run("endbr", APPLY) )
            fail_msg("round %u: %s: %s", i, last_id(), last.detail);
        assert_int_equal(run("endbr", REVERT), 0);
        assert_int_equal(run("endbr", REPLACE), 0);
        assert_int_equal(state_of("third"), LOADED);
        assert_int_equal(run("endbr", REVERT), 0);
    }
    threads_stop();
    assert_true(calls > 0);
    assert_int_equal(wrong, 0);
    assert_int_equal(call("hv_third"), 3);
    assert_int_equal(call("hv_endbr"), 7);
}

static void info_tells_what_is_there(void **state)
{
    char text[1024];
    struct answer a = { .text = text, .room = sizeof(text) };
    size_t size, at;
    unsigned int keys = 0;

    loaded("answer");
    assert_int_equal(engine_info("answer", &a), 0);
    size = a.size;
    assert_true(size <= sizeof(text));
    assert_int_equal(text[size - 1], '\0');
    for ( at = 0; at < size; at += strlen(text + at) + 1, keys++ )
        assert_non_null(strchr(text + at, '='));
    assert_true(keys >= 4);
    assert_string_equal(text,
                        "build-id=0101010101010101010101010101010101010101");
    assert_int_equal(engine_info("nobody", &a), -2);
    a = (struct answer){ .text = text, .room = sizeof(text) };
    assert_int_equal(engine_info(NULL, &a), 0);
    assert_memory_equal(text, "engine=", 7);
}

static int name_in_payload(void *arg, const struct payload *p)
{
    unsigned long offset, size;
    unsigned long code = p->region.base + p->region.offset[PART_RX];

    assert_string_equal(payload_symbol_at(p, code + 1, &offset, &size),
                        "new_third");
    assert_int_equal(offset, 1);
    assert_int_equal(size, 6);
    assert_null(payload_symbol_at(p, code - 1, &offset, &size));
    assert_null(payload_symbol_at(p, code + 4096, &offset, &size));

    return 0;
}

static void backtraces_find_names(void **state)
{
    loaded("third");
    assert_int_equal(engine_each(name_in_payload, NULL), 0);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(functions_under_load_are_old_or_new),
        TEST(info_tells_what_is_there),
        TEST(backtraces_find_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
