/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch.h"
#include "elf-format.h"
#include "elf.h"
#include "xsplice/payload.h"

/* What elf_open() knows while it works. */
struct reader {
    struct elf *elf;
    const uint8_t *raw;
    size_t size;
    struct file_header header;
    unsigned int symtab; /* index; 0: none */
    struct refusal *why;
};

/* The file is little-endian and so are the machines that the engine runs on. */
static void section_header(const struct reader *r, unsigned int i,
                           struct file_section *out)
{
    memcpy(out, r->raw + r->header.shoff + i * sizeof(*out), sizeof(*out));
}

static int check_ident(struct reader *r)
{
    const struct file_header *h = &r->header;

    if ( r->size < sizeof(*h) )
        return refuse(r->why, XSPLICE_REASON_ELF_SIZE, "%zu bytes", r->size);
    memcpy(&r->header, r->raw, sizeof(r->header));

    if ( memcmp(h->ident, "\177ELF", 4) )
        return refuse(r->why, XSPLICE_REASON_ELF_MAGIC, "%02x %02x %02x %02x",
                      h->ident[0], h->ident[1], h->ident[2], h->ident[3]);
    if ( h->ident[IDENT_CLASS] != 2 || h->ident[IDENT_DATA] != 1 ||
         h->ident[IDENT_VERSION] != 1 || h->version != 1 )
        return refuse(r->why, XSPLICE_REASON_ELF_CLASS,
                      "class %u, data %u, version %u and %u",
                      h->ident[IDENT_CLASS], h->ident[IDENT_DATA],
                      h->ident[IDENT_VERSION], h->version);
    /* 9 is FreeBSD, which its toolchain writes into any object. */
    if ( (h->ident[IDENT_OSABI] != 0 && h->ident[IDENT_OSABI] != 9) ||
         h->ident[IDENT_ABIVERSION] != 0 )
        return refuse(r->why, XSPLICE_REASON_ELF_OSABI, "ABI %u, version %u",
                      h->ident[IDENT_OSABI], h->ident[IDENT_ABIVERSION]);
    if ( h->type != FILE_REL )
        return refuse(r->why, XSPLICE_REASON_ELF_TYPE, "type %u", h->type);
    if ( h->machine != ARCH_ELF_MACHINE )
        return refuse(r->why, XSPLICE_REASON_ELF_MACHINE, "machine %u",
                      h->machine);
    return 0;
}

static int check_header(struct reader *r)
{
    const struct file_header *h = &r->header;
    int rc = check_ident(r);

    if ( rc )
        return rc;
    if ( h->phnum )
        return refuse(r->why, XSPLICE_REASON_ELF_PHNUM, "%u", h->phnum);
    if ( h->ehsize != sizeof(*h) )
        return refuse(r->why, XSPLICE_REASON_ELF_EHSIZE, "%u", h->ehsize);
    if ( h->shentsize != sizeof(struct file_section) )
        return refuse(r->why, XSPLICE_REASON_ELF_SHENTSIZE, "%u",
                      h->shentsize);
    if ( h->shnum < 2 || h->shnum >= INDEX_RESERVE )
        return refuse(r->why, XSPLICE_REASON_ELF_SHNUM, "%u", h->shnum);
    if ( h->shoff > r->size ||
         (r->size - h->shoff) / sizeof(struct file_section) < h->shnum )
        return refuse(r->why, XSPLICE_REASON_ELF_SHOFF,
                      "%u headers at %#llx, %zu bytes", h->shnum,
                      (unsigned long long)h->shoff, r->size);
    if ( h->shstrndx == 0 || h->shstrndx >= h->shnum )
        return refuse(r->why, XSPLICE_REASON_ELF_SHSTRNDX, "section %u",
                      h->shstrndx);
    return 0;
}

