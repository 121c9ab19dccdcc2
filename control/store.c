/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/file.h"
#include "common/modinfo.h"
#include "control/filename.h"

#define PAYLOAD   ".xsplice"
#define STATE     ".state"
#define STATE_MAX 4096

static const char *const words[STORE_STATES] = {
    [STORE_NEW] = "new",
    [STORE_TRYING] = "trying",
    [STORE_GOOD] = "good",
    [STORE_FAILED] = "failed",
};

const char *store_state_text(enum store_state state)
{
    static const char *const texts[STORE_STATES] = {
        [STORE_NEW] = "not tried yet",
        [STORE_TRYING] = "applied at boot, not confirmed",
        [STORE_GOOD] = "good",
        [STORE_FAILED] = "failed",
    };

    return texts[state];
}

char *store_path(const char *dir, const struct xs_build_id *xen)
{
    char hex[XS_HEX_MAX], *path;

    return asprintf(&path, "%s/%s", dir, xs_build_id_hex(xen, hex)) < 0 ? NULL
                                                                        : path;
}

/* The payload's file name with the other ending. */
static char *state_path(const struct installed *i)
{
    char *path = malloc(strlen(i->path) + sizeof(STATE));

    if ( path )
        sprintf(path, "%.*s%s", (int)(strlen(i->path) - strlen(PAYLOAD)),
                i->path, STATE);
    return path;
}

static void copy_value(const char *text, size_t size, const char *key,
                       char *to, size_t room)
{
    const char *value = xs_modinfo_get(text, size, key);

    snprintf(to, room, "%s", value ? value : "");
}

/* A state that cannot be read or understood is a reason not to try it. */
static void read_state(struct installed *i)
{
    char *path = state_path(i), word[16];
    struct xs_error why = { XS_OK };
    uint8_t *text = NULL;
    size_t size = 0, k;

    i->state = STORE_NEW;
    if ( path && access(path, F_OK) && errno == ENOENT )
    {
        free(path);
        return;
    }
    i->state = STORE_FAILED;
    if ( !path || xs_file_read(path, STATE_MAX, &text, &size, &why) )
        snprintf(i->why, sizeof(i->why), "its state cannot be read: %.400s",
                 why.what);
    else
    {
        for ( k = 0; k < size; k++ )
            if ( text[k] == '\n' )
                text[k] = '\0';
        copy_value((char *)text, size, "state", word, sizeof(word));
        copy_value((char *)text, size, "boot", i->boot, sizeof(i->boot));
        copy_value((char *)text, size, "why", i->why, sizeof(i->why));
        for ( k = 0; k < STORE_STATES && strcmp(word, words[k]); )
            k++;
        if ( k < STORE_STATES )
            i->state = k;
        else
            snprintf(i->why, sizeof(i->why),
                     "its state file is not understood");
    }
    free(text);
    free(path);
}

static int by_name(const void *a, const void *b)
{
    const struct installed *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int add(struct store *st, const char *path, const char *file,
               struct xs_error *err)
{
    struct installed *i = reallocarray(st->one, st->n + 1, sizeof(*st->one));

    if ( !i )
        return xs_fail(err, XS_FAILED, "out of memory");
    st->one = i;
    i += st->n;
    *i = (struct installed){ 0 };
    if ( !name_from_file(file, PAYLOAD, i->name) )
        return 0; /* nothing of ours */
    if ( asprintf(&i->path, "%s/%s", path, file) < 0 )
        return xs_fail(err, XS_FAILED, "out of memory");
    st->n++;
    i->readable = !xs_payload_read(&i->file, i->path, &i->damage);
    if ( !i->readable )
        i->file = (struct xs_payload){ 0 };
    read_state(i);
    return 0;
}

int store_read(struct store *st, const char *path, struct xs_error *err)
{
    DIR *d = opendir(path);
    struct dirent *e;
    int rc = 0;

    *st = (struct store){ 0 };
    if ( !d && errno != ENOENT )
        return xs_fail(err, XS_FAILED, "cannot read %s: %s", path,
                       strerror(errno));
    while ( d && !rc && (e = readdir(d)) )
        rc = add(st, path, e->d_name, err);
    if ( d )
        closedir(d);
    if ( rc )
        store_free(st);
    else if ( st->n )
        qsort(st->one, st->n, sizeof(*st->one), by_name);
    return rc;
}

void store_free(struct store *st)
{
    size_t i;

    for ( i = 0; i < st->n; i++ )
    {
        free(st->one[i].path);
        if ( st->one[i].readable )
            xs_payload_free(&st->one[i].file);
    }
    free(st->one);
    *st = (struct store){ 0 };
}

struct installed *store_find(const struct store *st, const char *name)
{
    size_t i;

    for ( i = 0; i < st->n; i++ )
        if ( !strcmp(st->one[i].name, name) )
            return &st->one[i];
    return NULL;
}

/* Is the same payload there already?  1 yes, 0 no, -1 refused. */
static int already(const struct store *st, const char *name,
                   const struct xs_payload *file, struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < st->n; i++ )
    {
        const struct installed *o = &st->one[i];
        bool same = o->readable && xs_build_id_equal(&o->file.id, &file->id);

        if ( strcmp(o->name, name) )
        {
            if ( !same )
                continue;
            xs_fail(err, XS_FAILED,
                    "the same payload is installed already, as '%s'", o->name);
            return xs_hint(err, "uninstall that one first");
        }
        /* What is damaged is put there anew. */
        if ( !o->readable )
            return 0;
        if ( same )
            return 1;
        xs_fail(err, XS_FAILED,
                "a different payload of that name is installed");
        return xs_hint(err, "uninstall that one first, or take another name");
    }
    return 0;
}

