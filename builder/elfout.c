/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/elfout.h"

#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "builder/memory.h"

#define GLOBAL_HANDLE 0x80000000u

struct out_section {
    char *name;
    uint32_t type;
    uint64_t flags, align;
    uint8_t *data;
    size_t size;
    Elf64_Rela *relocs; /* symbol field holds the handle */
    size_t nr_relocs;
};

struct out_symbol {
    char *name;
    Elf64_Sym sym;
};

struct symbols {
    struct out_symbol *list;
    size_t nr;
};

struct elfout {
    uint16_t machine;
    struct out_section *secs; /* [0] is the null section */
    size_t nr_secs;
    struct symbols local, global;
};

struct elfout *elfout_new(uint16_t machine)
{
    struct elfout *e = xs_calloc(1, sizeof(*e));

    e->machine = machine;
    e->secs = xs_grow(NULL, 0, sizeof(*e->secs));
    memset(e->secs, 0, sizeof(*e->secs));
    e->nr_secs = 1;
    return e;
}

static void free_symbols(struct symbols *s)
{
    size_t i;

    for ( i = 0; i < s->nr; i++ )
        free(s->list[i].name);
    free(s->list);
}

void elfout_free(struct elfout *e)
{
    size_t i;

    for ( i = 1; i < e->nr_secs; i++ )
    {
        free(e->secs[i].name);
        free(e->secs[i].data);
        free(e->secs[i].relocs);
    }
    free(e->secs);
    free_symbols(&e->local);
    free_symbols(&e->global);
    free(e);
}

unsigned int elfout_section(struct elfout *e, const char *name, uint32_t type,
                            uint64_t flags)
{
    struct out_section *s;
    size_t i;

    for ( i = 1; i < e->nr_secs; i++ )
        if ( !strcmp(e->secs[i].name, name) )
            return i;
    e->secs = xs_grow(e->secs, e->nr_secs, sizeof(*e->secs));
    s = &e->secs[e->nr_secs];
    memset(s, 0, sizeof(*s));
    s->name = xs_strdup(name);
    s->type = type;
    s->flags = flags;
    s->align = 1;
    return e->nr_secs++;
}

bool elfout_has(const struct elfout *e, const char *name)
{
    size_t i;

    for ( i = 1; i < e->nr_secs; i++ )
        if ( !strcmp(e->secs[i].name, name) )
            return true;
    return false;
}

uint64_t elfout_append(struct elfout *e, unsigned int sec, const void *data,
                       size_t size, uint64_t align, uint8_t fill)
{
    struct out_section *s = &e->secs[sec];
    size_t at = (s->size + align - 1) / align * align;

    if ( align > s->align )
        s->align = align;
    if ( s->type != SHT_NOBITS && at + size )
    {
        s->data = realloc(s->data, at + size);
        if ( !s->data )
            abort();
        memset(s->data + s->size, fill, at - s->size);
        if ( data )
            memcpy(s->data + at, data, size);
        else
            memset(s->data + at, 0, size);
    }
    s->size = at + size;
    return at;
}

size_t elfout_size(const struct elfout *e, unsigned int sec)
{
    return e->secs[sec].size;
}

uint8_t *elfout_bytes(struct elfout *e, unsigned int sec)
{
    return e->secs[sec].data;
}

unsigned int elfout_symbol(struct elfout *e, const char *name,
                           unsigned int sec, uint64_t value, uint64_t size,
                           unsigned char bind, unsigned char type)
{
    struct symbols *to = bind == STB_LOCAL ? &e->local : &e->global;
    struct out_symbol *s;

    to->list = xs_grow(to->list, to->nr, sizeof(*to->list));
    s = &to->list[to->nr];
    s->name = xs_strdup(name);
    s->sym = (Elf64_Sym){ .st_info = ELF64_ST_INFO(bind, type),
                          .st_shndx = sec,
                          .st_value = value,
                          .st_size = size };
    return bind == STB_LOCAL ? 0x40000000u + to->nr++
                             : GLOBAL_HANDLE + to->nr++;
}

unsigned int elfout_undefined(struct elfout *e, const char *name)
{
    size_t i;

    for ( i = 0; i < e->global.nr; i++ )
        if ( e->global.list[i].sym.st_shndx == SHN_UNDEF &&
             !strcmp(e->global.list[i].name, name) )
            return GLOBAL_HANDLE + i;
    return elfout_symbol(e, name, SHN_UNDEF, 0, 0, STB_GLOBAL, STT_NOTYPE);
}

