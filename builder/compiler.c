/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/compiler.h"

#include <gelf.h>
#include <string.h>

#include "builder/strv.h"

static char *first_string(Elf *elf)
{
    size_t names;
    Elf_Scn *scn = NULL;

    if ( elf_getshdrstrndx(elf, &names) )
        return NULL;
    while ( (scn = elf_nextscn(elf, scn)) )
    {
        GElf_Shdr shdr;
        Elf_Data *data;
        const char *name, *p, *end;

        if ( !gelf_getshdr(scn, &shdr) ||
             !(name = elf_strptr(elf, names, shdr.sh_name)) ||
             strcmp(name, ".comment") || !(data = elf_getdata(scn, NULL)) )
            continue;
        end = (const char *)data->d_buf + data->d_size;
        for ( p = data->d_buf; p < end && !*p; p++ )
            ;
        return p < end ? str_first(p, strnlen(p, end - p)) : NULL;
    }
    return NULL;
}

char *compiler_of(const char *object, size_t size)
{
    Elf *elf;
    char *result;

    elf_version(EV_CURRENT);
    elf = elf_memory((char *)object, size);
    if ( !elf )
        return NULL;
    result = first_string(elf);
    elf_end(elf);
    return result;
}
