/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "builder/patchinfo.h"

static struct patchinfo info;

static int teardown(void **state)
{
    patchinfo_free(&info);
    return 0;
}

static void a_mail(void **state)
{
    patchinfo_read("From 0123456 Mon Sep 17 00:00:00 2001\n"
                   "From: A Name <a@b.example>\n"
                   "Date: Tue, 1 Jan 2030 00:00:00 +0000\n"
                   "Subject: [PATCH v2 3/7] x86/emul: check the\n"
                   " bounds of it\n"
                   "\n"
                   "This is XSA-123 / CVE-2030-0001, also cve-2030-0001.\n"
                   "\n"
                   "Signed-off-by: A Name\n"
                   "---\n"
                   " xen/x.c | 2 +-\n"
                   "diff --git a/xen/x.c b/xen/x.c\n--- a/xen/x.c\n",
                   &info);
    assert_string_equal(info.subject, "x86/emul: check the bounds of it");
    assert_string_equal(info.author, "A Name <a@b.example>");
    assert_string_equal(info.message,
                        "This is XSA-123 / CVE-2030-0001, also "
                        "cve-2030-0001.\n\nSigned-off-by: A Name");
    assert_int_equal(info.labels.n, 2);
    assert_string_equal(info.labels.v[0], "CVE-2030-0001");
    assert_string_equal(info.labels.v[1], "XSA-123");
}

static void a_commit(void **state)
{
    patchinfo_read("commit 0123456789\nAuthor: A <a@b>\nDate:   now\n\n"
                   "    subject line\n\n    more of it\n\ndiff --git a b\n",
                   &info);
    assert_string_equal(info.subject, "subject line");
    assert_string_equal(info.author, "A <a@b>");
    assert_string_equal(info.message, "more of it");
}

static void lines_before_a_plain_diff(void **state)
{
    patchinfo_read("\nWhy: because\nand more\n--- a/x\n+++ b/x\n", &info);
    assert_string_equal(info.subject, "Why: because");
    assert_string_equal(info.message, "and more");
    assert_string_equal(info.author, "");
    assert_int_equal(info.labels.n, 0);
}

static void nothing_but_a_diff(void **state)
{
    patchinfo_read("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-XSA-1\n+XSA-2\n", &info);
    assert_string_equal(info.subject, "");
    assert_string_equal(info.message, "");
    assert_int_equal(info.labels.n, 0);
}

static void no_text_at_all(void **state)
{
    patchinfo_read("", &info);
    assert_string_equal(info.subject, "");
}

static void what_only_looks_like_a_label(void **state)
{
    patchinfo_read("FOOXSA-12 XSA- CVE-x fine-XSA-7-\n", &info);
    assert_int_equal(info.labels.n, 1);
    assert_string_equal(info.labels.v[0], "XSA-7");
}

#define CASE(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_mail),
        CASE(a_commit),
        CASE(lines_before_a_plain_diff),
        CASE(nothing_but_a_diff),
        CASE(no_text_at_all),
        CASE(what_only_looks_like_a_label),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
