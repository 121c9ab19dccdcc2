/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch.h"
#include "list.h"
#include "load.h"
#include "sort.h"
#include "writes.h"

#define PAGE_BITS 12

/* The bytes that the payload's patch of this site consists of. */
static void patch_bytes(const struct site *s, uint8_t out[XSPLICE_NOP_MAX])
{
    if ( s->target )
        arch_jump(s->addr, s->target, out); /* its reach was checked */
    else
        arch_nops(out, s->len);
}

static int alloc_writes(struct operation *op, unsigned int n,
                        struct findings *f)
{
    op->writes = NULL;
    op->nundo = op->nput = 0;
    if ( !n )
        return 0;
    op->writes = port_alloc(n * sizeof(*op->writes));
    if ( !op->writes )
    {
        found(f, XSPLICE_REASON_NO_MEMORY, "%u writes", n);
        return f->rc;
    }
    return 0;
}

static struct write *put_write(struct write *w, struct payload *p,
                               struct site *s)
{
    w->addr = s->addr;
    w->len = s->len;
    w->site = s;
    w->of = p;
    return w;
}

/* ---- reading text as it will be ---- */

/* First undo write that ends behind addr; they are in order and disjoint. */
static unsigned int first_undo(const struct operation *op, unsigned long addr)
{
    unsigned int low = 0, high = op->nundo;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( op->writes[mid].addr + op->writes[mid].len <= addr )
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* Text as it will be once the undo part is stored. */
static void read_undone(const struct operation *op, unsigned long addr,
                        uint8_t *out, unsigned int len)
{
    unsigned int i, k;

    port_text_read(addr, out, len);
    for ( i = first_undo(op, addr); i < op->nundo; i++ )
    {
        const struct write *w = &op->writes[i];

        if ( w->addr >= addr + len )
            break;
        for ( k = 0; k < w->len; k++ )
            if ( w->addr + k >= addr && w->addr + k < addr + len )
                out[w->addr + k - addr] = w->put[k];
    }
}

/* ---- the three sets ---- */

/*
 * Does the function hold the bytes that it is to hold, and may it still be
 * patched?  (The latter was asked when the payload was loaded; the answer is the
 * port's and need not stay.)
 */
static int check_function(const struct operation *op, const struct site *s,
                          struct findings *f)
{
    const char *forbidden = port_unpatchable(s->old);
    uint8_t now[XSPLICE_EXPECT_MAX];
    int rc = 0;

    if ( forbidden )
        rc = found(f, XSPLICE_REASON_FUNC_UNPATCHABLE, "%.60s: %.80s", s->name,
                   forbidden);
    if ( !s->expect_len || rc )
        return rc;
    read_undone(op, s->old, now, s->expect_len);
    if ( memcmp(now, s->expect, s->expect_len) )
        rc = found(f, XSPLICE_REASON_EXPECT_MISMATCH,
                   "%.90s at %#lx, %u bytes from %02x", s->name, s->old,
                   s->expect_len, now[0]);
    return rc;
}

/*
 * The undo write that this one covers is not needed.  Sites of applied payloads
 * are equal or disjoint; a part of one is refused.
 */
static int supersede(struct operation *op, const struct site *s,
                     struct findings *f)
{
    unsigned int at = first_undo(op, s->addr);

    if ( at == op->nundo || op->writes[at].addr >= s->addr + s->len )
        return 0;
    if ( op->writes[at].addr != s->addr || op->writes[at].len != s->len )
        return found(f, XSPLICE_REASON_OVERLAP_PART, "%.100s of %.40s",
                     s->name, op->writes[at].of->name);
    op->writes[at].superseded = true;
    return 0;
}

/* The put part: p's patches, on top of the undo part. */
static int add_puts(struct operation *op, struct findings *f)
{
    struct payload *p = op->target;
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < p->nsites && !rc; i++ )
    {
        struct site *s = &p->sites[i];
        struct write *w = &op->writes[op->nundo + op->nput];

        rc = check_function(op, s, f);
        if ( rc )
            break;
        put_write(w, p, s);
        patch_bytes(s, w->put);
        read_undone(op, s->addr, w->was, s->len);
        op->nput++;
        rc = supersede(op, s, f);
    }
    return rc;
}

int writes_apply(struct operation *op, struct findings *f)
{
    struct payload *p = op->target;
    struct refusal nops;
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < p->nsites && !rc; i++ )
    {
        nops.reason = XSPLICE_REASON_NONE;
        if ( !p->sites[i].target && site_check_nops(&p->sites[i], &nops) )
            rc = found(f, nops.reason, "%s", nops.detail);
    }
    if ( !rc )
        rc = alloc_writes(op, p->nsites, f);
    if ( !rc )
        rc = add_puts(op, f);
    if ( rc )
        writes_free(op);
    return rc;
}

