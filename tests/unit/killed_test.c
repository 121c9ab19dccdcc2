/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tool is killed, before each of its hypercalls in turn and right behind it:
 * the next command finds its way from there.  Each case is a process of its own,
 * since what a killed one leaves behind cannot be given back.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/tool_case.h"

#define FDS  256
#define MOST 200 /* hypercalls of one command */

/* What was begun, and how it is gone on with. */
struct work {
    const char *setup[6];
    const char *command; /* that is killed */
    const char *then;    /* what comes next; NULL: the same once more */
    const char *name;    /* what is looked at in the end */
    uint32_t state;      /* 0: it is not there */
    bool reboots;        /* between the two */
    int kind;            /* what 'then' ends with */
};

static jmp_buf dead;
static char text[6][5000];

static void die_now(void)
{
    longjmp(dead, 1);
}

/* NAME=FILE in a command becomes the file's path. */
static const char *words(const char *command, char *room)
{
    const char *at = strchr(command, '@');

    if ( !at )
        return command;
    snprintf(room, 5000, "%.*s%s", (int)(at - command), command, file(at + 1));
    return room;
}

static bool open_fd(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* Runs it with the axe over it; whether it fell. */
static bool killed(const char *command, unsigned int at, bool behind)
{
    bool was_open[FDS];
    int fd;

    for ( fd = 0; fd < FDS; fd++ )
        was_open[fd] = open_fd(fd);
    engine.calls = 0;
    engine.kill_at = at;
    engine.kill_behind = behind;
    engine.killed = die_now;
    if ( !setjmp(dead) )
    {
        run(command);
        engine.kill_at = 0;
        return false;
    }
    /* What the system does for a process that is gone: its locks, its memory. */
    for ( fd = 0; fd < FDS; fd++ )
        if ( !was_open[fd] && open_fd(fd) )
            close(fd);
    engine.kill_at = 0;
    engine.buffers = 0;
    out = notes = NULL;
    return true;
}

/* In a process of its own; 0: as it should be, 1: the command came through. */
static int one_life(const struct work *w, unsigned int at, bool behind)
{
    const char *then = w->then ? w->then : w->command;
    unsigned int i;
    bool fell;
    int kind;

    for ( i = 0; i < 6 && w->setup[i]; i++ )
        if ( run(words(w->setup[i], text[0])) )
            return 2;
    engine.polls = 2;
    fell = killed(words(w->command, text[1]), at, behind);
    if ( w->reboots )
        reboot();
    /* Everybody else can look, and is not kept waiting. */
    if ( run("list") || run("status") || run("deps") )
        return 3;
    kind = run(words(then, text[2]));
    if ( kind != w->kind )
        return 4;
    if ( state_of(w->name) != w->state )
        return 5;
    return fell ? 0 : 1;
}

static int in_a_process(const struct work *w, unsigned int at, bool behind)
{
    int status;
    pid_t pid = fork();

    if ( !pid )
        _exit(one_life(w, at, behind));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Each call of the command; there must be some, and it must end. */
static void each_call(const struct work *w, bool own)
{
    unsigned int behind, at, n = 0;

    for ( behind = 0; behind < 2; behind++ )
        for ( at = 1;; at++ )
        {
            int rc;

            /* The engine is in the process: each child has one as at first. */
            engine.own = own;
            rc = in_a_process(w, at, behind);
            end(NULL);
            begin(NULL);
            if ( rc == 1 )
                break;
            if ( rc || at > MOST )
                fail_msg("%s, killed %s call %u: %d", w->command,
                         behind ? "behind" : "before", at, rc);
            n++;
        }
    assert_true(n > 4);
}

static const struct work works[] = {
    { { "upload test1 @test1" },
      "upload test2 @test2",
      NULL,
      "test2",
      XSPLICE_STATE_LOADED },
    /* Its metadata do not say what it is: there must be a note. */
    { { NULL }, "upload bare @bare", NULL, "bare", XSPLICE_STATE_LOADED },
    { { NULL }, "load bare @bare", NULL, "bare", XSPLICE_STATE_APPLIED },
    { { NULL }, "load bare @bare", "unload bare", "bare", 0, true },
    { { NULL }, "load test1 @test1", NULL, "test1", XSPLICE_STATE_APPLIED },
    { { "upload test1 @test1" },
      "apply test1",
      NULL,
      "test1",
      XSPLICE_STATE_APPLIED },
    { { "upload test1 @test1" },
      "apply test1",
      "revert test1",
      "test1",
      XSPLICE_STATE_LOADED },
    { { "load test1 @test1" },
      "revert test1",
      NULL,
      "test1",
      XSPLICE_STATE_LOADED },
    { { "load test1 @test1" },
      "revert test1",
      "load test1 @test1",
      "test1",
      XSPLICE_STATE_APPLIED },
    { { "load test1 @test1", "upload test3 @test3" },
      "replace test3",
      NULL,
      "test1",
      XSPLICE_STATE_LOADED },
    { { "upload test1 @test1" }, "unload test1", NULL, "test1", 0 },
    { { "upload test1 @test1" },
      "unload test1",
      "upload test1 @test1",
      "test1",
      XSPLICE_STATE_LOADED },
    { { "install test1 @test1" },
      "restore",
      NULL,
      "test1",
      XSPLICE_STATE_APPLIED },
};

static void the_next_command_carries_on(void **state)
{
    unsigned int i;

    for ( i = 0; i < sizeof(works) / sizeof(works[0]); i++ )
        each_call(&works[i], false);
}

/* Of our engine: another way to ask, and trials. */
static void the_same_with_our_engine(void **state)
{
    static const struct work ours[] = {
        { { "load test1 @test1" },
          "revert test1",
          NULL,
          "test1",
          XSPLICE_STATE_LOADED },
        { { "upload test1 @test1" },
          "apply test1 --confirm-within=60s",
          NULL,
          "test1",
          XSPLICE_STATE_APPLIED },
        { { "upload test1 @test1", "apply test1 --confirm-within=60s" },
          "confirm test1",
          NULL,
          "test1",
          XSPLICE_STATE_APPLIED },
        { { "upload test1 @test1", "upload test2 @test2" },
          "check test1",
          NULL,
          "test1",
          XSPLICE_STATE_LOADED },
    };
    unsigned int i;

    for ( i = 0; i < sizeof(ours) / sizeof(ours[0]); i++ )
        each_call(&ours[i], true);
}

/*
 * Killed in the midst of restoring, and then the host goes down: what was marked
 * is not tried again, what was not is.
 */
static void a_restore_that_was_cut_off_is_not_repeated_blindly(void **state)
{
    unsigned int behind, at, refused = 0, tried = 0;

    for ( behind = 0; behind < 2; behind++ )
        for ( at = 1; at < MOST; at++ )
        {
            static const struct work marked = { { "install test1 @test1" },
                                                "restore",
                                                NULL,
                                                "test1",
                                                0,
                                                true,
                                                XS_STATE };
            static const struct work unmarked = {
                { "install test1 @test1" }, "restore", NULL, "test1",
                XSPLICE_STATE_APPLIED,      true,      0
            };
            int first = in_a_process(&unmarked, at, behind), second;

            end(NULL);
            begin(NULL);
            second = in_a_process(&marked, at, behind);
            end(NULL);
            begin(NULL);
            /* Came through: nobody confirmed it. */
            if ( second == 1 )
                break;
            if ( !first == !second )
                fail_msg("killed at %u: %d, %d", at, first, second);
            tried += !first;
            refused += !second;
        }
    assert_true(tried > 0 && refused > 0);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_next_command_carries_on),
        CASE(the_same_with_our_engine),
        CASE(a_restore_that_was_cut_off_is_not_repeated_blindly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
