/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types whose objects never outlive a function.  While a payload is applied no
 * function runs, so no object of such a type exists, and its layout may change.
 */
#ifndef BUILDER_AUTOMATIC_H
#define BUILDER_AUTOMATIC_H

#include <stdbool.h>

/*
 * Whether all objects of structure TAG, which TEXT defines, are variables of
 * functions.  TEXT is a .c file, so that nobody else knows the type's size.
 * Decided from the words, on the safe side: the tag may stand in its
 * definition, in parameters, and where a variable that is not static is
 * declared.  In a cast, a sizeof, an allocation, a list, another structure, or
 * before a pointer that may lead anywhere, it is not known where objects are.
 */
bool automatic_only(const char *text, const char *tag);

#endif /* BUILDER_AUTOMATIC_H */
