/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Alternatives, applied to a payload while it is being loaded.
 *
 * An entry names a site in the code, bytes to put there if the CPU has (or
 * lacks) a feature, and padding behind the site that may be used as well.  A
 * replacement "call ." (displacement -5) stands for a call to the function that
 * the site's pointer, call *ptr(%rip), has by now: an alternative call.
 *
 * What is relative to its own place moves with the copy.  Which bytes are is
 * known from the relocations; the opcode of the first instruction alone would
 * not tell about the others.
 */
#include "engine/core/arch.h"
#include "engine/core/list.h"
#include "engine/core/load.h"
#include "engine/core/sort.h"

#define FEATURE_NOT 0x8000u

struct site_bytes {
    uint8_t *fill;
    unsigned long addr;
    unsigned int len;
};

/* NOPs as the processor manuals recommend them; nobody jumps into these. */
static void pad(uint8_t *out, unsigned int len)
{
    static const uint8_t nops[9][9] = {
        { 0x90 },
        { 0x66, 0x90 },
        { 0x0f, 0x1f, 0x00 },
        { 0x0f, 0x1f, 0x40 },
        { 0x0f, 0x1f, 0x44 },
        { 0x66, 0x0f, 0x1f, 0x44 },
        { 0x0f, 0x1f, 0x80 },
        { 0x0f, 0x1f, 0x84 },
        { 0x66, 0x0f, 0x1f, 0x84 },
    };

    while ( len )
    {
        unsigned int n = len < sizeof(nops[0]) ? len : sizeof(nops[0]);

        memcpy(out, nops[n - 1], n);
        out += n;
        len -= n;
    }
}

static int cf_check by_offset(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Adds 'delta' to each moving field of the copy of [from, from + len). */
static int move_fields(const struct loader *l, uint8_t *copy, uint32_t from,
                       unsigned int len, long delta)
{
    unsigned int low = 0, high = l->nmoving;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( l->moving[mid] < from )
            low = mid + 1;
        else
            high = mid;
    }
    for ( ; low < l->nmoving && l->moving[low] - from < len; low++ )
    {
        uint32_t at = l->moving[low] - from;
        int32_t field;
        int64_t moved;

        if ( len - at < sizeof(field) )
            return -EOVERFLOW;
        memcpy(&field, copy + at, sizeof(field));
        moved = field + (int64_t)delta;
        field = moved;
        if ( field != moved )
            return -EOVERFLOW;
        memcpy(copy + at, &field, sizeof(field));
    }
    return 0;
}

/* call *disp(%rip) or jmp *disp(%rip), to be replaced by one to itself? */
static bool is_alternative_call(const struct site_bytes *orig,
                                unsigned int len, const uint8_t *repl,
                                unsigned int repl_len)
{
    static const uint8_t minus_five[] = { 0xfb, 0xff, 0xff, 0xff };

    return repl_len == 5 && (repl[0] & 0xfe) == 0xe8 && len >= 6 &&
           !memcmp(repl + 1, minus_five, sizeof(minus_five)) &&
           orig->fill[0] == 0xff &&
           orig->fill[1] == (repl[0] & 1 ? 0x25 : 0x15);
}

/* The pointer at a run address: hypervisor's, this payload's, another's. */
static bool read_pointer(const struct loader *l, unsigned long addr,
                         unsigned long *out)
{
    const struct region *r = &l->p->region;
    enum text_kind kind = port_text_kind(addr, sizeof(*out));

    if ( kind == TEXT_RODATA || kind == TEXT_DATA )
        port_text_read(addr, out, sizeof(*out));
    else if ( payload_contains(l->p, PART_RO, addr, sizeof(*out)) ||
              payload_contains(l->p, PART_RW, addr, sizeof(*out)) )
        memcpy(out, r->fill + (addr - r->base), sizeof(*out));
    else if ( payload_at(PART_RO, addr, sizeof(*out)) ||
              payload_at(PART_RW, addr, sizeof(*out)) )
        port_text_read(addr, out, sizeof(*out));
    else
        return false;
    return true;
}

/* The bytes at a function's entry, if it is one; false otherwise. */
static bool read_entry(const struct loader *l, unsigned long addr,
                       uint8_t entry[ARCH_ENTRY_SIZE])
{
    const struct region *r = &l->p->region;

    if ( payload_contains(l->p, PART_RX, addr, ARCH_ENTRY_SIZE) )
        memcpy(entry, r->fill + (addr - r->base), ARCH_ENTRY_SIZE);
    else if ( port_text_kind(addr, ARCH_ENTRY_SIZE) == TEXT_CODE ||
              payload_at(PART_RX, addr, ARCH_ENTRY_SIZE) )
        port_text_read(addr, entry, ARCH_ENTRY_SIZE);
    else
        return false;
    return true;
}

