/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xsplice-build cache: what is kept of the compilers' work. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "builder/cache.h"
#include "builder/memory.h"
#include "builder/verbs.h"

static const char units[] = "KMGT";

/* "1.5 GiB". */
static char *readable(uint64_t bytes)
{
    double n = bytes;
    int unit = -1;

    while ( n >= 1024 && units[unit + 1] )
    {
        n /= 1024;
        unit++;
    }
    if ( unit < 0 )
        return xs_printf("%" PRIu64 " bytes", bytes);
    return xs_printf("%.1f %ciB", n, units[unit]);
}

static void print_json(FILE *to, const char *dir,
                       const struct cache_status *status)
{
    json_t *root = json_pack(
        "{s:s, s:I, s:I, s:I, s:I, s:I}", "directory", dir, "entries",
        (json_int_t)status->entries, "bytes", (json_int_t)status->bytes,
        "limit", (json_int_t)status->limit, "hits", (json_int_t)status->hits,
        "misses", (json_int_t)status->misses);

    json_dumpf(root, to, JSON_INDENT(2) | JSON_SORT_KEYS);
    fputc('\n', to);
    json_decref(root);
}

static void print_text(FILE *to, const char *dir,
                       const struct cache_status *status)
{
    uint64_t asked = status->hits + status->misses;
    char *bytes = readable(status->bytes), *limit = readable(status->limit);

    fprintf(to, "Directory %s\n", dir);
    fprintf(to, "Objects   %" PRIu64 ", %s of at most %s\n", status->entries,
            bytes, limit);
    fprintf(to,
            "Used      %" PRIu64 " of %" PRIu64 " times that it was asked\n",
            status->hits, asked);
    free(limit);
    free(bytes);
}

/* Does what the words ask for; with --json each verb shows the status. */
static int run(const char *dir, const char *verb, const char *size, bool json,
               struct xs_error *err)
{
    struct cache_status status;
    uint64_t limit;
    int rc = 0;

    if ( !strcmp(verb, "clear") )
        rc = cache_clear(dir, err);
    else if ( size )
    {
        if ( cache_parse_size(size, &limit) )
        {
            xs_fail(err, XS_USAGE, "cache: not a size: %s", size);
            return xs_hint(err, "a size is a number of bytes, or one with K, "
                                "M, G or T behind it");
        }
        rc = cache_limit(dir, limit, err);
    }
    if ( !rc )
        rc = cache_status(dir, &status, err);
    if ( !rc )
        (json ? print_json : print_text)(stdout, dir, &status);
    return rc;
}

int verb_cache(int argc, char *argv[], struct xs_error *err)
{
    const char *word[2] = { "status", NULL };
    bool json = false;
    char *dir;
    int i, n = 0, rc;

    for ( i = 1; i < argc; i++ )
    {
        if ( !strcmp(argv[i], "--json") )
            json = true;
        else if ( *argv[i] == '-' || n == 2 )
            return verb_usage(err, argv[0], argv[i]);
        else
            word[n++] = argv[i];
    }
    if ( strcmp(word[0], "status") && strcmp(word[0], "clear") &&
         strcmp(word[0], "limit") )
        return verb_usage(err, argv[0], word[0]);
    if ( !strcmp(word[0], "limit") != !!word[1] )
        return verb_usage(err, argv[0], word[1]);
    dir = cache_directory();
    rc = run(dir, word[0], word[1], json, err);
    free(dir);
    return rc;
}
