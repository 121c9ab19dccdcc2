/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/user/fault.h"
#include "engine/user/host.h"
#include "tests/unit/fixture.h"

static void symbols_are_named_as_xen_names_them(void **state)
{
    const struct host_image *img = host_image();

    assert_non_null(host_image_symbol(img, "hv_answer"));
    assert_non_null(host_image_symbol(img, "hv_a.c#hv_static"));
    assert_non_null(host_image_symbol(img, "hv_b.c#hv_static"));
    assert_null(host_image_symbol(img, "hv_static"));
    assert_null(host_image_symbol(img, "hv_a.c"));
}

static void kinds_are_told_apart(void **state)
{
    unsigned long end = host_symbol("_etext");

    assert_int_equal(port_text_kind(host_symbol("hv_answer"), 13), TEXT_CODE);
    assert_int_equal(port_text_kind(host_symbol("hv_start"), 4), TEXT_INIT);
    assert_int_equal(port_text_kind(host_symbol("hv_boot_only"), 4),
                     TEXT_INIT);
    assert_int_equal(port_text_kind(host_symbol("hv_counter"), 4), TEXT_DATA);
    assert_int_equal(port_text_kind(host_symbol("hv_trace"), 32), TEXT_DATA);
    assert_int_equal(port_text_kind(0x40001000, 1), TEXT_RODATA);
    assert_int_equal(port_text_kind(end - 1, 1), TEXT_CODE);
    assert_int_equal(port_text_kind(end - 1, 2), TEXT_NONE);
    assert_int_equal(port_text_kind(end - 1, ~0ul), TEXT_NONE);
    assert_int_equal(port_text_kind(0, 1), TEXT_NONE);
}

static void the_build_id_is_read(void **state)
{
    unsigned int len, i;
    const uint8_t *id = port_hypervisor_id(&len);

    assert_int_equal(len, 20);
    for ( i = 0; i < len; i++ )
        assert_int_equal(id[i], 0xab);
}

static void its_code_runs_where_it_was_linked(void **state)
{
    int (*answer)(void) = (int (*)(void))host_symbol("hv_answer");
    int (*twice)(int) = (int (*)(int))host_symbol("hv_double");

    assert_true(host_image()->in_place);
    assert_int_equal(answer(), 1);
    assert_int_equal(twice(21), 42);
}

static void an_alias_is_the_same_memory(void **state)
{
    unsigned long addr = host_symbol("hv_answer") + 8;
    int (*answer)(void) = (int (*)(void))host_symbol("hv_answer");
    uint8_t byte = 5, seen[2], *alias = port_alias_map(addr, 1);

    *alias = byte;
    port_text_read(addr, seen, sizeof(seen));
    assert_int_equal(seen[0], 5);
    assert_int_equal(seen[1], 0);
    assert_int_equal(answer(), 5);
    *alias = 1;
    assert_int_equal(host_usage().aliases, 1);
    port_alias_unmap(alias, 1);
    assert_int_equal(host_usage().aliases, 0);
}

static sigjmp_buf jump;

static void on_fault(int sig)
{
    siglongjmp(jump, 1);
}

static bool faults(volatile uint8_t *at)
{
    struct sigaction was, sa = { .sa_handler = on_fault };
    bool hit = true;

    sigaction(SIGSEGV, &sa, &was);
    if ( !sigsetjmp(jump, 1) )
    {
        *at = *at;
        hit = false;
    }
    sigaction(SIGSEGV, &was, NULL);

    return hit;
}

static void text_and_rodata_cannot_be_written(void **state)
{
    assert_true(faults((uint8_t *)host_symbol("hv_answer")));
    assert_true(faults((uint8_t *)0x40001000));
    assert_true(faults((uint8_t *)host_symbol("hv_start")));
    assert_false(faults((uint8_t *)host_symbol("hv_counter")));
}

