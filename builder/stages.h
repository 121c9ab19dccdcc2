/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbered stages with their times, as the user watches them. */
#ifndef BUILDER_STAGES_H
#define BUILDER_STAGES_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define STAGES 5

struct stages {
    FILE *to; /* where to print; NULL: only keep */
    bool
        apart; /* other lines come in between: a line for begin and end each */
    bool live; /* the reader sees each change: show how far we are */
    bool partial; /* a line that shows it stands there */
    unsigned int nr;
    struct {
        const char *name;
        char *detail;
        double seconds;
    } stage[STAGES];
    struct timespec start;
};

/* Begins a stage: "[2/5] patch". */
void stage_begin(struct stages *stages, const char *name);

/*
 * Shows how much of a stage is done, if there is enough of it and somebody
 * looks: "[4/5] compile  [####      ] 37 of 100".
 */
void stage_progress(struct stages *stages, size_t done, size_t total);

/* Ends it: "  1 file in xen/ 0.01 s"; the detail as printf() has it. */
void stage_end(struct stages *stages, const char *detail, ...)
    __attribute__((format(printf, 2, 3)));

/* Ends the line of a stage that failed. */
void stage_fail(struct stages *stages);

void stages_free(struct stages *stages);

#endif /* BUILDER_STAGES_H */
