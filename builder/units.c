/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/units.h"

#include <stdlib.h>
#include <string.h>

#include "builder/findings.h"
#include "builder/fs.h"
#include "builder/lexline.h"
#include "builder/memory.h"
#include "builder/typetext.h"

static bool is_source(const char *path)
{
    return str_ends(path, ".c") || str_ends(path, ".h") ||
           str_ends(path, ".S");
}

/* Files by which the hypervisor is configured and built. */
static bool is_build_rule(const char *path)
{
    const char *name = fs_name(path);

    return str_begins(name, "Kconfig") || str_begins(name, "Makefile") ||
           str_begins(name, "Kbuild") || str_ends(name, ".mk") ||
           str_ends(name, ".lds.S") || str_begins(path, "tools/") ||
           str_begins(path, "scripts/") || str_ends(name, "_defconfig") ||
           str_ends(name, ".config") || str_ends(name, ".lst") ||
           str_ends(name, ".h.in");
}

/* Whether the two texts give the compiler the same code. */
static bool same_code(const struct touched *file)
{
    char *a, *b;
    bool same;

    if ( !file->old_text || !file->new_text || !is_source(file->path) )
        return false;
    a = lexline_code(file->old_text);
    b = lexline_code(file->new_text);
    same = !strcmp(a, b);
    free(a);
    free(b);
    return same;
}

/* Whether the file goes on to the next stage. */
static bool classify(const struct touched *file,
                     struct differ_result *findings)
{
    if ( same_code(file) )
    {
        findings_add(findings, DIFFER_IGNORED, file->path, "",
                     "only comments or white space change");
        return false;
    }
    if ( is_build_rule(file->path) )
    {
        findings_reason(findings, DIFFER_REFUSED, XSPLICE_BUILD_BUILD_RULES,
                        file->path, "", "%s", "");
        return false;
    }
    return true;
}

void units_classify(const struct records *records, struct changes *changes,
                    struct differ_result *findings)
{
    size_t i;

    for ( i = 0; i < changes->outside.n; i++ )
        findings_add(findings, DIFFER_NOTED, changes->outside.v[i], "",
                     "not part of the hypervisor");
    for ( i = changes->nr; i--; )
        if ( !classify(&changes->file[i], findings) )
            changes_drop(changes, i);
}

bool unit_depends(const struct record *record, const struct changes *changes)
{
    size_t i;

    for ( i = 0; i < changes->nr; i++ )
        if ( strv_has_sorted(&record->deps, changes->file[i].path) )
            return true;
    return false;
}

/*
 * What is linked for a compiled object: itself, or, where all of it is for
 * boot, the copy with renamed sections that Kbuild makes of it.  NULL: it does
 * not get into the hypervisor.
 */
static char *linked_object(const struct records *records,
                           const struct record *record)
{
    size_t n = strlen(record->target);
    char *init;

    if ( strv_has_sorted(&records->linked, record->target) ||
         !records->linked.n )
    {
        init = xs_printf("%.*s.init.o", (int)(n - 2), record->target);
        if ( records_find(records, init) )
            return init;
        free(init);
        return xs_strdup(record->target);
    }
    return NULL;
}

/*
 * Whether the build made something else of a C file than an object to link:
 * the 32-bit code of arch/x86/boot is turned into bytes that head.S includes.
 * Older trees do so by rules that record nothing, and leave an object too.
 */
static bool embedded(const char *xen, const char *path, bool recorded)
{
    static const char *const made[] = { "bin", "lnk", "o" };
    size_t i, n = sizeof(made) / sizeof(*made) - recorded;
    bool found = false;

    for ( i = 0; i < n && str_ends(path, ".c") && !found; i++ )
    {
        char *file =
            xs_printf("%s/%.*s%s", xen, (int)strlen(path) - 1, path, made[i]);

        found = fs_is_regular(file);
        free(file);
    }
    return found;
}

static void note_unused(const char *xen, const struct changes *changes,
                        const struct records *records,
                        struct differ_result *findings)
{
    size_t i, j;