void elfout_reloc(struct elfout *e, unsigned int sec, uint64_t offset,
                  uint32_t type, unsigned int symbol, int64_t addend)
{
    struct out_section *s = &e->secs[sec];

    s->relocs = xs_grow(s->relocs, s->nr_relocs, sizeof(*s->relocs));
    s->relocs[s->nr_relocs++] =
        (Elf64_Rela){ offset, ELF64_R_INFO((uint64_t)symbol, type), addend };
}

/* Section symbols first, then the other local ones, then the global ones. */
static uint64_t symbol_index(const struct elfout *e, uint64_t handle)
{
    if ( handle >= GLOBAL_HANDLE )
        return e->nr_secs + e->local.nr + (handle - GLOBAL_HANDLE);
    if ( handle >= 0x40000000u )
        return e->nr_secs + (handle - 0x40000000u);
    return handle;
}

/* A string table that grows; offset 0 is the empty string. */
struct strings {
    char *data;
    size_t size;
};

static uint32_t add_string(struct strings *s, const char *text)
{
    size_t len = strlen(text) + 1, at = s->size;

    if ( !at )
        at = 1;
    s->data = realloc(s->data, at + len);
    if ( !s->data )
        abort();
    s->data[0] = '\0';
    if ( len == 1 )
    {
        s->size = at;
        return 0;
    }
    memcpy(s->data + at, text, len);
    s->size = at + len;
    return at;
}

static Elf_Scn *add_section(Elf *elf, struct strings *names, const char *name,
                            GElf_Shdr sh, void *data, size_t size,
                            Elf_Type type)
{
    Elf_Scn *scn = elf_newscn(elf);
    Elf_Data *d = scn ? elf_newdata(scn) : NULL;
    GElf_Shdr got;

    if ( !d || !gelf_getshdr(scn, &got) )
        return NULL;
    d->d_buf = sh.sh_type == SHT_NOBITS ? NULL : data;
    d->d_size = size;
    d->d_type = type;
    d->d_align = sh.sh_addralign;
    d->d_version = EV_CURRENT;
    sh.sh_name = add_string(names, name);
    return gelf_update_shdr(scn, &sh) ? scn : NULL;
}

static Elf64_Sym *make_symtab(const struct elfout *e, struct strings *strings,
                              size_t *nr)
{
    Elf64_Sym *tab;
    size_t i, n = e->nr_secs;

    *nr = e->nr_secs + e->local.nr + e->global.nr;
    tab = xs_calloc(*nr, sizeof(*tab));
    add_string(strings, "");
    for ( i = 1; i < e->nr_secs; i++ )
        tab[i] = (Elf64_Sym){ .st_info = ELF64_ST_INFO(STB_LOCAL, STT_SECTION),
                              .st_shndx = i };
    for ( i = 0; i < e->local.nr + e->global.nr; i++ )
    {
        const struct out_symbol *s = i < e->local.nr
                                         ? &e->local.list[i]
                                         : &e->global.list[i - e->local.nr];

        tab[n] = s->sym;
        tab[n++].st_name = add_string(strings, s->name);
    }
    return tab;
}

/* Everything that must live until elf_update() has written it. */
struct writing {
    Elf *elf;
    struct strings names, strings;
    Elf64_Sym *symtab;
    size_t nr_syms;
    Elf64_Rela **relas;
    char **rela_names;
};

static int add_own_sections(const struct elfout *e, struct writing *w)
{
    size_t i;

    for ( i = 1; i < e->nr_secs; i++ )
    {
        const struct out_section *s = &e->secs[i];
        GElf_Shdr sh = { .sh_type = s->type,
                         .sh_flags = s->flags,
                         .sh_addralign = s->align,
                         .sh_size = s->size };

        if ( !add_section(w->elf, &w->names, s->name, sh, s->data, s->size,
                          ELF_T_BYTE) )
            return -1;
    }
    return 0;
}

static int add_relocations(const struct elfout *e, struct writing *w,
                           size_t symtab)
{
    size_t i, j;

    for ( i = 1; i < e->nr_secs; i++ )
    {
        const struct out_section *s = &e->secs[i];
        GElf_Shdr sh = { .sh_type = SHT_RELA,
                         .sh_flags = SHF_INFO_LINK,
                         .sh_addralign = 8,
                         .sh_entsize = sizeof(Elf64_Rela),
                         .sh_info = i,
                         .sh_link = symtab };

        if ( !s->nr_relocs )
            continue;
        w->relas[i] = xs_calloc(s->nr_relocs, sizeof(Elf64_Rela));
        w->rela_names[i] = xs_printf(".rela%s", s->name);
        for ( j = 0; j < s->nr_relocs; j++ )
        {
            w->relas[i][j] = s->relocs[j];
            w->relas[i][j].r_info =
                ELF64_R_INFO(symbol_index(e, ELF64_R_SYM(s->relocs[j].r_info)),
                             ELF64_R_TYPE(s->relocs[j].r_info));
        }
        if ( !add_section(w->elf, &w->names, w->rela_names[i], sh, w->relas[i],
                          s->nr_relocs * sizeof(Elf64_Rela), ELF_T_RELA) )
            return -1;
    }
    return 0;
}

