/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the old code the code in the image?  Bytes are compared outside
 * relocated fields; a relocated field is read from the image, and what it
 * leads to must be what the object says: a symbol of that name, or the same
 * string.  On the way the addresses of symbols are learnt whose names the
 * image has more than once.
 */
#ifndef BUILDER_PROVENANCE_H
#define BUILDER_PROVENANCE_H

#include "builder/differ.h"
#include "builder/image.h"
#include "builder/object.h"

/*
 * Compares every function of an old object that is there after boot, and
 * learns from those that are the same.  Reports nothing: what differs may not
 * matter.
 */
void provenance_learn(const struct image *img, struct object *old);

/*
 * Demands that an old function, with its cold part, is the one in the image;
 * if not, adds a DIFFER_ORIGIN finding that says where and what is likely.
 * Returns whether it is.
 */
bool provenance_demand(const struct image *img, struct atom *old,
                       struct differ_result *out);

/*
 * The same for a function that the payload calls and does not replace: its
 * code counts, the text of its strings does not.
 */
bool provenance_demand_used(const struct image *img, struct atom *old,
                            struct differ_result *out);

#endif /* BUILDER_PROVENANCE_H */
