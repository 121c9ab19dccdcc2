/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Units that a patch adds: a new source file and its line in a Makefile. */
#ifndef BUILDER_NEWUNIT_H
#define BUILDER_NEWUNIT_H

#include "builder/apply.h"
#include "builder/differ.h"
#include "builder/recorded.h"

/*
 * Looks for Makefiles to which the change adds nothing but lines of the form
 * "obj-y += NAME.o" ("obj-$(CONFIG_X)", several objects), where NAME.c is a new
 * file.  For each such object a record is added, with the command by which most
 * objects of its folder are compiled, and the Makefile is dropped from changes:
 * nothing else of the build follows from it.  Objects that the configuration
 * leaves out are noted in the findings; units whose line goes are refused there.
 */
void newunits_find(const char *xen, struct records *records,
                   struct changes *changes, struct differ_result *findings);

#endif /* BUILDER_NEWUNIT_H */
