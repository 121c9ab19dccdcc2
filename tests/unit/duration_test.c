/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/duration.h"

static void durations_are_read(void **state)
{
    static const struct {
        const char *text;
        uint64_t ns;
    } good[] = {
        { "30", 30 * NS_PER_S },      { "0", 0 },
        { "500ms", 500 * NS_PER_MS }, { "2m", 120 * NS_PER_S },
        { "1.5s", 1500 * NS_PER_MS }, { "0.25", 250 * NS_PER_MS },
        { "1h", 3600 * NS_PER_S },    { "24h", 86400 * NS_PER_S },
        { "1.0005ms", 1000500 },      { "1min", 60 * NS_PER_S },
    };
    uint64_t ns;
    size_t i;

    for ( i = 0; i < sizeof(good) / sizeof(good[0]); i++ )
    {
        assert_true(duration_parse(good[i].text, &ns));
        assert_int_equal(ns, good[i].ns);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const bad[] = {
        "",        "s",
        "-1",      "+1",
        " 1",      "1 s",
        "1x",      "1.",
        "1.s",     ".5",
        "1e3",     "25h",
        "86400.1", "99999999999999999999999",
        "1440.5m", "1ss",
    };
    uint64_t ns = 7;
    size_t i;

    for ( i = 0; i < sizeof(bad) / sizeof(bad[0]); i++ )
        assert_false(duration_parse(bad[i], &ns));
    assert_int_equal(ns, 7);
}

static void waits_double_up_to_the_most_and_end_at_the_deadline(void **state)
{
    static const uint64_t expected[] = { 10, 20, 40, 50, 50, 30 };
    uint64_t now = 1000, wait;
    struct backoff b;
    size_t i;

    backoff_begin(&b, now, 200, 10, 50);
    for ( i = 0; i < sizeof(expected) / sizeof(expected[0]); i++ )
    {
        wait = backoff_next(&b, now);
        assert_int_equal(wait, expected[i]);
        now += wait;
    }
    assert_int_equal(now, 1200);
    assert_int_equal(backoff_next(&b, now), 0);
    assert_int_equal(backoff_next(&b, now + 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(waits_double_up_to_the_most_and_end_at_the_deadline),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
