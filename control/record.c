/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/modinfo.h"
#include "control/duration.h"

#define RECORD_MAX (64 * 1024)
/* "/" and one "%XX" for each character of a name, and ".payload" */
#define PATH_ROOM  (4 * XSPLICE_NAME_MAX)

/* FNV-1a: to tell two texts apart, not to withstand an attack. */
static uint64_t digest(const char *bytes, size_t size)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    size_t i;

    for ( i = 0; i < size; i++ )
        h = (h ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* DIR/NAME.payload, with what a file name cannot hold written as %XX. */
static char *record_path(const char *run_dir, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    char *path = malloc(strlen(run_dir) + PATH_ROOM);
    char *end = path;

    if ( !path )
        return NULL;
    end += sprintf(end, "%s/", run_dir);
    for ( ; *name; name++ )
        if ( strchr(plain, *name) )
            *end++ = *name;
        else
            end += sprintf(end, "%%%02X", (unsigned char)*name);
    strcpy(end, ".payload");
    return path;
}

/* With the folders above it: a bare system may have no /run yet. */
static int make_dir(const char *run_dir)
{
    char *path = strdup(run_dir);
    char *slash = path;
    int rc;

    while ( slash && (slash = strchr(slash + 1, '/')) )
    {
        *slash = '\0';
        /* What cannot be made shows at the last one. */
        mkdir(path, 0755);
        *slash = '/';
    }
    free(path);
    rc = mkdir(run_dir, 0755);
    return rc && errno == EEXIST ? 0 : rc;
}

int record_write(const char *run_dir, const char *name,
                 const struct xs_payload *payload, struct xs_error *err)
{
    char *path = record_path(run_dir, name);
    char *depends = xs_ids_text(&payload->depends);
    char id[XS_HEX_MAX], xen[XS_HEX_MAX];
    char *text = NULL;
    int rc = -1, size = -1;

    if ( path && depends )
        size = asprintf(&text,
                        "build-id=%s\ndepends=%s\nxen-depends=%s\n"
                        "metadata-digest=%016" PRIx64 "\n",
                        xs_build_id_hex(&payload->id, id), depends,
                        xs_build_id_hex(&payload->xen, xen),
                        digest(payload->modinfo, payload->modinfo_size));
    if ( size < 0 )
        xs_fail(err, XS_FAILED, "out of memory");
    else if ( make_dir(run_dir) )
        xs_fail(err, XS_FAILED, "cannot make %s: %s", run_dir,
                strerror(errno));
    else
        rc = xs_file_write(path, text, size, err);
    if ( size >= 0 )
        free(text);
    free(depends);
    free(path);
    return rc;
}

bool record_read(const char *run_dir, const char *name, const char *metadata,
                 size_t metadata_size, struct identity *identity)
{
    char *path = record_path(run_dir, name);
    struct xs_error ignored;
    const char *noted;
    uint8_t *text;
    size_t size, i;
    bool good = false;

    if ( path && !xs_file_read(path, RECORD_MAX, &text, &size, &ignored) )
    {
        for ( i = 0; i < size; i++ )
            if ( text[i] == '\n' )
                text[i] = '\0';
        noted = xs_modinfo_get((char *)text, size, "metadata-digest");
        good = noted &&
               strtoull(noted, NULL, 16) == digest(metadata, metadata_size) &&
               identity_parse(identity, (char *)text, size);
        free(text);
    }
    free(path);
    return good;
}

void record_remove(const char *run_dir, const char *name)
{
    char *path = record_path(run_dir, name);

    if ( path )
        unlink(path);
    free(path);
}

int record_lock(const char *run_dir, struct hypervisor *hv, uint64_t timeout,
                struct xs_error *err)
{
    char *path = NULL;
    struct backoff b;
    uint64_t wait;
    int fd;

    /* A directory that cannot be made shows when the file is opened. */
    make_dir(run_dir);
    if ( asprintf(&path, "%s/lock", run_dir) < 0 )
        return xs_fail(err, XS_FAILED, "out of memory");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    if ( fd < 0 )
        return -2;
    backoff_begin(&b, hv->now(hv->ctx), timeout, 5 * NS_PER_MS,
                  200 * NS_PER_MS);
    while ( flock(fd, LOCK_EX | LOCK_NB) )
    {
        wait = backoff_next(&b, hv->now(hv->ctx));
        if ( !wait )
        {
            close(fd);
            xs_fail(err, XS_BUSY, "another xen-xsplice is at work");
            return xs_hint(err, "try again, or with a larger --timeout");
        }
        hv->sleep(hv->ctx, wait);
    }
    return fd;
}

void record_unlock(int lock)
{
    if ( lock >= 0 )
        close(lock);
}
