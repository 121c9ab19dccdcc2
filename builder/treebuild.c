/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/treebuild.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/run.h"
#include "builder/strv.h"
#include "common/file.h"

#define HASH_START UINT64_C(14695981039346656037)

/* FNV-1a: tells versions of a tree apart, not friend from foe. */
static uint64_t hash(uint64_t h, const void *data, size_t n)
{
    const unsigned char *p = data;

    while ( n-- )
        h = (h ^ *p++) * UINT64_C(1099511628211);
    return h;
}

static uint64_t sum_of(const char *dir);

/* Name, size and time of a file, or of all that is in a directory. */
static uint64_t sum_of_entry(const char *dir, const char *name)
{
    char *path = xs_printf("%s/%s", dir, name);
    struct stat st;
    uint64_t h = 0;

    if ( !lstat(path, &st) )
    {
        if ( S_ISDIR(st.st_mode) )
            h = hash(sum_of(path), name, strlen(name));
        else
        {
            h = hash(HASH_START, name, strlen(name));
            h = hash(h, &st.st_size, sizeof(st.st_size));
            h = hash(h, &st.st_mtim, sizeof(st.st_mtim));
        }
    }
    free(path);
    return h;
}

/* A sum, so that it does not depend on the order in which readdir() has them. */
static uint64_t sum_of(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    uint64_t sum = 0;

    while ( d && (e = readdir(d)) )
        if ( strcmp(e->d_name, ".") && strcmp(e->d_name, "..") )
            sum += sum_of_entry(dir, e->d_name);
    if ( d )
        closedir(d);
    return sum;
}

/* What Xen's makefiles take from the environment. */
static uint64_t hash_environment(uint64_t h)
{
    static const char *const names[] = {
        "clang",           "CC",     "LD",    "CROSS_COMPILE",
        "XEN_TARGET_ARCH", "CFLAGS", "debug", "EXTRA_CFLAGS_XEN_CORE",
    };
    size_t i;

    for ( i = 0; i < sizeof(names) / sizeof(*names); i++ )
    {
        const char *value = getenv(names[i]);

        h = hash(h, value ? value : "", value ? strlen(value) + 1 : 1);
    }
    return h;
}

/* What a build of the hypervisor reads of a Xen tree: this is what is copied. */
static const char *const parts[] = { "Config.mk", "config", "xen" };
#define N_PARTS (sizeof(parts) / sizeof(*parts))

/*
 * A name for the copy: by place, and by state of the tree, the configuration
 * and the environment.
 */
static char *copy_name(const char *xen, const char *config, uint64_t *place)
{
    char *top = xs_printf("%s/..", xen), *text = NULL;
    struct xs_error none;
    uint64_t state = 0;
    size_t i;

    for ( i = 0; i < N_PARTS; i++ )
        state += sum_of_entry(top, parts[i]);
    free(top);
    *place = hash(HASH_START, xen, strlen(xen));
    if ( config && !fs_read(config, &text, NULL, &none) )
        state = hash(state, text, strlen(text));
    free(text);
    state = hash_environment(state);
    return xs_printf("%016" PRIx64 "-%016" PRIx64, *place, state);
}

static int step(const char *command, const char *dir, const char *what,
                struct xs_error *err)
{
    struct run_job job = { .command = command, .directory = dir };
    int rc = run_jobs(&job, 1, 1, err);

    if ( !rc && job.status )
    {
        size_t n = strlen(job.output);

        /* The end of it says why. */
        xs_fail(err, XS_FAILED, "%s failed: %s%s", what, n > 500 ? "..." : "",
                job.output + (n > 500 ? n - 500 : 0));
        rc = xs_hint(err, "see that the tree builds with make -C xen");
    }
    free(job.output);
    return rc;
}

static int copy_tree(const char *xen, const char *at, struct xs_error *err)
{
    char *top = xs_printf("%s/..", xen), *from = str_quoted(top);
    int rc = fs_mkdirs(at, err);
    size_t i;

    for ( i = 0; !rc && i < N_PARTS; i++ )
    {
        char *command =
            xs_printf("cp -a --reflink=auto %s/%s .", from, parts[i]);

        rc = step(command, at, "copying the tree", err);
        free(command);
    }
    free(from);
    free(top);
    return rc;
}

static int configure(const char *at, const char *config, struct xs_error *err)
{
    char *path = xs_printf("%s/xen/.config", at);
    int rc = 0;

    if ( config )
        rc = fs_copy(config, path, err);
    else if ( !fs_is_regular(path) )
    {
        rc = xs_fail(err, XS_FAILED,
                     "the tree is neither built nor configured");
        xs_hint(err, "-c FILE gives the configuration of the hypervisor");
    }
    free(path);
    return rc ? rc : step("make -C xen olddefconfig", at, "configuring", err);
}

static int build(const char *xen, const char *config, unsigned int parallel,
                 const char *at, struct xs_error *err)
{
    char *make = xs_printf("make -C xen -j%u", parallel);
    char *done = xs_printf("%s/.complete", at);
    int rc = copy_tree(xen, at, err);

    if ( !rc )
        rc = configure(at, config, err);
    if ( !rc )
        rc = step(make, at, "building the tree", err);
    if ( !rc )
        rc = xs_file_write(done, "", 0, err);
    free(done);
    free(make);
    return rc;
}

/* Copies of the same tree in an earlier state are of no use any more. */
static void remove_others(const char *trees, uint64_t place, const char *keep)
{
    char *prefix = xs_printf("%016" PRIx64 "-", place);
    DIR *d = opendir(trees);
    struct dirent *e;

    while ( d && (e = readdir(d)) )
        if ( str_begins(e->d_name, prefix) && strcmp(e->d_name, keep) )
        {
            char *path = xs_printf("%s/%s", trees, e->d_name);

            fs_remove_tree(path);
            free(path);
        }
    if ( d )
        closedir(d);
    free(prefix);
}

/* Two builders of one tree: the second waits, and finds it built. */
static int lock(const char *trees, struct xs_error *err)
{
    char *path = xs_printf("%s/.lock", trees);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

    if ( fd < 0 || flock(fd, LOCK_EX) )
        xs_fail(err, XS_FAILED, "cannot lock %s: %s", path, strerror(errno));
    free(path);
    return fd;
}

int treebuild_make(const char *xen, const char *config, unsigned int parallel,
                   char **built, struct xs_error *err)
{
    char *cache = fs_cache_directory(), *trees = xs_printf("%s/trees", cache);
    uint64_t place;
    char *name = copy_name(xen, config, &place);
    char *at = xs_printf("%s/%s", trees, name);
    char *done = xs_printf("%s/.complete", at);
    int rc = fs_mkdirs(trees, err), fd = -1;

    if ( !rc )
        rc = (fd = lock(trees, err)) < 0 ? -1 : 0;
    if ( !rc && !fs_is_regular(done) )
    {
        fs_remove_tree(at);
        rc = build(xen, config, parallel, at, err);
        if ( rc )
            fs_remove_tree(at);
        else
            remove_others(trees, place, name);
    }
    if ( !rc )
        *built = xs_printf("%s/xen", at);
    if ( fd >= 0 )
        close(fd);
    free(done);
    free(at);
    free(name);
    free(trees);
    free(cache);
    return rc;
}
