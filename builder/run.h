/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running other programs: one and wait, or many side by side. */
#ifndef BUILDER_RUN_H
#define BUILDER_RUN_H

#include <stddef.h>
#include <stdio.h>

#include "common/error.h"

/* A command for the shell, and what became of it. */
struct run_job {
    const char *command;   /* for sh -c */
    const char *directory; /* where to run it; NULL: here */
    int status;            /* exit status; 128 + signal; -1: not run */
    char *output;          /* standard output and error; release with free() */
};

/* Called when a job has ended, with how many have. */
typedef void run_watch(void *arg, size_t done, size_t total);

/*
 * Runs the jobs, at most `parallel` at a time, in C locale, with nothing on
 * standard input.  No new job starts once one has failed.  Returns 0 when all
 * were started and waited for, whatever their status; -1 with err set if the
 * machine refused, or the user interrupted (run_interrupt()).
 */
int run_jobs(struct run_job *jobs, size_t nr, unsigned int parallel,
             struct xs_error *err);

/* The same, watched; watch may be NULL. */
int run_watched(struct run_job *jobs, size_t nr, unsigned int parallel,
                run_watch *watch, void *arg, struct xs_error *err);

/*
 * Runs one program and waits.  Its standard input comes from the file `input`
 * (NULL: nothing).  *output, unless NULL, gets its standard output (and error,
 * if `merge`); release with free().  Returns its exit status, or -1 with err set.
 */
int run_program(const char *const argv[], const char *directory,
                const char *input, int merge, char **output,
                struct xs_error *err);

/*
 * From now on each command is printed before it runs, as one could type it;
 * NULL ends that.
 */
void run_print(FILE *to);

/* For a signal handler: start nothing more, the user wants to end. */
void run_interrupt(int signal);

/* Number of CPUs that are online; at least 1. */
unsigned int run_cpus(void);

#endif /* BUILDER_RUN_H */
