/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/compile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/compiler.h"
#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/overlay.h"
#include "builder/run.h"
#include "builder/sameobject.h"

/*
 * DWARF for comparing types and no more than that: no tracking of variables,
 * no marks of statements, so that nothing of it reaches the code generator.
 * Types that the unit defines and does not use count too, as objects may come
 * from a function that the change takes away, or go to one that it adds.
 */
#define DWARF " -g -fno-eliminate-unused-debug-types"
#define DWARF_GCC                                                             \
    DWARF " -fno-var-tracking -fno-var-tracking-assignments "                 \
          "-gno-statement-frontiers"

static char *overlay_of(const struct compiling *c, bool old)
{
    return xs_printf("%s/%s", c->work, old ? "old" : "new");
}

int compile_prepare(struct compiling *c, struct xs_error *err)
{
    char *at = overlay_of(c, false);
    int rc = overlay_make(c->xen, at, err);

    if ( !rc )
        rc = overlay_write(at, c->changes, OVERLAY_NEW, err);
    free(at);
    return rc;
}

/* The name that Xen's build gives to the FILE symbol of an object. */
static char *file_symbol(const struct compiling *c, const char *source)
{
    char *full = xs_printf("%s/%s", c->xen, source);
    char *real = realpath(full, NULL), *top = realpath(c->xen, NULL);
    char *name;

    if ( real && top && str_begins(real, top) && real[strlen(top)] == '/' )
        name = xs_strdup(real + strlen(top) + 1);
    else
        name = xs_strdup(source);
    free(top);
    free(real);
    free(full);
    return name;
}

/* "aarch64-linux-gnu-" of the command's compiler; "" for a native one. */
static char *tool_prefix(const char *command)
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

bool compile_needs_dwarf(const struct unit *unit)
{
    return unit->types && !strstr(unit->record->command, " -g ");
}

/* The options for it; clang, which tracks variables anyway, knows but one. */
static const char *dwarf_options(const struct unit *unit)
{
    const char *command = unit->record->command;
    char *cc = str_first(command, strcspn(command, " "));
    bool clang = strstr(fs_name(cc), "clang");

    free(cc);
    return clang ? DWARF : DWARF_GCC;
}

/*
 * All that makes a unit's linked object in an overlay: the recorded command;
 * the renaming of the FILE symbol, which Kbuild does and does not record; and
 * the recorded command for the .init.o, if there is one.
 */
static char *unit_command(const struct compiling *c, const struct unit *unit)
{
    const char *dwarf = compile_needs_dwarf(unit) ? dwarf_options(unit) : "";
    const struct record *record = unit->record;
    char *out = record_option(record->command, "-o");
    char *prefix = tool_prefix(record->command);
    char *all = xs_printf("set -e\n%s%s\n", record->command, dwarf);
    char *more;

    if ( out && strcmp(out, record->target) )
    {
        char *symbol = file_symbol(c, record->source);

        more = xs_printf("%s%sobjcopy --redefine-sym '%s=%s' '%s' '%s'\n"
                         "rm -f '%s'\n",
                         all, prefix, fs_name(record->source), symbol, out,
                         record->target, out);
        free(symbol);
        free(all);
        all = more;
    }
    if ( strcmp(unit->object, record->target) )
    {
        more = xs_printf("%s%s\n", all,
                         records_find(c->records, unit->object)->command);
        free(all);
        all = more;
    }
    free(prefix);
    free(out);
    return all;
}

/* Whether the tree's own object is newer than what it was made from. */
static bool object_fresh(const struct compiling *c, const struct unit *unit)
{
    char *path = xs_printf("%s/%s", c->xen, unit->object);
    struct stat object, source;
    bool fresh = !stat(path, &object) && object.st_size > 0;
    size_t i;

    free(path);
    for ( i = 0; fresh && i < unit->record->deps.n; i++ )
    {
        path = xs_printf("%s/%s", c->xen, unit->record->deps.v[i]);
        fresh = !stat(path, &source) &&
                (source.st_mtim.tv_sec < object.st_mtim.tv_sec ||
                 (source.st_mtim.tv_sec == object.st_mtim.tv_sec &&
                  source.st_mtim.tv_nsec <= object.st_mtim.tv_nsec));
        free(path);
    }
    return fresh;
}

/* One job for each side of a unit that has to be compiled. */
struct work_list {
    struct run_job *job;
    struct unit **unit;
    size_t n;
};

/* Takes the command. */
static void add_job(struct work_list *list, struct unit *unit, char *command,
                    const char *at)
{
    list->job = xs_grow(list->job, list->n, sizeof(*list->job));
    list->unit = xs_grow(list->unit, list->n, sizeof(*list->unit));
    memset(&list->job[list->n], 0, sizeof(*list->job));
    list->job[list->n].command = command;
    list->job[list->n].directory = at;
    list->unit[list->n++] = unit;
}

static void free_jobs(struct work_list *list)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
    {
        free((char *)list->job[i].command);
        free(list->job[i].output);
    }
    free(list->job);
    free(list->unit);
}