static int alternative_call(struct loader *l, unsigned int i,
                            const struct site_bytes *orig, uint8_t *repl)
{
    /* UD2; UD0: where nothing was ever put into the pointer, as Xen has it. */
    static const uint8_t nowhere[] = { 0x0f, 0x0b, 0x0f, 0xff, 0xff };
    uint8_t entry[ARCH_ENTRY_SIZE], opcode = repl[0];
    unsigned long pointer, dest = 0;
    int32_t disp;

    memcpy(&disp, orig->fill + 2, sizeof(disp));
    pointer = orig->addr + 6 + (long)disp;
    if ( !read_pointer(l, pointer, &dest) )
        return refuse(l->why, XSPLICE_REASON_ALT_CALL,
                      "entry %u, at %#lx through %#lx", i, orig->addr,
                      pointer);
    if ( !dest )
    {
        memcpy(repl, nowhere, sizeof(nowhere));
        return 0;
    }
    if ( !read_entry(l, dest, entry) )
        return refuse(l->why, XSPLICE_REASON_ALT_CALL,
                      "entry %u, at %#lx to %#lx", i, orig->addr, dest);
    dest += arch_entry_skip(entry);
    if ( !arch_jump(orig->addr, dest, repl) )
        return refuse(l->why, XSPLICE_REASON_ALT_REACH,
                      "entry %u, at %#lx to %#lx", i, orig->addr, dest);
    repl[0] = opcode;
    return 0;
}

static int apply_one(struct loader *l, const struct elf_section *from,
                     unsigned int i, unsigned long at,
                     const struct xsplice_x86_alt *a)
{
    unsigned long orig_addr = at + (long)a->orig;
    unsigned long repl_addr = at + sizeof(a->orig) + (long)a->repl;
    unsigned int total = a->orig_len + a->pad_len;
    unsigned int feature = a->feature & ~FEATURE_NOT;
    const struct elf_section *code;
    struct site_bytes orig;
    uint8_t copy[255];
    uint32_t offset;
    int rc;

    code = load_section_at(l, orig_addr, total);
    if ( !code || !code->exec || !total )
        return refuse(l->why, XSPLICE_REASON_ALT_ORIG,
                      "entry %u, %u bytes at %#lx", i, total, orig_addr);
    if ( a->repl_len > total || total > sizeof(copy) )
        return refuse(l->why, XSPLICE_REASON_ALT_LENGTH,
                      "entry %u, %u bytes into %u", i, a->repl_len, total);
    /* Nothing to put: the address may be the end of the section. */
    if ( !from || from->kind != SECTION_LOADED || repl_addr < from->addr ||
         repl_addr - from->addr > from->size ||
         a->repl_len > from->size - (repl_addr - from->addr) )
        return refuse(l->why, XSPLICE_REASON_ALT_REPL,
                      "entry %u, %u bytes at %#lx", i, a->repl_len, repl_addr);
    if ( feature >= port_cpu_features() )
        return refuse(l->why, XSPLICE_REASON_ALT_FEATURE, "entry %u, %u of %u",
                      i, feature, port_cpu_features());
    if ( port_cpu_has(feature) == !!(a->feature & FEATURE_NOT) )
        return 0;

    orig.addr = orig_addr;
    orig.len = total;
    orig.fill = code->fill + (orig_addr - code->addr);
    offset = repl_addr - from->addr;
    memcpy(copy, from->fill + offset, a->repl_len);
    if ( is_alternative_call(&orig, a->orig_len, copy, a->repl_len) )
        rc = alternative_call(l, i, &orig, copy);
    else
    {
        rc = move_fields(l, copy, offset, a->repl_len, repl_addr - orig_addr);
        if ( rc )
            return refuse(l->why, XSPLICE_REASON_ALT_REACH,
                          "entry %u, at %#lx", i, orig_addr);
    }
    if ( rc )
        return rc;
    pad(copy + a->repl_len, total - a->repl_len);
    memcpy(orig.fill, copy, total);
    return 0;
}

int cf_check arch_alternatives(struct loader *l)
{
    struct xsplice_x86_alt a;
    const struct elf_section *from;
    struct elf_section *s;
    unsigned int i;
    int rc = load_table(l, ".altinstructions", sizeof(a), &s);

    if ( rc || !s )
        return rc;
    if ( l->nmoving > 1 )
        sort_array(l->moving, l->nmoving, sizeof(*l->moving), by_offset,
                   sort_swap);
    from = elf_find(&l->elf, ".altinstr_replacement");
    /* In order: a later entry for the same site stands above an earlier. */
    for ( i = 0; i < s->size / sizeof(a) && !rc; i++ )
    {
        memcpy(&a, s->fill + i * sizeof(a), sizeof(a));
        rc = apply_one(l, from, i, s->addr + i * sizeof(a), &a);
    }
    return rc;
}
