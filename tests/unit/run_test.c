/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <signal.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/run.h"
#include "tests/unit/tempdir.h"

static struct xs_error err;

static void a_program_gives_status_and_output(void **state)
{
    const char *const fails[] = { "sh", "-c", "echo a b; echo c >&2; exit 7",
                                  NULL };
    const char *const killed[] = { "sh", "-c", "kill -9 $$", NULL };
    const char *const nothing[] = { "no-such-program", NULL };
    char *out;

    assert_int_equal(run_program(fails, NULL, NULL, 1, &out, &err), 7);
    assert_string_equal(out, "a b\nc\n");
    free(out);
    assert_int_equal(run_program(killed, NULL, NULL, 1, NULL, &err), 128 + 9);
    assert_int_equal(run_program(nothing, NULL, NULL, 1, &out, &err), 127);
    assert_non_null(strstr(out, "no-such-program: No such file"));
    free(out);
}

static void input_and_directory_are_where_it_runs(void **state)
{
    const char *const cat[] = { "sh", "-c", "cat; cat here; pwd", NULL };
    const char *const input[] = { "sh", "-c", "wc -c", NULL };
    char *out, *want;

    put_file(*state, "in", "from the file\n");
    put_file(*state, "d/here", "in the directory\n");
    assert_int_equal(run_program(cat, in_dir(*state, "d"),
                                 in_dir(*state, "in"), 0, &out, &err),
                     0);
    want = xs_printf("from the file\nin the directory\n%s\n",
                     in_dir(*state, "d"));
    assert_string_equal(out, want);
    free(want);
    free(out);
    /* Nothing waits for a terminal. */
    assert_int_equal(run_program(input, NULL, NULL, 0, &out, &err), 0);
    assert_int_equal(atoi(out), 0);
    free(out);
    assert_int_equal(
        run_program(input, in_dir(*state, "none"), NULL, 0, NULL, &err), 126);
}

static void free_outputs(struct run_job *job, size_t n)
{
    while ( n-- )
        free(job[n].output);
}

static void jobs_run_side_by_side_and_each_has_its_own(void **state)
{
    /* The first waits for what the second does. */
    struct run_job job[] = {
        { "while [ ! -e flag ]; do sleep 0.01; done; echo one", *state },
        { "echo two; touch flag", *state },
        { "echo three >&2", *state },
    };

    assert_int_equal(run_jobs(job, 3, 2, &err), 0);
    assert_int_equal(job[0].status + job[1].status + job[2].status, 0);
    assert_string_equal(job[0].output, "one\n");
    assert_string_equal(job[1].output, "two\n");
    assert_string_equal(job[2].output, "three\n");
    free_outputs(job, 3);
}

static void no_more_than_said_at_a_time(void **state)
{
    static const char alone[] = "mkdir lock || exit 3; sleep 0.02; rmdir lock";
    struct run_job job[] = { { alone, *state },
                             { alone, *state },
                             { alone, *state } };
    size_t i;

    assert_int_equal(run_jobs(job, 3, 1, &err), 0);
    for ( i = 0; i < 3; i++ )
        assert_int_equal(job[i].status, 0);
    free_outputs(job, 3);
    /* None at all still is one. */
    assert_int_equal(run_jobs(job, 1, 0, &err), 0);
    assert_int_equal(job[0].status, 0);
    free_outputs(job, 1);
}

static void none_starts_behind_one_that_failed(void **state)
{
    struct run_job job[] = { { "exit 5", *state }, { "touch ran", *state } };

    assert_int_equal(run_jobs(job, 2, 1, &err), 0);
    assert_int_equal(job[0].status, 5);
    assert_int_equal(job[1].status, -1);
    assert_null(job[1].output);
    assert_null(get_file(*state, "ran"));
    free_outputs(job, 2);
}

static void commands_are_printed_as_one_could_type_them(void **state)
{
    const char *const argv[] = {
        "echo", "plain", "two words", "it's", "", NULL
    };
    struct run_job job = { "true 'x'", "/" };
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);

    run_print(to);
    assert_int_equal(run_program(argv, "/", "/dev/null", 0, NULL, &err), 0);
    assert_int_equal(run_jobs(&job, 1, 1, &err), 0);
    run_print(NULL);
    assert_int_equal(run_jobs(&job, 0, 1, &err), 0);
    fclose(to);
    assert_string_equal(text, "+ cd / && echo plain 'two words' 'it'\\''s' '' "
                              "</dev/null\n+ cd / && true 'x'\n");
    free(job.output);
    free(text);
}

/* The last test: there is no way back from it. */
static void after_an_interrupt_nothing_starts(void **state)
{
    const char *const argv[] = { "touch", in_dir(*state, "a"), NULL };
    struct run_job job = { "touch b", *state };

    run_interrupt(SIGINT);
    assert_int_equal(run_program(argv, NULL, NULL, 0, NULL, &err), -1);
    assert_string_equal(err.what, "interrupted");
    assert_int_equal(run_jobs(&job, 1, 1, &err), -1);
    assert_int_equal(job.status, -1);
    assert_null(get_file(*state, "a"));
    assert_null(get_file(*state, "b"));
}

#define IN_DIR(test)                                                          \
    cmocka_unit_test_setup_teardown(test, tempdir_make, tempdir_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gives_status_and_output),
        IN_DIR(input_and_directory_are_where_it_runs),
        IN_DIR(jobs_run_side_by_side_and_each_has_its_own),
        IN_DIR(no_more_than_said_at_a_time),
        IN_DIR(none_starts_behind_one_that_failed),
        cmocka_unit_test(commands_are_printed_as_one_could_type_them),
        IN_DIR(after_an_interrupt_nothing_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
