/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/sameobject.h"

#include <gelf.h>
#include <string.h>

#include "builder/strv.h"

struct reader {
    Elf *elf;
    size_t names;
    Elf_Data *symbols;
    size_t strings; /* section with the symbols' names */
};

static const char *section_name(const struct reader *r, Elf_Scn *scn,
                                GElf_Shdr *shdr)
{
    const char *name = gelf_getshdr(scn, shdr)
                           ? elf_strptr(r->elf, r->names, shdr->sh_name)
                           : NULL;

    return name ? name : "";
}

static bool open_object(const char *bytes, size_t size, struct reader *r)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr shdr;

    memset(r, 0, sizeof(*r));
    elf_version(EV_CURRENT);
    r->elf = elf_memory((char *)bytes, size);
    if ( !r->elf || elf_getshdrstrndx(r->elf, &r->names) )
        return false;
    while ( (scn = elf_nextscn(r->elf, scn)) )
        if ( gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB )
        {
            r->symbols = elf_getdata(scn, NULL);
            r->strings = shdr.sh_link;
        }
    return r->symbols;
}

/* The next section that counts; NULL at the end. */
static Elf_Scn *next(const struct reader *r, Elf_Scn *scn, GElf_Shdr *shdr,
                     const char **name)
{
    while ( (scn = elf_nextscn(r->elf, scn)) )
    {
        *name = section_name(r, scn, shdr);
        if ( !str_begins(*name, ".debug") &&
             !str_begins(*name, ".rela.debug") &&
             shdr->sh_type != SHT_SYMTAB && shdr->sh_type != SHT_STRTAB )
            return scn;
    }
    return NULL;
}

/* What a symbol is defined in: a section's name, or its number if special. */
static const char *home(const struct reader *r, const GElf_Sym *sym)
{
    GElf_Shdr shdr;
    Elf_Scn *scn = NULL;

    if ( sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE )
        scn = elf_getscn(r->elf, sym->st_shndx);
    return scn                          ? section_name(r, scn, &shdr)
           : sym->st_shndx == SHN_UNDEF ? ""
                                        : "special";
}

static bool same_symbol(const struct reader *a, const GElf_Sym *x,
                        const struct reader *b, const GElf_Sym *y)
{
    const char *p = elf_strptr(a->elf, a->strings, x->st_name);
    const char *q = elf_strptr(b->elf, b->strings, y->st_name);

    return p && q && x->st_value == y->st_value && x->st_size == y->st_size &&
           x->st_info == y->st_info && x->st_other == y->st_other &&
           !strcmp(home(a, x), home(b, y)) &&
           (GELF_ST_TYPE(x->st_info) == STT_SECTION || !strcmp(p, q));
}

/* The next symbol that is not a section's; false at the end. */
static bool next_symbol(const struct reader *r, int *at, GElf_Sym *sym)
{
    while ( gelf_getsym(r->symbols, (*at)++, sym) )
        if ( GELF_ST_TYPE(sym->st_info) != STT_SECTION )
            return true;
    return false;
}

static bool same_symbols(const struct reader *a, const struct reader *b)
{
    int i = 0, j = 0;
    GElf_Sym x, y;

    for ( ;; )
    {
        bool more = next_symbol(a, &i, &x);

        if ( more != next_symbol(b, &j, &y) )
            return false;
        if ( !more )
            return true;
        if ( !same_symbol(a, &x, b, &y) )
            return false;
    }
}

static bool same_relocations(const struct reader *a, Elf_Data *p,
                             const struct reader *b, Elf_Data *q)
{
    GElf_Rela x, y;
    int i;

    for ( i = 0; gelf_getrela(p, i, &x); i++ )
    {
        GElf_Sym s, t;

        if ( !gelf_getrela(q, i, &y) || x.r_offset != y.r_offset ||
             x.r_addend != y.r_addend ||
             GELF_R_TYPE(x.r_info) != GELF_R_TYPE(y.r_info) ||
             !gelf_getsym(a->symbols, GELF_R_SYM(x.r_info), &s) ||
             !gelf_getsym(b->symbols, GELF_R_SYM(y.r_info), &t) ||
             !same_symbol(a, &s, b, &t) )
            return false;
    }
    return true;
}

static bool same_section(const struct reader *a, Elf_Scn *s,
                         const GElf_Shdr *x, const struct reader *b,
                         Elf_Scn *t, const GElf_Shdr *y)
{
    Elf_Data *p, *q;

    if ( x->sh_type != y->sh_type || x->sh_flags != y->sh_flags ||
         x->sh_size != y->sh_size || x->sh_addralign != y->sh_addralign ||
         x->sh_entsize != y->sh_entsize )
        return false;
    if ( x->sh_type == SHT_NOBITS || !x->sh_size )
        return true;
    p = elf_getdata(s, NULL);
    q = elf_getdata(t, NULL);
    if ( !p || !q || p->d_size != q->d_size )
        return false;
    return x->sh_type == SHT_RELA ? same_relocations(a, p, b, q)
                                  : !memcmp(p->d_buf, q->d_buf, p->d_size);
}

static bool same_sections(const struct reader *a, const struct reader *b)
{
    Elf_Scn *s = NULL, *t = NULL;
    const char *p, *q;
    GElf_Shdr x, y;

    for ( ;; )
    {
        s = next(a, s, &x, &p);
        t = next(b, t, &y, &q);
        if ( !s || !t )
            return !s && !t;
        if ( strcmp(p, q) || !same_section(a, s, &x, b, t, &y) )
            return false;
    }
}

bool object_same(const char *a, size_t size_a, const char *b, size_t size_b)
{
    struct reader x, y;
    bool open_x = open_object(a, size_a, &x);
    bool same = open_object(b, size_b, &y) && open_x &&
                same_sections(&x, &y) && same_symbols(&x, &y);

    elf_end(x.elf);
    elf_end(y.elf);
    return same;
}