/* Appends what undoes payload p, as far as the engine's writes go. */
static void add_undo(struct operation *op, struct payload *p,
                     unsigned int depth)
{
    unsigned int i;

    for ( i = 0; i < p->nsites; i++ )
    {
        struct site *s = &p->sites[i];
        struct write *w = &op->writes[op->nundo];

        if ( !s->written )
            continue;
        put_write(w, p, s);
        w->depth = depth;
        memcpy(w->put, p->fstate[s->func].saved, s->len);
        op->nundo++;
    }
}

/* Is the patch of this write what is there now? */
static int check_patched(const struct write *w, struct findings *f)
{
    uint8_t now[XSPLICE_NOP_MAX], patch[XSPLICE_NOP_MAX];

    port_text_read(w->addr, now, w->len);
    patch_bytes(w->site, patch);
    if ( memcmp(now, patch, w->len) )
        return found(f, XSPLICE_REASON_SITE_CHANGED, "%.90s at %#lx",
                     w->site->name, w->addr);
    return 0;
}

int writes_revert(struct operation *op, struct findings *f)
{
    unsigned int i;
    int rc = alloc_writes(op, op->target->nsites, f);

    if ( rc )
        return rc;
    add_undo(op, op->target, 0);
    for ( i = 0; i < op->nundo && !rc; i++ )
        rc = check_patched(&op->writes[i], f);
    if ( rc )
        writes_free(op);
    return rc;
}

static int cf_check by_address(const void *a, const void *b)
{
    const struct write *x = a, *y = b;

    if ( x->addr != y->addr )
        return x->addr < y->addr ? -1 : 1;
    return x->depth < y->depth ? -1 : x->depth > y->depth;
}

/*
 * Of several patches of one site, the topmost is what is there, and what the
 * lowest saved is what goes back.
 */
static int merge_undo(struct operation *op, struct findings *f)
{
    unsigned int i, n = 0;
    int rc;

    for ( i = 0; i < op->nundo; i++ )
    {
        struct write *w = &op->writes[i];

        if ( n && op->writes[n - 1].addr == w->addr )
        {
            memcpy(op->writes[n - 1].put, w->put, w->len);
            continue;
        }
        rc = check_patched(w, f);
        if ( rc )
            return rc;
        if ( n != i )
            op->writes[n] = *w;
        n++;
    }
    op->nundo = n;
    return 0;
}

int writes_replace(struct operation *op, struct findings *f)
{
    unsigned int n = op->target->nsites, depth = 0;
    struct payload *p;
    int rc;

    for ( p = op->top; p; p = p->below )
        n += p->nsites;
    rc = alloc_writes(op, n, f);
    if ( rc )
        return rc;
    for ( p = op->top; p; p = p->below )
        add_undo(op, p, depth++);
    if ( op->nundo )
        sort_array(op->writes, op->nundo, sizeof(*op->writes), by_address,
                   sort_swap);
    rc = merge_undo(op, f);
    if ( !rc )
        rc = add_puts(op, f);
    if ( rc )
        writes_free(op);
    return rc;
}

/*
 * Of several patches of one site the topmost is put; what is there without any
 * must be what the lowest saved.  The patches are behind the undo part, sorted.
 */
static int merge_puts(struct operation *op, unsigned int all,
                      struct findings *f)
{
    struct write *w = op->writes + op->nundo;
    uint8_t now[XSPLICE_NOP_MAX];
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < all && !rc; i++ )
    {
        bool lowest = i + 1 == all || w[i + 1].addr != w[i].addr;

        if ( !i || w[i].addr != w[i - 1].addr )
            w[op->nput++] = w[i];
        if ( !lowest )
            continue;
        read_undone(op, w[i].addr, now, w[i].len);
        if ( memcmp(now, w[i].was, w[i].len) )
            rc = found(f, XSPLICE_REASON_SITE_CHANGED, "%.90s at %#lx",
                       w[i].site->name, w[i].addr);
        else
            rc = supersede(op, w[i].site, f);
    }
    return rc;
}

int writes_take_back(struct operation *op, struct payload *const *before,
                     unsigned int n, struct findings *f)
{
    unsigned int i, k, all = 0, sites = op->target->nsites;
    int rc;

    for ( i = 0; i < n; i++ )
        sites += before[i]->nsites;
    rc = alloc_writes(op, sites, f);
    if ( rc )
        return rc;
    add_undo(op, op->target, 0);
    for ( i = 0; i < op->nundo && !rc; i++ )
        rc = check_patched(&op->writes[i], f);
    for ( i = 0; i < n; i++ )
        for ( k = 0; k < before[i]->nsites; k++, all++ )
        {
            struct site *s = &before[i]->sites[k];
            struct write *w = &op->writes[op->nundo + all];

            put_write(w, before[i], s);
            w->depth = n - i;
            patch_bytes(s, w->put);
            memcpy(w->was, before[i]->fstate[s->func].saved, s->len);
        }
    if ( all )
        sort_array(op->writes + op->nundo, all, sizeof(*op->writes),
                   by_address, sort_swap);
    if ( !rc )
        rc = merge_puts(op, all, f);
    if ( rc )
        writes_free(op);
    return rc;
}

