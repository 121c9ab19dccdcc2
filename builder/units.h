/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which objects of the hypervisor a change can reach. */
#ifndef BUILDER_UNITS_H
#define BUILDER_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include "builder/apply.h"
#include "builder/differ.h"
#include "builder/recorded.h"

struct unit {
    const struct record *record; /* how it is compiled */
    char *object;   /* what is linked: the record's target, or its .init.o */
    bool assembly;  /* its source is .S */
    bool direct;    /* its own source file is changed, not only a header */
    bool types;     /* the change may be one of types: compare them */
    bool skipped;   /* found not to depend on the change after all */
    char *old_path; /* object files, once there are any */
    char *new_path;
    char *old_types; /* objects with DWARF, if types are to be compared */
    char *new_types;
    bool equal; /* both objects have the same bytes */
};

struct units {
    struct unit *v; /* sorted by object */
    size_t n;
};

/*
 * Sorts the changed files out: what is only comments, what no object depends
 * on, what changes how the hypervisor is configured or built.  What there is to
 * say goes to the findings; *refused tells whether a refusal is among them.
 * Files that cannot matter are dropped from changes.
 */
void units_classify(const struct records *records, struct changes *changes,
                    struct differ_result *findings);

/*
 * Finds the objects in the hypervisor that depend on a changed file.  Changed
 * files that none depends on are noted in the findings; one that gets into the
 * hypervisor without being linked is refused.  xen is the tree's folder, to look
 * for what was built there.  Units refer to the records.  Release with units_free().
 */
void units_find(const char *xen, const struct records *records,
                const struct changes *changes, struct units *out,
                struct differ_result *findings);

/* Whether a record depends on a changed file. */
bool unit_depends(const struct record *record, const struct changes *changes);

void units_free(struct units *units);

#endif /* BUILDER_UNITS_H */
