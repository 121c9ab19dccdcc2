/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/debugbuild.h"

#include <stdlib.h>

#include "builder/memory.h"
#include "builder/overlay.h"
#include "builder/run.h"
#include "builder/work.h"

/*
 * Functions, what is inlined into them, and lines; no types, no variables.
 * gcc and clang both know it, and it leaves the code as it was.
 */
#define DEBUG_OPTION " -g1"

static int prepare(const struct compiling *c, bool old, struct overlay *o,
                   struct xs_error *err)
{
    char *at = xs_printf("%s/debug-%s", c->work, old ? "old" : "new");
    int rc = overlay_begin(o, c->xen, at, NULL, err);

    free(at);
    return rc || old ? rc : work_changes(c, o, OVERLAY_PLAIN, err);
}

static char *object_path(const struct record *record, const char *at)
{
    char *out = record_option(record->command, "-o");
    char *path = xs_printf("%s/%s", at, out ? out : record->target);

    free(out);
    return path;
}

static void read_object(const struct record *record, const char *at,
                        struct inlines *to)
{
    char *path = object_path(record, at);
    struct xs_error ignored;

    if ( inlines_read(path, at, to, &ignored) )
        inlines_free(to);
    free(path);
}

/* Of one side; each source once, though it may make two objects. */
static int build(struct compiling *c, struct debug_unit *unit, size_t nr,
                 bool old, struct xs_error *err)
{
    struct run_job *jobs = xs_calloc(nr + 1, sizeof(*jobs));
    struct overlay o;
    size_t i, n = 0;
    int rc = prepare(c, old, &o, err);

    for ( i = 0; !rc && i < nr; i++ )
    {
        if ( old && unit[i].unit->record->added )
            continue;
        rc = work_outputs(&o, unit[i].unit->record, err);
        jobs[n].command =
            xs_printf("%s" DEBUG_OPTION, unit[i].unit->record->command);
        jobs[n++].directory = o.at;
    }
    if ( !rc )
        rc = work_jobs(c, jobs, n, err);
    for ( i = 0; i < n; i++ )
    {
        free((char *)jobs[i].command);
        free(jobs[i].output);
    }
    free(jobs);
    for ( i = 0; !rc && i < nr; i++ )
        if ( !old || !unit[i].unit->record->added )
            read_object(unit[i].unit->record, o.at,
                        old ? &unit[i].old : &unit[i].new);
    overlay_end(&o);
    return rc;
}

int debugbuild_run(struct compiling *c, struct debug_unit *unit, size_t nr,
                   struct xs_error *err)
{
    return build(c, unit, nr, true, err) || build(c, unit, nr, false, err) ? -1
                                                                           : 0;
}

void debug_unit_free(struct debug_unit *unit)
{
    inlines_free(&unit->old);
    inlines_free(&unit->new);
}
