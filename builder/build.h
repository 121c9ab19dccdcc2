/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole way from options to payload: the stages, in order. */
#ifndef BUILDER_BUILD_H
#define BUILDER_BUILD_H

#include "builder/apply.h"
#include "builder/cache.h"
#include "builder/chains.h"
#include "builder/compile.h"
#include "builder/differ.h"
#include "builder/hunks.h"
#include "builder/options.h"
#include "builder/stages.h"
#include "builder/target.h"
#include "builder/units.h"

/* Exit statuses of xsplice-build, beside XS_USAGE. */
enum build_status {
    BUILD_DONE = 0,
    BUILD_ERROR = 1,
    BUILD_CANNOT = 2,    /* cannot be live-patched */
    BUILD_NO_CHANGE = 3, /* no functional change */
    BUILD_ORIGINAL = 4,  /* the original differs from the image */
};

struct outcome {
    enum build_status status;
    struct target target;
    struct changes changes;
    struct units units;
    struct compiling compiling;
    struct cache cache;          /* of compiled objects, unless --no-cache */
    struct differ_result front;  /* findings of the stages before the differ */
    struct differ_result back;   /* what the differ says */
    char *payload_path;          /* NULL unless built */
    struct xs_public_key signer; /* size 0: not signed */
    char *work;                  /* working directory; NULL when removed */
    struct stages *stages;
    struct hunks hunks;   /* with options.report only, like the rest */
    struct chains chains; /* one for each function of back.details */
};

/*
 * Does it all.  Returns 0 with the status and the findings filled in, or -1
 * with err set; even then the outcome holds what was found so far (rejected
 * hunks, the compiler's messages).  Writes nothing but the payload, and that
 * only when it is built.  Release with outcome_free() in any case, which
 * removes the working directory too unless options.keep.
 */
int build_run(const struct options *options, struct stages *stages,
              struct outcome *out, struct xs_error *err);

void outcome_free(struct outcome *outcome, bool keep);

#endif /* BUILDER_BUILD_H */