/*
 * The compiler counts lines as lines_keep() tells it; the user wants the
 * numbers of the patched file.  So what fails is compiled again without.
 */
static void explain_failure(struct compiling *c, const struct run_job *job)
{
    struct run_job again = { .command = job->command,
                             .directory = job->directory };
    struct xs_error none;

    if ( !overlay_write(job->directory, c->changes, OVERLAY_PLAIN, &none) &&
         !run_jobs(&again, 1, 1, &none) && again.status > 0 )
    {
        c->compiled++;
        c->messages = again.output;
        return;
    }
    free(again.output);
    c->messages = xs_strdup(job->output ? job->output : "");
}

static int check_jobs(struct compiling *c, const struct work_list *list,
                      const char *old_overlay, struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
        if ( list->job[i].status >= 0 )
            c->compiled++;
    for ( i = 0; i < list->n; i++ )
    {
        const struct run_job *job = &list->job[i];
        const char *source = list->unit[i]->record->source;

        if ( job->status <= 0 )
            continue;
        if ( !strcmp(job->directory, old_overlay) )
        {
            c->messages = xs_strdup(job->output);
            xs_fail(err, XS_FAILED,
                    "%s does not compile without the patch either", source);
            return xs_hint(err, "build the tree first and see that its "
                                "compiler is installed");
        }
        explain_failure(c, job);
        return xs_fail(err, XS_FAILED, "%s does not compile with the patch",
                       source);
    }
    return 0;
}

/* Sets `equal`, and sees that one compiler made both objects. */
static int compare_objects(struct unit *unit, struct xs_error *err)
{
    char *a = NULL, *b = NULL, *old_cc = NULL, *new_cc = NULL;
    size_t na, nb;
    int rc = fs_read(unit->old_path, &a, &na, err);

    if ( !rc )
        rc = fs_read(unit->new_path, &b, &nb, err);
    if ( !rc )
    {
        unit->equal = (na == nb && !memcmp(a, b, na)) ||
                      (unit->types && object_same(a, na, b, nb));
        old_cc = compiler_of(a, na);
        new_cc = compiler_of(b, nb);
    }
    if ( !rc && old_cc && new_cc && strcmp(old_cc, new_cc) )
    {
        rc = xs_fail(err, XS_DEPENDENCY,
                     "%s was compiled by \"%s\", and the compiler here is "
                     "\"%s\"",
                     unit->object, old_cc, new_cc);
        xs_hint(err, "install the compiler that the hypervisor was built "
                     "with; another one gives other code for every function");
    }
    free(old_cc);
    free(new_cc);
    free(a);
    free(b);
    return rc;
}

/*
 * The old object has no DWARF, and that is what is wanted; what else the
 * compiler writes is thrown away.
 */
static void add_types_job(struct work_list *list, struct unit *unit,
                          const char *at)
{
    const struct record *record = unit->record;
    char *out = record_option(record->command, "-o");

    unit->old_types = xs_printf("%s/%s", at, out ? out : record->target);
    add_job(list, unit,
            xs_printf("%s%s", record->command, dwarf_options(unit)), at);
    free(out);
}

/* Adds what has to be compiled for a unit, and says where the objects are. */
static int add_unit(struct compiling *c, struct work_list *list,
                    struct unit *unit, const char *old_at, const char *new_at,
                    struct xs_error *err)
{
    bool fresh;

    unit->new_path = xs_printf("%s/%s", new_at, unit->object);
    add_job(list, unit, unit_command(c, unit), new_at);
    if ( unit->record->added )
        return 0;
    fresh = object_fresh(c, unit);
    unit->old_path = xs_printf("%s/%s", fresh ? c->xen : old_at, unit->object);
    if ( unit->types )
        unit->new_types = xs_strdup(unit->new_path);
    if ( (!fresh || compile_needs_dwarf(unit)) && !fs_is_directory(old_at) &&
         overlay_make(c->xen, old_at, err) )
        return -1;
    if ( fresh && compile_needs_dwarf(unit) )
        add_types_job(list, unit, old_at);
    else if ( unit->types )
        unit->old_types = xs_strdup(unit->old_path);
    if ( !fresh )
        add_job(list, unit, unit_command(c, unit), old_at);
    return 0;
}

int compile_units(struct compiling *c, struct units *units,
                  struct xs_error *err)
{
    char *old_at = overlay_of(c, true), *new_at = overlay_of(c, false);
    struct work_list list = { NULL, NULL, 0 };
    size_t i;
    int rc = 0;

    for ( i = 0; i < units->n && !rc; i++ )
        if ( !units->v[i].skipped )
            rc = add_unit(c, &list, &units->v[i], old_at, new_at, err);
    if ( !rc )
        rc = run_jobs(list.job, list.n, c->parallel, err);
    if ( !rc )
        rc = check_jobs(c, &list, old_at, err);
    for ( i = 0; i < units->n && !rc; i++ )
        if ( units->v[i].old_path )
            rc = compare_objects(&units->v[i], err);
    free_jobs(&list);
    free(old_at);
    free(new_at);
    return rc;
}
