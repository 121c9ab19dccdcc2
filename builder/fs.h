/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths and directories; whole files are in common/file.h. */
#ifndef BUILDER_FS_H
#define BUILDER_FS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* No source, object or image that is read here is larger (bytes). */
#define FS_FILE_MAX ((size_t)1 << 30)

/*
 * Reads a whole file as text: one zero byte stands behind it (not counted in
 * *size, which may be NULL); release with free().  Returns 0, or -1 with err
 * set.
 */
int fs_read(const char *path, char **text, size_t *size, struct xs_error *err);

/* Copies the bytes, not owner or times.  Returns 0, or -1 with err set. */
int fs_copy(const char *from, const char *to, struct xs_error *err);

/* Makes a directory and those above it.  Returns 0, or -1 with err set. */
int fs_mkdirs(const char *path, struct xs_error *err);

/* Makes the directories above a file.  Returns 0, or -1 with err set. */
int fs_mkdirs_above(const char *path, struct xs_error *err);

/* Removes a file, or a directory with all in it; links are not followed. */
void fs_remove_tree(const char *path);

/* Whether path is a regular file, or a directory (links are followed). */
bool fs_is_regular(const char *path);
bool fs_is_directory(const char *path);

/* Last component of a path: a pointer into it. */
const char *fs_name(const char *path);

/*
 * A path without "./", "x/.." and doubled slashes, decided from the text
 * alone.  Release with free().  ".." that lead out of the path are kept.
 */
char *fs_normal(const char *path);

/*
 * Directory for what can be made again: $XSPLICE_CACHE, else xsplice in
 * $XDG_CACHE_HOME or ~/.cache.  Not made.  Release with free().
 */
char *fs_cache_directory(void);

#endif /* BUILDER_FS_H */