void writes_remember(const struct operation *op)
{
    unsigned int i;

    for ( i = op->nundo; i < op->nundo + op->nput; i++ )
    {
        const struct write *w = &op->writes[i];

        memcpy(w->of->fstate[w->site->func].saved, w->was, w->len);
    }
}

/* ---- aliases ---- */

/* What is superseded is stored only if hooks run between the two parts. */
static bool is_stored(const struct operation *op, const struct write *w)
{
    return !w->superseded || op->hooks;
}

/* One alias for the writes from i on that lie in the same or adjoining pages;
 * returns the index of the first that does not. */
static unsigned int map_run(struct operation *op, unsigned int i,
                            unsigned int end)
{
    unsigned long start = op->writes[i].addr;
    unsigned long last = start + op->writes[i].len - 1;
    struct alias *a = &op->aliases[op->naliases];
    unsigned int k;

    for ( k = i + 1; k < end; k++ )
    {
        if ( op->writes[k].addr >> PAGE_BITS > (last >> PAGE_BITS) + 1 )
            break;
        last = op->writes[k].addr + op->writes[k].len - 1;
    }
    a->len = last - start + 1;
    a->view = port_alias_map(start, a->len);
    if ( !a->view )
        return i;
    op->naliases++;
    for ( ; i < k; i++ )
        op->writes[i].alias =
            (uint8_t *)a->view + (op->writes[i].addr - start);
    return k;
}

int writes_map(struct operation *op, struct refusal *why)
{
    unsigned int n = op->nundo + op->nput, i, next;

    if ( !n )
        return 0;
    op->aliases = port_alloc(n * sizeof(*op->aliases));
    if ( !op->aliases )
        return refuse(why, XSPLICE_REASON_NO_MEMORY, "%u aliases", n);
    for ( i = 0; i < n; i = next )
    {
        next = i + 1;
        if ( !is_stored(op, &op->writes[i]) )
            continue;
        next = map_run(op, i, i < op->nundo ? op->nundo : n);
        if ( next == i )
            return refuse(why, XSPLICE_REASON_NO_MEMORY, "the alias of %#lx",
                          op->writes[i].addr);
    }
    return 0;
}

void writes_free(struct operation *op)
{
    while ( op->naliases )
    {
        struct alias *a = &op->aliases[--op->naliases];

        port_alias_unmap(a->view, a->len);
    }
    port_free(op->aliases);
    port_free(op->writes);
    op->aliases = NULL;
    op->writes = NULL;
    op->nundo = op->nput = 0;
}

/* ---- in the stop ---- */

/* Nearly all are jumps: two stores instead of a call. */
static void store(const struct write *w)
{
    uint8_t *at = w->alias;

    if ( w->len == ARCH_JUMP_SIZE )
    {
        memcpy(at, w->put, ARCH_JUMP_SIZE - 1);
        at[ARCH_JUMP_SIZE - 1] = w->put[ARCH_JUMP_SIZE - 1];
    }
    else
        memcpy(at, w->put, w->len);
}

void writes_commit_undo(const struct operation *op)
{
    unsigned int i;

    for ( i = 0; i < op->nundo; i++ )
        if ( is_stored(op, &op->writes[i]) )
            store(&op->writes[i]);
}

void writes_commit_put(const struct operation *op)
{
    unsigned int i;

    for ( i = op->nundo; i < op->nundo + op->nput; i++ )
        store(&op->writes[i]);
}

bool writes_overlap(const struct payload *a, const struct payload *b,
                    const struct site **site, bool *part)
{
    unsigned int i = 0, k = 0;
    bool found = false;

    *part = false;
    while ( i < a->nsites && k < b->nsites )
    {
        const struct site *x = &a->sites[i], *y = &b->sites[k];

        if ( x->addr + x->len <= y->addr )
            i++;
        else if ( y->addr + y->len <= x->addr )
            k++;
        else
        {
            bool same = x->addr == y->addr && x->len == y->len;

            if ( !found || (!same && !*part) )
                *site = x;
            found = true;
            *part |= !same;
            if ( x->addr + x->len <= y->addr + y->len )
                i++;
            else
                k++;
        }
    }
    return found;
}
