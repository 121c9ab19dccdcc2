/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store of results that survives between runs: bytes by the digest of all
 * that they were made from.
 *
 * Each entry is a file of its own, which comes into being by a rename, so that
 * any number of runs may use one store at once: what is found is whole, and
 * when two store the same, one of the equal files stays.  A sum in the file
 * tells when it is damaged; it is then dropped and counts as not there.  When
 * the store outgrows its limit, what was used longest ago goes.
 *
 * Nothing here is an error for a build: without a store it takes longer.
 */
#ifndef BUILDER_CACHE_H
#define BUILDER_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "builder/digest.h"
#include "common/error.h"

/* Unless `xsplice-build cache limit` has said otherwise. */
#define CACHE_LIMIT ((uint64_t)1 << 30)

struct cache {
    char *dir;
    unsigned int hits, misses; /* counted by the user of the store */
    unsigned int stored, dropped;
    char *trouble; /* why it cannot be written to; NULL: it can */
};

/* What `xsplice-build cache status` shows. */
struct cache_status {
    uint64_t entries, bytes, limit;
    uint64_t hits, misses; /* since it was made or cleared */
};

/* The directory of the store in the cache; release with free(). */
char *cache_directory(void);

/* Opens the store in a directory, which need not be there. */
void cache_open(struct cache *cache, const char *dir);

/*
 * Looks for an entry.  Returns whether it is there and whole; *bytes is then
 * the caller's to free, and has a NUL behind it.
 */
bool cache_get(struct cache *cache, const struct digest *key, char **bytes,
               size_t *size);

/*
 * Stores an entry, instead of the one that may be there.  Once that has failed
 * nothing more is tried.
 */
void cache_put(struct cache *cache, const struct digest *key,
               const void *bytes, size_t size);

/*
 * Writes the counts down, makes room if something was stored, and releases
 * the memory.
 */
void cache_close(struct cache *cache);

/*
 * Reads size and counts of the store in a directory, which need not be there.
 * Returns 0, or -1 with err set.
 */
int cache_status(const char *dir, struct cache_status *out,
                 struct xs_error *err);

/* Removes all entries and counts, and keeps the limit. */
int cache_clear(const char *dir, struct xs_error *err);

/* Sets the limit in bytes, and makes the store fit. */
int cache_limit(const char *dir, uint64_t limit, struct xs_error *err);

/*
 * Reads a size in bytes: a number, or one with K, M, G or T behind it (powers
 * of 1,024).  Returns 0, or -1 for anything else.
 */
int cache_parse_size(const char *text, uint64_t *bytes);

#endif /* BUILDER_CACHE_H */
