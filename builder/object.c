/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/object.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/arch.h"
#include "builder/memory.h"
#include "builder/names.h"
#include "builder/special.h"

static int read_sections(struct object *obj, struct xs_error *err)
{
    size_t shstrndx, n, i;

    if ( elf_getshdrnum(obj->elf, &n) ||
         elf_getshdrstrndx(obj->elf, &shstrndx) )
        return xs_fail(err, XS_FAILED, "%s: %s", obj->path, elf_errmsg(-1));
    obj->secs = xs_calloc(n, sizeof(*obj->secs));
    obj->nr_secs = n;
    for ( i = 0; i < n; i++ )
    {
        struct section *sec = &obj->secs[i];
        Elf_Scn *scn = elf_getscn(obj->elf, i);
        Elf_Data *data;
        GElf_Shdr sh;

        if ( !scn || !gelf_getshdr(scn, &sh) )
            return xs_fail(err, XS_FAILED, "%s: section %zu: %s", obj->path, i,
                           elf_errmsg(-1));
        sec->name = elf_strptr(obj->elf, shstrndx, sh.sh_name);
        if ( !sec->name )
            return xs_fail(err, XS_FAILED, "%s: section %zu has no name",
                           obj->path, i);
        sec->index = i;
        sec->obj = obj;
        sec->flags = sh.sh_flags;
        sec->align = sh.sh_addralign ? sh.sh_addralign : 1;
        sec->size = sh.sh_size;
        sec->entsize = sh.sh_entsize;
        sec->nobits = sh.sh_type == SHT_NOBITS;
        sec->kind =
            section_kind(obj->arch, sec->name, sh.sh_type, sh.sh_flags);
        if ( sec->nobits || !sh.sh_size || sh.sh_type == SHT_NULL )
            continue;
        data = elf_rawdata(scn, NULL);
        if ( !data || !data->d_buf || data->d_size < sh.sh_size )
            return xs_fail(err, XS_FAILED, "%s: section %s cannot be read",
                           obj->path, sec->name);
        sec->data = data->d_buf;
        if ( !strcmp(sec->name, ".comment") )
            obj->comment = (const char *)sec->data + (sec->data[0] == '\0');
    }
    return 0;
}

static int read_symbols(struct object *obj, struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    const char *file = "";
    Elf_Data *data;
    GElf_Shdr sh;
    GElf_Sym s;
    size_t i;

    while ( (scn = elf_nextscn(obj->elf, scn)) )
        if ( gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB )
            break;
    if ( !scn || !(data = elf_getdata(scn, NULL)) )
        return xs_fail(err, XS_FAILED, "%s: has no symbols", obj->path);
    obj->nr_syms = sh.sh_size / sizeof(Elf64_Sym);
    obj->syms = xs_calloc(obj->nr_syms, sizeof(*obj->syms));
    for ( i = 0; i < obj->nr_syms; i++ )
    {
        struct symbol *sym = &obj->syms[i];

        if ( !gelf_getsym(data, i, &s) ||
             !(sym->name = elf_strptr(obj->elf, sh.sh_link, s.st_name)) )
            return xs_fail(err, XS_FAILED, "%s: symbol %zu cannot be read",
                           obj->path, i);
        sym->value = s.st_value;
        sym->size = s.st_size;
        sym->type = GELF_ST_TYPE(s.st_info);
        sym->bind = GELF_ST_BIND(s.st_info);
        sym->shndx = s.st_shndx;
        if ( sym->type == STT_FILE )
            file = sym->name;
        sym->file = sym->bind == STB_LOCAL ? file : "";
        if ( s.st_shndx && s.st_shndx < obj->nr_secs )
            sym->sec = &obj->secs[s.st_shndx];
        if ( sym->sec && sym->value > sym->sec->size )
            return xs_fail(err, XS_FAILED, "%s: symbol %s lies outside %s",
                           obj->path, sym->name, sym->sec->name);
    }
    return 0;
}

