/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/console.h"
#include "control/explain.h"

/* Not control/xen_errno.h: the numbers here come from Xen's own header. */
const char *xen_errno_name(int number);
const char *xen_errno_text(int number);

static void each_known_number_is_xens(void **state)
{
    unsigned int known = 0, same_name = 0;

#define XEN_ERRNO(name, value)                                                \
    if ( strcmp(xen_errno_name(value), "unknown") )                           \
    {                                                                         \
        known++;                                                              \
        same_name += !strcmp(xen_errno_name(value), #name);                   \
    }
#include <xen/errno.h>
    /* EWOULDBLOCK and EDEADLOCK are second names. */
    assert_int_equal(known, same_name + 2);
    assert_true(known > 30);
}

static void each_known_number_has_a_text(void **state)
{
    int i;

    for ( i = 1; i < 200; i++ )
        assert_int_equal(!strcmp(xen_errno_name(i), "unknown"),
                         !strcmp(xen_errno_text(i), "unknown error"));
}

static void every_operation_explains_every_number(void **state)
{
    struct xs_error err;
    int op, number;

    for ( op = 0; op < OP_COUNT; op++ )
    {
        assert_non_null(operation_name(op));
        for ( number = 1; number < 130; number++ )
        {
            assert_int_equal(explain(op, -number, "", &err), -1);
            assert_true(err.kind >= XS_FAILED && err.kind <= XS_UNSUPPORTED);
            assert_non_null(strstr(err.what, xen_errno_name(number)));
            assert_true(err.hint[0]);
        }
    }
}

static void a_number_means_what_the_operation_makes_of_it(void **state)
{
    struct xs_error err;

    explain(OP_UPLOAD, -22, "", &err);
    assert_int_equal(err.kind, XS_REJECTED);
    explain(OP_UNLOAD, -22, "", &err);
    assert_int_equal(err.kind, XS_STATE);
    explain(OP_APPLY, -16, "", &err);
    assert_int_equal(err.kind, XS_BUSY);
    explain(OP_REPLACE, -95, "", &err);
    assert_int_equal(err.kind, XS_UNSUPPORTED);
    explain(OP_GET, -2, "", &err);
    assert_int_equal(err.kind, XS_STATE);
}

static void the_console_replaces_what_is_vague(void **state)
{
    struct xs_error err;

    explain(OP_APPLY, -22, "expectation failed", &err);
    assert_string_equal(
        err.what, "the hypervisor refuses it (EINVAL): expectation failed");
    assert_string_equal(err.hint, "");
    explain(OP_UPLOAD, -2, "Unknown symbol: foo", &err);
    assert_string_equal(err.what,
                        "the payload refers to a symbol that this hypervisor "
                        "does not have (ENOENT); its console says: Unknown "
                        "symbol: foo");
}

static void only_complaints_about_the_payload_are_picked(void **state)
{
    char text[CONSOLE_TEXT_MAX];

    console_pick("tail of a line\r\n"
                 "(XEN) livepatch: test1: Verifying enabled expectations for "
                 "all functions\n"
                 "(XEN) livepatch: test10: not about us\n"
                 "(XEN) [2026-01-01 00:00:00] livepatch: test1: expectation "
                 "failed: expected:00, actual:11\r\n"
                 "(XEN) something: test1: else\n"
                 "(XEN) livepatch: test1: expectations of f failed (rc=-22), "
                 "aborting!\n"
                 "(XEN) livepatch: test1: expectations of f failed (rc=-22), "
                 "aborting!\n"
                 "(XEN) livepatch: test1: finished APPLY with rc=0",
                 "test1", text);
    assert_string_equal(text, "expectation failed: expected:00, actual:11; "
                              "expectations of f failed (rc=-22), aborting!");
    console_pick("(XEN) livepatch: test1", "test1", text);
    assert_string_equal(text, "");
    console_pick("(XEN) xsplice: t: no", "t", text);
    assert_string_equal(text, "no");
}

static void of_too_much_text_the_last_is_kept(void **state)
{
    char text[CONSOLE_TEXT_MAX], line[2000], console[4096];

    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    snprintf(console, sizeof(console),
             "livepatch: a: %.300s\nlivepatch: a: the end: %.200s\n", line,
             line);
    console_pick(console, "a", text);
    assert_int_equal(strncmp(text, "the end: xxx", 12), 0);
    snprintf(console, sizeof(console), "livepatch: a: %s\n", line);
    console_pick(console, "a", text);
    assert_int_equal(strlen(text), CONSOLE_TEXT_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_known_number_is_xens),
        cmocka_unit_test(each_known_number_has_a_text),
        cmocka_unit_test(every_operation_explains_every_number),
        cmocka_unit_test(a_number_means_what_the_operation_makes_of_it),
        cmocka_unit_test(the_console_replaces_what_is_vague),
        cmocka_unit_test(only_complaints_about_the_payload_are_picked),
        cmocka_unit_test(of_too_much_text_the_last_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
