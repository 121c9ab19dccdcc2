/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that other code of the hypervisor will walk once the payload is
 * registered: each entry is checked before it is believed.
 */
#include "load.h"
#include "sort.h"

int load_table(struct loader *l, const char *name, size_t entry,
               struct elf_section **out)
{
    struct elf_section *s = elf_find(&l->elf, name);

    *out = NULL;
    if ( !s || !s->size )
        return 0;
    if ( s->kind != SECTION_LOADED )
        return refuse(l->why, XSPLICE_REASON_SECTION_UNLOADED, "section %s",
                      name);
    if ( s->size % entry )
        return refuse(l->why, XSPLICE_REASON_SECTION_ENTRIES,
                      "section %s, %zu bytes in entries of %zu", name, s->size,
                      entry);
    *out = s;
    return 0;
}

const struct elf_section *load_section_at(const struct loader *l,
                                          unsigned long addr, size_t len)
{
    unsigned int low = 0, high = l->norder;
    const struct elf_section *s;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( l->order[mid]->addr <= addr )
            low = mid + 1;
        else
            high = mid;
    }
    if ( low == 0 )
        return NULL;
    s = l->order[low - 1];
    if ( addr - s->addr >= s->size || len > s->size - (addr - s->addr) )
        return NULL;
    return s;
}

const char *load_string_at(const struct loader *l, unsigned long addr)
{
    const struct elf_section *s = load_section_at(l, addr, 1);
    const uint8_t *at;
    size_t left;

    if ( !s || s->exec )
        return NULL;
    at = s->fill + (addr - s->addr);
    for ( left = s->size - (addr - s->addr); left; left-- )
        if ( !at[left - 1] )
            return (const char *)at;
    return NULL;
}

static bool is_code(const struct loader *l, unsigned long addr, size_t len)
{
    return payload_contains(l->p, PART_RX, addr, len) && len;
}

/* ---- exception tables ---- */

static int cf_check by_addr(const void *a, const void *b)
{
    const struct xsplice_x86_extable *x = a, *y = b;
    unsigned long p = (unsigned long)&x->addr + x->addr;
    unsigned long q = (unsigned long)&y->addr + y->addr;

    return p < q ? -1 : p > q;
}

/* The fields are relative to where they stand. */
static void cf_check swap_entries(void *a, void *b, size_t size)
{
    struct xsplice_x86_extable *x = a, *y = b, t = *x;
    int32_t delta = (uint8_t *)b - (uint8_t *)a;

    x->addr = y->addr + delta;
    x->cont = y->cont + delta;
    y->addr = t.addr - delta;
    y->cont = t.cont - delta;
}

static int read_extable(struct loader *l)
{
    struct elf_section *s;
    struct xsplice_x86_extable e;
    unsigned int i, n;
    int rc = load_table(l, ".ex_table", sizeof(e), &s);

    if ( rc || !s )
        return rc;
    n = s->size / sizeof(e);
    for ( i = 0; i < n; i++ )
    {
        unsigned long at = s->addr + i * sizeof(e);

        memcpy(&e, s->fill + i * sizeof(e), sizeof(e));
        if ( !is_code(l, at + e.addr, 1) )
            return refuse(l->why, XSPLICE_REASON_EXTABLE_ADDR,
                          "entry %u, %#lx", i, at + e.addr);
        at += sizeof(e.addr);
        if ( !is_code(l, at + e.cont, 1) )
            return refuse(l->why, XSPLICE_REASON_EXTABLE_CONT,
                          "entry %u, %#lx", i, at + e.cont);
    }
    if ( n > 1 )
        sort_array(s->fill, n, sizeof(e), by_addr, swap_entries);
    l->p->extable.addr = s->addr;
    l->p->extable.count = n;
    return 0;
}

/* ---- bug frames ---- */

/* The displacement in the low 24 bits, signed. */
static long displacement(int32_t field)
{
    return (int32_t)((uint32_t)field << 8) >> 8;
}

/* Is it a string of the payload, or data of the hypervisor? */
static bool is_string(const struct loader *l, unsigned long addr)
{
    enum text_kind kind = port_text_kind(addr, 1);

    return load_string_at(l, addr) || kind == TEXT_RODATA || kind == TEXT_DATA;
}

static int check_bug(struct loader *l, unsigned int type, unsigned int i,
                     unsigned long at, const struct xsplice_x86_bug_msg *b)
{
    unsigned long loc = at + displacement(b->bug.loc);
    unsigned long ptr = at + displacement(b->bug.ptr);
    const uint8_t *insn;
    bool ok;

    /* As Xen reckons: both displacements from the frame's first byte. */
    if ( !is_code(l, loc, 2) )
        return refuse(l->why, XSPLICE_REASON_BUG_LOC,
                      ".bug_frames.%u, entry %u, at %#lx", type, i, loc);
    insn = l->p->region.fill + (loc - l->p->region.base);
    if ( insn[0] != 0x0f || insn[1] != 0x0b )
        return refuse(l->why, XSPLICE_REASON_BUG_LOC,
                      ".bug_frames.%u, entry %u, %02x %02x at %#lx", type, i,
                      insn[0], insn[1], loc);
    ok = type == 0 ? is_code(l, ptr, 1) || port_text_kind(ptr, 1) == TEXT_CODE
                   : is_string(l, ptr);
    if ( !ok )
        return refuse(l->why, XSPLICE_REASON_BUG_PTR,
                      ".bug_frames.%u, entry %u, %#lx", type, i, ptr);
    if ( type == 3 && !is_string(l, at + b->msg) )
        return refuse(l->why, XSPLICE_REASON_BUG_MSG,
                      ".bug_frames.3, entry %u, %#lx", i, at + b->msg);
    return 0;
}

static int read_bugs(struct loader *l, unsigned int type)
{
    static const char *const names[] = { ".bug_frames.0", ".bug_frames.1",
                                         ".bug_frames.2", ".bug_frames.3" };
    struct xsplice_x86_bug_msg b;
    size_t entry = type == 3 ? sizeof(b) : sizeof(b.bug);
    struct elf_section *s;
    unsigned int i, n;
    int rc = load_table(l, names[type], entry, &s);

    if ( rc || !s )
        return rc;
    n = s->size / entry;
    for ( i = 0; i < n && !rc; i++ )
    {
        memset(&b, 0, sizeof(b));
        memcpy(&b, s->fill + i * entry, entry);
        rc = check_bug(l, type, i, s->addr + i * entry, &b);
    }
    l->p->bugs[type].addr = s->addr;
    l->p->bugs[type].count = n;
    return rc;
}

/* ---- metadata ---- */

/* Only ever shown to people: the file's bytes, loaded or not. */
static int read_metadata(struct loader *l)
{
    const struct elf_section *s = elf_find(&l->elf, XSPLICE_SEC_MODINFO);
    char *copy;

    if ( !s || !s->size )
        return 0;
    if ( !s->data || s->data[s->size - 1] )
        return refuse(l->why, XSPLICE_REASON_MODINFO, "%zu bytes", s->size);
    copy = port_alloc(s->size);
    if ( !copy )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY,
                      "%zu bytes of metadata", s->size);
    memcpy(copy, s->data, s->size);
    l->p->metadata = copy;
    l->p->metadata_len = s->size;
    return 0;
}

int cf_check special_read(struct loader *l)
{
    unsigned int type;
    int rc = read_extable(l);

    for ( type = 0; type < ARRAY_SIZE(l->p->bugs) && !rc; type++ )
        rc = read_bugs(l, type);
    return rc ? rc : read_metadata(l);
}
