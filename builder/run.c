/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "builder/memory.h"
#include "builder/strv.h"

static volatile sig_atomic_t interrupted;

void run_interrupt(int signal)
{
    interrupted = 1;
}

/* Where commands are printed; NULL: nowhere. */
static FILE *printer;

void run_print(FILE *to)
{
    printer = to;
}

static void print_word(const char *word)
{
    bool plain = *word && !strpbrk(word, " \t\n\"'\\$`<>|&;()*?[]#~!{}");
    char *quoted = plain ? NULL : str_quoted(word);

    fputs(plain ? word : quoted, printer);
    free(quoted);
}

/* "+ cd DIRECTORY && COMMAND <INPUT", the command as words or for the shell. */
static void print_command(const char *directory, const char *command,
                          const char *const argv[], const char *input)
{
    if ( !printer )
        return;
    fputs("+ ", printer);
    if ( directory )
    {
        fputs("cd ", printer);
        print_word(directory);
        fputs(" && ", printer);
    }
    if ( command )
        fputs(command, printer);
    while ( argv && *argv )
    {
        print_word(*argv++);
        fputs(*argv ? " " : "", printer);
    }
    if ( input )
    {
        fputs(" <", printer);
        print_word(input);
    }
    fputc('\n', printer);
    fflush(printer);
}

unsigned int run_cpus(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? n : 1;
}

/* In the child: never returns. */
static void become(const char *const argv[], const char *directory,
                   const char *input, int out, bool merge)
{
    int in = open(input ? input : "/dev/null", O_RDONLY);

    if ( in < 0 || dup2(in, 0) < 0 || (out >= 0 && dup2(out, 1) < 0) ||
         (merge && out >= 0 && dup2(out, 2) < 0) )
        _exit(126);
    if ( directory && chdir(directory) )
        _exit(126);
    signal(SIGPIPE, SIG_DFL);
    setenv("LC_ALL", "C", 1);
    execvp(argv[0], (char *const *)argv);
    dprintf(2, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

/* An unnamed temporary file takes the output: no pipe to be drained. */
static int output_file(struct xs_error *err)
{
    FILE *f = tmpfile();
    int fd;

    if ( !f )
        return xs_fail(err, XS_FAILED, "cannot make a temporary file: %s",
                       strerror(errno));
    fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, 3);
    fclose(f);
    return fd;
}

static char *take_output(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char *text = xs_calloc(size + 1, 1);
    ssize_t got = pread(fd, text, size, 0);

    text[got > 0 ? got : 0] = '\0';
    close(fd);
    return text;
}

static int status_of(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
                                  : 128 + WTERMSIG(wait_status);
}

static pid_t wait_for(pid_t pid, int *status)
{
    pid_t got;

    do
        got = waitpid(pid, status, 0);
    while ( got < 0 && errno == EINTR );
    return got;
}

static int fail_interrupted(struct xs_error *err)
{
    return xs_fail(err, XS_FAILED, "interrupted");
}

int run_program(const char *const argv[], const char *directory,
                const char *input, int merge, char **output,
                struct xs_error *err)
{
    int status = 0, out = -1;
    pid_t pid;

    if ( interrupted )
        return fail_interrupted(err);
    if ( output && (out = output_file(err)) < 0 )
        return -1;
    print_command(directory, NULL, argv, input);
    pid = fork();
    if ( pid == 0 )
        become(argv, directory, input, out, merge);
    if ( pid < 0 || wait_for(pid, &status) < 0 )
    {
        if ( out >= 0 )
            close(out);
        return xs_fail(err, XS_FAILED, "cannot run %s: %s", argv[0],
                       strerror(errno));
    }
    if ( output )
        *output = take_output(out);
    return interrupted ? fail_interrupted(err) : status_of(status);
}

struct slot {
    pid_t pid;
    size_t job;
    int out;
};

static int start(struct run_job *job, struct slot *slot, struct xs_error *err)
{
    const char *argv[] = { "/bin/sh", "-c", job->command, NULL };

    slot->out = output_file(err);
    if ( slot->out < 0 )
        return -1;
    print_command(job->directory, job->command, NULL, NULL);
    slot->pid = fork();
    if ( slot->pid == 0 )
        become(argv, job->directory, NULL, slot->out, true);
    if ( slot->pid < 0 )
    {
        close(slot->out);
        return xs_fail(err, XS_FAILED, "cannot run a command: %s",
                       strerror(errno));
    }
    return 0;
}

/* Waits for any of the jobs in the slots; returns the index of its slot. */
static size_t finish_one(struct run_job *jobs, struct slot *slots, size_t busy)
{
    int status = 0;
    size_t i = 0;
    pid_t pid = wait_for(-1, &status);

    while ( i + 1 < busy && slots[i].pid != pid )
        i++;
    jobs[slots[i].job].status = pid < 0 ? 127 : status_of(status);
    jobs[slots[i].job].output = take_output(slots[i].out);
    return i;
}

int run_jobs(struct run_job *jobs, size_t nr, unsigned int parallel,
             struct xs_error *err)
{
    return run_watched(jobs, nr, parallel, NULL, NULL, err);
}

int run_watched(struct run_job *jobs, size_t nr, unsigned int parallel,
                run_watch *watch, void *arg, struct xs_error *err)
{
    struct slot *slots;
    size_t next = 0, busy = 0, done = 0, i;
    bool stop = false;
    int rc = 0;

    if ( !parallel )
        parallel = 1;
    slots = xs_calloc(parallel, sizeof(*slots));
    for ( i = 0; i < nr; i++ )
    {
        jobs[i].status = -1;
        jobs[i].output = NULL;
    }
    while ( busy || (next < nr && !stop) )
    {
        if ( interrupted )
            stop = true;
        if ( next < nr && busy < parallel && !stop )
        {
            slots[busy].job = next++;
            if ( start(&jobs[slots[busy].job], &slots[busy], err) )
            {
                rc = -1;
                stop = true;
                continue;
            }
            busy++;
            continue;
        }
        if ( !busy )
            break;
        i = finish_one(jobs, slots, busy);
        if ( jobs[slots[i].job].status )
            stop = true;
        slots[i] = slots[--busy];
        if ( watch )
            watch(arg, ++done, nr);
    }
    free(slots);
    return interrupted ? fail_interrupted(err) : rc;
}
