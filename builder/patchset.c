/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/patchset.h"

#include <stdlib.h>
#include <string.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/strv.h"

/* The patch, read line by line. */
struct reader {
    const struct patch *patch;
    const char *at;      /* the line that comes next */
    unsigned int number; /* its number, from 1 */
};

static size_t line_length(const char *line)
{
    size_t n = strcspn(line, "\n");

    return n + (line[n] == '\n');
}

static void next_line(struct reader *r)
{
    r->at += line_length(r->at);
    r->number++;
}

/* Value of an octal digit string in a quoted name, as git writes it. */
static size_t unquote_octal(const char *p, char *c)
{
    *c = (p[0] - '0') * 64 + (p[1] - '0') * 8 + (p[2] - '0');
    return 3;
}

static char *quoted_name(const char *p)
{
    char *name = xs_calloc(strlen(p) + 1, 1);
    size_t n = 0;

    for ( p++; *p && *p != '"' && *p != '\n'; p++ )
    {
        if ( *p != '\\' || !p[1] )
        {
            name[n++] = *p;
            continue;
        }
        p++;
        if ( *p >= '0' && *p <= '3' && p[1] && p[2] )
            p += unquote_octal(p, &name[n++]) - 1;
        else
            name[n++] = *p == 't' ? '\t' : *p == 'n' ? '\n' : *p;
    }
    return name;
}

/* Name in a "--- " or "rename to " line; NULL for /dev/null. */
static char *file_name_of(const char *p)
{
    size_t n = strcspn(p, "\t\r\n");
    char *name;

    if ( *p == '"' )
        return quoted_name(p);
    name = str_first(p, n);
    if ( !strcmp(name, "/dev/null") )
    {
        free(name);
        return NULL;
    }
    return name;
}

static struct patch_section *add_section(struct patch *patch)
{
    patch->section =
        xs_grow(patch->section, patch->nr, sizeof(*patch->section));
    memset(&patch->section[patch->nr], 0, sizeof(*patch->section));
    return &patch->section[patch->nr++];
}

static int bad_hunk(const struct reader *r, unsigned int number,
                    struct xs_error *err)
{
    xs_fail(err, XS_FAILED,
            "%s: the hunk at line %u does not have as many lines as its "
            "header says (seen at line %u)",
            r->patch->path, number, r->number);
    return xs_hint(err, "the patch was cut short or edited by hand; make it "
                        "again, or correct the counts with recountdiff");
}

/* The ",N" of a hunk's range; absent means 1. */
static unsigned long range_length(const char **p)
{
    unsigned long n = 1;

    while ( **p >= '0' && **p <= '9' )
        ++*p;
    if ( **p == ',' )
        n = strtoul(*p + 1, (char **)p, 10);
    return n;
}

static int skip_hunk(struct reader *r, struct xs_error *err)
{
    const char *p = r->at + 4;
    unsigned int number = r->number;
    unsigned long old_left, new_left;

    old_left = range_length(&p);
    if ( strncmp(p, " +", 2) )
        return bad_hunk(r, number, err);
    p += 2;
    new_left = range_length(&p);
    next_line(r);
    while ( old_left || new_left )
    {
        /* Mail programs cut the blank of an empty context line. */
        bool context = *r->at == ' ' || *r->at == '\n' || *r->at == '\r';

        if ( !*r->at || (!context && !strchr("+-\\", *r->at)) ||
             ((context || *r->at == '-') && !old_left) ||
             ((context || *r->at == '+') && !new_left) )
            return bad_hunk(r, number, err);
        old_left -= context || *r->at == '-';
        new_left -= context || *r->at == '+';
        next_line(r);
    }
    if ( *r->at == '\\' )
        next_line(r);
    return 0;
}

static bool at_file_header(const char *line)
{
    const char *next = line + line_length(line);

    return str_begins(line, "--- ") && str_begins(next, "+++ ");
}

