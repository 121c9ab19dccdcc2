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
#include "builder/work.h"

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

int compile_prepare(struct compiling *c, struct xs_error *err)
{
    char *old_at = work_overlay(c, INPUTS_OLD);
    char *new_at = work_overlay(c, INPUTS_NEW);
    struct strv names = { NULL, 0 };
    int rc =
        overlay_begin(&c->overlay[INPUTS_NEW], c->xen, new_at, &names, err);

    if ( !rc )
        rc = overlay_begin(&c->overlay[INPUTS_OLD], c->xen, old_at, NULL, err);
    if ( !rc && c->cache )
        inputs_begin(&c->inputs, c->xen, c->changes, c->cache, &names);
    strv_free(&names);
    free(new_at);
    free(old_at);
    return rc;
}

void compile_end(struct compiling *c)
{
    inputs_free(&c->inputs);
    overlay_end(&c->overlay[INPUTS_OLD]);
    overlay_end(&c->overlay[INPUTS_NEW]);
    free(c->messages);
    c->messages = NULL;
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
    char *prefix = work_prefix(record->command);
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

/*
 * The compiler counts lines as lines_keep() tells it; the user wants the
 * numbers of the patched file.  So what fails is compiled again without.
 */
static void explain_failure(struct compiling *c, const struct work *work)
{
    struct overlay *o = &c->overlay[INPUTS_NEW];
    struct run_job again = { .command = work->command, .directory = o->at };
    struct xs_error none;

    if ( !overlay_write(o, c->changes, OVERLAY_PLAIN, &none) &&
         !run_jobs(&again, 1, 1, &none) && again.status > 0 )
    {
        c->compiled++;
        c->messages = again.output;
    }
    else
    {
        free(again.output);
        c->messages = xs_strdup(work->output ? work->output : "");
    }
}

static int check_jobs(struct compiling *c, const struct work_list *list,
                      struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < list->n; i++ )
    {
        const struct work *work = &list->v[i];
        const char *source = work->unit->record->source;

        if ( work->status <= 0 )
            continue;
        if ( work->side == INPUTS_OLD )
        {
            c->messages = xs_strdup(work->output);
            xs_fail(err, XS_FAILED,
                    "%s does not compile without the patch either", source);
            return xs_hint(err, "build the tree first and see that its "
                                "compiler is installed");
        }
        explain_failure(c, work);
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
static void add_types_job(const struct compiling *c, struct work_list *list,
                          struct unit *unit)
{
    const struct record *record = unit->record;
    char *out = record_option(record->command, "-o");
    char *at = work_overlay(c, INPUTS_OLD);

    if ( !out )
        out = xs_strdup(record->target);
    unit->old_types = xs_printf("%s/%s", at, out);
    work_add(list, unit, INPUTS_OLD,
             xs_printf("%s%s", record->command, dwarf_options(unit)), out);
    free(at);
}

/* Adds what has to be compiled for a unit, and says where the objects are. */
static void add_unit(struct compiling *c, struct work_list *list,
                     struct unit *unit)
{
    char *old_at = work_overlay(c, INPUTS_OLD);
    char *new_at = work_overlay(c, INPUTS_NEW);
    bool fresh = !unit->record->added && object_fresh(c, unit);

    unit->new_path = xs_printf("%s/%s", new_at, unit->object);
    work_add(list, unit, INPUTS_NEW, unit_command(c, unit),
             xs_strdup(unit->object));
    if ( !unit->record->added )
    {
        unit->old_path =
            xs_printf("%s/%s", fresh ? c->xen : old_at, unit->object);
        if ( unit->types )
            unit->new_types = xs_strdup(unit->new_path);
        if ( fresh && compile_needs_dwarf(unit) )
            add_types_job(c, list, unit);
        else if ( unit->types )
            unit->old_types = xs_strdup(unit->old_path);
        if ( !fresh )
            work_add(list, unit, INPUTS_OLD, unit_command(c, unit),
                     xs_strdup(unit->object));
    }
    free(new_at);
    free(old_at);
}

int compile_units(struct compiling *c, struct units *units,
                  struct xs_error *err)
{
    struct work_list list = { NULL, 0 };
    size_t i;
    int rc;

    for ( i = 0; i < units->n; i++ )
        if ( !units->v[i].skipped )
            add_unit(c, &list, &units->v[i]);
    rc = work_run(&list, c, err);
    if ( !rc )
        rc = check_jobs(c, &list, err);
    for ( i = 0; i < units->n && !rc; i++ )
        if ( units->v[i].old_path )
            rc = compare_objects(&units->v[i], err);
    work_free(&list);
    return rc;
}
