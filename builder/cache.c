/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/cache.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/strv.h"
#include "common/file.h"

/* What stands before the bytes of an entry.  A new form gets a new word. */
#define MAGIC      "xsplobj1"
#define MAGIC_SIZE 8
#define HEAD_SIZE  (MAGIC_SIZE + DIGEST_SIZE)

/* A file that a killed run left half written is of no use after this long. */
#define STALE_SECONDS 3600

/* Down to which part of the limit to remove: not a little each time. */
#define KEEP_OF(limit) ((limit) / 10 * 9)

char *cache_directory(void)
{
    char *all = fs_cache_directory();
    char *dir = xs_printf("%s/objects", all);

    free(all);
    return dir;
}

void cache_open(struct cache *cache, const char *dir)
{
    memset(cache, 0, sizeof(*cache));
    cache->dir = xs_strdup(dir);
}

static char *entry_path(const char *dir, const struct digest *key)
{
    char hex[DIGEST_HEX];

    digest_hex(key, hex);
    return xs_printf("%s/%.2s/%s", dir, hex, hex + 2);
}

/* The key goes into the sum: a file that was put elsewhere is damaged too. */
static struct digest sum_of(const struct digest *key, const void *bytes,
                            size_t size)
{
    struct digester d;

    digester_begin(&d);
    digester_add(&d, key->byte, DIGEST_SIZE);
    digester_add(&d, bytes, size);
    return digester_end(&d);
}

static bool is_whole(const struct digest *key, const char *file, size_t size)
{
    struct digest sum;

    if ( size < HEAD_SIZE || memcmp(file, MAGIC, MAGIC_SIZE) )
        return false;
    sum = sum_of(key, file + HEAD_SIZE, size - HEAD_SIZE);
    return !memcmp(file + MAGIC_SIZE, sum.byte, DIGEST_SIZE);
}

bool cache_get(struct cache *cache, const struct digest *key, char **bytes,
               size_t *size)
{
    char *path = entry_path(cache->dir, key), *file;
    struct xs_error none;
    bool found = false;
    size_t n;

    if ( fs_is_regular(path) && !fs_read(path, &file, &n, &none) )
    {
        found = is_whole(key, file, n);
        if ( found )
        {
            *size = n - HEAD_SIZE;
            memmove(file, file + HEAD_SIZE, *size + 1);
            *bytes = file;
            /* Used now: it goes last. */
            utimensat(AT_FDCWD, path, NULL, 0);
        }
        else
        {
            free(file);
            unlink(path);
            cache->dropped++;
        }
    }
    free(path);
    return found;
}

void cache_put(struct cache *cache, const struct digest *key,
               const void *bytes, size_t size)
{
    struct digest sum = sum_of(key, bytes, size);
    struct xs_error err;
    char *path, *file;

    if ( cache->trouble )
        return;
    path = entry_path(cache->dir, key);
    file = xs_calloc(HEAD_SIZE + size + 1, 1);
    memcpy(file, MAGIC, MAGIC_SIZE);
    memcpy(file + MAGIC_SIZE, sum.byte, DIGEST_SIZE);
    memcpy(file + HEAD_SIZE, bytes, size);
    if ( fs_mkdirs_above(path, &err) ||
         xs_file_write(path, file, HEAD_SIZE + size, &err) )
        cache->trouble = xs_strdup(err.what);
    else
        cache->stored++;
    free(file);
    free(path);
}

/* One file of the store. */
struct entry {
    char *path;
    uint64_t size;
    struct timespec used;
    bool stale; /* half written, and nobody goes on writing */
};

struct entries {
    struct entry *v;
    size_t n;
    uint64_t bytes; /* of all but the stale ones */
};

static bool is_entry(const char *name)
{
    return strlen(name) == DIGEST_HEX - 3 &&
           strspn(name, "0123456789abcdef") == DIGEST_HEX - 3;
}

static void read_folder(const char *folder, struct entries *out)
{
    DIR *d = opendir(folder);
    time_t now = time(NULL);
    struct dirent *e;
    struct stat st;

    while ( d && (e = readdir(d)) )
    {
        struct entry *entry;
        bool half = !is_entry(e->d_name);

        if ( fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
             !S_ISREG(st.st_mode) ||
             (half && st.st_mtim.tv_sec > now - STALE_SECONDS) )
            continue;
        out->v = xs_grow(out->v, out->n, sizeof(*out->v));
        entry = &out->v[out->n++];
        entry->path = xs_printf("%s/%s", folder, e->d_name);
        entry->size = st.st_size;
        entry->used = st.st_mtim;
        entry->stale = half;
        if ( !half )
            out->bytes += st.st_size;
    }
    if ( d )
        closedir(d);
}

/* All files in the folders "00" to "ff" of the store. */
static void read_entries(const char *dir, struct entries *out)
{
    DIR *d = opendir(dir);
    struct dirent *e;

    memset(out, 0, sizeof(*out));
    while ( d && (e = readdir(d)) )
        if ( strlen(e->d_name) == 2 &&
             strspn(e->d_name, "0123456789abcdef") == 2 )
        {
            char *folder = xs_printf("%s/%s", dir, e->d_name);

            read_folder(folder, out);
            free(folder);
        }
    if ( d )
        closedir(d);
}

static void free_entries(struct entries *entries)
{
    size_t i;

    for ( i = 0; i < entries->n; i++ )
        free(entries->v[i].path);
    free(entries->v);
}

/* First what is stale, then what was used longest ago. */
static int by_use(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if ( x->stale != y->stale )
        return x->stale ? -1 : 1;
    if ( x->used.tv_sec != y->used.tv_sec )
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    if ( x->used.tv_nsec != y->used.tv_nsec )
        return x->used.tv_nsec < y->used.tv_nsec ? -1 : 1;
    return strcmp(x->path, y->path);
}

