/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rendezvous.h"

#include "port.h"

enum phase { CLOSED, GATHER, MASK, LEAVE };

/* The word: bits 0-1 phase, 2-31 how many joined, 32-63 generation. */
#define PHASE(w)   ((enum phase)((w)&3))
#define JOINED(w)  ((unsigned int)((w) >> 2) & 0x3fffffffu)
#define ONE_JOINED (1ull << 2)
#define GENERATION (1ull << 32)

static uint64_t look(const struct rendezvous *r)
{
    /* Pairs with the release in move(): what came before a phase is seen. */
    return __atomic_load_n(&r->word, __ATOMIC_ACQUIRE);
}

/*
 * From one phase into the next.  Joining goes on meanwhile, so the number of
 * those inside is what the exchange returns and not what was read before it.
 * From GATHER to any other phase the door is closed by the same store.
 */
static uint64_t move(struct rendezvous *r, enum phase to)
{
    uint64_t was = __atomic_load_n(&r->word, __ATOMIC_RELAXED), is;

    do
        is = (was & ~3ull) | to;
    while ( !__atomic_compare_exchange_n(&r->word, &was, is, false,
                                         __ATOMIC_ACQ_REL, __ATOMIC_RELAXED) );

    return is;
}

/* Waits until *count, which the others raise, is 'want'. */
static bool wait_count(const unsigned int *count, unsigned int want,
                       uint64_t deadline)
{
    while ( __atomic_load_n(count, __ATOMIC_ACQUIRE) != want )
    {
        if ( port_now() >= deadline )
            return false;
        port_cpu_relax();
    }

    return true;
}

static bool wait_joined(const struct rendezvous *r, unsigned int want,
                        uint64_t deadline)
{
    while ( JOINED(look(r)) != want )
    {
        if ( port_now() >= deadline )
            return false;
        port_cpu_relax();
    }

    return true;
}

int rendezvous_lead(struct rendezvous *r, unsigned int others,
                    uint64_t deadline, void (*act)(void *arg), void *arg)
{
    uint64_t word = look(r);
    unsigned long was;
    int rc = -EBUSY;

    /* Nobody is inside: the one before ended when all had left. */
    r->masked = r->left = 0;
    word = (word & ~(GENERATION - 1)) + GENERATION + GATHER;
    __atomic_store_n(&r->word, word, __ATOMIC_RELEASE);

    if ( wait_joined(r, others, deadline) )
    {
        was = port_cpu_mask();
        r->first = port_now();
        move(r, MASK);
        if ( wait_count(&r->masked, others, deadline) )
        {
            act(arg);
            rc = 0;
        }
        word = move(r, LEAVE);
        port_cpu_serialise();
        port_cpu_unmask(was);
    }
    else
        word = move(r, LEAVE);

    /*
     * No deadline: who is inside is spinning on the word and leaves.  Only
     * then may the word mean another operation.
     */
    while ( __atomic_load_n(&r->left, __ATOMIC_ACQUIRE) != JOINED(word) )
        port_cpu_relax();
    r->last = port_now();
    word = (word & ~(GENERATION - 1)) | CLOSED;
    __atomic_store_n(&r->word, word, __ATOMIC_RELEASE);

    return rc;
}

bool rendezvous_join(struct rendezvous *r)
{
    uint64_t word = __atomic_load_n(&r->word, __ATOMIC_RELAXED);
    unsigned long was;

    do
        if ( PHASE(word) != GATHER )
            return false;
    while ( !__atomic_compare_exchange_n(&r->word, &word, word + ONE_JOINED,
                                         false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_RELAXED) );

    while ( PHASE(look(r)) == GATHER )
        port_cpu_relax();

    if ( PHASE(look(r)) == MASK )
    {
        was = port_cpu_mask();
        /* The leader acquires this before it acts: we are out of the text. */
        __atomic_add_fetch(&r->masked, 1, __ATOMIC_RELEASE);
        while ( PHASE(look(r)) == MASK )
            port_cpu_relax();
        port_cpu_serialise();
        port_cpu_unmask(was);
    }
    /* The last access to *r of this operation. */
    __atomic_add_fetch(&r->left, 1, __ATOMIC_RELEASE);

    return true;
}

bool rendezvous_open(const struct rendezvous *r)
{
    return PHASE(__atomic_load_n(&r->word, __ATOMIC_RELAXED)) == GATHER;
}
