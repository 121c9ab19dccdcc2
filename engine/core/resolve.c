/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The symbols of a payload that is being loaded: where they are, which stay. */
#include "load.h"
#include "sort.h"
#include "symbols.h"

static int resolve_undefined(struct loader *l, struct elf_symbol *s)
{
    struct payload *owner = NULL;
    uint64_t hash = symbol_hash(s->name, s->name_room);
    enum symbol_found found = symbols_hypervisor(hash, &s->addr);

    if ( found == SYMBOL_NONE )
        found = symbols_payloads(l->p, s->name, hash, &s->addr, &owner);
    if ( found == SYMBOL_NONE )
        return refuse(l->why, XSPLICE_REASON_SYMBOL_UNKNOWN, "%.120s",
                      s->name);
    if ( found == SYMBOL_MANY )
        return refuse(l->why, XSPLICE_REASON_SYMBOL_AMBIGUOUS, "%.120s",
                      s->name);
    if ( owner && symbols_edge(l->p, owner) )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%.120s", s->name);
    /*
     * Code that stays may name what was freed, behind a condition that only
     * holds at boot; its replacement does as well.
     */
    if ( !owner && port_text_kind(s->addr, 1) == TEXT_INIT )
        port_log(PORT_WARN, "xsplice: %s: uses %.120s, which was freed\n",
                 l->p->name, s->name);
    s->resolved = true;
    return 0;
}

int cf_check symbols_resolve(struct loader *l)
{
    unsigned int i;
    int rc = 0;

    for ( i = 1; i < l->elf.nsymbols && !rc; i++ )
    {
        struct elf_symbol *s = &l->elf.symbols[i];

        switch ( s->place )
        {
        case SYMBOL_UNDEFINED:
            rc = resolve_undefined(l, s);
            break;
        case SYMBOL_ABSOLUTE:
            s->addr = s->value;
            s->resolved = true;
            break;
        case SYMBOL_DEFINED:
            if ( l->elf.sections[s->section].kind != SECTION_LOADED )
                break;
            s->addr = l->elf.sections[s->section].addr + s->value;
            s->resolved = true;
            break;
        }
    }
    return rc;
}

/* Has a name worth keeping; labels of the compiler's own have not. */
static bool is_kept(const struct elf_symbol *s)
{
    return s->place == SYMBOL_DEFINED && s->resolved && !s->marker &&
           *s->name && strncmp(s->name, ".L", 2);
}

static int cf_check by_address(const void *a, const void *b)
{
    const struct payload_symbol *x = a, *y = b;

    if ( x->addr != y->addr )
        return x->addr < y->addr ? -1 : 1;
    /* The last of those at one address is the one that backtraces name. */
    return (int)x->exported - (int)y->exported;
}

/* Sorts p->exports by the hashes of what they refer to: insertion in a heap
 * needs the payload at hand, so the hash comes first in what is sorted. */
struct export_key {
    uint64_t hash;
    uint32_t index;
};

static int cf_check by_hash(const void *a, const void *b)
{
    const struct export_key *x = a, *y = b;

    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int index_exports(struct loader *l)
{
    struct payload *p = l->p;
    struct export_key *list;
    unsigned int i, n = 0;

    if ( !p->nexports )
        return 0;
    p->exports = port_alloc(p->nexports * sizeof(*p->exports));
    list = port_alloc(p->nexports * sizeof(*list));
    if ( !list || !p->exports )
    {
        port_free(list);
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%u exported symbols",
                      p->nexports);
    }
    for ( i = 0; i < p->nsymbols; i++ )
        if ( p->symbols[i].exported )
        {
            list[n].hash = p->symbols[i].hash;
            list[n++].index = i;
        }
    sort_array(list, n, sizeof(*list), by_hash, sort_swap);
    for ( i = 0; i < n; i++ )
        p->exports[i] = list[i].index;
    port_free(list);
    return 0;
}

int cf_check symbols_keep(struct loader *l)
{
    struct payload *p = l->p;
    size_t bytes = 0;
    unsigned int i, n = 0;

    for ( i = 1; i < l->elf.nsymbols; i++ )
        if ( is_kept(&l->elf.symbols[i]) )
        {
            bytes += strlen(l->elf.symbols[i].name) + 1;
            n++;
        }
    if ( !n )
        return 0;
    p->symbols = port_alloc(n * sizeof(*p->symbols));
    p->strings = port_alloc(bytes);
    if ( !p->symbols || !p->strings )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY,
                      "%u symbols, %zu bytes of names", n, bytes);
    bytes = 0;
    for ( i = 1; i < l->elf.nsymbols; i++ )
    {
        const struct elf_symbol *s = &l->elf.symbols[i];
        struct payload_symbol *out = &p->symbols[p->nsymbols];
        size_t len;

        if ( !is_kept(s) )
            continue;
        len = strlen(s->name) + 1;
        memcpy(p->strings + bytes, s->name, len);
        out->addr = s->addr;
        out->size = s->size;
        out->name = bytes;
        out->exported = s->global;
        out->hash = s->global ? symbol_hash(s->name, s->name_room) : 0;
        p->nexports += s->global;
        p->nsymbols++;
        bytes += len;
    }
    sort_array(p->symbols, p->nsymbols, sizeof(*p->symbols), by_address,
               sort_swap);
    return index_exports(l);
}
