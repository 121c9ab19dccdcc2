/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/image.h"

#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define IMAGE_MAX (256ul << 20) /* larger than any hypervisor */

static unsigned long page_down(unsigned long v)
{
    return v & ~(IMAGE_PAGE - 1);
}

static unsigned long page_up(unsigned long v)
{
    return page_down(v + IMAGE_PAGE - 1);
}

/* The sections that are in memory, one by one. */
static Elf_Scn *next_loaded(Elf *elf, Elf_Scn *scn, Elf64_Shdr **sh)
{
    while ( (scn = elf_nextscn(elf, scn)) != NULL )
    {
        *sh = elf64_getshdr(scn);
        if ( *sh && ((*sh)->sh_flags & SHF_ALLOC) && (*sh)->sh_size )
            break;
    }

    return scn;
}

static const char *section_name(Elf *elf, const Elf64_Shdr *sh)
{
    size_t strings;
    const char *name = NULL;

    if ( !elf_getshdrstrndx(elf, &strings) )
        name = elf_strptr(elf, strings, sh->sh_name);

    return name ?: "";
}

/* xen-syms has one segment with all rights: names tell more than flags. */
static enum text_kind section_kind(Elf *elf, const Elf64_Shdr *sh)
{
    const char *name = section_name(elf, sh);

    if ( !strncmp(name, ".init", 5) )
        return TEXT_INIT;
    if ( sh->sh_flags & SHF_EXECINSTR )
        return TEXT_CODE;
    if ( !strncmp(name, ".rodata", 7) || !(sh->sh_flags & SHF_WRITE) )
        return TEXT_RODATA;

    return TEXT_DATA;
}

