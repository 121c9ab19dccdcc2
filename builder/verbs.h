/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What xsplice-build does beside building.  A verb is the first word of the
 * command line; without one, a payload is built.  Each verb reads its own
 * options and lives in a file of its own, verb-NAME.c.
 */
#ifndef BUILDER_VERBS_H
#define BUILDER_VERBS_H

#include <stdio.h>

#include "common/error.h"

struct verb {
    const char *name;
    const char *arguments; /* as the usage shows them */
    const char *summary;   /* one line, for the list of verbs */
    const char *details;   /* the rest of the verb's help, lines ended */
    /*
     * argv[0] is the verb's name; --help is taken care of.  Returns the exit
     * status, or -1 with err set, which is printed: of kind XS_USAGE it ends
     * the program with 64, else with FAILED.
     */
    int (*run)(int argc, char *argv[], struct xs_error *err);
    int failed;
};

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

/* The list of verbs for --help. */
void verbs_usage(FILE *to);

/* Runs a verb, prints its help or its error; returns the exit status. */
int verb_run(const struct verb *verb, int argc, char *argv[]);

/*
 * The error for an argument that a verb does not take; NULL: one is missing.
 * Returns -1.
 */
int verb_usage(struct xs_error *err, const char *verb, const char *argument);

int verb_cache(int argc, char *argv[], struct xs_error *err);
int verb_diff(int argc, char *argv[], struct xs_error *err);
int verb_explain(int argc, char *argv[], struct xs_error *err);

#endif /* BUILDER_VERBS_H */
