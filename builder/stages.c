/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/stages.h"

#include <stdlib.h>

#include "builder/memory.h"

/* With fewer parts than this, a stage is over before one has looked. */
#define WORTH_SHOWING 4
#define BAR           32

void stage_begin(struct stages *stages, const char *name)
{
    clock_gettime(CLOCK_MONOTONIC, &stages->start);
    stages->stage[stages->nr++].name = name;
    if ( !stages->to )
        return;
    fprintf(stages->to, "[%u/%u] %-8s%s", stages->nr, STAGES, name,
            stages->apart ? "\n" : "");
    fflush(stages->to);
}

void stage_progress(struct stages *stages, size_t done, size_t total)
{
    static const char full[] = "################################";
    size_t n = total ? BAR * done / total : 0;

    if ( !stages->to || !stages->live || stages->apart ||
         total < WORTH_SHOWING )
        return;
    /* From the left edge again: the line is written over. */
    fprintf(stages->to, "\r[%u/%u] %-8s [%.*s%*s] %zu of %zu", stages->nr,
            STAGES, stages->stage[stages->nr - 1].name, (int)n, full,
            (int)(BAR - n), "", done, total);
    fflush(stages->to);
    stages->partial = true;
}

/* Wipes out what stage_progress() has written, but for the stage's name. */
static void end_progress(struct stages *stages)
{
    if ( stages->partial )
        fprintf(stages->to, "\r\033[K[%u/%u] %-8s", stages->nr, STAGES,
                stages->stage[stages->nr - 1].name);
    stages->partial = false;
}

void stage_end(struct stages *stages, const char *detail, ...)
{
    struct timespec now;
    va_list ap;
    char *text;
    double seconds;

    clock_gettime(CLOCK_MONOTONIC, &now);
    seconds = now.tv_sec - stages->start.tv_sec +
              (now.tv_nsec - stages->start.tv_nsec) / 1e9;
    va_start(ap, detail);
    text = xs_vprintf(detail, ap);
    va_end(ap);
    stages->stage[stages->nr - 1].detail = text;
    stages->stage[stages->nr - 1].seconds = seconds;
    end_progress(stages);
    if ( stages->to )
        fprintf(stages->to, "%*s %-52s %6.2f s\n", stages->apart ? 14 : 0, "",
                text, seconds);
}

void stage_fail(struct stages *stages)
{
    end_progress(stages);
    /* Between the stages the line is ended already. */
    if ( stages->to && !stages->apart && stages->nr &&
         !stages->stage[stages->nr - 1].detail )
        fputc('\n', stages->to);
}

void stages_free(struct stages *stages)
{
    while ( stages->nr )
        free(stages->stage[--stages->nr].detail);
}
