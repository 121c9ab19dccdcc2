/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/apply.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/patchset.h"
#include "builder/run.h"
#include "common/file.h"

struct touched *changes_find(const struct changes *changes, const char *path)
{
    size_t i;

    for ( i = 0; i < changes->nr; i++ )
        if ( !strcmp(changes->file[i].path, path) )
            return &changes->file[i];
    return NULL;
}

struct touched *changes_set(struct changes *changes, const char *path,
                            char *old_text, char *new_text)
{
    struct touched *file = changes_find(changes, path);
    size_t at;

    if ( file )
    {
        free(old_text);
        free(file->new_text);
        file->new_text = new_text;
        return file;
    }
    changes->file =
        xs_grow(changes->file, changes->nr, sizeof(*changes->file));
    for ( at = changes->nr++;
          at > 0 && strcmp(changes->file[at - 1].path, path) > 0; at-- )
        changes->file[at] = changes->file[at - 1];
    memset(&changes->file[at], 0, sizeof(changes->file[at]));
    changes->file[at].path = xs_strdup(path);
    changes->file[at].old_text = old_text;
    changes->file[at].new_text = new_text;
    return &changes->file[at];
}

void changes_drop(struct changes *changes, size_t at)
{
    struct touched *file = &changes->file[at];

    free(file->path);
    free(file->old_text);
    free(file->new_text);
    changes->nr--;
    memmove(file, file + 1, (changes->nr - at) * sizeof(*file));
}

void changes_free(struct changes *changes)
{
    while ( changes->nr )
        changes_drop(changes, changes->nr - 1);
    free(changes->file);
    strv_free(&changes->outside);
    strv_free(&changes->fuzzy);
    free(changes->rejects);
    memset(changes, 0, sizeof(*changes));
}

/* What one call works on. */
struct applying {
    const char *xen;
    const char *scratch;
    struct changes *out;
    const struct patch *patch;
};

/* The name less `strip` leading components; NULL if it has not that many. */
static const char *stripped(const char *name, int strip)
{
    while ( strip-- > 0 )
    {
        name = strchr(name, '/');
        if ( !name )
            return NULL;
        name++;
    }
    return name;
}

/* Whether the file is there: in the tree, and not removed; or added. */
static bool present(const struct applying *a, const char *path)
{
    const struct touched *file = changes_find(a->out, path);
    char *full;
    bool there;

    if ( file )
        return file->new_text;
    full = xs_printf("%s/%s", a->xen, path);
    there = fs_is_regular(full);
    free(full);
    return there;
}

/* Whether the directory that would hold a new file is there. */
static bool has_home(const struct applying *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *full = slash
                     ? xs_printf("%s/%.*s", a->xen, (int)(slash - path), path)
                     : xs_strdup(a->xen);
    bool there = fs_is_directory(full);

    free(full);
    return there;
}

/*
 * A name of the patch as a path in xen/, in fresh memory; NULL if it is not
 * there.  A patch is made with a/ and b/ or without, at the top of the
 * repository or in xen/; the file that is there decides.
 */
static char *locate(const struct applying *a, const char *name, bool fresh)
{
    int strip, in_xen;

    for ( strip = 1; strip >= 0; strip-- )
        for ( in_xen = 1; in_xen >= 0; in_xen-- )
        {
            const char *p = stripped(name, strip);
            char *path;

            if ( !p || (in_xen && !str_begins(p, "xen/")) )
                continue;
            path = fs_normal(p + (in_xen ? 4 : 0));
            if ( *path != '/' && !str_begins(path, "..") &&
                 (fresh ? has_home(a, path) : present(a, path)) &&
                 /* A file at the very top of xen/ must be named as such. */
                 (in_xen || strchr(path, '/')) )
                return path;
            free(path);
        }
    return NULL;
}

/* Whether a name lies in the repository, but beside the hypervisor. */
static bool is_outside(const struct applying *a, const char *name)
{
    static const char *const beside[] = {
        "tools/", "docs/",  "stubdom/", "automation/", "config/", "m4/",
        "misc/",  "CHANGE", "SUPPORT",  "MAINTAINERS", "README",  ".gitlab",
    };
    const char *p = stripped(name, 1);
    size_t i;
    char *full;
    bool there;

    if ( !p )
        p = name;
    for ( i = 0; i < sizeof(beside) / sizeof(*beside); i++ )
        if ( str_begins(p, beside[i]) )
            return true;
    full = xs_printf("%s/../%s", a->xen, p);
    there = !str_begins(p, "xen/") && fs_is_regular(full);
    free(full);
    return there;
}