static int by_offset(const void *a, const void *b)
{
    const struct reloc *x = a, *y = b;

    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int read_relocs(struct object *obj, struct xs_error *err)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr sh;

    while ( (scn = elf_nextscn(obj->elf, scn)) )
    {
        struct section *sec;
        Elf_Data *data;
        size_t i, n;

        if ( !gelf_getshdr(scn, &sh) )
            return xs_fail(err, XS_FAILED, "%s: %s", obj->path,
                           elf_errmsg(-1));
        if ( sh.sh_type == SHT_REL )
            return xs_fail(err, XS_FAILED,
                           "%s: has relocations without addend", obj->path);
        if ( sh.sh_type != SHT_RELA || sh.sh_info >= obj->nr_secs ||
             !(data = elf_getdata(scn, NULL)) )
            continue;
        sec = &obj->secs[sh.sh_info];
        n = sh.sh_size / sizeof(Elf64_Rela);
        free(sec->relocs);
        sec->relocs = xs_calloc(n, sizeof(*sec->relocs));
        sec->nr_relocs = n;
        for ( i = 0; i < n; i++ )
        {
            GElf_Rela r;

            if ( !gelf_getrela(data, i, &r) ||
                 GELF_R_SYM(r.r_info) >= obj->nr_syms ||
                 r.r_offset > sec->size )
                return xs_fail(err, XS_FAILED,
                               "%s: relocation %zu of %s cannot be read",
                               obj->path, i, sec->name);
            sec->relocs[i].offset = r.r_offset;
            sec->relocs[i].type = GELF_R_TYPE(r.r_info);
            sec->relocs[i].how = obj->arch->reloc(sec->relocs[i].type);
            sec->relocs[i].addend = r.r_addend;
            sec->relocs[i].sym = &obj->syms[GELF_R_SYM(r.r_info)];
        }
        qsort(sec->relocs, n, sizeof(*sec->relocs), by_offset);
    }
    return 0;
}

struct atom *object_add_atom(struct object *obj, struct section *sec,
                             uint64_t start, uint64_t size)
{
    struct atom *a = xs_calloc(1, sizeof(*a));

    a->obj = obj;
    a->sec = sec;
    a->start = start;
    a->size = size;
    sec->atoms = xs_grow(sec->atoms, sec->nr_atoms, sizeof(a));
    sec->atoms[sec->nr_atoms++] = a;
    obj->atoms = xs_grow(obj->atoms, obj->nr_atoms, sizeof(a));
    obj->atoms[obj->nr_atoms++] = a;
    return a;
}

static bool is_label(const struct symbol *sym)
{
    return sym->type == STT_NOTYPE && !strncmp(sym->name, ".L", 2);
}

/* Which of two symbols at one place gives the atom its name. */
static bool is_better(const struct symbol *a, const struct symbol *b)
{
    if ( is_label(a) != is_label(b) )
        return is_label(b);
    if ( (a->type == STT_NOTYPE) != (b->type == STT_NOTYPE) )
        return b->type == STT_NOTYPE;
    if ( (a->bind == STB_LOCAL) != (b->bind == STB_LOCAL) )
        return b->bind == STB_LOCAL;
    return strcmp(a->name, b->name) < 0;
}

static int by_start(const void *a, const void *b)
{
    const struct atom *x = *(struct atom *const *)a;
    const struct atom *y = *(struct atom *const *)b;

    if ( x->start != y->start )
        return x->start < y->start ? -1 : 1;
    return x->size < y->size ? -1 : x->size > y->size;
}

void object_settle_atoms(struct section *sec)
{
    size_t i, r = 0;

    if ( !sec->nr_atoms )
        return;
    qsort(sec->atoms, sec->nr_atoms, sizeof(sec->atoms[0]), by_start);
    for ( i = 0; i < sec->nr_atoms; i++ )
    {
        struct atom *a = sec->atoms[i];

        while ( r < sec->nr_relocs && sec->relocs[r].offset < a->start )
            r++;
        a->relocs = sec->relocs + r;
        a->nr_relocs = 0;
        while ( r < sec->nr_relocs &&
                sec->relocs[r].offset < a->start + a->size )
        {
            a->nr_relocs++;
            r++;
        }
    }
}

/*
 * Out-of-line code (.subsection) goes behind the function in whose section it
 * is, and a jump there has no relocation.  Xen puts a label before the first
 * such code of a unit, wherever that is.  It must not part the two: the
 * function would be taken without what it jumps to.
 */
static bool is_behind_function(const struct object *obj,
                               const struct symbol *label)
{
    const struct symbol *function = NULL;
    size_t i;

    if ( label->type != STT_NOTYPE || label->bind != STB_LOCAL || label->size )
        return false;
    for ( i = 1; i < obj->nr_syms; i++ )
    {
        const struct symbol *sym = &obj->syms[i];

        if ( sym->sec != label->sec || sym->type != STT_FUNC )
            continue;
        /* With several in the section, nothing says whose code it is. */
        if ( function && function->value != sym->value )
            return false;
        if ( !function || sym->size > function->size )
            function = sym;
    }
    return function && function->size &&
           label->value >= function->value + function->size;
}