/* Where a section's bytes are: inside the file, or none. */
static int check_bounds(struct reader *r, unsigned int i,
                        const struct file_section *s)
{
    struct elf_section *out = &r->elf->sections[i];
    uint64_t align = s->addralign ? s->addralign : 1;

    if ( s->size > SECTION_MAX )
        return refuse(r->why, XSPLICE_REASON_SECTION_SIZE,
                      "section %u, %#llx bytes", i,
                      (unsigned long long)s->size);
    if ( align > SECTION_ALIGN || (align & (align - 1)) )
        return refuse(r->why, XSPLICE_REASON_SECTION_ALIGN,
                      "section %u, %#llx", i, (unsigned long long)align);
    out->size = s->size;
    out->align = align;
    out->name = "";
    if ( s->type == SECT_NOBITS )
    {
        out->zeroes = true;
        return 0;
    }
    if ( s->offset > r->size || s->size > r->size - s->offset )
        return refuse(r->why, XSPLICE_REASON_SECTION_BOUNDS,
                      "section %u, %#llx bytes at %#llx of %#zx", i,
                      (unsigned long long)s->size,
                      (unsigned long long)s->offset, r->size);
    out->data = r->raw + s->offset;
    return 0;
}

/* Is section i a table of strings, the last of which ends? */
static int check_strtab(struct reader *r, unsigned int i)
{
    const struct elf_section *s = &r->elf->sections[i];
    struct file_section h;

    section_header(r, i, &h);
    if ( h.type != SECT_STRTAB || !s->size || s->data[s->size - 1] ||
         s->data[0] )
        return refuse(r->why, XSPLICE_REASON_STRTAB, "section %u", i);
    return 0;
}

static int check_loaded(struct reader *r, unsigned int i,
                        const struct file_section *h)
{
    struct elf_section *s = &r->elf->sections[i];

    if ( h->type != SECT_PROGBITS && h->type != SECT_NOBITS &&
         h->type != SECT_NOTE && h->type != SECT_UNWIND )
        return refuse(r->why, XSPLICE_REASON_SECTION_TYPE,
                      "section %s, type %#x", s->name, h->type);
    if ( h->flags & ~(uint64_t)FLAGS_KNOWN )
        return refuse(r->why, XSPLICE_REASON_SECTION_FLAGS,
                      "section %s, flags %#llx", s->name,
                      (unsigned long long)h->flags);
    s->write = h->flags & FLAG_WRITE;
    s->exec = h->flags & FLAG_EXEC;
    if ( s->write && s->exec )
        return refuse(r->why, XSPLICE_REASON_SECTION_WX, "section %s",
                      s->name);
    s->kind = SECTION_LOADED;
    return 0;
}

static int read_sections(struct reader *r)
{
    struct elf *elf = r->elf;
    struct file_section h;
    const struct elf_section *names;
    unsigned int i;
    int rc;

    section_header(r, 0, &h);
    if ( h.type != SECT_NULL || h.size )
        return refuse(r->why, XSPLICE_REASON_SECTION_NULL, "type %u", h.type);
    for ( i = 0; i < elf->nsections; i++ )
    {
        section_header(r, i, &h);
        if ( h.type == SECT_NULL )
        {
            elf->sections[i].name = "";
            elf->sections[i].align = 1;
        }
        else if ( (rc = check_bounds(r, i, &h)) )
            return rc;
    }
    rc = check_strtab(r, r->header.shstrndx);
    if ( rc )
        return rc;
    names = &elf->sections[r->header.shstrndx];

    for ( i = 1; i < elf->nsections; i++ )
    {
        section_header(r, i, &h);
        if ( h.name >= names->size )
            return refuse(r->why, XSPLICE_REASON_SECTION_NAME,
                          "section %u, name at %#x", i, h.name);
        if ( h.type == SECT_NULL )
            continue;
        elf->sections[i].name = (const char *)names->data + h.name;
        if ( (h.flags & FLAG_ALLOC) && (rc = check_loaded(r, i, &h)) )
            return rc;
        if ( h.type == SECT_SYMTAB )
        {
            if ( r->symtab )
                return refuse(r->why, XSPLICE_REASON_SYMTAB_TWICE,
                              "sections %u and %u", r->symtab, i);
            r->symtab = i;
        }
    }
    return 0;
}

