/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libelf does the reading.  It is asked only after the file and section
 * headers have been proved to lie inside the file, so that a truncated file
 * gets a sentence of its own instead of libelf's general one.
 */
#include "common/payload_file.h"

#include <elf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/note.h"
#include "xsplice/control.h"

struct reader {
    Elf *elf;
    struct xs_payload *p;
    size_t names; /* section of the section names */
    struct xs_error *err;
};

#define FUNC_SIZE sizeof(struct xsplice_func)

static int rejected(struct reader *r, const char *why)
{
    return xs_fail(r->err, XS_REJECTED, "%s", why);
}

static int no_memory(struct xs_error *err)
{
    return xs_fail(err, XS_FAILED, "out of memory");
}

/* Is it an ELF object of the kind that payloads are, with all its headers? */
static int check_headers(const struct xs_payload *p, struct xs_error *err)
{
    Elf64_Ehdr eh;

    if ( p->size < SELFMAG || memcmp(p->bytes, ELFMAG, SELFMAG) )
    {
        xs_fail(err, XS_REJECTED, "not an ELF file");
        return xs_hint(err, "a payload is what xsplice-build writes, usually "
                            "named *.xsplice");
    }
    if ( p->size < sizeof(eh) )
        return xs_fail(err, XS_REJECTED,
                       "the file is truncated inside its ELF header");
    memcpy(&eh, p->bytes, sizeof(eh));
    if ( eh.e_ident[EI_CLASS] != ELFCLASS64 ||
         eh.e_ident[EI_DATA] != ELFDATA2LSB )
        return xs_fail(err, XS_REJECTED,
                       "not a 64-bit little-endian ELF file");
    if ( eh.e_type != ET_REL )
        return xs_fail(err, XS_REJECTED,
                       "ELF type %u: a payload is a relocatable object (%u)",
                       eh.e_type, ET_REL);
    if ( eh.e_machine != EM_X86_64 && eh.e_machine != EM_AARCH64 )
        return xs_fail(err, XS_REJECTED,
                       "made for ELF machine %u: neither x86-64 nor arm64",
                       eh.e_machine);
    if ( !eh.e_shnum || eh.e_shentsize != sizeof(Elf64_Shdr) )
        return xs_fail(err, XS_REJECTED, "no section headers");
    if ( eh.e_shoff > p->size ||
         (p->size - eh.e_shoff) / sizeof(Elf64_Shdr) < eh.e_shnum )
        return xs_fail(err, XS_REJECTED,
                       "the file is truncated: %zu bytes, but its section "
                       "headers end at %llu",
                       p->size,
                       (unsigned long long)eh.e_shoff +
                           eh.e_shnum * sizeof(Elf64_Shdr));
    return 0;
}

/* Does each section lie inside the file? */
static int check_sections(struct reader *r)
{
    Elf_Scn *scn = NULL;

    while ( (scn = elf_nextscn(r->elf, scn)) )
    {
        GElf_Shdr sh;

        if ( !gelf_getshdr(scn, &sh) )
            return rejected(r, "a section header cannot be read");
        if ( sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL )
            continue;
        if ( sh.sh_offset > r->p->size ||
             sh.sh_size > r->p->size - sh.sh_offset )
            return xs_fail(r->err, XS_REJECTED,
                           "the file is truncated: section %zu ends behind "
                           "its end (%zu bytes)",
                           elf_ndxscn(scn), r->p->size);
    }
    return 0;
}

/*
 * Finds a section by name.  A name twice is an error: an engine and this tool
 * might each believe another one.  *scn is NULL when there is none.
 */
static int find_section(struct reader *r, const char *name, Elf_Scn **found)
{
    Elf_Scn *scn = NULL;

    *found = NULL;
    while ( (scn = elf_nextscn(r->elf, scn)) )
    {
        GElf_Shdr sh;
        const char *n;

        if ( !gelf_getshdr(scn, &sh) ||
             !(n = elf_strptr(r->elf, r->names, sh.sh_name)) )
            return rejected(r, "a section has no readable name");
        if ( strcmp(n, name) )
            continue;
        if ( *found )
            return xs_fail(r->err, XS_REJECTED, "section %s is there twice",
                           name);
        *found = scn;
    }
    return 0;
}

/* The bytes of a section as they are in the file; NULL for an empty one. */
static const uint8_t *section_bytes(Elf_Scn *scn, size_t *size)
{
    Elf_Data *data = elf_rawdata(scn, NULL);

    if ( !data || !data->d_buf )
    {
        *size = 0;
        return NULL;
    }
    *size = data->d_size;
    return data->d_buf;
}

/* Adds the build-ids in the notes of a section. */
static int read_notes(struct reader *r, const char *name, Elf_Scn *scn,
                      struct xs_ids *ids)
{
    size_t size, at = 0;
    const uint8_t *bytes = section_bytes(scn, &size);
    struct xs_note note;
    int more;

