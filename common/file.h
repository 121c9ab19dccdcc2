/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files to and from memory. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/*
 * Reads a file of at most max bytes; *bytes is the caller's to free, and has a
 * NUL behind its size bytes.  Errors: XS_FAILED with the system's reason,
 * XS_REJECTED when the file is larger than max or no regular file.
 */
int xs_file_read(const char *path, size_t max, uint8_t **bytes, size_t *size,
                 struct xs_error *err);

/*
 * Writes a file so that a reader sees the old content or the new one, never a
 * part: through a temporary file beside it.
 */
int xs_file_write(const char *path, const void *bytes, size_t size,
                  struct xs_error *err);

/* The same, and it is on the disk, name and all, when this returns 0. */
int xs_file_write_durable(const char *path, const void *bytes, size_t size,
                          struct xs_error *err);

/* Removes a file, likewise; one that is not there is no error. */
int xs_file_remove_durable(const char *path, struct xs_error *err);

/* Makes a directory and those above it.  0, or -1 with errno; there: 0. */
int xs_make_dirs(const char *path);

#endif /* COMMON_FILE_H */
