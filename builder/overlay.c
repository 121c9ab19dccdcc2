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
#include "builder/strv.h"
#include "common/file.h"

/* Left behind by a build; commands write them anew. */
static bool is_product(const char *name)
{
    return *name == '.' || str_ends(name, ".o") || str_ends(name, ".a") ||
           str_begins(name, "xen-syms") || !strcmp(name, "xen.gz") ||
           str_begins(name, "xen.efi") || !strcmp(name, "xen");
}

/*
 * All links go through this one, so that their targets are short: what a file
 * system keeps in the inode is made and removed many times faster than what
 * takes a block for each of two thousand links.
 */
#define TREE ".tree"

static int link_entry(const char *from, const char *to, struct xs_error *err)
{
    if ( !symlink(from, to) )
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

/*
 * Fills the directory `at` with links to the files in from, which seen from
 * there is called via; name is what it is called below the overlay.
 */
static int fill(const char *from, const char *via, const char *at,
                const char *name, struct strv *names, struct xs_error *err)
{
    DIR *d = opendir(from);
    struct dirent *e;
    int rc = 0;

    if ( !d || (mkdir(at, 0777) && errno != EEXIST) )
    {
        rc = xs_fail(err, XS_FAILED, "cannot make %s of %s: %s", at, from,
                     strerror(errno));
        if ( d )
            closedir(d);
        return rc;
    }
    while ( !rc && (e = readdir(d)) )
    {
        char *source, *link, *copy, *full;

        if ( e->d_type == DT_DIR
                 ? !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")
                 : is_product(e->d_name) )
            continue;
        source = xs_printf("%s/%s", from, e->d_name);
        link = xs_printf("%s%s/%s", e->d_type == DT_DIR ? "../" : "", via,
                         e->d_name);
        copy = xs_printf("%s/%s", at, e->d_name);
        full = xs_printf("%s/%s", name, e->d_name);
        if ( names )
            strv_add(names, full);
        if ( e->d_type == DT_DIR )
            rc = fill(source, link, copy, full, names, err);
        else if ( e->d_type == DT_LNK )
            rc = copy_link(source, link, copy, err);
        else
            rc = link_entry(link, copy, err);
        free(source);
        free(link);
        free(copy);
        free(full);
    }
    closedir(d);
    return rc;
}

int overlay_make(const char *xen, const char *at, struct strv *names,
                 struct xs_error *err)
{
    char *tree = xs_printf("%s/" TREE, at);
    int rc = fill(xen, TREE, at, "", names, err);

    if ( !rc )
        rc = link_entry(xen, tree, err);
    free(tree);
    return rc;
}

int overlay_put(const char *at, const char *path, const char *text,
                struct xs_error *err)
{
    char *full = xs_printf("%s/%s", at, path);
    int rc = fs_mkdirs_above(full, err);

    /* Replaces a link, and does not write through it. */
    if ( !rc )
        rc = xs_file_write(full, text, strlen(text), err);
    free(full);
    return rc;
}

int overlay_write(const char *at, const struct changes *changes,
                  enum overlay_text text, struct xs_error *err)
{
    size_t i;

    if ( text == OVERLAY_OLD )
        return 0;
    for ( i = 0; i < changes->nr; i++ )
    {
        const struct touched *file = &changes->file[i];
        char *kept = NULL;
        int rc = 0;

        if ( !file->new_text )
        {
            char *full = xs_printf("%s/%s", at, file->path);

            unlink(full);
            free(full);
            continue;
        }
        if ( text == OVERLAY_NEW && file->old_text )
            kept = lines_keep(file->old_text, file->new_text);
        rc = overlay_put(at, file->path, kept ? kept : file->new_text, err);
        free(kept);
        if ( rc )
            return -1;
    }
    return 0;
}
