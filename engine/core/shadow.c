/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shadow variables by (object, id): a hash table in stripes.
 *
 * A variable's hash gives its stripe by the low bits and its bucket by more of
 * them, so that a stripe's lock covers all its buckets however large the table
 * is.  Whoever has one lock sees a table that does not change its size; growing
 * takes all of them.  The locks keep interrupts off, because shadow variables
 * are looked up there too, and are held for one chain only (but for growing and
 * for walking a stripe, which follow the number of variables).
 *
 * Memory is taken before the lock and given back after it: of two CPUs that
 * attach to one object, the first to get the lock wins, and the other one
 * throws its memory away.
 */
#include "shadow.h"
#include "list.h"

#define STRIPES     (PORT_IRQ_LOCKS - 1)
#define RESERVES    STRIPES /* the lock of all reserves */
#define CHAIN_GOAL  2u      /* the table grows beyond so many in a bucket */
#define BUCKETS_MAX (1u << 24)

struct shadow {
    struct shadow *next;
    const void *object;
    struct shadow_kind *kind; /* of the payload that owns it */
    uint64_t pad;
    uint8_t data[]; /* aligned to 16 bytes, as port_alloc() is */
};

/* A stripe is a number of buckets, so both are powers of two. */
static struct shadow *few[STRIPES];
static struct {
    struct shadow **buckets;
    unsigned int n; /* a power of two */
    unsigned int count;
} table = { .buckets = few, .n = STRIPES };

/* ---- one variable ---- */

static uint32_t hash_of(const void *object, uint64_t id)
{
    uint64_t h = ((unsigned long)object ^ (id * 0x9e3779b97f4a7c15ull));

    h *= 0xd6e8feb86659fd93ull;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93ull;
    return h >> 32;
}

/* With the stripe's lock held: where the variable hangs, or would. */
static struct shadow **find(const void *object, uint64_t id, uint32_t hash)
{
    struct shadow **at = &table.buckets[hash & (table.n - 1)];

    while ( *at && ((*at)->object != object || (*at)->kind->id != id) )
        at = &(*at)->next;
    return at;
}

static struct shadow_kind *kind_of(const struct xsplice_shadow_kind *declared)
{
    return declared ? (struct shadow_kind *)(unsigned long)declared->handle
                    : NULL;
}

static struct shadow *take_reserved(struct shadow_kind *kind)
{
    unsigned long flags = port_irq_lock(RESERVES);
    struct shadow *s = kind->reserve;

    if ( s )
    {
        kind->reserve = s->next;
        __atomic_sub_fetch(&kind->nreserve, 1, __ATOMIC_RELAXED);
    }
    port_irq_unlock(RESERVES, flags);
    if ( s )
        memset(s, 0, sizeof(*s) + kind->size);
    return s;
}

static void put_reserved(struct shadow_kind *kind, struct shadow *s)
{
    unsigned long flags = port_irq_lock(RESERVES);

    s->next = kind->reserve;
    kind->reserve = s;
    __atomic_add_fetch(&kind->nreserve, 1, __ATOMIC_RELAXED);
    port_irq_unlock(RESERVES, flags);
}

static struct shadow *take(struct shadow_kind *kind)
{
    struct shadow *s = NULL;

    if ( port_may_alloc() )
        s = port_alloc(sizeof(*s) + kind->size);
    return s ? s : take_reserved(kind);
}

/* Where nothing can be freed, it is kept for the next one. */
static void give_back(struct shadow_kind *kind, struct shadow *s)
{
    if ( !s )
        return;
    if ( port_may_alloc() )
        port_free(s);
    else
        put_reserved(kind, s);
}

static void count(struct shadow_kind *kind, int change)
{
    __atomic_add_fetch(&kind->count, change, __ATOMIC_RELAXED);
    __atomic_add_fetch(&table.count, change, __ATOMIC_RELAXED);
}

/* Taken out of the table by the caller. */
static void destroy(struct shadow *s)
{
    struct shadow_kind *kind = s->kind;

    if ( kind->destroy )
        port_call_destroy(kind->destroy, (void *)s->object, s->data);
    give_back(kind, s);
}

/* ---- growing ---- */

static void lock_all(unsigned long *flags)
{
    unsigned int i;

    for ( i = 0; i < STRIPES; i++ )
        flags[i] = port_irq_lock(i);
}

static void unlock_all(const unsigned long *flags)
{
    unsigned int i = STRIPES;

    while ( i-- )
        port_irq_unlock(i, flags[i]);
}

/* Hangs every variable into the new table; returns the old one. */
static struct shadow **rehash(struct shadow **buckets, unsigned int n)
{
    struct shadow **old = table.buckets;
    unsigned int i;