/* The text that the next patch changes, in fresh memory. */
static int current_text(const struct applying *a, const char *path,
                        char **text, struct xs_error *err)
{
    const struct touched *file = changes_find(a->out, path);
    char *full;
    size_t size;
    int rc;

    if ( file )
    {
        *text = xs_strdup(file->new_text ? file->new_text : "");
        return 0;
    }
    full = xs_printf("%s/%s", a->xen, path);
    rc = fs_read(full, text, &size, err);
    if ( !rc && strlen(*text) != size )
    {
        free(*text);
        rc = xs_fail(err, XS_FAILED, "%s is not a text", full);
    }
    free(full);
    return rc;
}

static void add_reject(struct changes *out, const char *path,
                       const char *reject, const char *said)
{
    char *all =
        xs_printf("%s--- rejected: %s\n%s%s", out->rejects ? out->rejects : "",
                  path, reject ? reject : "", reject ? "" : said);

    free(out->rejects);
    out->rejects = all;
}

/*
 * One run of patch(1) on the scratch file.  Returns its exit status (0: all
 * hunks are in), or -1 with err set.
 */
static int run_patch(const struct applying *a, int fuzz, char **said,
                     struct xs_error *err)
{
    char *file = xs_printf("%s/file", a->scratch);
    char *reject = xs_printf("%s/reject", a->scratch);
    char *section = xs_printf("%s/section", a->scratch);
    char *fuzz_option = xs_printf("--fuzz=%d", fuzz);
    const char *argv[] = {
        "patch",     "--unified", "--batch",
        "--forward", fuzz_option, "--no-backup-if-mismatch",
        "-r",        reject,      file,
        NULL,
    };
    int status;

    unlink(reject);
    status = run_program(argv, a->scratch, section, 1, said, err);
    if ( status == 127 )
    {
        free(*said);
        status = xs_fail(err, XS_FAILED, "the program patch cannot be run");
        xs_hint(err, "install it (package patch)");
    }
    free(fuzz_option);
    free(section);
    free(reject);
    free(file);
    return status;
}

/* Puts the text in place and runs patch(1) on it; its status, or -1. */
static int try_patch(const struct applying *a, const char *file, int fuzz,
                     const char *text, char **said, struct xs_error *err)
{
    *said = NULL;
    if ( xs_file_write(file, text, strlen(text), err) )
        return -1;
    return run_patch(a, fuzz, said, err);
}

/*
 * What was rejected, for the user.  Hunks that fit with fuzz are not taken:
 * code around them that differs is a reason to look, and nobody looks at the
 * messages of a build that succeeds.  But that they would fit is worth saying.
 */
static int note_reject(const struct applying *a, const char *path,
                       const char *file, const char *text, const char *said,
                       struct xs_error *err)
{
    char *reject_path = xs_printf("%s/reject", a->scratch);
    char *reject = NULL, *fuzzy = NULL;
    struct xs_error none;
    int rc;

    if ( fs_is_regular(reject_path) )
        fs_read(reject_path, &reject, NULL, &none);
    add_reject(a->out, path, reject, said ? said : "");
    rc = try_patch(a, file, 2, text, &fuzzy, err);
    if ( rc == 0 )
        strv_addf(&a->out->fuzzy, "%s", path);
    free(fuzzy);
    free(reject);
    free(reject_path);
    return rc < 0 ? -1 : 1;
}

/*
 * Changes the text by the hunks of one section.  Returns 0, 1 if hunks were
 * rejected (they are noted), or -1 with err set.
 */
static int patch_text(const struct applying *a, const char *path,
                      const struct patch_section *section, char **text,
                      struct xs_error *err)
{
    char *file = xs_printf("%s/file", a->scratch);
    char *hunks = xs_printf("%s/section", a->scratch);
    char *said = NULL;
    int rc;

    rc = xs_file_write(hunks, a->patch->text + section->start,
                       section->end - section->start, err);
    if ( !rc )
        rc = try_patch(a, file, 0, *text, &said, err);
    if ( rc > 0 )
        rc = note_reject(a, path, file, *text, said, err);
    else if ( !rc )
    {
        free(*text);
        *text = NULL;
        /* patch(1) removes a file that a patch empties to /dev/null. */
        if ( fs_is_regular(file) )
            rc = fs_read(file, text, NULL, err);
        else
            *text = xs_strdup("");
    }
    free(said);
    free(hunks);
    free(file);
    return rc;
}