static int add_tables(const struct elfout *e, struct writing *w, size_t symtab)
{
    GElf_Shdr sh = { .sh_type = SHT_SYMTAB,
                     .sh_addralign = 8,
                     .sh_entsize = sizeof(Elf64_Sym),
                     .sh_link = symtab + 1,
                     .sh_info = e->nr_secs + e->local.nr };
    GElf_Ehdr eh;

    if ( !add_section(w->elf, &w->names, ".symtab", sh, w->symtab,
                      w->nr_syms * sizeof(Elf64_Sym), ELF_T_SYM) )
        return -1;
    sh = (GElf_Shdr){ .sh_type = SHT_STRTAB, .sh_addralign = 1 };
    if ( !add_section(w->elf, &w->names, ".strtab", sh, w->strings.data,
                      w->strings.size, ELF_T_BYTE) )
        return -1;
    if ( !add_section(w->elf, &w->names, ".shstrtab", sh, NULL, 0,
                      ELF_T_BYTE) )
        return -1;
    elf_getdata(elf_getscn(w->elf, symtab + 2), NULL)->d_buf = w->names.data;
    elf_getdata(elf_getscn(w->elf, symtab + 2), NULL)->d_size = w->names.size;
    if ( !gelf_getehdr(w->elf, &eh) )
        return -1;
    eh.e_shstrndx = symtab + 2;
    return gelf_update_ehdr(w->elf, &eh) ? 0 : -1;
}

static int build(const struct elfout *e, struct writing *w, int fd)
{
    size_t i, symtab = e->nr_secs;
    GElf_Ehdr eh;

    elf_version(EV_CURRENT);
    w->elf = elf_begin(fd, ELF_C_WRITE, NULL);
    if ( !w->elf || !gelf_newehdr(w->elf, ELFCLASS64) ||
         !gelf_getehdr(w->elf, &eh) )
        return -1;
    eh.e_ident[EI_DATA] = ELFDATA2LSB;
    eh.e_type = ET_REL;
    eh.e_machine = e->machine;
    eh.e_version = EV_CURRENT;
    if ( !gelf_update_ehdr(w->elf, &eh) )
        return -1;
    add_string(&w->names, "");
    w->symtab = make_symtab(e, &w->strings, &w->nr_syms);
    for ( i = 1; i < e->nr_secs; i++ )
        symtab += e->secs[i].nr_relocs != 0;
    if ( add_own_sections(e, w) || add_relocations(e, w, symtab) ||
         add_tables(e, w, symtab) )
        return -1;
    return elf_update(w->elf, ELF_C_WRITE) < 0 ? -1 : 0;
}

static int read_back(int fd, uint8_t **bytes, size_t *size)
{
    off_t end = lseek(fd, 0, SEEK_END);
    ssize_t got;

    if ( end <= 0 )
        return -1;
    *size = end;
    *bytes = xs_calloc(1, *size);
    got = pread(fd, *bytes, *size, 0);
    if ( got == end )
        return 0;
    free(*bytes);
    *bytes = NULL;
    return -1;
}

int elfout_write(struct elfout *e, unsigned int note, size_t *note_at,
                 uint8_t **bytes, size_t *size, struct xs_error *err)
{
    struct writing w = { .relas = xs_calloc(e->nr_secs, sizeof(*w.relas)),
                         .rela_names =
                             xs_calloc(e->nr_secs, sizeof(*w.rela_names)) };
    int fd = memfd_create("payload", MFD_CLOEXEC), rc = -1;
    GElf_Shdr sh;
    size_t i;

    if ( fd < 0 )
        xs_fail(err, XS_FAILED, "payload: no memory file: %m");
    else if ( build(e, &w, fd) || !gelf_getshdr(elf_getscn(w.elf, note), &sh) )
        xs_fail(err, XS_FAILED, "payload: %s", elf_errmsg(-1));
    else if ( read_back(fd, bytes, size) )
        xs_fail(err, XS_FAILED, "payload: cannot be read back");
    else
    {
        *note_at = sh.sh_offset;
        rc = 0;
    }
    elf_end(w.elf);
    if ( fd >= 0 )
        close(fd);
    for ( i = 0; i < e->nr_secs; i++ )
    {
        free(w.relas[i]);
        free(w.rela_names[i]);
    }
    free(w.relas);
    free(w.rela_names);
    free(w.symtab);
    free(w.names.data);
    free(w.strings.data);
    return rc;
}
