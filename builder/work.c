/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/work.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"
#include "builder/objcache.h"
#include "builder/overlay.h"

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
        char *at = work_overlay(c, work->side);
        char *to = xs_printf("%s/%s", at, work->made);
        bool keep = c->cache && objcache_key(&c->inputs, &job, key);

        work->cached = keep && objcache_fetch(&c->inputs, &job, key, to);
        if ( work->cached )
        {
            c->cached++;
            free(at);
        }
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

static int prepare_old(struct compiling *c, const struct rest *rest,
                       struct xs_error *err)
{
    bool needed = false;
    char *at;
    size_t i;
    int rc;

    for ( i = 0; i < rest->n; i++ )
        needed |= rest->work[i]->side == INPUTS_OLD;
    if ( !needed || c->old_made )
        return 0;
    at = work_overlay(c, INPUTS_OLD);
    rc = overlay_make(c->xen, at, NULL, err);
    c->old_made = !rc;
    free(at);
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
    rc = prepare_old(c, &rest, err);
    if ( !rc )
        rc = run_watched(rest.job, rest.n, c->parallel, c->watch, c->watch_arg,
                         err);
    for ( i = 0; i < rest.n; i++ )
    {
        rest.work[i]->status = rest.job[i].status;
        rest.work[i]->output = rest.job[i].output;
        c->compiled += !rc && rest.job[i].status >= 0;
    }
    if ( !rc )
        keep(c, &rest);
    for ( i = 0; i < rest.n; i++ )
        free((char *)rest.job[i].directory);
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
