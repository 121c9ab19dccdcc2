/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was found and why, for people and for programs. */
#ifndef BUILDER_REPORT_H
#define BUILDER_REPORT_H

#include <stdio.h>

#include "builder/build.h"

/* As text: units, then one line for each finding, then the payload. */
void report_text(FILE *to, const struct options *options,
                 const struct outcome *outcome);

/*
 * As one JSON document.  err is the error that ended the build, or NULL.
 * docs/xsplice-build.1.scd describes the members.
 */
void report_json(FILE *to, const struct options *options,
                 const struct outcome *outcome, const struct xs_error *err);

#endif /* BUILDER_REPORT_H */
