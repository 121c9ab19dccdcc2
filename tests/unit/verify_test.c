/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What verify says of payloads at the desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/user/verify.h"
#include "tests/unit/fixture.h"

static char *xen_syms;

static int ask(const char *file, const char *below, struct verify_report *r,
               struct xs_error *err)
{
    struct verify_below under;
    size_t size;
    uint8_t *bytes = fixture_bytes(file, &size), *lower = NULL;
    int rc;

    if ( below )
        under.bytes = lower = fixture_bytes(below, &under.size);
    rc = verify_payload_on(bytes, size, xen_syms, &under, !!below, r, err);
    free(bytes);
    free(lower);

    return rc;
}

static void an_accepted_one_is_described(void **state)
{
    struct verify_report r;
    struct xs_error err;

    assert_int_equal(ask("tables.xsplice", NULL, &r, &err), 0);
    assert_true(r.accepted);
    assert_false(r.needs_others);
    assert_int_equal(r.nr_functions, 1);
    assert_string_equal(r.functions[0].name, "hv_third");
    assert_int_equal(r.functions[0].old_size, 13);
    assert_int_equal(r.functions[0].new_size, 40);
    assert_int_equal(r.alternatives, 3);
    assert_int_equal(r.bug_frames, 4);
    assert_int_equal(r.exceptions, 1);
    assert_int_equal(r.symbols, 2); /* hv_log, hv_double */
    verify_free(&r);
}

static void a_refused_one_says_why(void **state)
{
    struct verify_report r;
    struct xs_error err = { 0 };

    assert_int_equal(ask("consumer.xsplice", NULL, &r, &err), 0);
    assert_false(r.accepted);
    assert_int_equal(r.reason, XSPLICE_REASON_SYMBOL_UNKNOWN);
    assert_int_equal(verify_error(&r, &err), -1);
    assert_int_equal(err.kind, XS_REJECTED);
    assert_non_null(strstr(err.what, "provided"));
    assert_non_null(strstr(err.what, "SYMBOL_UNKNOWN"));
    assert_true(err.hint[0]);
    verify_free(&r);
}

static void what_lies_below_can_be_given(void **state)
{
    struct verify_report r;
    struct xs_error err = { 0 };

    assert_int_equal(ask("consumer.xsplice", "provider.xsplice", &r, &err), 0);
    assert_true(r.accepted);
    assert_false(r.needs_others);
    verify_free(&r);
    assert_int_equal(ask("answer_more.xsplice", NULL, &r, &err), 0);
    assert_true(r.accepted);
    assert_true(r.needs_others);
    verify_free(&r);
    assert_int_equal(ask("consumer.xsplice", "borrower.xsplice", &r, &err),
                     -1);
    assert_non_null(strstr(err.what, "payload 1 of those below"));
}

static void rubbish_is_refused(void **state)
{
    struct verify_report r;
    struct xs_error err = { 0 };

    assert_int_equal(ask("answer_more.xsplice", NULL, &r, &err), 0);
    verify_free(&r);
    assert_int_equal(ask("hv-syms", NULL, &r, &err), 0);
    assert_false(r.accepted);
    assert_int_equal(r.reason, XSPLICE_REASON_ELF_TYPE);
    verify_free(&r);
}

static void no_hypervisor_is_no_verdict(void **state)
{
    struct verify_report r;
    struct xs_error err = { 0 };

    assert_int_equal(
        verify_payload((const uint8_t *)"x", 1, "/dev/null", &r, &err), -1);
    assert_non_null(strstr(err.what, "/dev/null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_one_is_described),
        cmocka_unit_test(a_refused_one_says_why),
        cmocka_unit_test(what_lies_below_can_be_given),
        cmocka_unit_test(rubbish_is_refused),
        cmocka_unit_test(no_hypervisor_is_no_verdict),
    };
    int failed;

    xen_syms = strdup(fixture_path("hv-syms"));
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(xen_syms);

    return failed;
}