    while ( (more = xs_note_read(bytes, size, &at, &note)) > 0 )
    {
        struct xs_build_id id;

        if ( !xs_note_is_build_id(&note) )
            return xs_fail(r->err, XS_REJECTED,
                           "section %s holds a note that is no build-id",
                           name);
        if ( !xs_build_id_set(&id, note.desc, note.desc_size) )
            return xs_fail(r->err, XS_REJECTED,
                           "section %s: a build-id of %zu bytes (1 to %u can "
                           "be)",
                           name, note.desc_size, XSPLICE_BUILD_ID_MAX);
        if ( !xs_ids_add(ids, &id) )
            return no_memory(r->err);
    }
    if ( more < 0 )
        return xs_fail(r->err, XS_REJECTED,
                       "section %s: a note does not fit into it", name);
    return 0;
}

/* The one id in a section that must be there. */
static int read_identity(struct reader *r, const char *name,
                         struct xs_build_id *id)
{
    struct xs_ids ids = { 0 };
    Elf_Scn *scn;
    int rc = find_section(r, name, &scn);

    if ( rc )
        return rc;
    if ( !scn )
    {
        xs_fail(r->err, XS_REJECTED, "not a payload: it has no section %s",
                name);
        return xs_hint(r->err, "every engine demands it; build the payload "
                               "with xsplice-build");
    }
    rc = read_notes(r, name, scn, &ids);
    if ( !rc && ids.n != 1 )
        rc = xs_fail(r->err, XS_REJECTED,
                     "section %s holds %zu build-ids instead of one", name,
                     ids.n);
    if ( !rc )
        *id = ids.id[0];
    xs_ids_free(&ids);
    return rc;
}

static int read_identities(struct reader *r)
{
    struct xs_build_id first;
    Elf_Scn *scn;

    if ( read_identity(r, XSPLICE_SEC_BUILD_ID, &r->p->id) ||
         read_identity(r, XSPLICE_SEC_XEN_DEPENDS, &r->p->xen) ||
         read_identity(r, XSPLICE_SEC_DEPENDS, &first) )
        return -1;
    if ( !xs_ids_add(&r->p->depends, &first) )
        return no_memory(r->err);
    if ( find_section(r, XSPLICE_SEC_MORE_DEPENDS, &scn) )
        return -1;
    return scn ? read_notes(r, XSPLICE_SEC_MORE_DEPENDS, scn, &r->p->depends)
               : 0;
}

/* A copy of the string at an offset of a section; NULL if there is none. */
static char *string_at(struct reader *r, size_t index, uint64_t offset)
{
    Elf_Scn *scn = elf_getscn(r->elf, index);
    size_t size;
    const uint8_t *bytes;

    if ( !scn )
        return NULL;
    bytes = section_bytes(scn, &size);
    if ( !bytes || offset >= size ||
         !memchr(bytes + offset, 0, size - offset) )
        return NULL;
    return strdup((const char *)bytes + offset);
}

/*
 * Field name of a function is a pointer, so in the file it is a relocation:
 * to the string's own symbol, or to its section and an offset.
 */
static void read_relocation(struct reader *r, const GElf_Rela *rela,
                            Elf_Data *symtab)
{
    size_t field = rela->r_offset % FUNC_SIZE;
    size_t i = rela->r_offset / FUNC_SIZE;
    struct xs_payload_func *f;
    GElf_Sym sym;

    if ( i >= r->p->n_funcs ||
         !gelf_getsym(symtab, GELF_R_SYM(rela->r_info), &sym) )
        return;
    f = &r->p->funcs[i];
    if ( field == offsetof(struct xsplice_func, name) && !f->name )
        f->name = string_at(r, sym.st_shndx, sym.st_value + rela->r_addend);
    else if ( field == offsetof(struct xsplice_func, new_addr) )
        f->nop = false;
}

static int read_relocations(struct reader *r, size_t funcs_index)
{
    Elf_Scn *scn = NULL;

    while ( (scn = elf_nextscn(r->elf, scn)) )
    {
        GElf_Shdr sh;
        Elf_Data *rela, *symtab;
        GElf_Rela one;
        int i;

        if ( !gelf_getshdr(scn, &sh) || sh.sh_type != SHT_RELA ||
             sh.sh_info != funcs_index )
            continue;
        rela = elf_getdata(scn, NULL);
        symtab = elf_getdata(elf_getscn(r->elf, sh.sh_link), NULL);
        if ( !rela || !symtab )
            return rejected(r, "the relocations of its functions cannot be "
                               "read");
        for ( i = 0; gelf_getrela(rela, i, &one); i++ )
            read_relocation(r, &one, symtab);
    }
    return 0;
}

