/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/recorded.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"

/* A value as make would read it: $$ and $(pound) stand for $ and #. */
static char *unescape(const char *p, size_t n)
{
    char *out = xs_calloc(n + 1, 1);
    const char *end = p + n;
    size_t len = 0;

    while ( p < end )
    {
        if ( str_begins(p, "$$") )
        {
            out[len++] = '$';
            p += 2;
        }
        else if ( str_begins(p, "$(pound)") )
        {
            out[len++] = '#';
            p += strlen("$(pound)");
        }
        else
            out[len++] = *p++;
    }
    return out;
}

/* The value of "NAME_target := value" on this line, or NULL. */
static const char *value_of(const char *line, const char *name,
                            size_t *target_length)
{
    size_t n = strlen(name), end;

    /* Most lines are names of files in a list. */
    if ( !str_begins(line, name) )
        return NULL;
    for ( end = strcspn(line, "\n"); n + 4 <= end; n++ )
        if ( !memcmp(line + n, " := ", 4) )
        {
            *target_length = n - strlen(name);
            return line + n + 4;
        }
    return NULL;
}

/* A file name of the list, relative to xen/ if it lies there. */
static char *name_in(const char *xen, const char *p, size_t n)
{
    char *word = str_first(p, n), *name = fs_normal(word);
    size_t len = strlen(xen);

    free(word);
    if ( str_begins(name, xen) && name[len] == '/' )
        memmove(name, name + len + 1, strlen(name + len + 1) + 1);
    return name;
}

/* The list behind "deps_T := \": words, and $(wildcard ...) to pass over. */
static void parse_deps(const char *xen, const char *p, struct record *out)
{
    for ( ;; )
    {
        size_t n;

        p += strspn(p, " \t");
        if ( p[0] == '\\' && p[1] == '\n' )
        {
            p += 2;
            continue;
        }
        if ( *p == '\n' || !*p )
            return;
        n = str_begins(p, "$(") ? strcspn(p, ")") + 1 : strcspn(p, " \t\n");
        if ( !str_begins(p, "$(") )
            strv_take(&out->deps, name_in(xen, p, n));
        if ( !str_begins(p, "$(") && memmem(p, n, "/../", 4) )
            strv_take(&out->climbs, str_first(p, n));
        if ( n > strlen(p) )
            return;
        p += n;
    }
}

bool record_parse(const char *xen, const char *text, struct record *out)
{
    const char *line, *value;
    size_t n;

    memset(out, 0, sizeof(*out));
    for ( line = text; *line;
          line += strcspn(line, "\n"), line += *line == '\n' )
    {
        if ( !out->command && (value = value_of(line, "cmd_", &n)) )
        {
            out->target = name_in(xen, line + 4, n);
            out->command = unescape(value, strcspn(value, "\n"));
        }
        else if ( !out->source && (value = value_of(line, "source_", &n)) )
        {
            out->source = name_in(xen, value, strcspn(value, "\n"));
            strv_add(&out->deps, out->source);
        }
        else if ( (value = value_of(line, "deps_", &n)) )
            parse_deps(xen, value, out);
    }
    strv_sort(&out->deps);
    if ( out->command )
        return true;
    record_free(out);
    return false;
}

/* What a linking or archiving command puts together. */
static void note_linked(const char *command, struct strv *linked)
{
    while ( *command )
    {
        size_t n = strcspn(command, " \t;");

        if ( n > 2 && command[n - 2] == '.' &&
             (command[n - 1] == 'o' || command[n - 1] == 'a') )
            strv_take(linked, str_first(command, n));
        command += n;
        command += strspn(command, " \t;");
    }
}

/*
 * Kbuild compiles some files of common/ through links that it makes in arch/
 * (those of efi/): a patch names the file, the command names the link.  Both
 * are what the target was made from.
 */
static void follow_link(const char *xen, struct record *record)
{
    char *full, *real, *top, byte;

    if ( !record->source )
        return;
    full = xs_printf("%s/%s", xen, record->source);
    if ( readlink(full, &byte, 1) > 0 )
    {
        real = realpath(full, NULL);
        top = realpath(xen, NULL);
        if ( real && top && str_begins(real, top) && real[strlen(top)] == '/' )
        {
            free(record->source);
            record->source = xs_strdup(real + strlen(top) + 1);
            strv_add(&record->deps, record->source);
            strv_sort(&record->deps);
        }
        free(top);
        free(real);
    }
    free(full);
}

static int read_one(const char *xen, const char *path, struct records *out,
                    struct xs_error *err)
{
    struct record record;
    char *text;

    if ( fs_read(path, &text, NULL, err) )
        return -1;
    if ( record_parse(xen, text, &record) )
    {
        follow_link(xen, &record);
        out->v = xs_grow(out->v, out->n, sizeof(*out->v));
        out->v[out->n++] = record;
        if ( !record.source )
            note_linked(record.command, &out->linked);
        if ( !record.source && str_ends(record.target, "/lib.a") )
            note_linked(record.command, &out->library);
    }
    free(text);
    return 0;
}

static int walk(const char *xen, const char *dir, bool top,
                struct records *out, struct xs_error *err)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    int rc = 0;

    if ( !d )
        return xs_fail(err, XS_FAILED, "cannot read directory %s: %s", dir,
                       strerror(errno));
    while ( !rc && (e = readdir(d)) )
    {
        char *path;

        if ( !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
             (top && !strcmp(e->d_name, "tools")) )
            continue;
        path = xs_printf("%s/%s", dir, e->d_name);
        if ( e->d_type == DT_DIR )
            rc = walk(xen, path, false, out, err);
        else if ( *e->d_name == '.' && str_ends(e->d_name, ".cmd") )
            rc = read_one(xen, path, out, err);
        free(path);
    }
    closedir(d);
    return rc;
}

static int by_target(const void *a, const void *b)
{
    const struct record *x = a, *y = b;

    return strcmp(x->target, y->target);
}

int records_read(const char *xen, struct records *out, struct xs_error *err)
{
    memset(out, 0, sizeof(*out));
    if ( walk(xen, xen, true, out, err) )
    {
        records_free(out);
        return -1;
    }
    if ( out->n )
        qsort(out->v, out->n, sizeof(*out->v), by_target);
    strv_sort(&out->linked);
    strv_sort(&out->library);
    return 0;
}

void records_add(struct records *records, const struct record *record)
{
    records->v = xs_grow(records->v, records->n, sizeof(*records->v));
    records->v[records->n++] = *record;
    qsort(records->v, records->n, sizeof(*records->v), by_target);
}

const struct record *records_find(const struct records *records,
                                  const char *target)
{
    struct record key = { .target = (char *)target };

    return records->n ? bsearch(&key, records->v, records->n,
                                sizeof(*records->v), by_target)
                      : NULL;
}

char *record_option(const char *command, const char *option)
{
    size_t len = strlen(option);
    const char *p = command;

    while ( (p = strstr(p, option)) )
    {
        if ( (p == command || p[-1] == ' ') && p[len] == ' ' )
        {
            p += len + strspn(p + len, " ");
            return str_first(p, strcspn(p, " \t\n"));
        }
        p += len;
    }
    return NULL;
}

void record_free(struct record *record)
{
    free(record->target);
    free(record->command);
    free(record->source);
    strv_free(&record->deps);
    strv_free(&record->climbs);
    memset(record, 0, sizeof(*record));
}

void records_free(struct records *records)
{
    size_t i;

    for ( i = 0; i < records->n; i++ )
        record_free(&records->v[i]);
    free(records->v);
    strv_free(&records->linked);
    strv_free(&records->library);
    memset(records, 0, sizeof(*records));
}
