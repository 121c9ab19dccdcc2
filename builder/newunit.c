/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/newunit.h"

#include <stdlib.h>
#include <string.h>

#include "builder/findings.h"
#include "builder/fs.h"
#include "builder/linediff.h"
#include "builder/memory.h"

/* "common" of "common/Makefile"; fresh memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? str_first(path, slash - path) : xs_strdup("");
}

/* Whether the configuration has CONFIG_NAME=y. */
static bool configured(const char *xen, const char *name, size_t n)
{
    char *path = xs_printf("%s/include/config/auto.conf", xen), *text;
    char *line = xs_printf("%.*s=y\n", (int)n, name), *at;
    struct xs_error none;
    bool yes = false;

    if ( !fs_read(path, &text, NULL, &none) )
    {
        at = strstr(text, line);
        yes = at && (at == text || at[-1] == '\n');
        free(text);
    }
    free(line);
    free(path);
    return yes;
}

/*
 * Reads "obj-y += a.o b.o", or the same for a library, of which what is used is
 * linked.  Returns false if the line is anything else, else the objects, and
 * whether the configuration has them.
 */
static bool read_line(const char *xen, const char *line, struct strv *objects,
                      bool *wanted)
{
    const char *end = line + strcspn(line, "\n");

    *wanted = true;
    if ( !str_begins(line, "obj-") && !str_begins(line, "lib-") )
        return false;
    line += 4;
    if ( *line == 'y' )
        line++;
    else if ( str_begins(line, "$(CONFIG_") )
    {
        *wanted = configured(xen, line + 2, strcspn(line + 2, ")"));
        line += strcspn(line, ")\n");
        line += *line == ')';
    }
    line += strspn(line, " \t");
    if ( !str_begins(line, "+=") )
        return false;
    line += 2;
    while ( line < end )
    {
        size_t n;

        line += strspn(line, " \t");
        n = strcspn(line, " \t\n");
        if ( n )
            strv_take(objects, str_first(line, n));
        line += n;
        if ( *line == '\n' )
            break;
    }
    return objects->n;
}

static char *replaced(char *text, const char *from, const char *to)
{
    size_t n = strlen(from);
    char *at, *more, *p = text;

    while ( (at = strstr(p, from)) )
    {
        size_t done = at - text + strlen(to);

        more = xs_printf("%.*s%s%s", (int)(at - text), text, to, at + n);
        free(text);
        text = more;
        p = text + done;
    }
    return text;
}

/* The command for an object, made of the one for another in its folder. */
static char *command_from(const struct record *model, const char *folder,
                          const char *object)
{
    size_t n = strlen(folder) + 1;
    char *own = str_first(model->target + n, strlen(model->target) - n - 2);
    char *stem = str_first(object, strlen(object) - 2);
    static const char *const around[][2] = { { "", ".o" },
                                             { "", ".c" },
                                             { ".", ".o" } };
    char *command = xs_strdup(model->command);
    size_t i;

    for ( i = 0; i < sizeof(around) / sizeof(*around); i++ )
    {
        const char *before = around[i][0], *after = around[i][1];
        char *from = xs_printf("%s/%s%s%s", folder, before, own, after);
        char *to = xs_printf("%s/%s%s%s", folder, before, stem, after);

        command = replaced(command, from, to);
        free(from);
        free(to);
    }
    free(own);
    free(stem);
    return command;
}

/* A C unit that lies directly in the folder, not made to be .init.o. */
static bool is_model(const struct records *records, const struct record *r,
                     const char *folder)
{
    size_t n = strlen(folder);
    bool fits = r->source && str_ends(r->source, ".c") &&
                str_begins(r->target, folder) && r->target[n] == '/' &&
                !strchr(r->target + n + 1, '/') &&
                strv_has_sorted(&records->linked, r->target);
    char *init;

    if ( !fits )
        return false;
    init = xs_printf("%.*s.init.o", (int)strlen(r->target) - 2, r->target);
    fits = !records_find(records, init);
    free(init);
    return fits;
}

/* The command that most units of the folder would give; NULL if it has none. */
static char *common_command(const struct records *records, const char *folder,
                            const char *object)
{
    struct strv all = { NULL, 0 };
    size_t i, j, best = 0, most = 0;
    char *command = NULL;

    for ( i = 0; i < records->n; i++ )
        if ( is_model(records, &records->v[i], folder) )
            strv_take(&all, command_from(&records->v[i], folder, object));
    for ( i = 0; i < all.n; i++ )
    {
        size_t same = 0;

        for ( j = 0; j < all.n; j++ )
            same += !strcmp(all.v[i], all.v[j]);
        if ( same > most )
        {
            most = same;
            best = i;
        }
    }
    if ( all.n )
        command = xs_strdup(all.v[best]);
    strv_free(&all);
    return command;
}

