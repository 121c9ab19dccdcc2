/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/image.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/memory.h"
#include "common/note.h"

static int by_name(const void *a, const void *b)
{
    const struct image_symbol *x = a, *y = b;
    int d = strcmp(x->name, y->name);

    if ( !d )
        d = strcmp(x->file, y->file);
    if ( !d )
        d = x->addr < y->addr ? -1 : x->addr > y->addr;
    return d;
}

static int read_symbols(struct image *img, struct xs_error *err)
{
    const char *file = "";
    Elf_Scn *scn = NULL;
    Elf_Data *data;
    GElf_Shdr sh;
    GElf_Sym s;
    size_t i;

    while ( (scn = elf_nextscn(img->elf, scn)) )
        if ( gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB )
            break;
    if ( !scn || !(data = elf_getdata(scn, NULL)) )
    {
        xs_fail(err, XS_FAILED, "%s: has no symbols", img->path);
        return xs_hint(err, "give the xen-syms of the hypervisor (in Debian: "
                            "package xen-hypervisor-*-dbg)");
    }
    img->syms = xs_calloc(sh.sh_size / sizeof(Elf64_Sym), sizeof(*img->syms));
    for ( i = 1; i < sh.sh_size / sizeof(Elf64_Sym); i++ )
    {
        struct image_symbol *sym = &img->syms[img->nr_syms];

        if ( !gelf_getsym(data, i, &s) ||
             !(sym->name = elf_strptr(img->elf, sh.sh_link, s.st_name)) )
            return xs_fail(err, XS_FAILED, "%s: symbol %zu cannot be read",
                           img->path, i);
        sym->type = GELF_ST_TYPE(s.st_info);
        if ( sym->type == STT_FILE )
            file = sym->name;
        if ( sym->type == STT_FILE || sym->type == STT_SECTION ||
             !s.st_shndx || !sym->name[0] )
            continue;
        sym->file = GELF_ST_BIND(s.st_info) == STB_LOCAL ? file : "";
        sym->addr = s.st_value;
        sym->size = s.st_size;
        img->nr_syms++;
    }
    qsort(img->syms, img->nr_syms, sizeof(*img->syms), by_name);
    return 0;
}

/* What is of interest in the sections: who made it, and its build-id. */
static int read_identity(struct image *img, struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    size_t names;
    bool found = false;

    if ( elf_getshdrstrndx(img->elf, &names) )
        return xs_fail(err, XS_FAILED, "%s: %s", img->path, elf_errmsg(-1));
    while ( (scn = elf_nextscn(img->elf, scn)) )
    {
        Elf_Data *data;
        GElf_Shdr sh;
        const char *name;

        if ( !gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NOBITS ||
             !(name = elf_strptr(img->elf, names, sh.sh_name)) ||
             !(data = elf_rawdata(scn, NULL)) || !data->d_buf )
            continue;
        if ( !strcmp(name, ".comment") && data->d_size )
            img->comment = data->d_buf;
        if ( !strcmp(name, ".note.gnu.build-id") || !strcmp(name, ".note") )
            found =
                found || xs_notes_find_id(data->d_buf, data->d_size, &img->id);
    }
    if ( !found )
    {
        xs_fail(err, XS_FAILED, "%s: has no build-id", img->path);
        return xs_hint(err, "a hypervisor that can be live-patched has one; "
                            "is this xen-syms?");
    }
    return 0;
}

struct image *image_open(const char *path, struct xs_error *err)
{
    struct image *img = xs_calloc(1, sizeof(*img));
    GElf_Ehdr eh;

    img->path = xs_strdup(path);
    img->comment = "";
    elf_version(EV_CURRENT);
    img->fd = open(path, O_RDONLY | O_CLOEXEC);
    if ( img->fd < 0 )
    {
        xs_fail(err, XS_FAILED, "%s: %m", path);
        goto fail;
    }
    img->elf = elf_begin(img->fd, ELF_C_READ_MMAP, NULL);
    if ( !img->elf || !gelf_getehdr(img->elf, &eh) ||
         eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_type == ET_REL ||
         !(img->arch = arch_of(eh.e_machine)) )
    {
        xs_fail(err, XS_FAILED,
                "%s: is not a linked hypervisor for x86-64 or arm64", path);
        goto fail;
    }
    if ( read_symbols(img, err) || read_identity(img, err) )
        goto fail;
    return img;

fail:
    image_free(img);
    return NULL;
}

void image_free(struct image *img)
{
    if ( !img )
        return;
    free(img->syms);
    elf_end(img->elf);
    if ( img->fd >= 0 )
        close(img->fd);
    free(img->path);
    free(img);
}

/* The first symbol that is not before (NAME, FILE); FILE NULL: any. */
static size_t lower_bound(const struct image *img, const char *file,
                          const char *name)
{
    struct image_symbol key = { .name = name, .file = file ? file : "" };
    size_t lo = 0, hi = img->nr_syms;

    while ( lo < hi )
    {
        size_t mid = (lo + hi) / 2;

        if ( by_name(&img->syms[mid], &key) < 0 )
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

size_t image_find(const struct image *img, const char *file, const char *name,
                  const struct image_symbol **first)
{
    size_t i = lower_bound(img, file, name), n = 0;
    uint64_t last = 0;

    *first = &img->syms[i];
    for ( ; i < img->nr_syms && !strcmp(img->syms[i].name, name) &&
            !strcmp(img->syms[i].file, file);
          i++ )
    {
        n += !n || img->syms[i].addr != last;
        last = img->syms[i].addr;
    }
    return n;
}

const struct image_symbol *image_find_any(const struct image *img,
                                          const char *name)
{
    size_t i = lower_bound(img, NULL, name);

    return i < img->nr_syms && !strcmp(img->syms[i].name, name) ? &img->syms[i]
                                                                : NULL;
}

static Elf_Scn *section_of(const struct image *img, uint64_t addr,
                           uint64_t len, GElf_Shdr *sh)
{
    Elf_Scn *scn = NULL;

    while ( (scn = elf_nextscn(img->elf, scn)) )
        if ( gelf_getshdr(scn, sh) && (sh->sh_flags & SHF_ALLOC) &&
             addr >= sh->sh_addr && len <= sh->sh_size &&
             addr - sh->sh_addr <= sh->sh_size - len )
            return scn;
    return NULL;
}

const uint8_t *image_bytes(const struct image *img, uint64_t addr,
                           uint64_t len)
{
    GElf_Shdr sh;
    Elf_Scn *scn = section_of(img, addr, len, &sh);
    Elf_Data *data;

    if ( !scn || sh.sh_type == SHT_NOBITS ||
         !(data = elf_rawdata(scn, NULL)) || !data->d_buf ||
         data->d_size < sh.sh_size )
        return NULL;
    return (const uint8_t *)data->d_buf + (addr - sh.sh_addr);
}

bool image_is_init(const struct image *img, uint64_t addr)
{
    GElf_Shdr sh;
    Elf_Scn *scn = section_of(img, addr, 0, &sh);
    const char *name;
    size_t names;

    if ( !scn || elf_getshdrstrndx(img->elf, &names) )
        return false;
    name = elf_strptr(img->elf, names, sh.sh_name);
    return name && !strncmp(name, ".init", 5);
}
