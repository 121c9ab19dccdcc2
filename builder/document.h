/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report as one JSON document, from which the page and the text are made.
 * It depends on nothing but the inputs: no times, no directories of this
 * machine, no order that could be another one next time.
 */
#ifndef BUILDER_DOCUMENT_H
#define BUILDER_DOCUMENT_H

#include <jansson.h>

#include "builder/build.h"

/* Raised when a member changes its meaning or goes away. */
#define DOCUMENT_FORMAT 1

/*
 * Makes the document of a build that has an answer, made with options.report.
 * Reads the inputs once more for their hashes.  Returns NULL with the error
 * set if one is gone; release with json_decref().  docs/xsplice-build.1.scd
 * describes the members.
 */
json_t *document_make(const struct options *options,
                      const struct outcome *outcome, struct xs_error *err);

/* The findings of both halves, as in both JSON documents. */
json_t *findings_json(const struct outcome *outcome);

/* Build-ids as a list. */
json_t *ids_json(const struct xs_ids *ids);

/* "built", "cannot", ... and the same in words. */
const char *status_name(enum build_status status);
const char *status_words(enum build_status status);

/* "same", "differs", "not-reached" or "not-compiled". */
const char *unit_result(const struct unit *unit);

#endif /* BUILDER_DOCUMENT_H */
