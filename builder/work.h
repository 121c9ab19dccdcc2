/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that make objects: from the cache, or else run side by side. */
#ifndef BUILDER_WORK_H
#define BUILDER_WORK_H

#include "builder/compile.h"
#include "builder/inputs.h"

/* One command, and what became of it. */
struct work {
    struct unit *unit;
    enum inputs_side side; /* in which overlay it runs */
    char *command;
    char *made;   /* the file that it makes, relative to the overlay */
    bool cached;  /* it did not have to run */
    int status;   /* as in struct run_job; 0 if cached */
    char *output; /* what it said, or NULL */
};

struct work_list {
    struct work *v;
    size_t n;
};

/* Adds a command; takes the strings. */
void work_add(struct work_list *list, struct unit *unit, enum inputs_side side,
              char *command, char *made);

/*
 * Makes all files in c's overlays; the old one comes into being only if a
 * command has to run there.  Counts in c what ran and what did not.  Returns 0
 * whatever the commands' status, or -1 with err set.
 */
int work_run(struct work_list *list, struct compiling *c,
             struct xs_error *err);

void work_free(struct work_list *list);

/* Runs compilers: run_watched(), and c knows how long that took. */
int work_jobs(struct compiling *c, struct run_job *jobs, size_t n,
              struct xs_error *err);

/* "aarch64-linux-gnu-" of the command's compiler; "" for a native one. */
char *work_prefix(const char *command);

/* Where the overlay of a side is; release with free(). */
char *work_overlay(const struct compiling *c, enum inputs_side side);

/*
 * Puts the changes into an overlay, and opens the folders from which the units
 * are known to go up to one of them.
 */
int work_changes(const struct compiling *c, struct overlay *o,
                 enum overlay_text text, struct xs_error *err);

/* Opens the folders from which a record goes up to a file that changes. */
int work_climbs(const struct compiling *c, struct overlay *o,
                const struct record *record, struct xs_error *err);

/* work_changes() for c's own new overlay, once. */
int work_place(struct compiling *c, struct xs_error *err);

/* Opens the folders that a record's command writes to. */
int work_outputs(struct overlay *o, const struct record *record,
                 struct xs_error *err);

#endif /* BUILDER_WORK_H */
