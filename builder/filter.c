/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/compile.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"
#include "builder/named.h"
#include "builder/strv.h"
#include "builder/run.h"

/* Preprocessed texts are large; no more than this many are kept at a time. */
#define BATCH 32

/* A unit that can be asked whether the change is in it. */
struct question {
    struct unit *unit;
    struct named_list names;
};

/* The names that concern a unit; false if something concerns it otherwise. */
static bool unit_names(const struct compiling *c, const struct unit *unit,
                       struct named_list *names)
{
    size_t i;

    memset(names, 0, sizeof(*names));
    if ( unit->direct )
        return false;
    for ( i = 0; i < c->changes->nr; i++ )
    {
        const struct touched *file = &c->changes->file[i];

        if ( !strv_has_sorted(&unit->record->deps, file->path) )
            continue;
        if ( !file->old_text || !file->new_text ||
             !named_collect(file->old_text, file->new_text, names) )
        {
            named_free(names);
            return false;
        }
    }
    return true;
}

/*
 * The recorded command, made to print the preprocessed text: what it would
 * write is dropped with the options that say where to.
 */
static char *preprocessing(const struct record *record)
{
    char *copy = xs_strdup(record->command), *out = xs_strdup("");
    char *word, *save = NULL, *more;
    bool skip = false;

    for ( word = strtok_r(copy, " ", &save); word;
          word = strtok_r(NULL, " ", &save) )
    {
        bool valued = !strcmp(word, "-o") || !strcmp(word, "-MF") ||
                      !strcmp(word, "-MQ");

        if ( !skip && !valued && strcmp(word, "-c") &&
             !str_begins(word, "-MM") && strcmp(word, "-MP") )
        {
            more = xs_printf("%s%s ", out, word);
            free(out);
            out = more;
        }
        skip = !skip && valued;
    }
    more = xs_printf("exec %s -E -dU -P", out);
    free(out);
    free(copy);
    return more;
}

/*
 * Runs the preprocessor for a batch.  A unit that does not get through it is
 * left to the compiler, which says why.
 */
static int ask(struct compiling *c, struct question *q, size_t n,
               const char *at, struct xs_error *err)
{
    struct run_job *jobs = xs_calloc(n, sizeof(*jobs));
    size_t i;
    int rc;

    for ( i = 0; i < n; i++ )
    {
        jobs[i].command = preprocessing(q[i].unit->record);
        jobs[i].directory = at;
    }
    rc = run_jobs(jobs, n, c->parallel, err);
    for ( i = 0; i < n; i++ )
    {
        c->preprocessed += jobs[i].status >= 0;
        if ( jobs[i].status == 0 )
            q[i].unit->skipped = !named_used(&q[i].names, jobs[i].output);
        free((char *)jobs[i].command);
        free(jobs[i].output);
    }
    free(jobs);
    return rc;
}

int compile_filter(struct compiling *c, struct units *units,
                   struct xs_error *err)
{
    struct question *q = xs_calloc(units->n, sizeof(*q));
    char *at = xs_printf("%s/new", c->work);
    size_t i, size, n = 0;
    int rc = 0;

    for ( i = 0; i < units->n; i++ )
    {
        q[n].unit = &units->v[i];
        /* Two runs for each unit are the limit: its types need both. */
        if ( !compile_needs_dwarf(q[n].unit) )
            n += unit_names(c, &units->v[i], &q[n].names);
    }
    for ( i = 0; i < n && !rc; i += size )
    {
        size = n - i < BATCH ? n - i : BATCH;
        rc = ask(c, &q[i], size, at, err);
    }
    for ( i = 0; i < n; i++ )
        named_free(&q[i].names);
    free(at);
    free(q);
    return rc;
}