static int by_start(const void *a, const void *b)
{
    const struct host_image_span *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static int add_span(struct host_image *img, unsigned long start,
                    unsigned long end, enum text_kind kind)
{
    struct host_image_span *more =
        realloc(img->spans, (img->nr_spans + 1) * sizeof(*more));

    if ( !more )
        return -1;
    img->spans = more;
    more[img->nr_spans++] = (struct host_image_span){ start, end, kind };

    return 0;
}

/* Where the image begins and ends, and what is where in it. */
static int find_spans(struct host_image *img, Elf *elf, struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    Elf64_Shdr *sh;
    unsigned long low = ~0ul, high = 0;
    unsigned int i, n;

    while ( (scn = next_loaded(elf, scn, &sh)) != NULL )
    {
        if ( sh->sh_addr + sh->sh_size < sh->sh_addr )
            return xs_fail(err, XS_FAILED, "section %s wraps around memory",
                           section_name(elf, sh));
        if ( add_span(img, sh->sh_addr, sh->sh_addr + sh->sh_size,
                      section_kind(elf, sh)) )
            return xs_fail(err, XS_FAILED, "no memory");
        if ( sh->sh_addr < low )
            low = sh->sh_addr;
        if ( sh->sh_addr + sh->sh_size > high )
            high = sh->sh_addr + sh->sh_size;
    }
    if ( !img->nr_spans || high - low > IMAGE_MAX )
        return xs_fail(err, XS_FAILED, "its sections are no hypervisor image");

    qsort(img->spans, img->nr_spans, sizeof(*img->spans), by_start);
    for ( i = 1, n = 0; i < img->nr_spans; i++ )
    {
        struct host_image_span *last = &img->spans[n], *s = &img->spans[i];

        if ( s->start < last->end )
            return xs_fail(err, XS_FAILED, "its sections overlap");
        /* Alignment leaves gaps of less than a page between sections. */
        if ( s->kind == last->kind && s->start - last->end < IMAGE_PAGE )
            last->end = s->end;
        else
            img->spans[++n] = *s;
    }
    img->nr_spans = n + 1;
    img->base = page_down(low);
    img->size = page_up(high) - img->base;
    img->total = img->size + IMAGE_ARENA;

    return 0;
}

static int rights(enum text_kind kind)
{
    switch ( kind )
    {
    case TEXT_CODE:
        return PROT_READ | PROT_EXEC;
    case TEXT_RODATA:
        return PROT_READ;
    case TEXT_DATA:
        return PROT_READ | PROT_WRITE;
    default: /* freed after boot */
        return PROT_NONE;
    }
}

/* Puts the sections' bytes into a memfd and maps that as the CPUs see it. */
static int map_view(struct host_image *img, Elf *elf, struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    Elf64_Shdr *sh;
    unsigned int i;
    bool user = img->base >= 0x10000 && img->base + img->total < (1ul << 46);

    img->fd = memfd_create("hypervisor", MFD_CLOEXEC);
    if ( img->fd < 0 || ftruncate(img->fd, img->total) )
        return xs_fail(err, XS_FAILED, "no memory for the image");

    while ( (scn = next_loaded(elf, scn, &sh)) != NULL )
    {
        Elf_Data *data = elf_getdata(scn, NULL);

        if ( sh->sh_type == SHT_NOBITS )
            continue;
        if ( !data || !data->d_buf || data->d_size != sh->sh_size ||
             pwrite(img->fd, data->d_buf, data->d_size,
                    sh->sh_addr - img->base) != data->d_size )
            return xs_fail(err, XS_FAILED, "cannot read section %s",
                           section_name(elf, sh));
    }

    img->view = MAP_FAILED;
    if ( user )
        img->view = mmap((void *)img->base, img->total, PROT_NONE,
                         MAP_SHARED | MAP_FIXED_NOREPLACE, img->fd, 0);
    img->in_place = img->view != MAP_FAILED;
    if ( !img->in_place )
        img->view = mmap(NULL, img->total, PROT_NONE, MAP_SHARED, img->fd, 0);
    img->edit =
        mmap(NULL, img->total, PROT_READ | PROT_WRITE, MAP_SHARED, img->fd, 0);
    if ( img->view == MAP_FAILED || img->edit == MAP_FAILED )
        return xs_fail(err, XS_FAILED, "cannot map the image");

    for ( i = 0; i < img->nr_spans; i++ )
    {
        const struct host_image_span *s = &img->spans[i];
        unsigned long from = page_down(s->start);

        if ( mprotect(img->view + (from - img->base), page_up(s->end) - from,
                      rights(s->kind)) )
            return xs_fail(err, XS_FAILED, "cannot protect the image");
    }

    return 0;
}

/* Xen names a local symbol after its file: file#name. */
static int add_symbol(struct host_image *img, const char *file,
                      const char *name, const Elf64_Sym *sym)
{
    struct host_image_symbol *s;

    if ( !(img->nr_symbols & (img->nr_symbols - 1)) )
    {
        s = realloc(img->symbols,
                    (img->nr_symbols ? img->nr_symbols * 2 : 1) * sizeof(*s));
        if ( !s )
            return -1;
        img->symbols = s;
    }

    s = &img->symbols[img->nr_symbols];
    if ( file )
    {
        if ( asprintf(&s->name, "%s#%s", file, name) < 0 )
            return -1;
    }
    else if ( !(s->name = strdup(name)) )
        return -1;
    s->addr = sym->st_value;
    s->size = sym->st_size;
    s->function = ELF64_ST_TYPE(sym->st_info) == STT_FUNC;
    img->nr_symbols++;

    return 0;
}

static int by_addr(const void *a, const void *b)
{
    const struct host_image_symbol *x = a, *y = b;

    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static int read_symbols(struct host_image *img, Elf *elf, struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    Elf64_Shdr *sh = NULL;
    Elf_Data *data;
    const Elf64_Sym *sym;
    const char *file = NULL;
    size_t i, n;

    while ( (scn = elf_nextscn(elf, scn)) != NULL )
    {
        sh = elf64_getshdr(scn);
        if ( sh && sh->sh_type == SHT_SYMTAB )
            break;
    }
    data = scn ? elf_getdata(scn, NULL) : NULL;
    if ( !data )
        return xs_fail(err, XS_FAILED, "it has no symbol table");

    sym = data->d_buf;
    n = data->d_size / sizeof(*sym);
    for ( i = 1; i < n; i++ )
    {
        const char *name = elf_strptr(elf, sh->sh_link, sym[i].st_name);
        bool local = ELF64_ST_BIND(sym[i].st_info) == STB_LOCAL;

        if ( !name )
            return xs_fail(err, XS_FAILED, "symbol %zu has no name", i);
        if ( ELF64_ST_TYPE(sym[i].st_info) == STT_FILE )
        {
            file = *name ? name : NULL;
            continue;
        }
        if ( !*name || *name == '$' || sym[i].st_shndx == SHN_UNDEF ||
             sym[i].st_shndx == SHN_ABS ||
             ELF64_ST_TYPE(sym[i].st_info) == STT_SECTION )
            continue;
        if ( add_symbol(img, local ? file : NULL, name, &sym[i]) )
            return xs_fail(err, XS_FAILED, "no memory");
    }
    if ( img->nr_symbols )
        qsort(img->symbols, img->nr_symbols, sizeof(*img->symbols), by_addr);

    return 0;
}

static int read_build_id(struct host_image *img, Elf *elf,
                         struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    Elf64_Shdr *sh;

    while ( (scn = next_loaded(elf, scn, &sh)) != NULL )
    {
        Elf_Data *data;
        const Elf64_Nhdr *note;

        if ( strcmp(section_name(elf, sh), ".note.gnu.build-id") )
            continue;
        data = elf_rawdata(scn, NULL);
        if ( !data || data->d_size < sizeof(*note) + 4 )
            break;
        note = data->d_buf;
        if ( note->n_type != 3 || note->n_namesz != 4 ||
             memcmp(note + 1, "GNU", 4) || !note->n_descsz ||
             note->n_descsz > sizeof(img->id) ||
             note->n_descsz > data->d_size - sizeof(*note) - 4 )
            break;
        memcpy(img->id, (const uint8_t *)(note + 1) + 4, note->n_descsz);
        img->id_len = note->n_descsz;
        return 0;
    }

    xs_fail(err, XS_FAILED, "it has no build-id");
    return xs_hint(err, "give the xen-syms that belongs to the hypervisor");
}

static int read_image(struct host_image *img, int fd, struct xs_error *err)
{
    Elf *elf;
    const Elf64_Ehdr *eh;
    int rc;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    eh = elf ? elf64_getehdr(elf) : NULL;
    if ( !eh || eh->e_type != ET_EXEC || eh->e_machine != EM_X86_64 )
    {
        xs_fail(err, XS_FAILED, "this is no linked x86-64 hypervisor");
        rc = xs_hint(err, "give the xen-syms file of the hypervisor");
    }
    else
        rc = find_spans(img, elf, err) ?: map_view(img, elf, err)
                                      ?: read_symbols(img, elf, err)
                                      ?: read_build_id(img, elf, err);
    elf_end(elf);

    return rc;
}

int host_image_open(struct host_image *img, const char *path,
                    struct xs_error *err)
{
    int rc, fd = open(path, O_RDONLY | O_CLOEXEC);

    *img = (struct host_image){ .fd = -1,
                                .view = MAP_FAILED,
                                .edit = MAP_FAILED };
    if ( fd < 0 )
        return xs_fail(err, XS_FAILED, "%s: cannot be opened: %m", path);
    rc = read_image(img, fd, err);
    close(fd);
    if ( rc )
    {
        host_image_close(img);
        xs_context(err, "%s", path);
    }

    return rc;
}

void host_image_close(struct host_image *img)
{
    unsigned int i;

    if ( img->view != MAP_FAILED )
        munmap(img->view, img->total);
    if ( img->edit != MAP_FAILED )
        munmap(img->edit, img->total);
    if ( img->fd >= 0 )
        close(img->fd);
    for ( i = 0; i < img->nr_symbols; i++ )
        free(img->symbols[i].name);
    free(img->symbols);
    free(img->spans);
    *img = (struct host_image){ .fd = -1,
                                .view = MAP_FAILED,
                                .edit = MAP_FAILED };
}

enum text_kind host_image_kind(const struct host_image *img,
                               unsigned long addr, size_t len)
{
    unsigned int i;

    for ( i = 0; i < img->nr_spans; i++ )
    {
        const struct host_image_span *s = &img->spans[i];

        if ( addr >= s->start && addr < s->end )
            return len <= s->end - addr ? s->kind : TEXT_NONE;
    }

    return TEXT_NONE;
}

const struct host_image_symbol *host_image_symbol(const struct host_image *img,
                                                  const char *name)
{
    unsigned int i;

    for ( i = 0; i < img->nr_symbols; i++ )
        if ( !strcmp(img->symbols[i].name, name) )
            return &img->symbols[i];

    return NULL;
}

const struct host_image_symbol *
host_image_function_at(const struct host_image *img, unsigned long addr)
{
    unsigned int i;

    for ( i = 0; i < img->nr_symbols && img->symbols[i].addr <= addr; i++ )
        if ( img->symbols[i].function &&
             (addr - img->symbols[i].addr < img->symbols[i].size ||
              addr == img->symbols[i].addr) )
            return &img->symbols[i];

    return NULL;
}

void *host_image_map(const struct host_image *img, unsigned long addr,
                     size_t len)
{
    unsigned long from = page_down(addr);
    uint8_t *at;

    if ( addr < img->base || addr - img->base > img->total ||
         len > img->total - (addr - img->base) )
        return NULL;
    at = mmap(NULL, page_up(addr + len) - from, PROT_READ | PROT_WRITE,
              MAP_SHARED, img->fd, from - img->base);

    return at == MAP_FAILED ? NULL : at + (addr - from);
}

void host_image_unmap(void *at, size_t len)
{
    unsigned long from = page_down((unsigned long)at);

    munmap((void *)from, page_up((unsigned long)at + len) - from);
}