/* "--- a/x", "+++ b/x" and the hunks behind them. */
static int read_hunks(struct reader *r, struct patch_section *section,
                      struct xs_error *err)
{
    free(section->old_name);
    free(section->new_name);
    section->start = r->at - r->patch->text;
    section->old_name = file_name_of(r->at + 4);
    next_line(r);
    section->new_name = file_name_of(r->at + 4);
    next_line(r);
    while ( str_begins(r->at, "@@ -") )
        if ( skip_hunk(r, err) )
            return -1;
    section->end = r->at - r->patch->text;
    if ( !section->old_name && !section->new_name )
        return xs_fail(err, XS_FAILED, "%s: line %u names no file",
                       r->patch->path, r->number);
    return 0;
}

/* "a/NAME b/NAME" of git's first line, where both names are the same. */
static void git_names(const char *p, struct patch_section *section)
{
    size_t n = strcspn(p, "\r\n"), half = n / 2;

    if ( n % 2 && p[half] == ' ' && n > 5 &&
         !strncmp(p + 1, p + half + 2, half - 1) )
    {
        section->old_name = str_first(p, half);
        section->new_name = str_first(p + half + 1, half);
    }
}

/* git's own header lines, up to the hunks if there are any. */
static int read_git(struct reader *r, struct patch *patch,
                    struct xs_error *err)
{
    struct patch_section *section = add_section(patch);

    git_names(r->at + strlen("diff --git "), section);
    for ( next_line(r); *r->at && !str_begins(r->at, "diff --git ");
          next_line(r) )
    {
        if ( at_file_header(r->at) )
            return read_hunks(r, section, err);
        if ( str_begins(r->at, "GIT binary patch") ||
             str_begins(r->at, "Binary files ") )
            section->binary = true;
        if ( str_begins(r->at, "rename from ") )
        {
            free(section->old_name);
            section->old_name = xs_printf(
                "a/%.*s", (int)strcspn(r->at + 12, "\r\n"), r->at + 12);
            section->rename = true;
        }
        if ( str_begins(r->at, "rename to ") )
        {
            free(section->new_name);
            section->new_name = xs_printf(
                "b/%.*s", (int)strcspn(r->at + 10, "\r\n"), r->at + 10);
        }
        if ( str_begins(r->at, "new file mode ") )
        {
            free(section->old_name);
            section->old_name = NULL;
        }
        if ( str_begins(r->at, "deleted file mode ") )
        {
            free(section->new_name);
            section->new_name = NULL;
        }
    }
    return 0;
}

int patch_parse(const char *path, const char *text, struct patch *out,
                struct xs_error *err)
{
    struct reader r = { .patch = out, .number = 1 };
    int rc = 0;

    memset(out, 0, sizeof(*out));
    out->path = xs_strdup(path);
    out->text = xs_strdup(text);
    r.at = out->text;
    while ( *r.at && !rc )
    {
        if ( str_begins(r.at, "diff --git ") )
            rc = read_git(&r, out, err);
        else if ( at_file_header(r.at) )
            rc = read_hunks(&r, add_section(out), err);
        else
            next_line(&r);
    }
    if ( !rc && !out->nr )
    {
        rc = xs_fail(err, XS_FAILED, "%s: there is no diff in it", path);
        xs_hint(err, "a unified diff is needed: diff -u, git diff, or "
                     "git format-patch");
    }
    if ( rc )
        patch_free(out);
    return rc;
}

int patch_read(const char *path, struct patch *out, struct xs_error *err)
{
    char *text;
    int rc;

    memset(out, 0, sizeof(*out));
    if ( fs_read(path, &text, NULL, err) )
        return -1;
    rc = patch_parse(path, text, out, err);
    free(text);
    return rc;
}

void patch_free(struct patch *patch)
{
    size_t i;

    for ( i = 0; i < patch->nr; i++ )
    {
        free(patch->section[i].old_name);
        free(patch->section[i].new_name);
    }
    free(patch->section);
    free(patch->text);
    free(patch->path);
    memset(patch, 0, sizeof(*patch));
}
