/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a change to a header is called: macros and static inline functions that
 * differ.  A unit in whose preprocessed text none of the names is used is not
 * touched by the change, whatever headers it includes.
 */
#ifndef BUILDER_NAMED_H
#define BUILDER_NAMED_H

#include <stdbool.h>
#include <stddef.h>

struct named {
    char *name;
    unsigned int own; /* how often its own definition says it, once expanded */
};

struct named_list {
    struct named *v;
    size_t n;
};

/*
 * Adds the names of all that differs between the two texts.  Returns false if
 * something differs that has no such name (a structure, a declaration, a
 * conditional): then each unit that includes the file may be touched.
 */
bool named_collect(const char *old_text, const char *new_text,
                   struct named_list *names);

/*
 * Whether a preprocessed text uses one of the names.  It must be made with gcc
 * -E -dU, which keeps the definitions of the macros that are expanded or
 * tested.
 */
bool named_used(const struct named_list *names, const char *preprocessed);

void named_free(struct named_list *names);

#endif /* BUILDER_NAMED_H */