/* One atom for every symbol that names a place of its own. */
static void cut_at_symbols(struct object *obj, struct section *sec)
{
    bool code = sec->flags & SHF_EXECINSTR;
    size_t i, j;

    for ( i = 1; i < obj->nr_syms; i++ )
    {
        struct symbol *sym = &obj->syms[i];

        if ( sym->sec != sec || sym->type == STT_SECTION ||
             sym->type == STT_FILE ||
             (code && (is_label(sym) || is_behind_function(obj, sym))) ||
             obj->arch->is_mark(sym->name) )
            continue;
        for ( j = 0; j < sec->nr_atoms; j++ )
            if ( sec->atoms[j]->start == sym->value &&
                 (sec->atoms[j]->size == sym->size ||
                  sym->type == STT_NOTYPE) )
                break;
        if ( j == sec->nr_atoms )
            object_add_atom(obj, sec, sym->value, sym->size)->sym = sym;
        else if ( is_better(sym, sec->atoms[j]->sym) )
            sec->atoms[j]->sym = sym;
    }
    if ( sec->nr_atoms )
        qsort(sec->atoms, sec->nr_atoms, sizeof(sec->atoms[0]), by_start);
}

static bool blank(const struct section *sec, uint64_t from, uint64_t to)
{
    size_t i;

    for ( i = 0; i < sec->nr_relocs; i++ )
        if ( sec->relocs[i].offset >= from && sec->relocs[i].offset < to )
            return false;
    if ( !sec->data )
        return true;
    if ( sec->flags & SHF_EXECINSTR )
        return sec->obj->arch->is_padding(sec->data + from, to - from);
    while ( from < to )
        if ( sec->data[from++] )
            return false;
    return true;
}

/*
 * What lies between two symbols is filler, or belongs to what stands before
 * it: an anonymous label has no size, and out-of-line code (.subsection) goes
 * behind the end of the function in whose section it is.
 */
static void close_gaps(struct object *obj, struct section *sec)
{
    size_t i, n = sec->nr_atoms;
    uint64_t first = n ? sec->atoms[0]->start : sec->size;

    for ( i = 0; i < n; i++ )
    {
        struct atom *a = sec->atoms[i];
        uint64_t end = a->start + a->size;
        uint64_t next = i + 1 < n ? sec->atoms[i + 1]->start : sec->size;

        if ( next < end ) /* a symbol inside a symbol */
            next = end;
        if ( a->sym && a->sym->type == STT_NOTYPE && !a->size )
            a->size = next - a->start;
        else if ( next > end && !blank(sec, end, next) )
            a->size = next - a->start;
    }
    if ( first && (!n || !blank(sec, 0, first)) )
        object_add_atom(obj, sec, 0, first);
}

static void cut_strings(struct object *obj, struct section *sec)
{
    uint64_t unit = sec->entsize ? sec->entsize : 1, at = 0, end, i;
    bool nul;

    while ( at < sec->size && sec->data )
    {
        for ( end = at, nul = false; !nul && end < sec->size; end += unit )
            for ( nul = true, i = 0; i < unit && end + i < sec->size; i++ )
                nul = nul && !sec->data[end + i];
        if ( end > sec->size )
            end = sec->size;
        object_add_atom(obj, sec, at, end - at);
        at = end;
    }
}

static void cut_constants(struct object *obj, struct section *sec)
{
    uint64_t unit = sec->entsize ? sec->entsize : sec->size, at;

    for ( at = 0; at + unit <= sec->size && unit; at += unit )
        object_add_atom(obj, sec, at, unit);
}

static void cut(struct object *obj, struct section *sec)
{
    switch ( sec->kind )
    {
    case SECTION_IGNORED:
    case SECTION_SPECIAL:
    case SECTION_REPLACEMENT:
    case SECTION_FIXUP: /* cut by the exception table, see special.c */
        return;
    case SECTION_STRINGS:
        cut_strings(obj, sec);
        break;
    case SECTION_CONST:
        cut_constants(obj, sec);
        break;
    default:
        if ( (sec->flags & SHF_MERGE) && (sec->flags & SHF_STRINGS) )
            cut_strings(obj, sec); /* of init code */
        else
        {
            cut_at_symbols(obj, sec);
            close_gaps(obj, sec);
        }
        break;
    }
    object_settle_atoms(sec);
}

