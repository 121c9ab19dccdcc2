/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/fs.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/memory.h"
#include "builder/strv.h"
#include "common/file.h"

static int fail_errno(struct xs_error *err, const char *what, const char *path)
{
    return xs_fail(err, XS_FAILED, "cannot %s %s: %s", what, path,
                   strerror(errno));
}

int fs_read(const char *path, char **text, size_t *size, struct xs_error *err)
{
    uint8_t *bytes;
    size_t n;

    if ( xs_file_read(path, FS_FILE_MAX, &bytes, &n, err) )
        return -1;
    *text = (char *)bytes;
    if ( size )
        *size = n;
    return 0;
}

int fs_copy(const char *from, const char *to, struct xs_error *err)
{
    char *data;
    size_t size;
    int rc;

    if ( fs_read(from, &data, &size, err) )
        return -1;
    rc = xs_file_write(to, data, size, err);
    free(data);
    return rc;
}

int fs_mkdirs(const char *path, struct xs_error *err)
{
    char *copy = xs_strdup(path), *p;
    int rc = 0;

    for ( p = copy + 1; !rc && *p; p++ )
    {
        if ( *p != '/' )
            continue;
        *p = '\0';
        if ( mkdir(copy, 0777) && errno != EEXIST )
            rc = fail_errno(err, "make directory", copy);
        *p = '/';
    }
    if ( !rc && mkdir(copy, 0777) && errno != EEXIST )
        rc = fail_errno(err, "make directory", copy);
    if ( !rc && !fs_is_directory(path) )
        rc = xs_fail(err, XS_FAILED, "%s is not a directory", path);
    free(copy);
    return rc;
}

int fs_mkdirs_above(const char *path, struct xs_error *err)
{
    const char *slash = strrchr(path, '/');
    char *dir;
    int rc;

    if ( !slash || slash == path )
        return 0;
    dir = str_first(path, slash - path);
    rc = fs_mkdirs(dir, err);
    free(dir);
    return rc;
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    /* What cannot be removed stays; there is nobody to tell. */
    return remove(path) && false;
}

void fs_remove_tree(const char *path)
{
    nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

bool fs_is_regular(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISREG(st.st_mode);
}

bool fs_is_directory(const char *path)
{
    struct stat st;

    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

const char *fs_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

char *fs_normal(const char *path)
{
    char *out = xs_calloc(strlen(path) + 2, 1);
    size_t n = 0;
    bool absolute = *path == '/';

    while ( *path )
    {
        size_t len = strcspn(path, "/");
        size_t last = n;

        while ( last && out[last - 1] != '/' )
            last--;
        if ( len == 2 && !memcmp(path, "..", 2) && n > absolute &&
             !(n - last == 2 && !memcmp(out + last, "..", 2)) )
            n = last > absolute ? last - 1 : last;
        else if ( len == 2 && !memcmp(path, "..", 2) && absolute && n <= 1 )
            ; /* above the root there is the root */
        else if ( len && !(len == 1 && *path == '.') )
        {
            if ( n ? out[n - 1] != '/' : absolute )
                out[n++] = '/';
            memcpy(out + n, path, len);
            n += len;
        }
        else if ( absolute && !n )
            out[n++] = '/';
        path += len;
        path += *path == '/';
    }
    if ( !n )
        out[n++] = absolute ? '/' : '.';
    out[n] = '\0';
    return out;
}

char *fs_cache_directory(void)
{
    const char *dir = getenv("XSPLICE_CACHE");

    if ( dir && *dir )
        return xs_strdup(dir);
    dir = getenv("XDG_CACHE_HOME");
    if ( dir && *dir )
        return xs_printf("%s/xsplice", dir);
    dir = getenv("HOME");
    return xs_printf("%s/.cache/xsplice", dir && *dir ? dir : "");
}
