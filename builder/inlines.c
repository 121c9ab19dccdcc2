/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/inlines.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "builder/dwarffile.h"
#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/strv.h"

/* The name by which the tree knows a file. */
static char *file_name(const char *at, const char *file)
{
    size_t n = strlen(at);

    if ( !strncmp(file, at, n) && file[n] == '/' )
        file += n + 1;
    return fs_normal(file);
}

static void add_origin(struct inline_function *f, Dwarf_Die *die,
                       const char *at, bool itself)
{
    const char *name = dwarf_diename(die), *file = dwarf_decl_file(die);
    struct inline_origin *o;
    size_t i;
    int line;

    if ( !name || !file || dwarf_decl_line(die, &line) || line <= 0 )
        return;
    for ( i = 0; i < f->nr_origins; i++ )
        if ( f->origin[i].line == (unsigned int)line &&
             !strcmp(f->origin[i].name, name) )
            return;
    f->origin = xs_grow(f->origin, f->nr_origins, sizeof(*f->origin));
    o = &f->origin[f->nr_origins++];
    o->name = xs_strdup(name);
    o->file = file_name(at, file);
    o->line = line;
    o->itself = itself;
}

/* What is inlined, at any depth; functions within functions are their own. */
static void add_inlined(struct inline_function *f, Dwarf_Die *parent,
                        const char *at)
{
    Dwarf_Die die;
    int rc;

    for ( rc = dwarf_child(parent, &die); !rc;
          rc = dwarf_siblingof(&die, &die) )
    {
        int tag = dwarf_tag(&die);

        if ( tag == DW_TAG_inlined_subroutine )
            add_origin(f, &die, at, false);
        if ( tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block )
            add_inlined(f, &die, at);
    }
}

static void add_function(struct inlines *out, Dwarf_Die *die, const char *at)
{
    const char *name = dwarf_diename(die);
    struct inline_function *f;

    if ( !name || (!dwarf_hasattr(die, DW_AT_low_pc) &&
                   !dwarf_hasattr(die, DW_AT_ranges)) )
        return;
    out->v = xs_grow(out->v, out->n, sizeof(*out->v));
    f = &out->v[out->n++];
    memset(f, 0, sizeof(*f));
    f->name = xs_strdup(name);
    add_origin(f, die, at, true);
    add_inlined(f, die, at);
}

int inlines_read(const char *path, const char *at, struct inlines *out,
                 struct xs_error *err)
{
    Dwarf_CU *cu = NULL;
    Dwfl *dwfl;
    Dwarf_Die unit, die;
    Dwarf *dwarf = dwarf_open_object(path, &dwfl);
    int rc;

    memset(out, 0, sizeof(*out));
    while ( dwarf &&
            !dwarf_get_units(dwarf, cu, &cu, NULL, NULL, &unit, NULL) )
        for ( rc = dwarf_child(&unit, &die); !rc;
              rc = dwarf_siblingof(&die, &die) )
            if ( dwarf_tag(&die) == DW_TAG_subprogram )
                add_function(out, &die, at);
    if ( dwfl )
        dwfl_end(dwfl);
    return dwarf ? 0
                 : xs_fail(err, XS_FAILED, "there is no DWARF in %s", path);
}

const struct inline_function *inlines_find(const struct inlines *in,
                                           const char *symbol)
{
    size_t n = strcspn(symbol, "."), i;

    for ( i = 0; i < in->n; i++ )
        if ( strlen(in->v[i].name) == n && !strncmp(in->v[i].name, symbol, n) )
            return &in->v[i];
    return NULL;
}

void inlines_free(struct inlines *in)
{
    size_t i, j;

    for ( i = 0; i < in->n; i++ )
    {
        for ( j = 0; j < in->v[i].nr_origins; j++ )
        {
            free(in->v[i].origin[j].name);
            free(in->v[i].origin[j].file);
        }
        free(in->v[i].origin);
        free(in->v[i].name);
    }
    free(in->v);
    memset(in, 0, sizeof(*in));
}
