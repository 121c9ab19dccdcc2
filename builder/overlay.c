/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/overlay.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/lines.h"
#include "builder/memory.h"
#include "common/file.h"

/* Left behind by a build; commands write them anew. */
static bool is_product(const char *name)
{
    return *name == '.' || str_ends(name, ".o") || str_ends(name, ".a") ||
           str_begins(name, "xen-syms") || !strcmp(name, "xen.gz") ||
           str_begins(name, "xen.efi") || !strcmp(name, "xen");
}

static bool is_linked(const struct dirent *e)
{
    return e->d_type == DT_DIR
               ? strcmp(e->d_name, ".") && strcmp(e->d_name, "..")
               : !is_product(e->d_name);
}

/* The folder of a path; "" for what is at the top. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? str_first(path, slash - path) : xs_strdup("");
}

/* PATH in FOLDER, both relative to the same place, without "." and "..". */
static char *path_in(const char *folder, const char *path)
{
    char *whole = *folder ? xs_printf("%s/%s", folder, path) : xs_strdup(path);
    char *normal = fs_normal(whole);

    free(whole);
    if ( strcmp(normal, ".") )
        return normal;
    free(normal);
    return xs_strdup("");
}

/* Where the tree's own link leads, if that is inside of it; else NULL. */
static char *link_target(const struct overlay *o, const char *path)
{
    char *full = xs_printf("%s/%s", o->xen, path), *folder, *to = NULL;
    char target[4096];
    ssize_t n = readlink(full, target, sizeof(target) - 1);

    if ( n > 0 && *target != '/' )
    {
        target[n] = '\0';
        folder = folder_of(path);
        to = path_in(folder, target);
        free(folder);
    }
    free(full);
    return to;
}

/* Walks the tree once: the names of all that is there, and its links. */
static int list(struct overlay *o, const char *folder, struct strv *names,
                struct xs_error *err)
{
    char *full = xs_printf("%s/%s", o->xen, folder), *path, *to;
    DIR *d = opendir(full);
    struct dirent *e;
    int rc = 0;

    if ( !d )
        rc = xs_fail(err, XS_FAILED, "cannot read the directory %s: %s", full,
                     strerror(errno));
    while ( !rc && (e = readdir(d)) )
    {
        if ( !is_linked(e) )
            continue;
        path = path_in(folder, e->d_name);
        if ( e->d_type == DT_DIR )
            rc = list(o, path, names, err);
        else if ( e->d_type == DT_LNK && (to = link_target(o, path)) )
        {
            strv_add(&o->link, path);
            strv_take(&o->link_to, to);
        }
        if ( names )
            strv_add(names, path);
        free(path);
    }
    if ( d )
        closedir(d);
    free(full);
    return rc;
}

int overlay_begin(struct overlay *o, const char *xen, const char *at,
                  struct strv *names, struct xs_error *err)
{
    memset(o, 0, sizeof(*o));
    o->xen = xen;
    o->at = xs_strdup(at);
    return list(o, "", names, err);
}

void overlay_end(struct overlay *o)
{
    free(o->at);
    strv_free(&o->open);
    strv_free(&o->link);
    strv_free(&o->link_to);
    memset(o, 0, sizeof(*o));
}

/*
 * All links go through this one, so that their targets are short: what a file
 * system keeps in the inode is made and removed many times faster than what
 * takes a block for each.
 */
#define TREE ".tree"

/* What lies there already was made by a command, or put there. */
static int link_entry(const char *from, const char *to, struct xs_error *err)
{
    if ( !symlink(from, to) || errno == EEXIST )
        return 0;
    return xs_fail(err, XS_FAILED, "cannot make the link %s: %s", to,
                   strerror(errno));
}

/* A link of the tree is taken as it is if it stays inside of it. */
static int copy_link(const char *from, const char *via, const char *to,
                     struct xs_error *err)
{
    char target[4096];
    ssize_t n = readlink(from, target, sizeof(target) - 1);

