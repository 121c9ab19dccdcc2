/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DWARF of object files. */
#ifndef BUILDER_DWARFFILE_H
#define BUILDER_DWARFFILE_H

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

/*
 * Opens an object file that is not linked: the relocations of its debug
 * sections are applied.  NULL if there is no DWARF in it; *dwfl, to which it
 * belongs, must be released with dwfl_end() in any case unless it is NULL.
 */
Dwarf *dwarf_open_object(const char *path, Dwfl **dwfl);

#endif /* BUILDER_DWARFFILE_H */
