/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/verbs.h"

#include <string.h>

static const struct verb verbs[] = {
    { "cache", "[status|clear|limit SIZE] [--json]",
      "what is kept of the compilers' work for further runs",
      "Objects are kept by the content of all that they were made from, and what\n"
      "was used longest ago goes when the limit is reached.  `clear` removes them\n"
      "all; `limit` sets the limit, in bytes or with K, M, G or T behind the\n"
      "number; all three then show the status.  A build asks nothing of it, and\n"
      "leaves nothing there, with --no-cache.\n\n"
      "Exit status: 0 done, 1 not; 64 usage.\n",
      verb_cache, 1 },
    { "diff", "A.o B.o [--code] [--json]",
      "say what differs between two objects",
      "Compares functions, data and special entries of two object files as a\n"
      "build does, by name and content: order, offsets, debug information and\n"
      "line numbers of special entries do not count.  --code shows the\n"
      "instructions that differ; --json prints all as one JSON document.\n\n"
      "Exit status, as that of diff(1): 0 nothing differs, 1 something does,\n"
      "2 trouble; 64 usage.\n",
      verb_diff, 2 },
    { "explain", "OUT [FUNCTION]", "say why each piece is in a payload",
      "From the report of a build (--report) in OUT, which is the directory, the\n"
      "payload or the report's JSON: for each function, or the one named, the hunks\n"
      "that lead to it, the first instruction that differs, the code before and\n"
      "after, and why it is in the payload.\n\n"
      "Exit status: 0 done, 1 there is no such report or function, 64 usage.\n",
      verb_explain, 1 },
};

#define N_VERBS (sizeof(verbs) / sizeof(verbs[0]))

const struct verb *verb_find(const char *name)
{
    size_t i;

    for ( i = 0; i < N_VERBS; i++ )
        if ( !strcmp(verbs[i].name, name) )
            return &verbs[i];
    return NULL;
}

void verbs_usage(FILE *to)
{
    size_t i;

    fputs("\nOther uses:\n", to);
    for ( i = 0; i < N_VERBS; i++ )
        fprintf(to, "  xsplice-build %s %s\n                         %s\n",
                verbs[i].name, verbs[i].arguments, verbs[i].summary);
    fputs("\nxsplice-build VERB --help says more.\n", to);
}

int verb_usage(struct xs_error *err, const char *verb, const char *argument)
{
    if ( argument )
        xs_fail(err, XS_USAGE, "%s: unexpected argument %s", verb, argument);
    else
        xs_fail(err, XS_USAGE, "%s: argument missing", verb);
    return xs_hint(err, "xsplice-build %s --help shows them", verb);
}

int verb_run(const struct verb *verb, int argc, char *argv[])
{
    struct xs_error err = { 0 };
    int i, status;

    for ( i = 1; i < argc && strcmp(argv[i], "--"); i++ )
        if ( !strcmp(argv[i], "--help") || !strcmp(argv[i], "-h") )
        {
            printf("Usage: xsplice-build %s %s\n\n%s", verb->name,
                   verb->arguments, verb->details);
            return 0;
        }
    status = verb->run(argc, argv, &err);
    if ( status < 0 )
    {
        xs_error_print(stderr, "xsplice-build", &err);
        status = err.kind == XS_USAGE ? XS_USAGE : verb->failed;
    }
    if ( fflush(stdout) || ferror(stdout) )
    {
        fprintf(stderr, "xsplice-build: the output cannot be written\n");
        status = verb->failed;
    }
    return status;
}