    if ( n <= 0 )
        return xs_fail(err, XS_FAILED, "cannot read the link %s: %s", from,
                       strerror(errno));
    target[n] = '\0';
    return link_entry(*target == '/' ? via : target, to, err);
}

/* "../../" for "a/b": from a folder to the top. */
static char *way_up(const char *folder)
{
    size_t n = *folder != '\0';
    char *up;

    for ( ; *folder; folder++ )
        n += *folder == '/';
    up = xs_calloc(3 * n + 1, 1);
    while ( n-- )
        memcpy(up + 3 * n, "../", 3);
    return up;
}

/* Fills a real folder with links to what the tree has in it. */
static int fill(const struct overlay *o, const char *folder,
                struct xs_error *err)
{
    char *from = xs_printf("%s/%s", o->xen, folder), *up = way_up(folder);
    DIR *d = opendir(from);
    struct dirent *e;
    int rc = 0;

    /* The patch may bring the folder. */
    if ( !d && errno != ENOENT )
        rc = xs_fail(err, XS_FAILED, "cannot read the directory %s: %s", from,
                     strerror(errno));
    while ( d && !rc && (e = readdir(d)) )
    {
        char *path, *source, *via, *to;

        if ( !is_linked(e) )
            continue;
        path = path_in(folder, e->d_name);
        source = xs_printf("%s/%s", o->xen, path);
        via = xs_printf("%s" TREE "/%s", up, path);
        to = xs_printf("%s/%s", o->at, path);
        rc = e->d_type == DT_LNK ? copy_link(source, via, to, err)
                                 : link_entry(via, to, err);
        free(path);
        free(source);
        free(via);
        free(to);
    }
    if ( d )
        closedir(d);
    free(up);
    free(from);
    return rc;
}

static int open_top(struct overlay *o, struct xs_error *err)
{
    char *tree = xs_printf("%s/" TREE, o->at);
    int rc = fs_mkdirs(o->at, err);

    if ( !rc )
        rc = link_entry(o->xen, tree, err);
    if ( !rc )
        rc = fill(o, "", err);
    free(tree);
    return rc;
}

/* Whether a link is one of ours, to the tree's folder of the same name. */
static bool is_ours(const char *full)
{
    char target[4096];
    ssize_t n = readlink(full, target, sizeof(target) - 1);
    const char *p = target;

    target[n > 0 ? n : 0] = '\0';
    while ( str_begins(p, "../") )
        p += 3;
    return str_begins(p, TREE "/");
}

/* A folder whose parent is real: it becomes so, or the one it leads to does. */
static int open_below(struct overlay *o, const char *folder,
                      struct xs_error *err)
{
    char *full = xs_printf("%s/%s", o->at, folder), *to = NULL;
    struct stat st;
    int rc = 0;

    if ( !lstat(full, &st) && S_ISLNK(st.st_mode) && !is_ours(full) &&
         (to = link_target(o, folder)) )
        rc = overlay_open(o, to, err);
    else
    {
        unlink(full);
        if ( mkdir(full, 0777) && errno != EEXIST )
            rc = xs_fail(err, XS_FAILED, "cannot make the directory %s: %s",
                         full, strerror(errno));
        if ( !rc )
            rc = fill(o, folder, err);
    }
    free(to);
    free(full);
    return rc;
}

int overlay_open(struct overlay *o, const char *folder, struct xs_error *err)
{
    char *above;
    int rc;

    if ( strv_has(&o->open, folder) )
        return 0;
    if ( !*folder )
        rc = open_top(o, err);
    else
    {
        above = folder_of(folder);
        rc = overlay_open(o, above, err);
        free(above);
        if ( !rc )
            rc = open_below(o, folder, err);
    }
    strv_add(&o->open, folder);
    return rc;
}

int overlay_open_for(struct overlay *o, const char *path, struct xs_error *err)
{
    char *folder = folder_of(path);
    int rc = overlay_open(o, folder, err);

    free(folder);
    return rc;
}

