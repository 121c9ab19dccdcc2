/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions that a payload patches, and its hooks. */
#include "arch.h"
#include "list.h"
#include "load.h"
#include "sort.h"
#include "symbols.h"

static const char *name_of(const struct loader *l,
                           const struct xsplice_func *f)
{
    return f->name ? load_string_at(l, f->name) : "noname";
}

/* The names go into one allocation, as the sites keep them. */
static int copy_names(struct loader *l, const struct elf_section *s)
{
    struct payload *p = l->p;
    struct xsplice_func f;
    const char *name;
    size_t bytes = 0;
    unsigned int i;

    for ( i = 0; i < p->nfuncs; i++ )
    {
        memcpy(&f, s->fill + i * sizeof(f), sizeof(f));
        name = name_of(l, &f);
        if ( !name || !*name || (!f.name && !f.old_addr) )
            return refuse(l->why, XSPLICE_REASON_FUNC_NAME, "entry %u", i);
        bytes += strlen(name) + 1;
    }
    p->names = port_alloc(bytes);
    if ( !p->names )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%zu bytes of names",
                      bytes);
    bytes = 0;
    for ( i = 0; i < p->nfuncs; i++ )
    {
        size_t len;

        memcpy(&f, s->fill + i * sizeof(f), sizeof(f));
        name = name_of(l, &f);
        len = strlen(name) + 1;
        memcpy(p->names + bytes, name, len);
        p->sites[i].name = p->names + bytes;
        bytes += len;
    }
    return 0;
}

/* Where the function is that is to be patched: given, or known by name. */
static int find_old(struct loader *l, const struct xsplice_func *f,
                    struct site *site)
{
    struct payload *owner = NULL;
    enum symbol_found found;
    const char *why;
    uint64_t hash;

    site->old = f->old_addr;
    if ( !site->old )
    {
        hash = symbol_hash(site->name, 0);
        found = symbols_hypervisor(hash, &site->old);
        if ( found == SYMBOL_NONE )
            found =
                symbols_payloads(l->p, site->name, hash, &site->old, &owner);
        if ( found == SYMBOL_NONE )
            return refuse(l->why, XSPLICE_REASON_FUNC_UNKNOWN, "%.120s",
                          site->name);
        if ( found == SYMBOL_MANY )
            return refuse(l->why, XSPLICE_REASON_SYMBOL_AMBIGUOUS, "%.120s",
                          site->name);
    }
    switch ( port_text_kind(site->old, f->old_size ? f->old_size : 1) )
    {
    case TEXT_CODE:
        break;
    case TEXT_INIT:
        return refuse(l->why, XSPLICE_REASON_FUNC_OLD_INIT, "%.100s at %#lx",
                      site->name, site->old);
    default:
        owner = payload_at(PART_RX, site->old, f->old_size);
        if ( !owner )
            return refuse(l->why, XSPLICE_REASON_FUNC_OLD,
                          "%.90s, %u bytes at %#lx", site->name, f->old_size,
                          site->old);
    }
    if ( owner && symbols_edge(l->p, owner) )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%.100s", site->name);
    why = port_unpatchable(site->old);
    if ( why )
        return refuse(l->why, XSPLICE_REASON_FUNC_UNPATCHABLE, "%.80s: %.70s",
                      site->name, why);
    return 0;
}

static int read_jump(struct loader *l, const struct xsplice_func *f,
                     struct site *site)
{
    const struct elf_section *s;
    uint8_t jump[ARCH_JUMP_SIZE];

    /*
     * Nothing depends on new_size: it is that of the first version in some of
     * Xen's own sample payloads, and longer than the function.
     */
    s = load_section_at(l, f->new_addr, 1);
    if ( !s || !s->exec || !f->new_size )
        return refuse(l->why, XSPLICE_REASON_FUNC_NEW,
                      "%.80s, %u bytes at %#llx", site->name, f->new_size,
                      (unsigned long long)f->new_addr);
    if ( site->old_size < site->addr - site->old + ARCH_JUMP_SIZE )
        return refuse(l->why, XSPLICE_REASON_FUNC_TOO_SHORT,
                      "%.90s, %u bytes of %lu", site->name, site->old_size,
                      site->addr - site->old + ARCH_JUMP_SIZE);
    if ( !arch_jump(site->addr, f->new_addr, jump) )
        return refuse(l->why, XSPLICE_REASON_FUNC_TOO_FAR,
                      "%.80s, from %#lx to %#llx", site->name, site->addr,
                      (unsigned long long)f->new_addr);
    site->target = f->new_addr;
    site->len = ARCH_JUMP_SIZE;
    return 0;
}