/* Relocations of what is loaded; those of the rest do not matter. */
static int check_relocations(struct reader *r)
{
    struct elf *elf = r->elf;
    struct file_section h;
    unsigned int i;

    for ( i = 1; i < elf->nsections; i++ )
    {
        struct elf_section *s = &elf->sections[i];

        section_header(r, i, &h);
        if ( h.type != SECT_RELA && h.type != SECT_REL )
            continue;
        if ( h.info == 0 || h.info >= elf->nsections )
            return refuse(r->why, XSPLICE_REASON_RELOC_SECTION,
                          "section %s is for section %u", s->name, h.info);
        if ( elf->sections[h.info].kind != SECTION_LOADED )
            continue;
        if ( h.type == SECT_REL )
            return refuse(r->why, XSPLICE_REASON_RELOC_REL, "section %s",
                          s->name);
        if ( elf->sections[h.info].zeroes )
            return refuse(r->why, XSPLICE_REASON_RELOC_SECTION,
                          "section %s is for %s", s->name,
                          elf->sections[h.info].name);
        if ( h.link != r->symtab )
            return refuse(r->why, XSPLICE_REASON_RELOC_LINK,
                          "section %s names section %u", s->name, h.link);
        if ( h.entsize != sizeof(struct file_rela) ||
             h.size % sizeof(struct file_rela) )
            return refuse(r->why, XSPLICE_REASON_RELOC_SIZE,
                          "section %s, %#llx bytes in entries of %llu",
                          s->name, (unsigned long long)h.size,
                          (unsigned long long)h.entsize);
        s->kind = SECTION_RELA;
        s->target = h.info;
    }
    return 0;
}

static int check_symbol(struct reader *r, unsigned int i,
                        const struct file_symbol *f,
                        const struct elf_section *names)
{
    struct elf_symbol *s = &r->elf->symbols[i];
    unsigned int type = f->info & 0xf, bind = f->info >> 4;

    if ( f->name >= names->size )
        return refuse(r->why, XSPLICE_REASON_SYMBOL_NAME,
                      "symbol %u, name at %#x", i, f->name);
    s->name = (const char *)names->data + f->name;
    s->name_room = names->size - f->name;
    s->value = f->value;
    s->size = f->size;
    s->global = bind != BIND_LOCAL;
    s->marker = type == TYPE_SECTION || type == TYPE_FILE;
    if ( f->shndx == INDEX_COMMON || type == TYPE_COMMON )
        return refuse(r->why, XSPLICE_REASON_SYMBOL_COMMON, "%.100s", s->name);
    if ( type > TYPE_FILE || bind > BIND_WEAK )
        return refuse(r->why, XSPLICE_REASON_SYMBOL_TYPE,
                      "%.100s, type %u, binding %u", s->name, type, bind);
    if ( f->shndx == INDEX_ABS )
        s->place = SYMBOL_ABSOLUTE;
    else if ( f->shndx == INDEX_UNDEF )
    {
        if ( !*s->name )
            return refuse(r->why, XSPLICE_REASON_SYMBOL_NAME,
                          "symbol %u is undefined and has none", i);
        s->place = SYMBOL_UNDEFINED;
    }
    else if ( f->shndx >= r->elf->nsections )
        return refuse(r->why, XSPLICE_REASON_SYMBOL_SECTION,
                      "%.100s, section %u", s->name, f->shndx);
    else
    {
        size_t size = r->elf->sections[f->shndx].size;

        s->place = SYMBOL_DEFINED;
        s->section = f->shndx;
        if ( f->value > size || f->size > size - f->value )
            return refuse(r->why, XSPLICE_REASON_SYMBOL_VALUE,
                          "%.100s, %#llx bytes at %#llx of %s", s->name,
                          (unsigned long long)f->size,
                          (unsigned long long)f->value,
                          r->elf->sections[f->shndx].name);
    }
    return 0;
}