static void add_record(struct records *records, const char *folder,
                       const char *object, char *command)
{
    struct record record = { .command = command, .added = true };

    record.target = xs_printf("%s/%s", folder, object);
    record.source =
        xs_printf("%s/%.*s.c", folder, (int)strlen(object) - 2, object);
    strv_add(&record.deps, record.source);
    strv_add(&records->linked, record.target);
    strv_sort(&records->linked);
    records_add(records, &record);
}

/* Whether each object comes from a new C file that no record knows. */
static bool all_new(const struct records *records,
                    const struct changes *changes, const char *folder,
                    const struct strv *objects)
{
    size_t i;

    for ( i = 0; i < objects->n; i++ )
    {
        const char *object = objects->v[i];
        int stem = (int)strlen(object) - 2;
        const struct touched *file;
        char *source, *target;
        bool known;

        if ( !str_ends(object, ".o") || str_ends(object, ".init.o") )
            return false;
        source = xs_printf("%s/%.*s.c", folder, stem, object);
        target = xs_printf("%s/%s", folder, object);
        file = changes_find(changes, source);
        known = records_find(records, target);
        free(source);
        free(target);
        if ( known || !file || file->old_text || !file->new_text )
            return false;
    }
    return true;
}

static void take_objects(struct records *records, const char *folder,
                         const struct strv *objects, bool wanted,
                         struct differ_result *findings)
{
    size_t i;

    for ( i = 0; i < objects->n; i++ )
    {
        char *command = common_command(records, folder, objects->v[i]);

        if ( wanted && command )
        {
            add_record(records, folder, objects->v[i], command);
            command = NULL;
        }
        else if ( !wanted )
            findings_add(findings, DIFFER_NOTED, folder, objects->v[i],
                         "not compiled in this configuration");
        free(command);
    }
}

/* Whether each object is one that the hypervisor has. */
static bool all_known(const struct records *records, const char *folder,
                      const struct strv *objects)
{
    size_t i;

    for ( i = 0; i < objects->n; i++ )
    {
        char *target = xs_printf("%s/%s", folder, objects->v[i]);
        bool known = records_find(records, target);

        free(target);
        if ( !known )
            return false;
    }
    return true;
}

static void refuse_removal(const struct records *records, const char *folder,
                           const struct strv *objects,
                           struct differ_result *findings)
{
    size_t i;

    for ( i = 0; i < objects->n; i++ )
    {
        char *target = xs_printf("%s/%s", folder, objects->v[i]);
        const struct record *record = records_find(records, target);

        findings_reason(findings, DIFFER_REFUSED, XSPLICE_BUILD_UNIT_REMOVED,
                        record->source ? record->source : target, "", "%s",
                        "");
        free(target);
    }
}

/* Lines that went: the units that go with them are refused by name. */
static bool read_removed(const char *xen, const struct records *records,
                         const struct touched *file, const char *folder,
                         const struct linediff *diff, bool take,
                         struct differ_result *findings)
{
    const char *line = file->old_text;
    bool good = true;
    size_t i;

    for ( i = 0; i < diff->nr_old && good; i++ )
    {
        struct strv objects = { NULL, 0 };
        bool wanted = false;

        if ( !diff->new_of[i] && *line != '\n' )
            good = read_line(xen, line, &objects, &wanted) &&
                   (!wanted || all_known(records, folder, &objects));
        if ( take && wanted )
            refuse_removal(records, folder, &objects, findings);
        strv_free(&objects);
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return good;
}

/* One Makefile.  Returns whether all that changes in it was understood. */
static bool read_makefile(const char *xen, struct records *records,
                          const struct changes *changes,
                          const struct touched *file, bool take,
                          struct differ_result *findings)
{
    char *folder = folder_of(file->path);
    const char *line = file->new_text;
    struct linediff diff;
    bool good;
    size_t i;

    linediff_make(file->old_text, file->new_text, &diff);
    good = read_removed(xen, records, file, folder, &diff, take, findings);
    for ( i = 0; i < diff.nr_new && good; i++ )
    {
        struct strv objects = { NULL, 0 };
        bool wanted = false;

        if ( !diff.old_of[i] && *line != '\n' )
            good = read_line(xen, line, &objects, &wanted) &&
                   all_new(records, changes, folder, &objects);
        if ( take )
            take_objects(records, folder, &objects, wanted, findings);
        strv_free(&objects);
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    linediff_free(&diff);
    free(folder);
    return good;
}

void newunits_find(const char *xen, struct records *records,
                   struct changes *changes, struct differ_result *findings)
{
    size_t i = 0;

    while ( i < changes->nr )
    {
        const struct touched *file = &changes->file[i];

        /* First only look: half of a Makefile is of no use. */
        if ( strcmp(fs_name(file->path), "Makefile") || !file->old_text ||
             !file->new_text || !strchr(file->path, '/') ||
             !read_makefile(xen, records, changes, file, false, findings) )
        {
            i++;
            continue;
        }
        read_makefile(xen, records, changes, file, true, findings);
        changes_drop(changes, i);
    }
}
