/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/linediff.h"

/* The old number of each new line, as a string: "1 2 0 3 ". */
static char *mapping(const char *old_text, const char *new_text)
{
    struct linediff diff;
    char *result = NULL;
    size_t size = 0, i;
    FILE *f = open_memstream(&result, &size);

    linediff_make(old_text, new_text, &diff);
    for ( i = 0; i < diff.nr_new; i++ )
        fprintf(f, "%u ", diff.old_of[i]);
    fclose(f);
    linediff_free(&diff);
    return result;
}

static void check(const char *old_text, const char *new_text,
                  const char *expected)
{
    char *got = mapping(old_text, new_text);

    assert_string_equal(got, expected);
    free(got);
}

static void equal_texts_map_one_to_one(void **state)
{
    check("a\nb\nc\n", "a\nb\nc\n", "1 2 3 ");
}

static void insertion_at_each_place(void **state)
{
    check("a\nb\nc\n", "X\na\nb\nc\n", "0 1 2 3 ");
    check("a\nb\nc\n", "a\nX\nb\nc\n", "1 0 2 3 ");
    check("a\nb\nc\n", "a\nb\nc\nX\n", "1 2 3 0 ");
}

static void deletion_and_replacement(void **state)
{
    check("a\nb\nc\nd\n", "a\nd\n", "1 4 ");
    check("a\nb\nc\nd\n", "a\nX\nY\nZ\nd\n", "1 0 0 0 4 ");
}

static void several_places_at_once(void **state)
{
    check("a\nb\nc\nd\ne\nf\n", "b\nX\nc\ne\nY\nf\n", "2 0 3 5 0 6 ");
}

static void empty_texts(void **state)
{
    check("", "", "");
    check("", "a\n", "0 ");
    check("a\n", "", "");
}

static void a_missing_line_end_is_a_difference(void **state)
{
    check("a\nb", "a\nb\n", "1 0 ");
    check("a\nb", "a\nb", "1 2 ");
}

/* Against the length of the longest common subsequence, the slow sure way. */
static unsigned int lcs(const char *a, const char *b)
{
    unsigned int t[40][40] = { { 0 } };
    size_t n = strlen(a), m = strlen(b), i, j;

    for ( i = 1; i <= n; i++ )
        for ( j = 1; j <= m; j++ )
        {
            t[i][j] = t[i - 1][j] > t[i][j - 1] ? t[i - 1][j] : t[i][j - 1];
            if ( a[i - 1] == b[j - 1] && t[i][j] < t[i - 1][j - 1] + 1 )
                t[i][j] = t[i - 1][j - 1] + 1;
        }
    return t[n][m];
}

/* Letters as lines. */
static char *lines_of(const char *letters)
{
    char *text = calloc(2 * strlen(letters) + 1, 1);
    size_t i;

    for ( i = 0; letters[i]; i++ )
    {
        text[2 * i] = letters[i];
        text[2 * i + 1] = '\n';
    }
    return text;
}

static void random_texts_get_a_longest_common_subsequence(void **state)
{
    unsigned int round, seed = 1;

    for ( round = 0; round < 3000; round++ )
    {
        char a[40] = "", b[40] = "", *old_text, *new_text;
        struct linediff diff;
        unsigned int common = 0, last = 0;
        size_t i;

        for ( i = 0; i < (size_t)(rand_r(&seed) % 20); i++ )
            a[i] = 'a' + rand_r(&seed) % 4;
        for ( i = 0; i < (size_t)(rand_r(&seed) % 20); i++ )
            b[i] = 'a' + rand_r(&seed) % 4;
        old_text = lines_of(a);
        new_text = lines_of(b);
        linediff_make(old_text, new_text, &diff);
        for ( i = 0; i < diff.nr_new; i++ )
            if ( diff.old_of[i] )
            {
                assert_true(diff.old_of[i] > last);
                last = diff.old_of[i];
                assert_int_equal(a[last - 1], b[i]);
                assert_int_equal(diff.new_of[last - 1], i + 1);
                common++;
            }
        assert_int_equal(common, lcs(a, b));
        linediff_free(&diff);
        free(old_text);
        free(new_text);
    }
}

static void texts_with_nothing_in_common_take_the_short_way(void **state)
{
    char *old_text = calloc(1, 100000), *new_text = calloc(1, 100000);
    struct linediff diff;
    size_t i;

    strcat(old_text, "head\n");
    strcat(new_text, "head\n");
    for ( i = 0; i < 3000; i++ )
    {
        sprintf(old_text + strlen(old_text), "o%zu\n", i);
        sprintf(new_text + strlen(new_text), "n%zu\n", i);
    }
    strcat(old_text, "tail\n");
    strcat(new_text, "tail\n");
    linediff_make(old_text, new_text, &diff);
    assert_int_equal(diff.old_of[0], 1);
    assert_int_equal(diff.old_of[1500], 0);
    assert_int_equal(diff.old_of[3001], 3002);
    linediff_free(&diff);
    free(old_text);
    free(new_text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_map_one_to_one),
        cmocka_unit_test(insertion_at_each_place),
        cmocka_unit_test(deletion_and_replacement),
        cmocka_unit_test(several_places_at_once),
        cmocka_unit_test(empty_texts),
        cmocka_unit_test(a_missing_line_end_is_a_difference),
        cmocka_unit_test(random_texts_get_a_longest_common_subsequence),
        cmocka_unit_test(texts_with_nothing_in_common_take_the_short_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
