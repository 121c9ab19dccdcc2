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

/* Between the payload's name and ".html", ".json", ".txt". */
#define REPORT_SUFFIX ".report"

/*
 * Writes the report of a build that has an answer into three files beside the
 * payload: for people with a browser, for programs, for people without one.
 * Returns 0, or -1 with err set.
 */
int report_files(const struct options *options, const struct outcome *outcome,
                 struct xs_error *err);

/* Removes them, so that none of another build is left beside an error. */
void report_remove(const struct options *options);

#endif /* BUILDER_REPORT_H */
