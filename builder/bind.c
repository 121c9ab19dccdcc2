/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "builder/compare.h"
#include "builder/memory.h"
#include "builder/names.h"
#include "builder/session.h"

/* What our engine exports to payloads (xsplice/shadow.h) begins so. */
#define ENGINE_PREFIX "xsplice_shadow_"

static struct binding none(enum xsplice_build_reason reason)
{
    return (struct binding){ .kind = BIND_NONE, .reason = reason };
}

static struct binding to_atom(struct atom *a)
{
    return (struct binding){ .kind = BIND_ATOM, .atom = a };
}

char *hypervisor_name(const struct atom *old)
{
    if ( old->sym->bind == STB_LOCAL && old->sym->file[0] )
        return xs_printf("%s#%s", old->sym->file, old->sym->name);
    return xs_strdup(old->sym->name);
}

/*
 * A name that the hypervisor has once is looked up when the payload is
 * loaded.  One that it has several times (static locals of one name in one
 * file) is bound to the address that the old code in the image uses; the
 * payload fits that one image anyway, by its build-id.
 */
static struct binding to_image(const struct session *s, struct atom *old)
{
    struct binding b = { .kind = BIND_NAME };
    const struct image_symbol *sym;
    size_t n;

    if ( !old->sym )
        return none(XSPLICE_BUILD_NOT_UNDERSTOOD);
    n = image_find(s->img, old->sym->bind == STB_LOCAL ? old->sym->file : "",
                   old->sym->name, &sym);
    if ( !n )
        return none(XSPLICE_BUILD_SYMBOL_MISSING);
    if ( n > 1 && !old->image_addr )
        return none(XSPLICE_BUILD_SYMBOL_AMBIGUOUS);
    b.value = n > 1 ? old->image_addr : sym->addr;
    b.init = image_is_init(s->img, b.value);
    if ( n == 1 && sym->size && old->sym->size && sym->size != old->sym->size )
        return none(XSPLICE_BUILD_ORIGIN_CODE);
    b.name = hypervisor_name(old);
    if ( n > 1 )
        b.kind = BIND_VALUE;
    return b;
}

/* A switch table: where it leads is code of the new body now. */
static bool leads_into_replacement(const struct atom *a)
{
    size_t i;

    for ( i = 0; i < a->nr_relocs; i++ )
        if ( a->relocs[i].target &&
             a->relocs[i].target->state == ATOM_DIFFERS &&
             reloc_follows_code(a->sec, &a->relocs[i]) )
            return true;
    return false;
}

/*
 * A constant whose address may be compared (tables with names, structures of
 * pointers) stays the hypervisor's as long as it is unchanged.
 */
static bool keeps_identity(struct atom *a)
{
    return a->twin && a->sym && a->twin->sym &&
           (a->nr_relocs || !name_is_numbered(a->sym->name)) &&
           compare_atoms(a->twin, a, NULL) && !leads_into_replacement(a);
}

static struct binding to_target(const struct session *s, struct atom *t,
                                bool branch)
{
    if ( t->owner )
        return to_atom(t);
    switch ( t->sec->kind )
    {
    case SECTION_TEXT:
        if ( !t->twin || (t->state == ATOM_DIFFERS && branch) )
            return to_atom(t);
        return to_image(s, t->twin);
    case SECTION_STRINGS:
    case SECTION_CONST:
    case SECTION_RODATA:
        if ( !atom_by_content(t) )
            return t->twin ? to_image(s, t->twin) : to_atom(t);
        if ( keeps_identity(t) )
        {
            struct binding b = to_image(s, t->twin);

            if ( b.kind != BIND_NONE )
                return b;
        }
        return to_atom(t);
    case SECTION_DATA:
        return t->twin ? to_image(s, t->twin) : to_atom(t);
    case SECTION_PERCPU:
        return t->twin ? to_image(s, t->twin) : none(XSPLICE_BUILD_PERCPU_NEW);
    case SECTION_SHADOW:
        return to_atom(t);
    case SECTION_INIT:
        return t->twin ? to_image(s, t->twin)
                       : none(XSPLICE_BUILD_INIT_NEEDED);
    default:
        return none(XSPLICE_BUILD_SECTION_UNKNOWN);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct symbol *const *)a)->name,
                  (*(struct symbol *const *)b)->name);
}

void bind_prepare(struct session *s)
{
    size_t i, j;

    for ( i = 0; i < s->nr_pairs; i++ )
    {
        struct object *obj = s->pairs[i].new;

        for ( j = 0; obj && j < obj->nr_syms; j++ )
        {
            struct symbol *sym = &obj->syms[j];

            if ( sym->bind == STB_LOCAL || !sym->atom ||
                 sym->value != sym->atom->start )
                continue;
            s->globals = xs_grow(s->globals, s->nr_globals, sizeof(sym));
            s->globals[s->nr_globals++] = sym;
        }
    }
    if ( s->nr_globals )
        qsort(s->globals, s->nr_globals, sizeof(s->globals[0]), by_name);
}

/* The definition of a global symbol among the units that were compiled. */
static struct atom *find_global(const struct session *s,
                                const struct symbol *sym)
{
    struct symbol **found = s->nr_globals
                                ? bsearch(&sym, s->globals, s->nr_globals,
                                          sizeof(s->globals[0]), by_name)
                                : NULL;

    return found ? (*found)->atom : NULL;
}

/* What a payload below has added is found by name when this one is loaded. */
static struct binding to_below(const struct session *s, const char *name)
{
    struct binding b = { .kind = BIND_NAME };
    const struct below_symbol *found;
    bool many;

    found = below_symbol(&s->below, name, &many);
    if ( !found && !strncmp(name, ENGINE_PREFIX, strlen(ENGINE_PREFIX)) )
        return none(XSPLICE_BUILD_NEEDS_ENGINE);
    if ( !found )
        return none(XSPLICE_BUILD_SYMBOL_MISSING);
    if ( many )
        return none(XSPLICE_BUILD_SYMBOL_AMBIGUOUS);
    b.name = xs_strdup(found->name);
    b.below = found->payload;
    return b;
}

struct binding bind(const struct session *s, struct atom *target,
                    const struct symbol *sym, bool branch)
{
    struct binding b = { .kind = BIND_NAME };
    const struct image_symbol *found;
    struct atom *global;

    if ( target )
        return to_target(s, target, branch);
    if ( sym->shndx == SHN_COMMON )
        return none(XSPLICE_BUILD_COMMON_SYMBOL);
    if ( sym->shndx == SHN_ABS )
    {
        b.kind = BIND_VALUE;
        b.value = sym->value;
        b.name = xs_strdup(sym->name);
        return b;
    }
    if ( sym->sec )
        return none(sym->sec->kind == SECTION_IGNORED
                        ? XSPLICE_BUILD_SECTION_DISCARDED
                        : XSPLICE_BUILD_SECTION_UNKNOWN);
    global = find_global(s, sym);
    /* What was static has a name of its file in the hypervisor. */
    if ( global &&
         (!global->twin || global->state == ATOM_DIFFERS ||
          !global->twin->sym || global->twin->sym->bind == STB_LOCAL) )
        return to_target(s, global, branch);
    if ( !image_find(s->img, "", sym->name, &found) )
        return to_below(s, sym->name);
    b.init = image_is_init(s->img, found->addr);
    b.name = xs_strdup(sym->name);
    b.value = found->addr;
    return b;
}

void binding_free(struct binding *b)
{
    free(b->name);
    b->name = NULL;
}
