/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From units to pairs of objects, with as few runs of the compiler as can be. */
#ifndef BUILDER_COMPILE_H
#define BUILDER_COMPILE_H

#include "builder/inputs.h"
#include "builder/overlay.h"
#include "builder/run.h"
#include "builder/units.h"

struct compiling {
    const char *xen;  /* the hypervisor's folder; only read */
    const char *work; /* directory for the overlays old/ and new/ */
    const struct records *records;
    const struct changes *changes;
    struct cache *cache; /* of what was compiled before; NULL: none */
    unsigned int parallel;
    run_watch *watch; /* told how far the compilers are; may be NULL */
    void *watch_arg;
    /* Its own: */
    struct inputs inputs;      /* if there is a cache */
    struct overlay overlay[2]; /* by enum inputs_side */
    bool placed;               /* the changes are in the new one */
    /* Results: */
    unsigned int compiled;     /* runs of the compiler that compiled */
    unsigned int cached;       /* runs of it that the cache saved */
    unsigned int preprocessed; /* runs of the compiler that preprocessed */
    double seconds;            /* for which compilers were running */
    char *messages;            /* after an error: what the compiler said */
};

/*
 * Prepares the overlays.  They are made when the first command has to run
 * there.  To be called once; compile_end() in any case.
 */
int compile_prepare(struct compiling *c, struct xs_error *err);
void compile_end(struct compiling *c);

/*
 * Compiles each unit that is not skipped as patched, and finds its old object:
 * the tree's own if it is newer than all that it was made from, else compiled
 * as well.  Fills in the units' paths and `equal`.  An old object that another
 * compiler made is an error of kind XS_DEPENDENCY.  When the compiler fails,
 * c->messages is what it says of the patched source (release with free()).
 * What the cache has is not compiled.
 * Returns 0, or -1 with err set.
 */
int compile_units(struct compiling *c, struct units *units,
                  struct xs_error *err);

/*
 * Whether the unit's types are to be compared and its recorded command makes no
 * DWARF: then its old side is compiled too, even where its object is fresh.
 */
bool compile_needs_dwarf(const struct unit *unit);

#endif /* BUILDER_COMPILE_H */