/* A number in a small file of the store; the other if there is none. */
static uint64_t read_number(const char *dir, const char *name, uint64_t other)
{
    char *path = xs_printf("%s/%s", dir, name), *text, *end;
    struct xs_error none;
    uint64_t value = other;

    if ( fs_is_regular(path) && !fs_read(path, &text, NULL, &none) )
    {
        value = strtoull(text, &end, 10);
        if ( end == text || strcmp(end, "\n") )
            value = other;
        free(text);
    }
    free(path);
    return value;
}

static int write_number(const char *dir, const char *name, uint64_t value,
                        struct xs_error *err)
{
    char *path = xs_printf("%s/%s", dir, name);
    char *text = xs_printf("%" PRIu64 "\n", value);
    int rc = xs_file_write(path, text, strlen(text), err);

    free(text);
    free(path);
    return rc;
}

/* Removes until the store is as small as it has to be. */
static void make_room(const char *dir, uint64_t limit)
{
    struct entries entries;
    uint64_t bytes;
    size_t i;

    read_entries(dir, &entries);
    bytes = entries.bytes;
    if ( entries.n )
        qsort(entries.v, entries.n, sizeof(*entries.v), by_use);
    for ( i = 0; i < entries.n; i++ )
    {
        const struct entry *e = &entries.v[i];

        if ( !e->stale && (entries.bytes <= limit || bytes <= KEEP_OF(limit)) )
            break;
        if ( !unlink(e->path) && !e->stale )
            bytes -= e->size;
    }
    free_entries(&entries);
}

/*
 * Those who count, clear and make room do it one after the other.  Who looks
 * and stores needs no lock: an entry that goes away in between is a miss.
 */
static int lock(const char *dir, struct xs_error *err)
{
    char *path = xs_printf("%s/lock", dir);
    int fd = -1;

    if ( !fs_mkdirs(dir, err) )
    {
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if ( fd < 0 || flock(fd, LOCK_EX) )
        {
            xs_fail(err, XS_FAILED, "cannot lock %s: %s", path,
                    strerror(errno));
            if ( fd >= 0 )
                close(fd);
            fd = -1;
        }
    }
    free(path);
    return fd;
}

void cache_close(struct cache *cache)
{
    struct xs_error err;
    int fd = -1;

    if ( cache->dir && (cache->hits || cache->misses || cache->dropped) )
        fd = lock(cache->dir, &err);
    if ( fd >= 0 )
    {
        write_number(cache->dir, "hits",
                     read_number(cache->dir, "hits", 0) + cache->hits, &err);
        write_number(cache->dir, "misses",
                     read_number(cache->dir, "misses", 0) + cache->misses,
                     &err);
        if ( cache->stored )
            make_room(cache->dir,
                      read_number(cache->dir, "limit", CACHE_LIMIT));
        close(fd);
    }
    free(cache->dir);
    free(cache->trouble);
    memset(cache, 0, sizeof(*cache));
}

int cache_status(const char *dir, struct cache_status *out,
                 struct xs_error *err)
{
    struct entries entries;
    size_t i;

    memset(out, 0, sizeof(*out));
    if ( access(dir, R_OK | X_OK) && errno != ENOENT )
        return xs_fail(err, XS_FAILED, "cannot read %s: %s", dir,
                       strerror(errno));
    read_entries(dir, &entries);
    for ( i = 0; i < entries.n; i++ )
        out->entries += !entries.v[i].stale;
    out->bytes = entries.bytes;
    out->limit = read_number(dir, "limit", CACHE_LIMIT);
    out->hits = read_number(dir, "hits", 0);
    out->misses = read_number(dir, "misses", 0);
    free_entries(&entries);
    return 0;
}

int cache_clear(const char *dir, struct xs_error *err)
{
    struct entries entries;
    size_t i;
    int rc = 0, fd;

    if ( !fs_is_directory(dir) )
        return 0;
    fd = lock(dir, err);
    if ( fd < 0 )
        return -1;
    read_entries(dir, &entries);
    for ( i = 0; i < entries.n && !rc; i++ )
        if ( unlink(entries.v[i].path) && errno != ENOENT )
            rc = xs_fail(err, XS_FAILED, "cannot remove %s: %s",
                         entries.v[i].path, strerror(errno));
    free_entries(&entries);
    if ( !rc )
        rc = write_number(dir, "hits", 0, err);
    if ( !rc )
        rc = write_number(dir, "misses", 0, err);
    close(fd);
    return rc;
}

int cache_limit(const char *dir, uint64_t limit, struct xs_error *err)
{
    int fd = lock(dir, err), rc;

    if ( fd < 0 )
        return -1;
    rc = write_number(dir, "limit", limit, err);
    if ( !rc )
        make_room(dir, limit);
    close(fd);
    return rc;
}

int cache_parse_size(const char *text, uint64_t *bytes)
{
    static const char units[] = "KMGT";
    const char *unit;
    uint64_t n = 0;
    size_t i, digits = strspn(text, "0123456789");

    if ( !digits || digits > 18 )
        return -1;
    for ( i = 0; i < digits; i++ )
        n = n * 10 + (text[i] - '0');
    text += digits;
    if ( *text )
    {
        unit = strchr(units, toupper((unsigned char)*text));
        if ( !unit || strcmp(text + 1, "") )
            return -1;
        for ( i = 0; i <= unit - units; i++ )
        {
            if ( n >> 53 )
                return -1;
            n *= 1024;
        }
    }
    *bytes = n;
    return 0;
}
