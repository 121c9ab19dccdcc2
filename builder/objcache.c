/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/objcache.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "common/file.h"

/* Whenever a result comes about in another way, this gets a new number. */
#define VERSION "xsplice object 1"

/*
 * What the record says that the command reads is in the key.  What it reads
 * beyond that, as the patches add an #include, is known only afterwards: it is
 * written in the entry, "DIGEST PATH" a line, an empty line behind, and looked at
 * before the entry is used.
 */
bool objcache_key(struct inputs *in, const struct objcache_job *job,
                  struct digest *key)
{
    const struct strv *deps = &job->record->deps;
    struct digest digest;
    struct digester d;
    bool good;
    size_t i;

    digester_begin(&d);
    digester_add_text(&d, VERSION);
    digester_add_text(&d, job->command);
    inputs_add_names(in, job->side, &d);
    good = inputs_add_programs(in, job->record->command, job->prefix, &d);
    for ( i = 0; good && i < deps->n; i++ )
    {
        const struct touched *file = changes_find(in->changes, deps->v[i]);

        /* What goes away is in the names already. */
        if ( job->side == INPUTS_NEW && file && !file->new_text )
            continue;
        good = inputs_file(in, job->side, deps->v[i], &digest);
        digester_add_text(&d, deps->v[i]);
        digester_add(&d, digest.byte, DIGEST_SIZE);
    }
    *key = digester_end(&d);
    return good;
}

/* Whether the files are still the ones of the lines; p goes behind them. */
static bool same_extras(struct inputs *in, enum inputs_side side,
                        const char **p)
{
    while ( **p && **p != '\n' )
    {
        size_t n = strcspn(*p, "\n");
        char *line = str_first(*p, n), hex[DIGEST_HEX];
        struct digest digest;
        bool same = n > DIGEST_HEX &&
                    inputs_file(in, side, line + DIGEST_HEX, &digest) &&
                    !memcmp(line, digest_hex(&digest, hex), DIGEST_HEX - 1);

        free(line);
        if ( !same )
            return false;
        *p += n;
        *p += **p == '\n';
    }
    return *(*p)++ == '\n';
}

bool objcache_fetch(struct inputs *in, const struct objcache_job *job,
                    const struct digest *key, const char *to)
{
    char *bytes;
    const char *p;
    struct xs_error none;
    size_t size;
    bool found;

    if ( !cache_get(in->cache, key, &bytes, &size) )
    {
        in->cache->misses++;
        return false;
    }
    p = bytes;
    found = same_extras(in, job->side, &p) &&
            !xs_file_write(to, p, bytes + size - p, &none);
    if ( found )
        in->cache->hits++;
    else
        in->cache->misses++;
    free(bytes);
    return found;
}

/* A name as the compiler gives it, as records have it. */
static char *name_in(const char *at, const char *word)
{
    size_t n = strlen(at);

    if ( str_begins(word, at) && word[n] == '/' )
        word += n + 1;
    return fs_normal(word);
}

/*
 * The words behind the first colon of "target: file file \ ..."; false if a
 * name has something in it that would need more than this to be read.
 */
static bool read_depfile(const char *at, const char *text, struct strv *out)
{
    const char *p = strchr(text, ':');

    if ( !p || strchr(text, '$') )
        return false;
    for ( p++; *p && *p != '\n'; )
    {
        size_t n = strcspn(p, " \t\n\\");

        if ( n )
        {
            char *word = str_first(p, n);

            strv_take(out, name_in(at, word));
            free(word);
            p += n;
        }
        else if ( *p == '\\' && p[1] == '\n' )
            p += 2;
        else if ( *p == '\\' )
            return false;
        else
            p++;
    }
    return out->n;
}

/* The lines for what the command has read and the record does not know. */
static char *extras_of(struct inputs *in, const struct objcache_job *job,
                       const char *at)
{
    char *name = record_option(job->record->command, "-MF");
    char *path = xs_printf("%s/%s", at, name ? name : "");
    char *text = NULL, *lines = NULL, *more, hex[DIGEST_HEX];
    struct strv files = { NULL, 0 };
    struct digest digest;
    struct xs_error none;
    size_t i;

    if ( name && fs_is_regular(path) && !fs_read(path, &text, NULL, &none) &&
         read_depfile(at, text, &files) )
        lines = xs_strdup("");
    strv_sort(&files);
    for ( i = 0; lines && i < files.n; i++ )
    {
        if ( strv_has_sorted(&job->record->deps, files.v[i]) )
            continue;
        more = inputs_file(in, job->side, files.v[i], &digest)
                   ? xs_printf("%s%s %s\n", lines, digest_hex(&digest, hex),
                               files.v[i])
                   : NULL;
        free(lines);
        lines = more;
    }
    strv_free(&files);
    free(text);
    free(path);
    free(name);
    return lines;
}

void objcache_store(struct inputs *in, const struct objcache_job *job,
                    const struct digest *key, const char *at, const char *made)
{
    char *extras = extras_of(in, job, at), *bytes, *entry;
    struct xs_error none;
    size_t size, n;

    if ( extras && !fs_read(made, &bytes, &size, &none) )
    {
        n = strlen(extras);
        entry = xs_calloc(n + 1 + size, 1);
        memcpy(entry, extras, n);
        entry[n] = '\n';
        memcpy(entry + n + 1, bytes, size);
        cache_put(in->cache, key, entry, n + 1 + size);
        free(entry);
        free(bytes);
    }
    free(extras);
}
