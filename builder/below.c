/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/below.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

#include "builder/differ.h"
#include "builder/memory.h"
#include "common/modinfo.h"

static int by_name(const void *a, const void *b)
{
    const struct below_symbol *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void add_symbol(struct below *below, const char *name,
                       struct below_payload *payload)
{
    below->symbols =
        xs_grow(below->symbols, below->nr_symbols, sizeof(*below->symbols));
    below->symbols[below->nr_symbols].name = xs_strdup(name);
    below->symbols[below->nr_symbols++].payload = payload;
}

static void add_table(struct below *below, Elf *elf, Elf_Scn *scn,
                      struct below_payload *payload)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    GElf_Shdr sh;
    GElf_Sym sym;
    size_t i;

    if ( !data || !gelf_getshdr(scn, &sh) )
        return;
    for ( i = 1; gelf_getsym(data, i, &sym); i++ )
    {
        const char *name = elf_strptr(elf, sh.sh_link, sym.st_name);

        if ( name && *name && GELF_ST_BIND(sym.st_info) == STB_GLOBAL &&
             sym.st_shndx != SHN_UNDEF && sym.st_shndx < SHN_LORESERVE )
            add_symbol(below, name, payload);
    }
}

/* The file was found to be a well-formed payload before. */
static int add_symbols(struct below *below, struct below_payload *p,
                       struct xs_error *err)
{
    Elf *elf = elf_memory((char *)p->file.bytes, p->file.size);
    Elf_Scn *scn = NULL;
    GElf_Shdr sh;

    if ( !elf )
        return xs_fail(err, XS_FAILED, "%s: %s", p->path, elf_errmsg(-1));
    while ( (scn = elf_nextscn(elf, scn)) )
        if ( gelf_getshdr(scn, &sh) && sh.sh_type == SHT_SYMTAB )
            add_table(below, elf, scn, p);
    elf_end(elf);
    return 0;
}

static bool is_here(const struct below *below, size_t n,
                    const struct xs_build_id *id,
                    const struct xs_build_id *xen)
{
    size_t i;

    if ( xs_build_id_equal(id, xen) )
        return true;
    for ( i = 0; i < n; i++ )
        if ( xs_build_id_equal(id, &below->payloads[i].file.id) )
            return true;
    return false;
}

static int check(const struct below *below, size_t n,
                 const struct xs_build_id *xen, struct xs_error *err)
{
    const struct below_payload *p = &below->payloads[n];
    char hex[XS_HEX_MAX];
    size_t i;

    if ( !xs_build_id_equal(&p->file.xen, xen) )
    {
        xs_build_id_hex(&p->file.xen, hex);
        xs_fail(err, XS_DEPENDENCY, "%s is built for the hypervisor %s",
                p->path, hex);
        return xs_hint(err, "build it anew for the hypervisor that this "
                            "payload is to be for");
    }
    for ( i = 0; i < p->file.depends.n; i++ )
        if ( !is_here(below, n, &p->file.depends.id[i], xen) )
        {
            xs_build_id_hex(&p->file.depends.id[i], hex);
            xs_fail(err, XS_DEPENDENCY,
                    "%s needs the payload %s, which is not given", p->path,
                    hex);
            return xs_hint(err, "name that one with --on before it");
        }
    return 0;
}

/*
 * Payloads of ours name their patches by digest: "patch-sha256=" in what they
 * say of themselves.
 */
static bool is_contained(const struct xs_payload *file,
                         const struct differ_input *in)
{
    static const char key[] = "patch-sha256=";
    const char *line = NULL;
    bool any = false;
    size_t i;

    while ( (line = xs_modinfo_next(file->modinfo, file->modinfo_size, line)) )
    {
        if ( strncmp(line, key, strlen(key)) )
            continue;
        for ( i = 0; i < in->nr_modinfo; i++ )
            if ( !strcmp(line, in->modinfo[i]) )
                break;
        if ( i == in->nr_modinfo )
            return false;
        any = true;
    }
    return any;
}

int below_open(struct below *below, const struct differ_input *in,
               const struct xs_build_id *xen, struct xs_error *err)
{
    size_t n = in->nr_on, i;

    memset(below, 0, sizeof(*below));
    elf_version(EV_CURRENT);
    below->payloads = xs_calloc(n + 1, sizeof(*below->payloads));
    for ( i = 0; i < n; i++ )
    {
        struct below_payload *p = &below->payloads[i];

        p->path = in->on[i];
        if ( xs_payload_read(&p->file, p->path, err) )
            break;
        p->name =
            xs_modinfo_get(p->file.modinfo, p->file.modinfo_size, "name");
        if ( !p->name )
            p->name = p->path;
        p->contained = is_contained(&p->file, in);
        below->nr_payloads++;
        if ( check(below, i, xen, err) || add_symbols(below, p, err) )
            break;
    }
    if ( i < n )
    {
        below_free(below);
        return -1;
    }
    if ( below->nr_symbols )
        qsort(below->symbols, below->nr_symbols, sizeof(*below->symbols),
              by_name);
    return 0;
}

void below_free(struct below *below)
{
    size_t i;

    for ( i = 0; i < below->nr_payloads; i++ )
    {
        xs_payload_free(&below->payloads[i].file);
        free(below->payloads[i].use);
    }
    for ( i = 0; i < below->nr_symbols; i++ )
        free(below->symbols[i].name);
    free(below->payloads);
    free(below->symbols);
    memset(below, 0, sizeof(*below));
}

const struct below_symbol *below_symbol(const struct below *below,
                                        const char *name, bool *many)
{
    const struct below_symbol *found = NULL;
    size_t len = strlen(name), i;

    *many = false;
    for ( i = 0; i < below->nr_symbols; i++ )
    {
        const char *s = below->symbols[i].name;

        if ( strncmp(s, name, len) || (s[len] && s[len] != '@') )
            continue;
        *many = *many || found;
        found = &below->symbols[i];
    }
    return found;
}

struct below_payload *below_replaces(const struct below *below,
                                     const char *function,
                                     const struct below_payload *last)
{
    size_t i = last ? last - below->payloads + 1 : 0, j;

    for ( ; i < below->nr_payloads; i++ )
        for ( j = 0; j < below->payloads[i].file.n_funcs; j++ )
        {
            const char *name = below->payloads[i].file.funcs[j].name;

            if ( name && !strcmp(name, function) )
                return &below->payloads[i];
        }
    return NULL;
}

void below_use(struct below_payload *p, const char *verb, const char *what)
{
    if ( !p->use )
        p->use = xs_printf("%s %s", verb, what);
}
