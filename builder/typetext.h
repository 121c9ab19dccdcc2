/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a change of source text can change a type. */
#ifndef BUILDER_TYPETEXT_H
#define BUILDER_TYPETEXT_H

#include <stdbool.h>

/*
 * False if all that differs is comments, bodies of functions in which no type
 * is defined, and prototypes of functions.  Anything else may change a type, a
 * macro or the type of a variable too; where the text does not tell, the answer
 * is true.  Either text may be NULL: the file comes or goes.
 */
bool typetext_concerned(const char *old_text, const char *new_text);

#endif /* BUILDER_TYPETEXT_H */
