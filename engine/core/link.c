/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Relocates what is loaded. */
#include "arch.h"
#include "load.h"

#define SEC_REPLACEMENT ".altinstr_replacement"

static int relocate_one(struct loader *l, const struct elf_section *rela,
                        size_t i, bool moving)
{
    const struct elf_section *target = &l->elf.sections[rela->target];
    const struct elf_symbol *symbol;
    struct elf_reloc r;
    unsigned int size;
    bool relative;
    int rc = elf_reloc(&l->elf, rela, i, &r, l->why);

    if ( rc )
        return rc;
    size = arch_reloc_size(r.type, &relative);
    if ( size == 0 && r.type == 0 )
        return 0; /* NONE */
    if ( !size )
        return refuse(l->why, XSPLICE_REASON_RELOC_TYPE,
                      "%s, entry %zu, type %u", rela->name, i, r.type);
    if ( size > target->size - r.offset )
        return refuse(l->why, XSPLICE_REASON_RELOC_OFFSET,
                      "%s, entry %zu, %u bytes at %#zx of %#zx", rela->name, i,
                      size, r.offset, target->size);
    symbol = &l->elf.symbols[r.symbol];
    if ( !r.symbol )
        return refuse(l->why, XSPLICE_REASON_RELOC_SYMBOL,
                      "%s, entry %zu, without a symbol", rela->name, i);
    if ( !symbol->resolved )
        return refuse(l->why, XSPLICE_REASON_RELOC_UNLOADED,
                      "%s, entry %zu, symbol %u %.60s", rela->name, i,
                      r.symbol, symbol->name);
    if ( arch_reloc_apply(r.type, target->fill + r.offset,
                          target->addr + r.offset, symbol->addr, r.addend) )
        return refuse(l->why, XSPLICE_REASON_RELOC_OVERFLOW,
                      "%s, entry %zu, type %u at %#lx to %.60s%+lld",
                      rela->name, i, r.type, target->addr + r.offset,
                      symbol->name, (long long)r.addend);
    if ( moving && relative && size == 4 )
        l->moving[l->nmoving++] = r.offset;
    return 0;
}

int cf_check link_relocate(struct loader *l)
{
    unsigned int i;
    size_t k, n;
    int rc = 0;

    for ( i = 1; i < l->elf.nsections && !rc; i++ )
    {
        const struct elf_section *rela = &l->elf.sections[i];
        bool moving;

        if ( rela->kind != SECTION_RELA )
            continue;
        moving = !strcmp(l->elf.sections[rela->target].name, SEC_REPLACEMENT);
        /* Of two relocation sections for it, the first has its room. */
        if ( moving && l->moving )
            return refuse(l->why, XSPLICE_REASON_SECTION_TWICE, "section %s",
                          rela->name);
        if ( moving && elf_relocs(rela) )
        {
            l->moving = port_alloc(elf_relocs(rela) * sizeof(*l->moving));
            if ( !l->moving )
                return refuse(l->why, XSPLICE_REASON_NO_MEMORY,
                              "%zu relocations", elf_relocs(rela));
        }
        n = elf_relocs(rela);
        for ( k = 0; k < n && !rc; k++ )
            rc = relocate_one(l, rela, k, moving);
    }
    return rc;
}
