/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/ask.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"
#include "builder/objcache.h"
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

/*
 * The key of an answer.  Who is asked includes what it did before, so what the
 * record knows is all that is read.
 */
static bool key_of(struct compiling *c, const struct unit *unit,
                   const char *command, const struct strv *names,
                   struct digest *key)
{
    char *prefix = work_prefix(unit->record->command);
    struct objcache_job job = { unit->record, command, prefix, INPUTS_NEW };
    struct digester d;
    bool good = c->cache && objcache_key(&c->inputs, &job, key);
    size_t i;

    free(prefix);
    digester_begin(&d);
    digester_add_text(&d, "which of the names it uses");
    digester_add(&d, key->byte, DIGEST_SIZE);
    for ( i = 0; good && i < names->n; i++ )
        digester_add_text(&d, names->v[i]);
    *key = digester_end(&d);
    return good;
}

/* One unit in question. */
struct question {
    struct unit *unit;
    struct digest key;
    bool keep;
};

/* Takes the answer that the cache has. */
static bool known(struct compiling *c, struct question *q)
{
    char *answer;
    size_t size;

    if ( !q->keep || !cache_get(c->cache, &q->key, &answer, &size) )
        return false;
    q->unit->skipped = size == 1 && *answer == '0';
    free(answer);
    c->cached++;
    c->cache->hits++;
    return true;
}

static void take_answer(struct compiling *c, const struct question *q,
                        const struct run_job *job, const struct strv *names)
{
    bool uses;

    c->preprocessed += job->status >= 0;
    if ( job->status )
        return;
    uses = any_used(job->output, names);
    q->unit->skipped = !uses;
    if ( !q->keep )
        return;
    c->cache->misses++;
    cache_put(c->cache, &q->key, uses ? "1" : "0", 1);
}

static int ask(struct compiling *c, struct unit *const *units, size_t n,
               const struct strv *names, struct xs_error *err)
{
    struct run_job *jobs = xs_calloc(n, sizeof(*jobs));
    struct question *questions = xs_calloc(n, sizeof(*questions));
    size_t i, open = 0;
    int rc = 0;

    for ( i = 0; i < n; i++ )
    {
        struct question *q = &questions[open];
        char *command = preprocessing(units[i]->record);

        q->unit = units[i];
        q->keep = key_of(c, units[i], command, names, &q->key);
        jobs[open].command = command;
        jobs[open].directory = c->overlay[INPUTS_NEW].at;
        if ( known(c, q) )
            free(command);
        else
            open++;
    }
    if ( open )
        rc = work_place(c, err);
    if ( open && !rc )
        rc = work_jobs(c, jobs, open, err);
    for ( i = 0; i < open; i++ )
    {
        if ( !rc )
            take_answer(c, &questions[i], &jobs[i], names);
        free((char *)jobs[i].command);
        free(jobs[i].output);
    }
    free(questions);
    free(jobs);
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
