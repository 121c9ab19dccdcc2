/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for one test, and small files in it. */
#ifndef TESTS_UNIT_TEMPDIR_H
#define TESTS_UNIT_TEMPDIR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "common/file.h"

/* For cmocka's setup and teardown: the directory is *state. */
static inline int tempdir_make(void **state)
{
    char *dir = xs_strdup("/tmp/xsplice-test.XXXXXX");

    *state = mkdtemp(dir);
    return *state ? 0 : -1;
}

static inline int tempdir_remove(void **state)
{
    fs_remove_tree(*state);
    free(*state);
    return 0;
}

/* Path of a file in the directory; valid until the fourth call from now. */
static inline const char *in_dir(const char *dir, const char *name)
{
    static char path[4][4096];
    static unsigned int next;

    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", dir, name);
    return path[next];
}

static inline void put_file(const char *dir, const char *name,
                            const char *text)
{
    struct xs_error err;

    if ( fs_mkdirs_above(in_dir(dir, name), &err) ||
         xs_file_write(in_dir(dir, name), text, strlen(text), &err) )
        abort();
}

/* NULL if it is not there; release with free(). */
static inline char *get_file(const char *dir, const char *name)
{
    struct xs_error err;
    char *text;

    return fs_read(in_dir(dir, name), &text, NULL, &err) ? NULL : text;
}

#endif /* TESTS_UNIT_TEMPDIR_H */
