/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/ask.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"
#include "builder/run.h"
#include "builder/strv.h"
#include "builder/words.h"
#include "builder/work.h"

/* Preprocessed texts are large; no more than this many are kept at a time. */
#define BATCH 32

/*
 * The recorded command, made to print the preprocessed text, with the
 * definitions of the macros that are expanded or tested: what it would write is
 * dropped with the options that say where to.
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

/* A macro stands there only if it is used; a function is declared once. */
static bool used(const char *text, const char *name)
{
    const char *p = words_find(text, name);
    char *define;
    bool macro;

    if ( !p )
        return false;
    define = xs_printf("#define %s", name);
    macro = words_find(text, define);
    free(define);
    return macro || words_find(p + strlen(name), name);
}

static bool any_used(const char *text, const struct strv *names)
{
    size_t i;

    for ( i = 0; i < names->n; i++ )
        if ( used(text, names->v[i]) )
            return true;
    return false;
}

static int ask(struct compiling *c, struct unit *const *units, size_t n,
               const struct strv *names, struct xs_error *err)
{
    struct run_job *jobs = xs_calloc(n, sizeof(*jobs));
    char *at = work_overlay(c, INPUTS_NEW);
    size_t i;
    int rc;

    for ( i = 0; i < n; i++ )
    {
        jobs[i].command = preprocessing(units[i]->record);
        jobs[i].directory = at;
    }
    rc = run_jobs(jobs, n, c->parallel, err);
    for ( i = 0; i < n; i++ )
    {
        c->preprocessed += jobs[i].status >= 0;
        if ( jobs[i].status == 0 )
            units[i]->skipped = !any_used(jobs[i].output, names);
        free((char *)jobs[i].command);
        free(jobs[i].output);
    }
    free(jobs);
    free(at);
    return rc;
}

int ask_preprocessor(struct compiling *c, struct unit *const *units, size_t n,
                     const struct strv *names, struct xs_error *err)
{
    size_t i, size;
    int rc = 0;

    for ( i = 0; i < n && !rc; i += size )
    {
        size = n - i < BATCH ? n - i : BATCH;
        rc = ask(c, units + i, size, names, err);
    }
    return rc;
}