int overlay_make_room(struct overlay *o, const char *path,
                      struct xs_error *err)
{
    char *full;
    int rc;

    /* Where there is a link to a folder, one must not write through it. */
    if ( o->open.n )
        return overlay_open_for(o, path, err);
    full = xs_printf("%s/%s", o->at, path);
    rc = fs_mkdirs_above(full, err);
    free(full);
    return rc;
}

/* FOLDER and all below it. */
static int open_tree(struct overlay *o, const char *folder,
                     struct xs_error *err)
{
    char *from = xs_printf("%s/%s", o->xen, folder), *path;
    DIR *d = opendir(from);
    struct dirent *e;
    int rc = overlay_open(o, folder, err);

    while ( d && !rc && (e = readdir(d)) )
    {
        if ( e->d_type != DT_DIR || !is_linked(e) )
            continue;
        path = path_in(folder, e->d_name);
        rc = open_tree(o, path, err);
        free(path);
    }
    if ( d )
        closedir(d);
    free(from);
    return rc;
}

int overlay_open_all(struct overlay *o, struct xs_error *err)
{
    return open_tree(o, "", err);
}

/* The folder that a path goes up from at "..", by the first such; or NULL. */
static char *first_climb(const char *path, size_t from, size_t *at)
{
    const char *p = strstr(path + from, "/../");

    if ( !p )
        return NULL;
    *at = p + 3 - path;
    return str_first(path, p - path);
}

int overlay_climb(struct overlay *o, const char *path, struct xs_error *err)
{
    size_t at = 0;
    char *before, *folder;
    int rc = 0;

    while ( !rc && (before = first_climb(path, at, &at)) )
    {
        folder = path_in("", before);
        rc = overlay_open(o, folder, err);
        free(folder);
        free(before);
    }
    return rc;
}

bool overlay_leaves(const struct overlay *o, const char *path)
{
    size_t at = 0;
    char *before, *folder;
    bool leaves = false;

    while ( !leaves && (before = first_climb(path, at, &at)) )
    {
        folder = path_in("", before);
        leaves = !strv_has(&o->open, folder);
        free(folder);
        free(before);
    }
    return leaves;
}

int overlay_put(struct overlay *o, const char *path, const char *text,
                struct xs_error *err)
{
    char *full = xs_printf("%s/%s", o->at, path);
    int rc = overlay_open_for(o, path, err);

    /* Replaces a link, and does not write through it. */
    if ( !rc )
        rc = xs_file_write(full, text, strlen(text), err);
    free(full);
    return rc;
}

/* Whether PATH is the file or a folder that it is in. */
static bool leads_to(const char *path, const char *file)
{
    size_t n = strlen(path);

    return str_begins(file, path) && (!file[n] || file[n] == '/' || !n);
}

/* Links of the tree that lead to the file have to lead to the one put here. */
static int open_links(struct overlay *o, const char *path,
                      struct xs_error *err)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < o->link.n; i++ )
        if ( leads_to(o->link_to.v[i], path) )
            rc = overlay_open_for(o, o->link.v[i], err);
    return rc;
}

char *overlay_text(const struct touched *file, enum overlay_text text)
{
    if ( text == OVERLAY_NEW && file->old_text && file->new_text )
        return lines_keep(file->old_text, file->new_text);
    return file->new_text ? xs_strdup(file->new_text) : NULL;
}

int overlay_write(struct overlay *o, const struct changes *changes,
                  enum overlay_text text, struct xs_error *err)
{
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < changes->nr; i++ )
    {
        const struct touched *file = &changes->file[i];
        char *content = overlay_text(file, text), *full;

        rc = open_links(o, file->path, err);
        if ( !rc && content )
            rc = overlay_put(o, file->path, content, err);
        else if ( !rc && !(rc = overlay_open_for(o, file->path, err)) )
        {
            full = xs_printf("%s/%s", o->at, file->path);
            unlink(full);
            free(full);
        }
        free(content);
    }
    return rc;
}