static int read_functions(struct reader *r)
{
    const uint8_t *bytes;
    Elf_Scn *scn;
    size_t size, i;

    if ( find_section(r, XSPLICE_SEC_FUNCS, &scn) )
        return -1;
    if ( !scn )
        return 0;
    bytes = section_bytes(scn, &size);
    if ( !size || size % FUNC_SIZE )
        return xs_fail(r->err, XS_REJECTED,
                       "section %s has %zu bytes: not a multiple of %zu",
                       XSPLICE_SEC_FUNCS, size, FUNC_SIZE);
    r->p->funcs = calloc(size / FUNC_SIZE, sizeof(*r->p->funcs));
    if ( !r->p->funcs )
        return no_memory(r->err);
    r->p->n_funcs = size / FUNC_SIZE;
    for ( i = 0; i < r->p->n_funcs; i++ )
    {
        struct xsplice_func f;

        memcpy(&f, bytes + i * FUNC_SIZE, FUNC_SIZE);
        if ( f.version != XSPLICE_FUNC_VERSION )
            return xs_fail(r->err, XS_REJECTED,
                           "function %zu has version %u, engines know %u", i,
                           f.version, XSPLICE_FUNC_VERSION);
        r->p->funcs[i].old_addr = f.old_addr;
        r->p->funcs[i].old_size = f.old_size;
        r->p->funcs[i].new_size = f.new_size;
        r->p->funcs[i].nop = !f.new_addr;
    }
    return read_relocations(r, elf_ndxscn(scn));
}

static int read_hooks(struct reader *r)
{
    static const char prefix[] = ".livepatch.hooks.";
    Elf_Scn *scn = NULL;

    while ( (scn = elf_nextscn(r->elf, scn)) )
    {
        struct xs_payload_section *more;
        GElf_Shdr sh;
        const char *n;

        if ( !gelf_getshdr(scn, &sh) ||
             !(n = elf_strptr(r->elf, r->names, sh.sh_name)) ||
             strncmp(n, prefix, sizeof(prefix) - 1) )
            continue;
        more = reallocarray(r->p->hooks, r->p->n_hooks + 1, sizeof(*more));
        if ( !more )
            return no_memory(r->err);
        r->p->hooks = more;
        more += r->p->n_hooks;
        more->size = sh.sh_size;
        more->name = strdup(n + sizeof(prefix) - 1);
        if ( !more->name )
            return no_memory(r->err);
        r->p->n_hooks++;
    }
    if ( !r->p->n_hooks && !r->p->n_funcs )
        return rejected(r, "nothing to patch: it has neither functions nor "
                           "hooks");
    return 0;
}

static int read_modinfo(struct reader *r)
{
    const uint8_t *bytes;
    Elf_Scn *scn;
    size_t size;

    if ( find_section(r, XSPLICE_SEC_MODINFO, &scn) )
        return -1;
    if ( !scn )
        return 0;
    bytes = section_bytes(scn, &size);
    if ( !size || bytes[size - 1] )
        return rejected(r, "section " XSPLICE_SEC_MODINFO
                           " is empty or its last string has no end");
    r->p->modinfo = malloc(size);
    if ( !r->p->modinfo )
        return no_memory(r->err);
    memcpy(r->p->modinfo, bytes, size);
    r->p->modinfo_size = size;
    return 0;
}

static int read_all(struct reader *r)
{
    if ( elf_getshdrstrndx(r->elf, &r->names) )
        return rejected(r, "it has no names of sections");
    if ( check_sections(r) || read_identities(r) || read_functions(r) ||
         read_hooks(r) || read_modinfo(r) )
        return -1;
    return 0;
}

int xs_payload_parse(struct xs_payload *p, uint8_t *bytes, size_t size,
                     struct xs_error *err)
{
    struct reader r = { .p = p, .err = err };
    int rc;

    memset(p, 0, sizeof(*p));
    p->bytes = bytes;
    p->size = size;
    rc = check_headers(p, err);
    if ( !rc )
    {
        elf_version(EV_CURRENT);
        r.elf = elf_memory((char *)bytes, size);
        rc = r.elf ? read_all(&r)
                   : xs_fail(err, XS_REJECTED, "not a readable ELF file: %s",
                             elf_errmsg(-1));
        elf_end(r.elf);
    }
    if ( rc )
        xs_payload_free(p);
    return rc;
}

int xs_payload_read(struct xs_payload *p, const char *path,
                    struct xs_error *err)
{
    uint8_t *bytes;
    size_t size;
    int rc = xs_file_read(path, XSPLICE_PAYLOAD_MAX, &bytes, &size, err);

    memset(p, 0, sizeof(*p));
    if ( rc )
    {
        if ( err->kind == XS_REJECTED )
            xs_hint(err, "no engine takes a payload larger than %u bytes",
                    XSPLICE_PAYLOAD_MAX);
        return rc;
    }
    rc = xs_payload_parse(p, bytes, size, err);
    return rc ? xs_context(err, "%s", path) : 0;
}

void xs_payload_free(struct xs_payload *p)
{
    size_t i;

    for ( i = 0; i < p->n_funcs; i++ )
        free(p->funcs[i].name);
    for ( i = 0; i < p->n_hooks; i++ )
        free(p->hooks[i].name);
    free(p->funcs);
    free(p->hooks);
    free(p->modinfo);
    free(p->bytes);
    xs_ids_free(&p->depends);
    memset(p, 0, sizeof(*p));
}