static void name_atoms(struct object *obj)
{
    size_t i;

    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        struct atom *a = obj->atoms[i];

        if ( a->sym && is_label(a->sym) )
            a->sym = NULL;
        if ( a->sym )
            a->base = name_base(a->sym->name);
    }
    for ( i = 0; i < obj->nr_syms; i++ )
        if ( obj->syms[i].sec && obj->syms[i].type != STT_SECTION )
            obj->syms[i].atom =
                object_atom_at(obj->syms[i].sec, obj->syms[i].value);
    /* A symbol of no size shares its place with the one behind it. */
    for ( i = 0; i < obj->nr_atoms; i++ )
        if ( obj->atoms[i]->sym )
            obj->atoms[i]->sym->atom = obj->atoms[i];
}

struct atom *object_atom_at(const struct section *sec, uint64_t offset)
{
    size_t lo = 0, hi = sec->nr_atoms;

    while ( lo < hi )
    {
        size_t mid = (lo + hi) / 2;

        if ( sec->atoms[mid]->start <= offset )
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo ? sec->atoms[lo - 1]
              : (hi < sec->nr_atoms ? sec->atoms[0] : NULL);
}

struct section *object_section(const struct object *obj, const char *name)
{
    size_t i;

    for ( i = 0; i < obj->nr_secs; i++ )
        if ( !strcmp(obj->secs[i].name, name) )
            return &obj->secs[i];
    return NULL;
}

/* See struct arch.field_bias; only asked where the answer makes a difference. */
static int bias_of(const struct section *sec, const struct reloc *r)
{
    struct arch_code code;
    struct atom *in;

    if ( !r->how || !r->how->pc_rel || !(sec->flags & SHF_EXECINSTR) )
        return 0;
    in = object_atom_at(sec, r->offset);
    if ( !in || !sec->data || r->offset >= in->start + in->size )
        return sec->obj->arch->field_bias(r->how, NULL, 0);
    code = atom_code(in);
    return sec->obj->arch->field_bias(r->how, &code, r->offset - in->start);
}

static void resolve(const struct section *sec, struct reloc *r)
{
    const struct symbol *sym = r->sym;
    int64_t place = sym->value + r->addend;

    if ( !sym->sec )
        return;
    if ( sym->type != STT_SECTION )
        r->target = sym->atom;
    else if ( sym->sec->nr_atoms == 1 )
        r->target = sym->sec->atoms[0];
    else if ( sym->sec->nr_atoms )
    {
        r->bias = bias_of(sec, r);
        r->target = object_atom_at(sym->sec,
                                   place + r->bias < 0 ? 0 : place + r->bias);
    }
    if ( r->target )
        r->off = place - (int64_t)r->target->start;
}

void object_resolve(struct object *obj)
{
    size_t i, j;

    for ( i = 0; i < obj->nr_secs; i++ )
        if ( obj->secs[i].kind != SECTION_IGNORED &&
             obj->secs[i].kind != SECTION_SPECIAL )
            for ( j = 0; j < obj->secs[i].nr_relocs; j++ )
                resolve(&obj->secs[i], &obj->secs[i].relocs[j]);
}

/* A function's unlikely part is a function of its own to the linker only. */
static void adopt_cold_parts(struct object *obj)
{
    size_t i, j, n;

    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        struct atom *a = obj->atoms[i];

        if ( !a->sym || !atom_is_function(a) )
            continue;
        n = strlen(a->sym->name);
        if ( n < 6 || strcmp(a->sym->name + n - 5, ".cold") )
            continue;
        for ( j = 0; j < obj->nr_atoms && !a->owner; j++ )
            if ( obj->atoms[j]->sym && atom_is_function(obj->atoms[j]) &&
                 strlen(obj->atoms[j]->sym->name) == n - 5 &&
                 (obj->atoms[j]->sym->bind != STB_LOCAL ||
                  !strcmp(obj->atoms[j]->sym->file, a->sym->file)) &&
                 !memcmp(obj->atoms[j]->sym->name, a->sym->name, n - 5) )
                special_adopt(obj->atoms[j], a);
    }
}

struct object *object_open(const char *path, const char *unit,
                           struct xs_error *err)
{
    struct object *obj = xs_calloc(1, sizeof(*obj));
    GElf_Ehdr eh;
    size_t i;

