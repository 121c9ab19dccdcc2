/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of payloads as names of files: what a file name cannot hold is %XX. */
#ifndef CONTROL_FILENAME_H
#define CONTROL_FILENAME_H

#include <stdbool.h>

#include "xsplice/control.h"

/* DIR/NAME and the ending; the caller frees it.  NULL: no memory. */
char *name_to_path(const char *dir, const char *name, const char *ending);

/* From a file's name without its directory.  False: not one of these. */
bool name_from_file(const char *file, const char *ending,
                    char name[XSPLICE_NAME_MAX]);

#endif /* CONTROL_FILENAME_H */
