/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/sections.h"

#include <elf.h>
#include <string.h>

#include "xsplice/shadow.h"

/*
 * The first line whose name fits decides.  "x" stands for the name itself and
 * for "x." with anything behind it.
 */
static const struct {
    const char *name;
    enum section_kind kind;
} kinds[] = {
    { ".note", SECTION_IGNORED },
    { ".discard", SECTION_IGNORED }, /* assembly-time checks only */
    { ".comment", SECTION_IGNORED },
    { ".eh_frame", SECTION_IGNORED }, /* for debuggers; made from the code */
    { ".livepatch.hooks", SECTION_HOOK },
    { XSPLICE_SEC_SHADOWS, SECTION_SHADOW },
    { ".initcall1.init", SECTION_REGISTRATION },
    { ".initcallpresmp.init", SECTION_REGISTRATION },
    { ".init_array", SECTION_REGISTRATION },
    { ".ctors", SECTION_REGISTRATION },
    { ".data.schedulers", SECTION_REGISTRATION },
    { ".data.paramhypfs", SECTION_REGISTRATION },
    { ".data.vpci", SECTION_REGISTRATION },
    { ".data.rel.ro.vpci", SECTION_REGISTRATION }, /* from 4.21 on */
    { ".init", SECTION_INIT },
    { ".text.startup", SECTION_INIT },
    { ".text.header", SECTION_UNKNOWN },
    { ".text", SECTION_TEXT },
    { ".fixup", SECTION_FIXUP },
    { ".altinstr_replacement", SECTION_REPLACEMENT },
    { ".bss.percpu", SECTION_PERCPU },
    { ".data.rel.ro", SECTION_RODATA }, /* the linker puts it there */
    { ".data", SECTION_DATA },
    { ".bss", SECTION_DATA },
};

static bool fits(const char *name, const char *pattern)
{
    size_t n = strlen(pattern);

    return !strncmp(name, pattern, n) && (!name[n] || name[n] == '.');
}

enum section_kind section_kind(const struct arch *arch, const char *name,
                               uint32_t type, uint64_t flags)
{
    unsigned int i;

    if ( !(flags & SHF_ALLOC) || (type != SHT_PROGBITS && type != SHT_NOBITS &&
                                  type != SHT_INIT_ARRAY) )
        return SECTION_IGNORED;
    if ( arch_has_table(arch, name) )
        return SECTION_SPECIAL;
    for ( i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++ )
        if ( fits(name, kinds[i].name) )
            return kinds[i].kind;
    if ( !fits(name, ".rodata") || (flags & (SHF_WRITE | SHF_EXECINSTR)) )
        return SECTION_UNKNOWN;
    if ( (flags & SHF_MERGE) && (flags & SHF_STRINGS) )
        return SECTION_STRINGS;
    return (flags & SHF_MERGE) ? SECTION_CONST : SECTION_RODATA;
}