    obj->path = xs_strdup(path);
    obj->unit = unit;
    obj->comment = "";
    elf_version(EV_CURRENT);
    obj->fd = open(path, O_RDONLY | O_CLOEXEC);
    if ( obj->fd < 0 )
    {
        xs_fail(err, XS_FAILED, "%s: %m", path);
        goto fail;
    }
    obj->elf = elf_begin(obj->fd, ELF_C_READ_MMAP, NULL);
    if ( !obj->elf || !gelf_getehdr(obj->elf, &eh) || eh.e_type != ET_REL ||
         eh.e_ident[EI_CLASS] != ELFCLASS64 ||
         !(obj->arch = arch_of(eh.e_machine)) )
    {
        xs_fail(err, XS_FAILED,
                "%s: is not an object file for x86-64 or arm64", path);
        goto fail;
    }
    if ( read_sections(obj, err) || read_symbols(obj, err) ||
         read_relocs(obj, err) )
        goto fail;
    special_pick_tables(obj);
    for ( i = 1; i < obj->nr_secs; i++ )
        cut(obj, &obj->secs[i]);
    name_atoms(obj);
    adopt_cold_parts(obj);
    special_cut_fixups(obj);
    object_resolve(obj);
    if ( special_read(obj, err) )
        goto fail;
    return obj;

fail:
    object_free(obj);
    return NULL;
}

void object_free(struct object *obj)
{
    size_t i;

    if ( !obj )
        return;
    special_free(obj);
    for ( i = 0; i < obj->nr_atoms; i++ )
    {
        free(obj->atoms[i]->base);
        free(obj->atoms[i]->why);
        free(obj->atoms[i]->because);
        free(obj->atoms[i]->insns);
        free(obj->atoms[i]->parts);
        free(obj->atoms[i]->specials);
        free(obj->atoms[i]);
    }
    free(obj->atoms);
    for ( i = 0; i < obj->nr_secs; i++ )
    {
        free(obj->secs[i].relocs);
        free(obj->secs[i].atoms);
    }
    free(obj->secs);
    free(obj->syms);
    elf_end(obj->elf);
    if ( obj->fd >= 0 )
        close(obj->fd);
    free(obj->path);
    free(obj);
}

bool atom_is_function(const struct atom *a)
{
    return (a->sec->flags & SHF_EXECINSTR) &&
           (a->sec->kind == SECTION_TEXT || a->sec->kind == SECTION_INIT);
}

struct arch_code atom_code(struct atom *a)
{
    struct arch_code code = { a->sec->data + a->start, a->size, NULL };

    if ( !a->insns && a->obj->arch->mark_insns )
    {
        a->insns = xs_calloc(a->size + 1, 1);
        a->obj->arch->mark_insns(code.bytes, a->size, a->insns);
    }
    code.insns = a->insns;
    return code;
}

const char *atom_name(const struct atom *a)
{
    return a->sym ? a->sym->name : a->sec->name;
}

bool atom_by_content(const struct atom *a)
{
    if ( a->sec->kind == SECTION_STRINGS || a->sec->kind == SECTION_CONST )
        return true;
    if ( a->sec->kind == SECTION_INIT && (a->sec->flags & SHF_MERGE) )
        return true;
    return a->sec->kind == SECTION_RODATA &&
           (!a->sym || a->sym->bind == STB_LOCAL);
}

/* Replacement code of alternatives is not cut: it is one short instruction. */
static bool is_branch(const struct section *sec, const struct reloc *r)
{
    const struct arch *arch = sec->obj->arch;
    struct atom *in = object_atom_at(sec, r->offset);
    static const uint8_t five[5] = { 5 };
    struct arch_code code;

    if ( !r->how || r->how->branch != ARCH_BRANCH_ASK )
        return r->how && r->how->branch == ARCH_BRANCH_YES;
    if ( !(sec->flags & SHF_EXECINSTR) || !sec->data || r->how->size != 4 )
        return false;
    if ( in && r->offset < in->start + in->size )
    {
        code = atom_code(in);
        return arch->is_branch(&code, r->offset - in->start);
    }
    if ( sec->kind != SECTION_REPLACEMENT || !r->offset )
        return false;
    code = (struct arch_code){ sec->data + r->offset - 1, 5, five };
    return arch->is_branch(&code, 1);
}

bool reloc_follows_code(const struct section *in, const struct reloc *r)
{
    int bias = 0;

    if ( r->target && !atom_is_function(r->target) )
        return false;
    if ( is_branch(in, r) )
        return true;
    if ( !r->target || !r->how )
        return false;
    if ( r->how->pc_rel )
    {
        /* A field of data counts from itself: entries of a switch table. */
        if ( !(in->flags & SHF_EXECINSTR) )
            return true;
        bias = in->obj->arch->field_bias(r->how, NULL, 0);
    }
    return r->off + bias != 0;
}