    for ( i = 0; i < table.n; i++ )
        while ( old[i] )
        {
            struct shadow *s = old[i], **at;

            old[i] = s->next;
            at = &buckets[hash_of(s->object, s->kind->id) & (n - 1)];
            s->next = *at;
            *at = s;
        }
    table.buckets = buckets;
    __atomic_store_n(&table.n, n, __ATOMIC_RELAXED);
    return old;
}

static bool crowded(void)
{
    unsigned int n = __atomic_load_n(&table.n, __ATOMIC_RELAXED);

    return n < BUCKETS_MAX &&
           __atomic_load_n(&table.count, __ATOMIC_RELAXED) / CHAIN_GOAL > n;
}

/* Without memory for it chains get longer, and the next attach tries again. */
static void grow(void)
{
    unsigned long flags[STRIPES];
    struct shadow **spare;
    unsigned int n;

    if ( !crowded() || !port_may_alloc() )
        return;
    n = 4 * __atomic_load_n(&table.n, __ATOMIC_RELAXED);
    spare = port_alloc(n * sizeof(*spare));
    if ( !spare )
        return;
    lock_all(flags);
    /* Another CPU may have been here first. */
    if ( n > table.n )
        spare = rehash(spare, n);
    unlock_all(flags);
    if ( spare != few )
        port_free(spare);
}

/* When nothing is attached, nothing is held. */
static void shrink(void)
{
    unsigned long flags[STRIPES];
    struct shadow **spare = few;

    lock_all(flags);
    if ( !__atomic_load_n(&table.count, __ATOMIC_RELAXED) &&
         table.buckets != few )
        spare = rehash(few, STRIPES);
    unlock_all(flags);
    if ( spare != few )
        port_free(spare);
}

/* ---- what payloads call ---- */

void *xsplice_shadow_get(const struct xsplice_shadow_kind *declared,
                         const void *object)
{
    const struct shadow_kind *kind = kind_of(declared);
    const struct shadow *s;
    unsigned long flags;
    uint32_t hash;

    if ( !kind )
        return NULL;
    hash = hash_of(object, kind->id);
    flags = port_irq_lock(hash % STRIPES);
    s = *find(object, kind->id, hash);
    port_irq_unlock(hash % STRIPES, flags);
    return s ? (void *)s->data : NULL;
}

/* Nothing is attached unless 'new' is used: then it is NULL afterwards. */
static struct shadow *attach_locked(struct shadow_kind *kind,
                                    const void *object, uint32_t hash,
                                    void *arg, struct shadow **new, bool *old)
{
    struct shadow **at = find(object, kind->id, hash), *s = *new;

    *old = *at;
    if ( *at )
        return *at;
    if ( !s || !__atomic_load_n(&kind->open, __ATOMIC_RELAXED) )
        return NULL;
    if ( kind->construct &&
         port_call_construct(kind->construct, (void *)object, s->data, arg) )
        return NULL;
    s->object = object;
    s->kind = kind;
    *at = s;
    *new = NULL;
    count(kind, 1);
    return s;
}

static void *attach(const struct xsplice_shadow_kind *declared,
                    const void *object, void *arg, bool take_old)
{
    struct shadow_kind *kind = kind_of(declared);
    struct shadow *new, *s;
    unsigned long flags;
    uint32_t hash;
    bool old;

    if ( !kind )
        return NULL;
    hash = hash_of(object, kind->id);
    new = take(kind);
    flags = port_irq_lock(hash % STRIPES);
    s = attach_locked(kind, object, hash, arg, &new, &old);
    port_irq_unlock(hash % STRIPES, flags);
    give_back(kind, new);
    if ( !s || (old && !take_old) )
        return NULL;
    if ( !old )
        grow();
    return s->data;
}

void *xsplice_shadow_attach(const struct xsplice_shadow_kind *declared,
                            const void *object, void *arg)
{
    return attach(declared, object, arg, false);
}

void *xsplice_shadow_get_or_attach(const struct xsplice_shadow_kind *declared,
                                   const void *object, void *arg)
{
    void *there = xsplice_shadow_get(declared, object);

    return there ? there : attach(declared, object, arg, true);
}

void xsplice_shadow_detach(const struct xsplice_shadow_kind *declared,
                           const void *object)
{
    const struct shadow_kind *kind = kind_of(declared);
    struct shadow **at, *s;
    unsigned long flags;
    uint32_t hash;

    if ( !kind )
        return;
    hash = hash_of(object, kind->id);
    flags = port_irq_lock(hash % STRIPES);
    at = find(object, kind->id, hash);
    s = *at;
    if ( s )
    {
        *at = s->next;
        count(s->kind, -1);
    }
    port_irq_unlock(hash % STRIPES, flags);
    if ( s )
        destroy(s);
}