static int read_nops(struct loader *l, const struct xsplice_func *f,
                     struct site *site)
{
    unsigned int skip = site->addr - site->old;

    if ( f->new_size <= skip || f->new_size > XSPLICE_NOP_MAX ||
         f->new_size > f->old_size )
        return refuse(l->why, XSPLICE_REASON_NOP_SIZE,
                      "%.100s, %u of %u bytes", site->name, f->new_size,
                      f->old_size);
    if ( f->new_size == f->old_size )
        return refuse(l->why, XSPLICE_REASON_NOP_FALLS_OFF, "%.100s, %u bytes",
                      site->name, f->new_size);
    site->len = f->new_size - skip;
    return site_check_nops(site, l->why);
}

int site_check_nops(const struct site *site, struct refusal *why)
{
    uint8_t code[XSPLICE_NOP_MAX + 16];
    size_t end = site->addr + site->len - site->old;
    size_t len = site->old_size;

    if ( len > sizeof(code) )
        len = sizeof(code);
    port_text_read(site->old, code, len);
    if ( !arch_insn_boundary(code, len, end) )
        return refuse(why, XSPLICE_REASON_NOP_SPLITS,
                      "%.100s, after %zu of %u bytes", site->name, end,
                      site->old_size);
    return 0;
}

static int read_func(struct loader *l, const struct xsplice_func *f,
                     struct site *site)
{
    uint8_t entry[ARCH_ENTRY_SIZE];
    int rc;

    if ( f->version != XSPLICE_FUNC_VERSION )
        return refuse(l->why, XSPLICE_REASON_FUNC_VERSION,
                      "%.100s, version %u", site->name, f->version);
    rc = find_old(l, f, site);
    if ( rc )
        return rc;
    site->old_size = f->old_size;
    site->addr = site->old;
    if ( f->old_size >= sizeof(entry) )
    {
        port_text_read(site->old, entry, sizeof(entry));
        site->addr += arch_entry_skip(entry);
    }
    rc = f->new_addr ? read_jump(l, f, site) : read_nops(l, f, site);
    if ( rc || !f->expect.enabled )
        return rc;
    if ( !f->expect.len || f->expect.len > f->old_size || f->expect.rsv )
        return refuse(l->why, XSPLICE_REASON_EXPECT_SIZE,
                      "%.100s, %u bytes of %u", site->name, f->expect.len,
                      f->old_size);
    site->expect_len = f->expect.len;
    memcpy(site->expect, f->expect.data, f->expect.len);
    return 0;
}

static int cf_check by_address(const void *a, const void *b)
{
    const struct site *x = a, *y = b;

    return x->addr < y->addr ? -1 : x->addr > y->addr;
}

int cf_check funcs_read(struct loader *l)
{
    struct payload *p = l->p;
    struct elf_section *s;
    struct xsplice_func f;
    unsigned int i;
    int rc = load_table(l, XSPLICE_SEC_FUNCS, sizeof(f), &s);

    if ( rc || !s )
        return rc;
    p->nfuncs = s->size / sizeof(f);
    p->nsites = p->nfuncs;
    p->funcs = (const struct xsplice_func *)s->addr;
    p->sites = port_alloc(p->nfuncs * sizeof(*p->sites));
    p->fstate = port_alloc(p->nfuncs * sizeof(*p->fstate));
    if ( !p->sites || !p->fstate )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%u functions",
                      p->nfuncs);
    rc = copy_names(l, s);
    for ( i = 0; i < p->nfuncs && !rc; i++ )
    {
        memcpy(&f, s->fill + i * sizeof(f), sizeof(f));
        p->sites[i].func = i;
        rc = read_func(l, &f, &p->sites[i]);
        p->fstate[i].patch_offset = p->sites[i].addr - p->sites[i].old;
    }
    if ( rc )
        return rc;
    sort_array(p->sites, p->nsites, sizeof(*p->sites), by_address, sort_swap);
    for ( i = 1; i < p->nsites; i++ )
        if ( p->sites[i].addr - p->sites[i - 1].addr < p->sites[i - 1].len )
            return refuse(l->why, XSPLICE_REASON_FUNC_TWICE, "%.70s and %.70s",
                          p->sites[i - 1].name, p->sites[i].name);
    return 0;
}

