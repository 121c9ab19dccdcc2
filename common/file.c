/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int system_error(struct xs_error *err, const char *what,
                        const char *path)
{
    return xs_fail(err, XS_FAILED, "cannot %s %s: %s", what, path,
                   strerror(errno));
}

static int read_open(int fd, const char *path, size_t max, uint8_t **bytes,
                     size_t *size, struct xs_error *err)
{
    struct stat st;
    size_t have = 0;
    ssize_t n = 1;

    if ( fstat(fd, &st) )
        return system_error(err, "examine", path);
    if ( !S_ISREG(st.st_mode) )
        return xs_fail(err, XS_REJECTED, "%s is not a regular file", path);
    if ( st.st_size > max )
        return xs_fail(err, XS_REJECTED, "%s has %lld bytes, more than %zu",
                       path, (long long)st.st_size, max);
    *bytes = malloc(st.st_size + 1);
    if ( !*bytes )
        return xs_fail(err, XS_FAILED, "out of memory");
    while ( have < st.st_size && n )
    {
        n = read(fd, *bytes + have, st.st_size - have);
        if ( n < 0 && errno != EINTR )
        {
            free(*bytes);
            return system_error(err, "read", path);
        }
        if ( n > 0 )
            have += n;
    }
    (*bytes)[have] = '\0';
    *size = have;
    return 0;
}

int xs_file_read(const char *path, size_t max, uint8_t **bytes, size_t *size,
                 struct xs_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if ( fd < 0 )
        return system_error(err, "open", path);
    rc = read_open(fd, path, max, bytes, size, err);
    close(fd);
    return rc;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while ( size )
    {
        ssize_t n = write(fd, bytes, size);

        if ( n < 0 && errno != EINTR )
            return -1;
        if ( n > 0 )
        {
            bytes += n;
            size -= n;
        }
    }
    return 0;
}

/* A name is on the disk when its directory is. */
static int sync_directory(const char *path)
{
    char *copy = strdup(path);
    int fd =
        copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int rc = fd < 0 ? -1 : fsync(fd);

    if ( fd >= 0 )
        close(fd);
    free(copy);
    return rc;
}

static int write_file(const char *path, const void *bytes, size_t size,
                      bool durable, struct xs_error *err)
{
    char temporary[PATH_MAX];
    int fd, failed;

    if ( snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
         sizeof(temporary) )
        return xs_fail(err, XS_FAILED, "%s: the path is too long", path);
    fd = mkostemp(temporary, O_CLOEXEC);
    if ( fd < 0 )
        return system_error(err, "write", path);
    failed = fchmod(fd, 0644) || write_all(fd, bytes, size) ||
             (durable && fsync(fd));
    if ( close(fd) || failed || rename(temporary, path) )
    {
        system_error(err, "write", path);
        unlink(temporary);
        return -1;
    }
    if ( durable && sync_directory(path) )
        return system_error(err, "write the directory of", path);
    return 0;
}

int xs_file_write(const char *path, const void *bytes, size_t size,
                  struct xs_error *err)
{
    return write_file(path, bytes, size, false, err);
}

int xs_file_write_durable(const char *path, const void *bytes, size_t size,
                          struct xs_error *err)
{
    return write_file(path, bytes, size, true, err);
}

int xs_file_remove_durable(const char *path, struct xs_error *err)
{
    if ( unlink(path) && errno != ENOENT )
        return system_error(err, "remove", path);
    if ( sync_directory(path) )
        return system_error(err, "write the directory of", path);
    return 0;
}

int xs_make_dirs(const char *path)
{
    char *copy = strdup(path);
    char *slash = copy;
    int rc;

    while ( slash && (slash = strchr(slash + 1, '/')) )
    {
        *slash = '\0';
        /* What cannot be made shows at the last one. */
        mkdir(copy, 0755);
        *slash = '/';
    }
    free(copy);
    rc = mkdir(path, 0755);
    return rc && errno == EEXIST ? 0 : rc;
}