/*
 * Takes the stripe's variables of this kind out of the table, or hands them
 * to the heir.
 */
static struct shadow *leave_stripe(struct shadow_kind *kind,
                                   unsigned int stripe)
{
    struct shadow *gone = NULL, *s, **at;
    unsigned long flags = port_irq_lock(stripe);
    unsigned int i;

    for ( i = stripe; i < table.n; i += STRIPES )
        for ( at = &table.buckets[i]; (s = *at); )
        {
            if ( s->kind != kind )
                at = &s->next;
            else if ( kind->heir )
            {
                s->kind = kind->heir;
                __atomic_add_fetch(&s->kind->count, 1, __ATOMIC_RELAXED);
                __atomic_sub_fetch(&kind->count, 1, __ATOMIC_RELAXED);
                at = &s->next;
            }
            else
            {
                *at = s->next;
                count(kind, -1);
                s->next = gone;
                gone = s;
            }
        }
    port_irq_unlock(stripe, flags);
    return gone;
}

static void leave_all(struct shadow_kind *kind)
{
    unsigned int stripe;
    struct shadow *s;

    for ( stripe = 0; stripe < STRIPES; stripe++ )
    {
        struct shadow *gone = leave_stripe(kind, stripe);

        while ( (s = gone) )
        {
            gone = s->next;
            destroy(s);
        }
    }
}

void xsplice_shadow_detach_all(const struct xsplice_shadow_kind *declared)
{
    struct shadow_kind *kind = kind_of(declared);

    if ( kind )
        leave_all(kind);
}

int xsplice_shadow_reserve(const struct xsplice_shadow_kind *declared,
                           unsigned int n)
{
    struct shadow_kind *kind = kind_of(declared);
    struct shadow *s;

    if ( !kind || !port_may_alloc() )
        return -ENOMEM;
    while ( __atomic_load_n(&kind->nreserve, __ATOMIC_RELAXED) < n )
    {
        s = port_alloc(sizeof(*s) + kind->size);
        if ( !s )
            return -ENOMEM;
        put_reserved(kind, s);
    }
    return 0;
}

/* ---- what the engine does with them ---- */

void shadows_open(struct payload *p)
{
    unsigned int i;

    for ( i = 0; i < p->nshadows; i++ )
        __atomic_store_n(&p->shadows[i].open, true, __ATOMIC_RELAXED);
}

/* The applied payload's kind of this id, of the last applied one first. */
static struct shadow_kind *find_heir(uint64_t id)
{
    const struct payload *p;
    unsigned int i;

    for ( p = payload_top(); p; p = p->below )
        for ( i = 0; i < p->nshadows; i++ )
            if ( p->shadows[i].id == id )
                return &p->shadows[i];
    return NULL;
}

/* With the lock held: one that has to be closed, heirs found. */
static struct shadow_kind *next_to_close(void)
{
    struct payload *p;
    unsigned int i;

    for ( p = payload_first(); p; p = p->next )
        for ( i = 0; i < p->nshadows; i++ )
        {
            struct shadow_kind *kind = &p->shadows[i];

            if ( p->state == XSPLICE_STATE_APPLIED || !kind->open )
                continue;
            kind->heir = find_heir(kind->id);
            return kind;
        }
    return NULL;
}

static void drop_reserve(struct shadow_kind *kind)
{
    struct shadow *s;

    while ( (s = take_reserved(kind)) )
        port_free(s);
}

void shadows_sweep(void)
{
    struct shadow_kind *kind;

    for ( ;; )
    {
        port_lock();
        kind = next_to_close();
        /* Who attaches looks at it under a lock that leaving takes next. */
        if ( kind )
            __atomic_store_n(&kind->open, false, __ATOMIC_RELAXED);
        port_unlock();
        if ( !kind )
            break;
        leave_all(kind);
        drop_reserve(kind);
    }
    shrink();
}

void shadows_free(struct payload *p)
{
    unsigned int i;

    for ( i = 0; i < p->nshadows; i++ )
    {
        p->shadows[i].heir = NULL;
        leave_all(&p->shadows[i]);
        drop_reserve(&p->shadows[i]);
    }
    if ( p->nshadows )
        shrink();
    port_free(p->shadows);
}

size_t shadow_bytes(const struct shadow_kind *kind)
{
    return (size_t)(__atomic_load_n(&kind->count, __ATOMIC_RELAXED) +
                    __atomic_load_n(&kind->nreserve, __ATOMIC_RELAXED)) *
           (sizeof(struct shadow) + kind->size);
}
