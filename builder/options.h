/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of xsplice-build. */
#ifndef BUILDER_OPTIONS_H
#define BUILDER_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "builder/strv.h"
#include "common/error.h"
#include "common/key.h"

struct options {
    const char *tree;          /* -s; NULL with --debian */
    bool debian;               /* --debian */
    const char *version;       /* --debian=VERSION, or NULL: the newest */
    const char *config;        /* -c, or NULL */
    const char *output;        /* -o: an existing directory, or to be made */
    char *name;                /* -n, or from the first patch */
    const char *xen_syms;      /* --xen-syms, or NULL: the target's own */
    const char *xen_depends;   /* --xen-depends, or NULL */
    struct xs_key_source sign; /* --sign and what goes with it */
    struct strv patches;
    struct strv depends;
    struct strv on;        /* --on: payload files, lowest first */
    unsigned int parallel; /* -j */
    bool json, report, keep, verbose, no_cache;
    bool xen_debug; /* --xen-debug: the target has to be a debug build */
    bool help, print_version;
};

/*
 * Reads the command line.  Returns 0 (release with options_free()), or -1 with
 * err set and of kind XS_USAGE.
 */
int options_parse(int argc, char *argv[], struct options *out,
                  struct xs_error *err);

void options_usage(FILE *to);

void options_free(struct options *options);

#endif /* BUILDER_OPTIONS_H */