int store_install(const char *path, const char *name,
                  const struct xs_payload *file, struct xs_error *err)
{
    struct installed fresh = { .path = name_to_path(path, name, PAYLOAD) };
    struct store st;
    int rc = fresh.path ? store_read(&st, path, err)
                        : xs_fail(err, XS_FAILED, "out of memory");

    if ( !rc )
    {
        rc = already(&st, name, file, err);
        store_free(&st);
        if ( !rc && xs_make_dirs(path) )
            rc = xs_fail(err, XS_FAILED, "cannot make %s: %s", path,
                         strerror(errno));
        /* The payload comes last: without it the mark means nothing. */
        if ( rc >= 0 && store_mark(&fresh, STORE_NEW, NULL, NULL, err) )
            rc = -1;
        if ( !rc )
            rc = xs_file_write_durable(fresh.path, file->bytes, file->size,
                                       err);
    }
    free(fresh.path);
    return rc < 0 ? -1 : 0;
}

int store_remove(const struct installed *i, struct xs_error *err)
{
    struct installed mark = { .path = i->path };

    return xs_file_remove_durable(i->path, err) ||
                   store_mark(&mark, STORE_NEW, NULL, NULL, err)
               ? -1
               : 0;
}

int store_mark(struct installed *i, enum store_state state, const char *boot,
               const char *why, struct xs_error *err)
{
    char *path = state_path(i), *text = NULL, *end;
    int rc = -1, size = -1;

    i->state = state;
    snprintf(i->boot, sizeof(i->boot), "%s", boot ? boot : "");
    snprintf(i->why, sizeof(i->why), "%s", why ? why : "");
    for ( end = i->why; (end = strpbrk(end, "\r\n")); )
        *end = ' ';
    if ( path && state == STORE_NEW )
        rc = xs_file_remove_durable(path, err);
    else if ( path )
        size = asprintf(&text, "state=%s\nboot=%s\nwhy=%s\n", words[state],
                        i->boot, i->why);
    if ( size >= 0 )
    {
        rc = xs_file_write_durable(path, text, size, err);
        free(text);
    }
    else if ( !path || state != STORE_NEW )
        xs_fail(err, XS_FAILED, "out of memory");
    free(path);
    return rc;
}

int store_boot(const char *file, char boot[64], struct xs_error *err)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, boot, 63);

    /* Files in /proc have no size that could be gone by. */
    if ( fd >= 0 )
        close(fd);
    if ( n <= 0 )
        return xs_fail(err, XS_FAILED, "cannot read %s: %s", file,
                       strerror(errno));
    boot[n] = '\0';
    boot[strcspn(boot, "\n")] = '\0';
    return 0;
}

int store_lock(const char *dir, struct xs_error *err)
{
    char *path = NULL;
    int fd;

    if ( xs_make_dirs(dir) )
        return xs_fail(err, XS_FAILED, "cannot make %s: %s", dir,
                       strerror(errno));
    if ( asprintf(&path, "%s/lock", dir) < 0 )
        return xs_fail(err, XS_FAILED, "out of memory");
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    free(path);
    /* Others hold it for as long as it takes to write a file. */
    if ( fd < 0 || flock(fd, LOCK_EX) )
    {
        xs_fail(err, XS_FAILED, "cannot lock %s: %s", dir, strerror(errno));
        if ( fd >= 0 )
            close(fd);
        return -1;
    }
    return fd;
}

void store_unlock(int lock)
{
    close(lock);
}
