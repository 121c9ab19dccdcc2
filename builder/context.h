/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling variables of one name apart by the code behind their uses. */
#ifndef BUILDER_CONTEXT_H
#define BUILDER_CONTEXT_H

#include <stddef.h>

#include "builder/object.h"

/*
 * How much alike the code behind the uses of an old and of a new variable is:
 * the number of things referred to on the next instructions' ways, in functions
 * that are twins, variables of the same base name left out.  0: too little to
 * mean anything, or the architecture's flow is not known.
 */
size_t context_likeness(const struct atom *old, const struct atom *new);

#endif /* BUILDER_CONTEXT_H */