/* ---- hooks ---- */

int load_callee(struct loader *l, unsigned long addr,
                enum xsplice_reason target, const char *what, unsigned int i)
{
    const struct elf_section *code = load_section_at(l, addr, 1);

    if ( !code || !code->exec )
        return refuse(l->why, target, "%s[%u], %#lx", what, i, addr);
    if ( port_landing_pads() &&
         (!load_section_at(l, addr, ARCH_ENTRY_SIZE) ||
          !arch_landing_pad(code->fill + (addr - code->addr))) )
        return refuse(l->why, XSPLICE_REASON_LANDING_PAD, "%s[%u], %#lx", what,
                      i, addr);
    return 0;
}

static int hook_at(struct loader *l, const struct elf_section *s,
                   unsigned int i, unsigned long *fn)
{
    uint64_t addr;

    memcpy(&addr, s->fill + i * sizeof(addr), sizeof(addr));
    *fn = addr;
    return load_callee(l, addr, XSPLICE_REASON_HOOK_TARGET, s->name, i);
}

static int read_single(struct loader *l, const char *name, unsigned long *fn)
{
    struct elf_section *s;
    uint64_t addr;
    int rc = load_table(l, name, sizeof(uint64_t), &s);

    if ( rc || !s )
        return rc;
    if ( s->size != sizeof(uint64_t) )
        return refuse(l->why, XSPLICE_REASON_HOOK_COUNT, "%s, %zu", name,
                      s->size / sizeof(uint64_t));
    /* A null pointer is a hook that is not there. */
    memcpy(&addr, s->fill, sizeof(addr));
    return addr ? hook_at(l, s, 0, fn) : 0;
}

static int read_list(struct loader *l, const char *name, unsigned long **fns,
                     unsigned int *n)
{
    struct elf_section *s;
    unsigned int i;
    int rc = load_table(l, name, sizeof(uint64_t), &s);

    if ( rc || !s )
        return rc;
    *fns = port_alloc(s->size);
    if ( !*fns )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%s", name);
    for ( i = 0; i < s->size / sizeof(uint64_t) && !rc; i++ )
        rc = hook_at(l, s, i, &(*fns)[i]);
    *n = i;
    return rc;
}

int cf_check hooks_read(struct loader *l)
{
    static const char prefix[] = ".livepatch.hooks.";
    struct payload *p = l->p;
    const struct {
        const char *name;
        unsigned long *fn;
    } single[] = {
        { XSPLICE_SEC_HOOK_PREAPPLY, &p->hooks.preapply },
        { XSPLICE_SEC_HOOK_APPLY, &p->hooks.apply },
        { XSPLICE_SEC_HOOK_POSTAPPLY, &p->hooks.postapply },
        { XSPLICE_SEC_HOOK_PREREVERT, &p->hooks.prerevert },
        { XSPLICE_SEC_HOOK_REVERT, &p->hooks.revert },
        { XSPLICE_SEC_HOOK_POSTREVERT, &p->hooks.postrevert },
    };
    unsigned int i, known = 0, there = 0;
    int rc;

    rc = read_list(l, XSPLICE_SEC_HOOK_LOAD, &p->load_fns, &p->nload);
    if ( !rc )
        rc =
            read_list(l, XSPLICE_SEC_HOOK_UNLOAD, &p->unload_fns, &p->nunload);
    for ( i = 0; i < ARRAY_SIZE(single) && !rc; i++ )
    {
        rc = read_single(l, single[i].name, single[i].fn);
        known += !!elf_find(&l->elf, single[i].name);
    }
    if ( rc )
        return rc;
    known += !!elf_find(&l->elf, XSPLICE_SEC_HOOK_LOAD);
    known += !!elf_find(&l->elf, XSPLICE_SEC_HOOK_UNLOAD);
    for ( i = 1; i < l->elf.nsections; i++ )
        if ( l->elf.sections[i].kind != SECTION_RELA &&
             !strncmp(l->elf.sections[i].name, prefix, sizeof(prefix) - 1) )
            there++;
    if ( there != known )
        return refuse(l->why, XSPLICE_REASON_HOOK_UNKNOWN,
                      "%u hook sections, %u known", there, known);
    if ( !p->nfuncs && !known )
        return refuse(l->why, XSPLICE_REASON_NOTHING_TO_DO,
                      "no %s and no hooks", XSPLICE_SEC_FUNCS);
    return 0;
}
