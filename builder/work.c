/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/work.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/objcache.h"

char *work_overlay(const struct compiling *c, enum inputs_side side)
{
    return xs_printf("%s/%s", c->work, side == INPUTS_OLD ? "old" : "new");
}

char *work_prefix(const char *command)
{
    size_t n = strcspn(command, " ");
    char *cc = str_first(command, n), *p = xs_strdup("");
    const char *name = strstr(cc, "gcc");

    if ( name && name > cc && name[-1] == '-' )
    {
        free(p);
        p = str_first(cc, name - cc);
    }
    free(cc);
    return p;
}

void work_add(struct work_list *list, struct unit *unit, enum inputs_side side,
              char *command, char *made)
{
    struct work *work;

    list->v = xs_grow(list->v, list->n, sizeof(*list->v));
    work = memset(&list->v[list->n++], 0, sizeof(*work));
    work->unit = unit;
    work->side = side;
    work->command = command;
    work->made = made;
}

/* The commands that have to run, and under which keys to keep the results. */
struct rest {
    struct run_job *job;
    struct work **work;
    struct digest *key;
    bool *keep;
    size_t n;
};

int work_jobs(struct compiling *c, struct run_job *jobs, size_t n,
              struct xs_error *err)
{
    struct timespec begin, end;
    int rc;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    rc = run_watched(jobs, n, c->parallel, c->watch, c->watch_arg, err);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if ( n )
        c->seconds +=
            end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9;
    return rc;
}

static struct objcache_job job_of(const struct work *work, const char *prefix)
{
    struct objcache_job job = {
        .record = work->unit->record,
        .command = work->command,
        .prefix = prefix,
        .side = work->side,
    };

    return job;
}

/* Takes from the cache what is there; the others go to the rest. */
static void fetch(struct work_list *list, struct compiling *c,
                  struct rest *rest)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
    {
        struct work *work = &list->v[i];
        char *prefix = work_prefix(work->unit->record->command);
        struct objcache_job job = job_of(work, prefix);
        struct digest *key = &rest->key[rest->n];
        struct xs_error none;
        const char *at = c->overlay[work->side].at;
        char *to = xs_printf("%s/%s", at, work->made);
        bool keep = c->cache && objcache_key(&c->inputs, &job, key);

        work->cached =
            keep &&
            !overlay_make_room(&c->overlay[work->side], work->made, &none) &&
            objcache_fetch(&c->inputs, &job, key, to);
        if ( work->cached )
            c->cached++;
        else
        {
            rest->keep[rest->n] = keep;
            rest->work[rest->n] = work;
            rest->job[rest->n].command = work->command;
            rest->job[rest->n++].directory = at;
        }
        free(to);
        free(prefix);
    }
}

static void keep(struct compiling *c, const struct rest *rest)
{
    size_t i;

    for ( i = 0; i < rest->n; i++ )
    {
        const struct work *work = rest->work[i];
        char *prefix = work_prefix(work->unit->record->command);
        struct objcache_job job = job_of(work, prefix);
        char *made = xs_printf("%s/%s", rest->job[i].directory, work->made);

        if ( rest->keep[i] && work->status == 0 )
            objcache_store(&c->inputs, &job, &rest->key[i],
                           rest->job[i].directory, made);
        free(made);
        free(prefix);
    }
}

int work_climbs(const struct compiling *c, struct overlay *o,
                const struct record *record, struct xs_error *err)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < record->climbs.n; i++ )
    {
        char *path = fs_normal(record->climbs.v[i]);

        if ( changes_find(c->changes, path) )
            rc = overlay_climb(o, record->climbs.v[i], err);
        free(path);
    }
    return rc;
}

int work_changes(const struct compiling *c, struct overlay *o,
                 enum overlay_text text, struct xs_error *err)
{
    int rc = overlay_write(o, c->changes, text, err);
    size_t i;

    for ( i = 0; !rc && i < c->records->n; i++ )
        rc = work_climbs(c, o, &c->records->v[i], err);
    return rc;
}

int work_place(struct compiling *c, struct xs_error *err)
{
    int rc = c->placed
                 ? 0
                 : work_changes(c, &c->overlay[INPUTS_NEW], OVERLAY_NEW, err);

    c->placed = !rc;
    return rc;
}

int work_outputs(struct overlay *o, const struct record *record,
                 struct xs_error *err)
{
    static const char *const options[] = { "-o", "-MF" };
    int rc = overlay_open_for(o, record->target, err);
    size_t i;

    for ( i = 0; !rc && i < sizeof(options) / sizeof(*options); i++ )
    {
        char *path = record_option(record->command, options[i]);

        if ( path && *path != '/' )
            rc = overlay_open_for(o, path, err);
        free(path);
    }
    return rc;
}

