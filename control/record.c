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
#include "control/filename.h"

#define RECORD_MAX (64 * 1024)

/* FNV-1a: to tell two texts apart, not to withstand an attack. */
static uint64_t digest(const char *bytes, size_t size)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    size_t i;

    for ( i = 0; i < size; i++ )
        h = (h ^ (uint8_t)bytes[i]) * UINT64_C(0x100000001b3);
    return h;
}

static char *record_path(const char *run_dir, const char *name)
{
    return name_to_path(run_dir, name, ".payload");
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
    else if ( xs_make_dirs(run_dir) )
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
    xs_make_dirs(run_dir);
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