static int read_symbols(struct reader *r)
{
    struct elf *elf = r->elf;
    struct file_section h;
    struct file_symbol f;
    const struct elf_section *table;
    unsigned int i;
    int rc;

    if ( !r->symtab )
        return refuse(r->why, XSPLICE_REASON_SYMTAB_MISSING, "%u sections",
                      elf->nsections);
    section_header(r, r->symtab, &h);
    table = &elf->sections[r->symtab];
    if ( h.entsize != sizeof(f) || !h.size || h.size % sizeof(f) )
        return refuse(r->why, XSPLICE_REASON_SYMTAB_SIZE,
                      "%#llx bytes in entries of %llu",
                      (unsigned long long)h.size,
                      (unsigned long long)h.entsize);
    if ( h.link == 0 || h.link >= elf->nsections )
        return refuse(r->why, XSPLICE_REASON_SYMTAB_LINK, "section %u",
                      h.link);
    rc = check_strtab(r, h.link);
    if ( rc )
        return rc;

    elf->nsymbols = h.size / sizeof(f);
    elf->symbols = port_alloc(elf->nsymbols * sizeof(*elf->symbols));
    if ( !elf->symbols )
        return refuse(r->why, XSPLICE_REASON_NO_MEMORY, "%u symbols",
                      elf->nsymbols);
    memcpy(&f, table->data, sizeof(f));
    if ( f.name || f.info || f.shndx || f.value || f.size )
        return refuse(r->why, XSPLICE_REASON_SYMBOL_NULL, "section %u",
                      r->symtab);
    elf->symbols[0].name = "";
    elf->symbols[0].place = SYMBOL_ABSOLUTE;
    elf->symbols[0].marker = true;
    for ( i = 1; i < elf->nsymbols && !rc; i++ )
    {
        memcpy(&f, table->data + i * sizeof(f), sizeof(f));
        rc = check_symbol(r, i, &f, &elf->sections[h.link]);
    }
    return rc;
}

/* A section that means something to the engine may be there only once. */
static int check_twins(struct reader *r)
{
    static const char *const prefixes[] = {
        ".livepatch.",  ".xsplice.",      ".altinstructions",
        ".altinstr_re", ".bug_frames.",   XSPLICE_SEC_MODINFO,
        ".ex_table",    ".note.gnu.buil",
    };
    const struct elf *elf = r->elf;
    unsigned int i, j, k;

    for ( i = 1; i < elf->nsections; i++ )
    {
        const char *name = elf->sections[i].name;

        if ( elf->sections[i].kind == SECTION_RELA )
            continue;
        for ( k = 0; k < ARRAY_SIZE(prefixes); k++ )
            if ( !strncmp(name, prefixes[k], strlen(prefixes[k])) )
                break;
        if ( k == ARRAY_SIZE(prefixes) )
            continue;
        /* Special sections are few: no table needed to find twins. */
        for ( j = i + 1; j < elf->nsections; j++ )
            if ( !strcmp(elf->sections[j].name, name) )
                return refuse(r->why, XSPLICE_REASON_SECTION_TWICE,
                              "section %s", name);
    }
    return 0;
}

int elf_open(struct elf *elf, const uint8_t *raw, size_t size,
             struct refusal *why)
{
    struct reader r = { .elf = elf, .raw = raw, .size = size, .why = why };
    int rc;

    memset(elf, 0, sizeof(*elf));
    rc = check_header(&r);
    if ( rc )
        return rc;
    elf->nsections = r.header.shnum;
    elf->sections = port_alloc(elf->nsections * sizeof(*elf->sections));
    if ( !elf->sections )
        return refuse(why, XSPLICE_REASON_NO_MEMORY, "%u sections",
                      elf->nsections);
    rc = read_sections(&r);
    if ( !rc )
        rc = check_twins(&r);
    if ( !rc )
        rc = read_symbols(&r);
    if ( !rc )
        rc = check_relocations(&r);
    if ( rc )
        elf_close(elf);
    return rc;
}

void elf_close(struct elf *elf)
{
    port_free(elf->symbols);
    port_free(elf->sections);
    memset(elf, 0, sizeof(*elf));
}

struct elf_section *elf_find(const struct elf *elf, const char *name)
{
    unsigned int i;

    for ( i = 1; i < elf->nsections; i++ )
        if ( elf->sections[i].kind != SECTION_RELA &&
             !strcmp(elf->sections[i].name, name) )
            return &elf->sections[i];
    return NULL;
}
