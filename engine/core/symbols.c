/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "identity.h"
#include "list.h"
#include "symbols.h"

/* The hypervisor's symbols, by the top bits of their hashes. */
static struct {
    uint64_t *hashes;
    unsigned long *addrs;
    uint32_t *starts; /* of each bucket; one more than there are buckets */
    unsigned int n, bits;
} table;

/* The bytes of the next word of a name, zero behind its end. */
static uint64_t next_word(const char *name, bool *end)
{
    uint64_t word = 0;
    unsigned int i;

    for ( i = 0; i < sizeof(word) && name[i]; i++ )
        word |= (uint64_t)(uint8_t)name[i] << (8 * i);
    *end = i < sizeof(word);
    return word;
}

/*
 * Eight bytes at a time, as this is most of what an undefined symbol costs.
 * A zero byte among them is found as usual: taking one off each byte borrows
 * from the top bit of those that are zero.
 */
uint64_t symbol_hash(const char *name, size_t room)
{
    const uint64_t ones = 0x0101010101010101ull;
    uint64_t h = 0xcbf29ce484222325ull, word, zero;
    bool end = false;

    while ( !end )
    {
        if ( room >= sizeof(word) )
        {
            memcpy(&word, name, sizeof(word));
            zero = (word - ones) & ~word & (ones << 7);
            end = zero;
            if ( end )
                word &= ((zero & -zero) >> 7) - 1;
            room -= sizeof(word);
        }
        else
        {
            word = next_word(name, &end);
            room = 0;
        }
        name += sizeof(word);
        h = (h ^ word) * 0x9e3779b97f4a7c15ull;
        h ^= h >> 32;
    }
    return h * 0x9e3779b97f4a7c15ull;
}

static unsigned int bucket_of(uint64_t hash)
{
    return hash >> (64 - table.bits);
}

static int cf_check count_one(void *arg, const char *name, unsigned long addr)
{
    unsigned int *n = arg;

    (*n)++;
    return 0;
}

static int cf_check count_bucket(void *arg, const char *name,
                                 unsigned long addr)
{
    table.starts[bucket_of(symbol_hash(name, 0)) + 1]++;
    return 0;
}

static int cf_check put_one(void *arg, const char *name, unsigned long addr)
{
    uint64_t hash = symbol_hash(name, 0);
    uint32_t *next = arg;
    uint32_t at = next[bucket_of(hash)]++;

    table.hashes[at] = hash;
    table.addrs[at] = addr;
    return 0;
}

/* Three walks, so that the arrays have just the size needed. */
int symbols_init(void)
{
    unsigned int buckets, i;
    uint32_t *next;

    table.n = 0;
    port_symbols_each(count_one, &table.n);
    for ( table.bits = 1; (1u << table.bits) < table.n; )
        table.bits++;
    buckets = 1u << table.bits;

    table.hashes = port_alloc((table.n + 1) * sizeof(*table.hashes));
    table.addrs = port_alloc((table.n + 1) * sizeof(*table.addrs));
    table.starts = port_alloc((buckets + 1) * sizeof(*table.starts));
    next = port_alloc((buckets + 1) * sizeof(*next));
    if ( !table.hashes || !table.addrs || !table.starts || !next )
    {
        port_free(next);
        symbols_exit();
        return -ENOMEM;
    }
    port_symbols_each(count_bucket, NULL);
    for ( i = 0; i < buckets; i++ )
        table.starts[i + 1] += table.starts[i];
    memcpy(next, table.starts, (buckets + 1) * sizeof(*next));
    port_symbols_each(put_one, next);
    port_free(next);
    return 0;
}

void symbols_exit(void)
{
    port_free(table.hashes);
    port_free(table.addrs);
    port_free(table.starts);
    memset(&table, 0, sizeof(table));
}

enum symbol_found symbols_hypervisor(uint64_t hash, unsigned long *addr)
{
    enum symbol_found found = SYMBOL_NONE;
    uint32_t i, end;

    if ( !table.n )
        return SYMBOL_NONE;
    i = table.starts[bucket_of(hash)];
    end = table.starts[bucket_of(hash) + 1];
    for ( ; i < end; i++ )
    {
        if ( table.hashes[i] != hash )
            continue;
        /* A name that is there twice for one address is one symbol. */
        if ( found == SYMBOL_ONE && table.addrs[i] != *addr )
            return SYMBOL_MANY;
        *addr = table.addrs[i];
        found = SYMBOL_ONE;
    }
    return found;
}

/* In payload p: its exported symbol of this name. */
static const struct payload_symbol *exported(const struct payload *p,
                                             uint64_t hash, const char *name)
{
    unsigned int low = 0, high = p->nexports;

    while ( low < high )
    {
        unsigned int mid = low + (high - low) / 2;

        if ( p->symbols[p->exports[mid]].hash < hash )
            low = mid + 1;
        else
            high = mid;
    }
    for ( ; low < p->nexports; low++ )
    {
        const struct payload_symbol *s = &p->symbols[p->exports[low]];

        if ( s->hash != hash )
            break;
        if ( !strcmp(p->strings + s->name, name) )
            return s;
    }
    return NULL;
}

static bool depends_on(const struct payload *p, const struct payload *on)
{
    unsigned int i;

    for ( i = 0; i < p->ndepends; i++ )
        if ( build_id_equal(&p->depends[i], &on->id) )
            return true;
    return false;
}

enum symbol_found symbols_payloads(const struct payload *user,
                                   const char *name, uint64_t hash,
                                   unsigned long *addr, struct payload **owner)
{
    const struct payload_symbol *s;
    unsigned int found = 0, preferred = 0;
    struct payload *p;

    for ( p = payload_first(); p; p = p->next )
    {
        bool prefer;

        s = exported(p, hash, name);
        if ( !s )
            continue;
        prefer = depends_on(user, p);
        found++;
        preferred += prefer;
        if ( prefer || !preferred )
        {
            *addr = s->addr;
            *owner = p;
        }
    }
    if ( preferred == 1 || (!preferred && found == 1) )
        return SYMBOL_ONE;
    return found ? SYMBOL_MANY : SYMBOL_NONE;
}

int symbols_edge(struct payload *user, struct payload *owner)
{
    struct payload **uses;
    unsigned int i;

    for ( i = 0; i < user->nuses; i++ )
        if ( user->uses[i] == owner )
            return 0;
    uses = port_alloc((user->nuses + 1) * sizeof(*uses));
    if ( !uses )
        return -ENOMEM;
    for ( i = 0; i < user->nuses; i++ )
        uses[i] = user->uses[i];
    uses[user->nuses++] = owner;
    port_free(user->uses);
    user->uses = uses;
    return 0;
}