static void a_region_has_the_rights_of_its_parts(void **state)
{
    struct region r = { .size = { 10, 4097, 1 } };

    assert_int_equal(port_region_alloc(&r), 0);
    assert_int_equal(r.pages, 4);
    assert_int_equal(r.offset[PART_RW], 4096);
    assert_int_equal(r.offset[PART_RO], 3 * 4096);
    assert_non_null(r.fill);
    r.fill[r.offset[PART_RX]] = 0xc3;
    r.fill[r.offset[PART_RO]] = 0x77;
    assert_int_equal(port_region_protect(&r), 0);
    assert_null(r.fill);

    ((void (*)(void))r.base)();
    assert_true(faults((uint8_t *)r.base));
    assert_false(faults((uint8_t *)r.base + r.offset[PART_RW]));
    assert_true(faults((uint8_t *)r.base + r.offset[PART_RO]));
    assert_int_equal(*(uint8_t *)(r.base + r.offset[PART_RO]), 0x77);
    port_region_free(&r);
    assert_true(faults((uint8_t *)r.base + r.offset[PART_RW]));
}

static void regions_do_not_touch_and_are_taken_again(void **state)
{
    struct region a = { .size = { 4096 } }, b = { .size = { 4096 } },
                  c = { .size = { 1 } };

    assert_int_equal(port_region_alloc(&a), 0);
    assert_int_equal(port_region_alloc(&b), 0);
    assert_true(b.base >= a.base + 2 * 4096);
    port_region_free(&a);
    assert_int_equal(port_region_alloc(&c), 0);
    assert_int_equal(c.base, a.base);
    port_region_free(&b);
    port_region_free(&c);
    assert_int_equal(host_usage().regions, 0);
}

static void a_region_that_is_too_large_is_refused(void **state)
{
    struct region r = { .size = { IMAGE_ARENA, 1, 0 } };
    struct region s = { .size = { ~0ul, 0, 0 } };

    assert_int_equal(port_region_alloc(&r), -ENOMEM);
    assert_int_equal(port_region_alloc(&s), -ENOMEM);
}

static void services_fail_when_told(void **state)
{
    struct region r = { .size = { 1 } };
    void *one, *two;

    fault_arm(FAULT_ALLOC, 2);
    one = port_alloc(1);
    two = port_alloc(1);
    assert_non_null(one);
    assert_null(two);
    assert_true(fault_fired(FAULT_ALLOC));
    assert_int_equal(fault_calls(FAULT_ALLOC), 2);
    port_free(one);

    fault_arm(FAULT_REGION_ALLOC, 1);
    assert_int_equal(port_region_alloc(&r), -ENOMEM);
    assert_int_equal(port_region_alloc(&r), 0);
    fault_arm(FAULT_REGION_PROTECT, 1);
    assert_int_equal(port_region_protect(&r), -ENOMEM);
    assert_non_null(r.fill);
    port_region_free(&r);
    fault_arm(FAULT_ALIAS_MAP, 1);
    assert_null(port_alias_map(host_symbol("hv_answer"), 5));
    fault_clear();
}

static void what_is_no_hypervisor_is_refused(void **state)
{
    struct host_image img;
    struct xs_error err = { 0 };

    assert_int_equal(
        host_image_open(&img, fixture_path("answer.xsplice"), &err), -1);
    assert_non_null(strstr(err.what, "no linked x86-64 hypervisor"));
    assert_int_equal(
        host_image_open(&img, fixture_path("hypervisor.absent"), &err), -1);
    assert_non_null(strstr(err.what, "cannot be opened"));
    assert_int_equal(host_image_open(&img, "/dev/null", &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_named_as_xen_names_them),
        cmocka_unit_test(kinds_are_told_apart),
        cmocka_unit_test(the_build_id_is_read),
        cmocka_unit_test(its_code_runs_where_it_was_linked),
        cmocka_unit_test(an_alias_is_the_same_memory),
        cmocka_unit_test(text_and_rodata_cannot_be_written),
        cmocka_unit_test(a_region_has_the_rights_of_its_parts),
        cmocka_unit_test(regions_do_not_touch_and_are_taken_again),
        cmocka_unit_test(a_region_that_is_too_large_is_refused),
        cmocka_unit_test(services_fail_when_told),
        cmocka_unit_test(what_is_no_hypervisor_is_refused),
    };

    return cmocka_run_group_tests(tests, fixture_host, fixture_host_gone);
}
