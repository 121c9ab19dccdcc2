/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/finder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "control/deps.h"

#define FILES_MOST 1000 /* in a directory are looked at */

static bool has_ending(const char *name)
{
    static const char *const endings[] = { ".xsplice", ".livepatch" };
    size_t i, n = strlen(name);

    for ( i = 0; i < sizeof(endings) / sizeof(endings[0]); i++ )
        if ( n > strlen(endings[i]) &&
             !strcmp(name + n - strlen(endings[i]), endings[i]) )
            return true;
    return false;
}

static bool is_it(const char *path, const struct xs_build_id *id)
{
    struct xs_error ignored;
    struct xs_payload p;
    bool same;

    if ( xs_payload_read(&p, path, &ignored) )
        return false;
    same = xs_build_id_equal(&p.id, id);
    xs_payload_free(&p);
    return same;
}

static char *find_in(const char *dir, const struct xs_build_id *id)
{
    DIR *d = dir ? opendir(dir) : NULL;
    struct dirent *e;
    char *path = NULL;
    unsigned int n = 0;

    while ( d && (e = readdir(d)) && n < FILES_MOST )
    {
        if ( !has_ending(e->d_name) )
            continue;
        n++;
        if ( asprintf(&path, "%s/%s", dir, e->d_name) < 0 )
            path = NULL;
        else if ( is_it(path, id) )
            break;
        free(path);
        path = NULL;
    }
    if ( d )
        closedir(d);
    return path;
}

char *find_payload(const struct session *s, const struct xs_build_id *id,
                   const char *near)
{
    char hex[XS_HEX_MAX], *installed = NULL, *path = find_in(near, id);

    if ( path || !s->c->store_dir )
        return path;
    if ( asprintf(&installed, "%s/%s", s->c->store_dir,
                  xs_build_id_hex(&s->inv.xen, hex)) < 0 )
        return NULL;
    path = find_in(installed, id);
    free(installed);
    return path;
}

struct suggestion {
    const struct session *s;
    const char *near;
    struct xs_error *err;
};

static int suggest_one(void *arg, const struct xs_build_id *id,
                       const struct xs_error *why)
{
    struct suggestion *to = arg;
    char *path;

    if ( deps_owner(&to->s->inv, id) )
        return 0;
    path = find_payload(to->s, id, to->near);
    if ( path )
    {
        char before[sizeof(to->err->hint)];

        snprintf(before, sizeof(before), "%s", to->err->hint);
        xs_hint(to->err, "%.250s; that is %.200s: xen-xsplice load it first",
                before, path);
    }
    free(path);
    return 0;
}

int suggest_files(const struct session *s, const struct loaded *target,
                  const char *near, struct xs_error *err)
{
    struct suggestion to = { s, near, err };

    if ( err->kind == XS_DEPENDENCY )
        deps_missing(&s->inv, target, suggest_one, &to);
    return -1;
}