    for ( i = 0; i < changes->nr; i++ )
    {
        const char *path = changes->file[i].path;
        bool used = false;

        for ( j = 0; j < records->n && !used; j++ )
            used = strv_has_sorted(&records->v[j].deps, path);
        if ( used || changes->file[i].generated || changes->file[i].used )
            continue;
        if ( changes->file[i].old_text && embedded(xen, path, false) )
            findings_reason(findings, DIFFER_REFUSED, XSPLICE_BUILD_NOT_LINKED,
                            path, "", "%s", "");
        else if ( changes->file[i].old_text )
            findings_add(findings, DIFFER_NOTED, path, "",
                         "not compiled in this configuration");
        else if ( str_ends(path, ".h") )
            findings_add(findings, DIFFER_NOTED, path, "", "a new header");
        else
            findings_reason(findings, DIFFER_REFUSED,
                            XSPLICE_BUILD_UNIT_NOT_BUILT, path, "", "%s", "");
    }
}

static bool source_gone(const struct changes *changes, const char *source)
{
    const struct touched *file = changes_find(changes, source);

    return file && !file->new_text;
}

/* Which of the changed files may change a type.  Release with free(). */
static bool *concerned_files(const struct changes *changes)
{
    bool *concerned = xs_calloc(changes->nr + 1, sizeof(*concerned));
    size_t i;

    for ( i = 0; i < changes->nr; i++ )
        concerned[i] = typetext_concerned(changes->file[i].old_text,
                                          changes->file[i].new_text);
    return concerned;
}

/* A unit that is new has no objects yet, and assembly no types. */
static bool types_concerned(const struct unit *unit,
                            const struct changes *changes,
                            const bool *concerned)
{
    size_t i;

    if ( unit->assembly || unit->record->added )
        return false;
    for ( i = 0; i < changes->nr; i++ )
        if ( concerned[i] &&
             strv_has_sorted(&unit->record->deps, changes->file[i].path) )
            return true;
    return false;
}

static int by_object(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;

    return strcmp(x->object, y->object);
}

void units_find(const char *xen, const struct records *records,
                const struct changes *changes, struct units *out,
                struct differ_result *findings)
{
    bool *concerned = concerned_files(changes);
    size_t i;

    memset(out, 0, sizeof(*out));
    for ( i = 0; i < records->n; i++ )
    {
        const struct record *record = &records->v[i];
        struct unit *unit;
        char *object;

        if ( !record->source || !str_ends(record->target, ".o") ||
             !unit_depends(record, changes) )
            continue;
        if ( source_gone(changes, record->source) )
        {
            findings_reason(findings, DIFFER_REFUSED,
                            XSPLICE_BUILD_UNIT_REMOVED, record->source, "",
                            "%s", "");
            continue;
        }
        object = linked_object(records, record);
        if ( !object && embedded(xen, record->source, true) )
        {
            findings_reason(findings, DIFFER_REFUSED, XSPLICE_BUILD_NOT_LINKED,
                            record->source, "", "%s", "");
            continue;
        }
        if ( !object )
        {
            findings_add(findings, DIFFER_NOTED, record->source, "",
                         "%s is not linked into the hypervisor",
                         record->target);
            continue;
        }
        out->v = xs_grow(out->v, out->n, sizeof(*out->v));
        unit = memset(&out->v[out->n++], 0, sizeof(*unit));
        unit->record = record;
        unit->object = object;
        unit->assembly = str_ends(record->source, ".S");
        unit->direct = changes_find(changes, record->source);
        unit->types = types_concerned(unit, changes, concerned);
    }
    free(concerned);
    if ( out->n )
        qsort(out->v, out->n, sizeof(*out->v), by_object);
    note_unused(xen, changes, records, findings);
}

void units_free(struct units *units)
{
    size_t i;

    for ( i = 0; i < units->n; i++ )
    {
        free(units->v[i].object);
        free(units->v[i].old_path);
        free(units->v[i].new_path);
        free(units->v[i].old_types);
        free(units->v[i].new_types);
    }
    free(units->v);
    memset(units, 0, sizeof(*units));
}