static bool lists_what_it_reads(const struct record *record)
{
    char *file = record_option(record->command, "-MF");

    free(file);
    return file;
}

/*
 * Makes the overlays that commands have to run in.  What came from the cache
 * lies there already: its folders have to be filled too.
 */
static int open_overlays(struct compiling *c, const struct work_list *list,
                         const struct rest *rest, struct xs_error *err)
{
    bool needed[2] = { false };
    size_t i;
    int rc = 0;

    for ( i = 0; i < rest->n; i++ )
        needed[rest->work[i]->side] = true;
    if ( needed[INPUTS_NEW] )
        rc = work_place(c, err);
    for ( i = 0; !rc && i < rest->n; i++ )
        if ( rest->work[i]->side == INPUTS_NEW &&
             !lists_what_it_reads(rest->work[i]->unit->record) )
            rc = overlay_open_all(&c->overlay[INPUTS_NEW], err);
    for ( i = 0; !rc && i < list->n; i++ )
        if ( needed[list->v[i].side] )
            rc = work_outputs(&c->overlay[list->v[i].side],
                              list->v[i].unit->record, err);
    return rc;
}

/*
 * Whether the compiler, by its own list of what it opened, went from a folder
 * of the tree up to a file that is another one here: then it has read the old
 * one.  That takes an #include with ".." that no unit has had before.
 */
static bool went_around(const struct compiling *c, const struct work *work)
{
    const struct overlay *o = &c->overlay[INPUTS_NEW];
    char *name = record_option(work->unit->record->command, "-MF");
    char *file = xs_printf("%s/%s", o->at, name ? name : "");
    char *text = NULL, *word, *path, *save = NULL;
    struct xs_error none;
    bool around = false;

    if ( name && !fs_read(file, &text, NULL, &none) )
        for ( word = strtok_r(text, " \n\\", &save); word && !around;
              word = strtok_r(NULL, " \n\\", &save) )
        {
            if ( !strstr(word, "/../") )
                continue;
            path = fs_normal(word);
            around = changes_find(c->changes, path) && overlay_leaves(o, word);
            free(path);
        }
    free(text);
    free(file);
    free(name);
    return around;
}

/* Compiles once more, in an overlay without any folder of the tree. */
static int go_straight(struct compiling *c, struct rest *rest,
                       struct xs_error *err)
{
    struct run_job *job = xs_calloc(rest->n + 1, sizeof(*job));
    size_t *of = xs_calloc(rest->n + 1, sizeof(*of)), i, n = 0;
    int rc = 0;

    for ( i = 0; i < rest->n; i++ )
        if ( rest->work[i]->side == INPUTS_NEW && rest->job[i].status == 0 &&
             went_around(c, rest->work[i]) )
        {
            job[n] = rest->job[i];
            of[n++] = i;
        }
    if ( n )
        rc = overlay_open_all(&c->overlay[INPUTS_NEW], err);
    if ( n && !rc )
        rc = work_jobs(c, job, n, err);
    for ( i = 0; i < n && !rc; i++ )
    {
        free(rest->job[of[i]].output);
        rest->job[of[i]] = job[i];
        c->compiled++;
    }
    free(of);
    free(job);
    return rc;
}

int work_run(struct work_list *list, struct compiling *c, struct xs_error *err)
{
    struct rest rest = {
        .job = xs_calloc(list->n + 1, sizeof(*rest.job)),
        .work = xs_calloc(list->n + 1, sizeof(*rest.work)),
        .key = xs_calloc(list->n + 1, sizeof(*rest.key)),
        .keep = xs_calloc(list->n + 1, sizeof(*rest.keep)),
    };
    size_t i;
    int rc;

    fetch(list, c, &rest);
    rc = open_overlays(c, list, &rest, err);
    if ( !rc )
        rc = work_jobs(c, rest.job, rest.n, err);
    for ( i = 0; i < rest.n; i++ )
        c->compiled += !rc && rest.job[i].status >= 0;
    if ( !rc )
        rc = go_straight(c, &rest, err);
    for ( i = 0; i < rest.n; i++ )
    {
        rest.work[i]->status = rest.job[i].status;
        rest.work[i]->output = rest.job[i].output;
    }
    if ( !rc )
        keep(c, &rest);
    free(rest.job);
    free(rest.work);
    free(rest.key);
    free(rest.keep);
    return rc;
}

void work_free(struct work_list *list)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
    {
        free(list->v[i].command);
        free(list->v[i].made);
        free(list->v[i].output);
    }
    free(list->v);
    memset(list, 0, sizeof(*list));
}
