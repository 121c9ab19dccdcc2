/* SPDX-License-Identifier: GPL-2.0-or-later */
<<<<<<< HEAD
/* Names that the compiler makes out of the programmer's. */
=======
/*
 * What a change to a header is called: macros and static inline functions that
 * differ.  A unit in whose preprocessed text none of the names is used is not
 * touched by the change, whatever headers it includes.
 */
>>>>>>> 9ef0538 (Add the front half of the builder: options to pairs of objects)
#ifndef BUILDER_NAMES_H
#define BUILDER_NAMES_H

#include <stdbool.h>
<<<<<<< HEAD

/*
 * The name without the numbers that compilers append: "x.12" is "x",
 * "f.part.0.isra.3" is "f.part.isra".  To be freed.
 */
char *name_base(const char *name);

/* Whether the compiler numbered it, so that the number says nothing. */
bool name_is_numbered(const char *name);
=======
#include <stddef.h>

struct named {
    char *name;
    unsigned int own; /* how often its own definition says it, once expanded */
};

struct names {
    struct named *v;
    size_t n;
};

/*
 * Adds the names of all that differs between the two texts.  Returns false if
 * something differs that has no such name (a structure, a declaration, a
 * conditional): then each unit that includes the file may be touched.
 */
bool names_collect(const char *old_text, const char *new_text,
                   struct names *names);

/*
 * Whether a preprocessed text uses one of the names.  It must be made with gcc
 * -E -dU, which keeps the definitions of the macros that are expanded or
 * tested.
 */
bool names_used(const struct names *names, const char *preprocessed);

void names_free(struct names *names);
>>>>>>> 9ef0538 (Add the front half of the builder: options to pairs of objects)

#endif /* BUILDER_NAMES_H */
