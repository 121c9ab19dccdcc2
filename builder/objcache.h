/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What compilers made, kept by all that it was made from: the command, the
 * content of the files that it reads, the compiler itself.
 */
#ifndef BUILDER_OBJCACHE_H
#define BUILDER_OBJCACHE_H

#include "builder/inputs.h"
#include "builder/recorded.h"

/* A command to run in the overlay, and what it makes. */
struct objcache_job {
    const struct record *record; /* what it is known to read */
    const char *command;
    const char *prefix; /* before "objcopy", if the command runs it */
    enum inputs_side side;
};

/* What the job would make.  False: that cannot be told beforehand. */
bool objcache_key(struct inputs *in, const struct objcache_job *job,
                  struct digest *key);

/* Writes what is kept to the file `to`, in a folder that there is.  False: there is nothing. */
bool objcache_fetch(struct inputs *in, const struct objcache_job *job,
                    const struct digest *key, const char *to);

/*
 * Keeps what a command has made in the overlay `at`: the file `made`, and with
 * it what it read beyond what the record says, from the file that the compiler
 * wrote by -MD -MF.  Without such a file nothing is kept.
 */
void objcache_store(struct inputs *in, const struct objcache_job *job,
                    const struct digest *key, const char *at,
                    const char *made);

#endif /* BUILDER_OBJCACHE_H */
