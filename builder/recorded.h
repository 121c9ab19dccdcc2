/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Xen's build wrote down: for each target the command that made it and
 * the files that it was made from (the .TARGET.cmd files of Kbuild, in the
 * form of scripts/Kbuild.include and tools/fixdep of the Xen tree).
 */
#ifndef BUILDER_RECORDED_H
#define BUILDER_RECORDED_H

#include <stdbool.h>
#include <stddef.h>

#include "builder/strv.h"
#include "common/error.h"

struct record {
    char *target;     /* relative to xen/, like all names here: "common/x.o" */
    char *command;    /* for the shell, to be run in xen/ */
    char *source;     /* of a compiled object, no link; NULL for others */
    struct strv deps; /* files it was made from, the source too; sorted */
    struct strv climbs; /* those with ".." in the name, as they are named */
    bool added;         /* by the patch: there is no old object */
};

struct records {
    struct record *v; /* sorted by target */
    size_t n;
    struct strv linked;  /* names in the commands that link; sorted */
    struct strv library; /* those that make a library, lib.a; sorted */
};

/*
 * Reads the .cmd files under the folder xen.  What was built to run on the
 * building machine (under tools/) is left out.  None at all is no error.
 * Returns 0 (release with records_free()), or -1 with err set.
 */
int records_read(const char *xen, struct records *out, struct xs_error *err);

/* Reads the text of one .cmd file; returns whether it holds a command. */
bool record_parse(const char *xen, const char *text, struct record *out);

/* Adds a record, which then belongs to the records; pointers to others move. */
void records_add(struct records *records, const struct record *record);

/* The record of a target, or NULL. */
const struct record *records_find(const struct records *records,
                                  const char *target);

/* The word behind an option such as -o in a command, or NULL; fresh memory. */
char *record_option(const char *command, const char *option);

void record_free(struct record *record);
void records_free(struct records *records);

#endif /* BUILDER_RECORDED_H */
