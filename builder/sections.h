/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sections of a hypervisor object are for, by their names. */
#ifndef BUILDER_SECTIONS_H
#define BUILDER_SECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "builder/arch.h"

enum section_kind {
    SECTION_IGNORED,     /* carries nothing into the image */
    SECTION_TEXT,        /* functions */
    SECTION_FIXUP,       /* code reached through the exception table */
    SECTION_REPLACEMENT, /* code of alternatives */
    SECTION_STRINGS,     /* mergeable strings */
    SECTION_CONST,       /* mergeable constants of one size */
    SECTION_RODATA,      /* other read-only data */
    SECTION_DATA,        /* writable data, with or without bits */
    SECTION_PERCPU,
    SECTION_INIT,         /* code and data that are freed after boot */
    SECTION_REGISTRATION, /* tables that are walked at boot */
    SECTION_SPECIAL,      /* described by a table of the architecture */
    SECTION_HOOK,         /* .livepatch.hooks.* */
    SECTION_SHADOW,       /* kinds of shadow variables: xsplice/shadow.h */
    SECTION_UNKNOWN,
};

/* The kind of a section, from its name, type and flags (as in ELF). */
enum section_kind section_kind(const struct arch *arch, const char *name,
                               uint32_t type, uint64_t flags);

#endif /* BUILDER_SECTIONS_H */
