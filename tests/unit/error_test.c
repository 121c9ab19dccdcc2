/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/error.h"

static void context_goes_before_the_sentence(void **state)
{
    struct xs_error err = { 0 };

    assert_int_equal(xs_fail(&err, XS_REJECTED, "section %d is odd", 7), -1);
    xs_hint(&err, "build it again");
    xs_context(&err, "upload %s", "test1");
    assert_string_equal(err.what, "upload test1: section 7 is odd");
    assert_string_equal(err.hint, "build it again");
    assert_int_equal(err.kind, XS_REJECTED);
}

static void a_new_error_forgets_the_old_hint(void **state)
{
    struct xs_error err = { 0 };

    xs_fail(&err, XS_FAILED, "first");
    xs_hint(&err, "hint of the first");
    xs_fail(&err, XS_FAILED, "second");
    assert_string_equal(err.hint, "");
}

static void a_long_sentence_is_cut_and_terminated(void **state)
{
    struct xs_error err;
    char longer[2000];

    memset(longer, 'x', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    xs_fail(&err, XS_FAILED, "%s", longer);
    xs_context(&err, "%s", longer);
    assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
}

static void print_puts_the_hint_on_its_own_line(void **state)
{
    struct xs_error err = { 0 };
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    xs_fail(&err, XS_BUSY, "late");
    xs_hint(&err, "wait");
    xs_error_print(f, "xen-xsplice", &err);
    fclose(f);
    assert_string_equal(text, "xen-xsplice: late\nhint: wait\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_goes_before_the_sentence),
        cmocka_unit_test(a_new_error_forgets_the_old_hint),
        cmocka_unit_test(a_long_sentence_is_cut_and_terminated),
        cmocka_unit_test(print_puts_the_hint_on_its_own_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