/* Records the new text of a file, and what it was before the first patch. */
static int record(const struct applying *a, const char *path, char *text,
                  struct xs_error *err)
{
    char *old_text = NULL;

    if ( !changes_find(a->out, path) && present(a, path) &&
         current_text(a, path, &old_text, err) )
    {
        free(text);
        return -1;
    }
    changes_set(a->out, path, old_text, text);
    return 0;
}

/* The file is in xen/: from (NULL: new) becomes to (NULL: removed). */
static int change_file(const struct applying *a, const char *from,
                       const char *to, const struct patch_section *section,
                       struct xs_error *err)
{
    char *text = NULL;
    int rc = 0;

    if ( section->binary )
        return xs_fail(err, XS_FAILED, "%s changes the binary file %s",
                       a->patch->path, from ? from : to);
    if ( from )
        rc = current_text(a, from, &text, err);
    else if ( present(a, to) )
        rc = xs_fail(err, XS_FAILED, "%s adds %s, which is there already",
                     a->patch->path, to);
    else
        text = xs_strdup("");
    if ( !rc && section->end > section->start )
        rc = patch_text(a, from ? from : to, section, &text, err);
    if ( rc )
    {
        free(text);
        return rc;
    }
    if ( from && (!to || strcmp(from, to)) )
        rc = record(a, from, NULL, err);
    if ( to && !rc )
        return record(a, to, text, err);
    free(text);
    return rc;
}

static int apply_section(const struct applying *a,
                         const struct patch_section *section,
                         struct xs_error *err)
{
    const char *name =
        section->old_name ? section->old_name : section->new_name;
    char *from = NULL, *to = NULL;
    int rc;

    if ( section->old_name )
        from = locate(a, section->old_name, false);
    /* diff -u writes "name.orig" and "name": the one that is there. */
    if ( !from && section->old_name && section->new_name && !section->rename )
        from = locate(a, section->new_name, false);
    if ( section->new_name && (section->rename || !section->old_name) )
        to = locate(a, section->new_name, true);
    else if ( section->new_name && from )
        to = xs_strdup(from);
    if ( !from && !to )
    {
        if ( is_outside(a, name) )
        {
            strv_add_once(&a->out->outside,
                          stripped(name, 1) ? stripped(name, 1) : name);
            return 0;
        }
        xs_fail(err, XS_FAILED, "%s changes %s, which is not in this tree",
                a->patch->path, name);
        return xs_hint(err, "the patch is for another version, or its names "
                            "do not begin at the top of the repository or in "
                            "xen/");
    }
    rc = change_file(a, from, to, section, err);
    free(from);
    free(to);
    return rc;
}

static int apply_patch(struct applying *a, struct xs_error *err)
{
    bool rejected = false;
    size_t i;

    for ( i = 0; i < a->patch->nr; i++ )
    {
        int rc = apply_section(a, &a->patch->section[i], err);

        if ( rc < 0 )
            return -1;
        rejected |= rc > 0;
    }
    if ( !rejected )
        return 0;
    xs_fail(err, XS_FAILED, "%s does not apply", a->patch->path);
    if ( a->out->fuzzy.n )
        return xs_hint(err,
                       "the hunks rejected in %s%s would fit with fuzz: see "
                       "whether the code around them is what the patch means, "
                       "and make the patch anew for this version of Xen",
                       a->out->fuzzy.v[0],
                       a->out->fuzzy.n > 1 ? " and others" : "");
    return xs_hint(err, "the rejected hunks are shown above; fit the patch "
                        "to this version of Xen");
}

/* A file that ends as it began is not touched. */
static void drop_unchanged(struct changes *out)
{
    size_t i = out->nr;

    while ( i-- )
    {
        const struct touched *file = &out->file[i];

        if ( file->old_text
                 ? file->new_text && !strcmp(file->old_text, file->new_text)
                 : !file->new_text )
            changes_drop(out, i);
    }
}

int changes_apply(const char *xen, const struct strv *patches,
                  const char *scratch, struct changes *out,
                  struct xs_error *err)
{
    struct applying a = { .xen = xen, .scratch = scratch, .out = out };
    size_t i;
    int rc = 0;

    memset(out, 0, sizeof(*out));
    for ( i = 0; i < patches->n && !rc; i++ )
    {
        struct patch patch;

        rc = patch_read(patches->v[i], &patch, err);
        if ( rc )
            break;
        a.patch = &patch;
        rc = apply_patch(&a, err);
        patch_free(&patch);
    }
    drop_unchanged(out);
    return rc;
}
