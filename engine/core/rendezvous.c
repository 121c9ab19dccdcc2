/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rendezvous.h"

#include "port.h"

enum phase { CLOSED, GATHER, HUSH, MASK, LEAVE };

/* The word: bits 0-2 phase, 3-31 how many joined, 32-63 generation. */
#define PHASE_MASK 7ull
#define PHASE(w)   ((enum phase)((w)&PHASE_MASK))
#define JOINED(w)  ((unsigned int)((w) >> 3) & 0x1fffffffu)
#define ONE_JOINED (1ull << 3)
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
        is = (was & ~PHASE_MASK) | to;
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

static int wait_joined(const struct rendezvous *r, unsigned int want,
                       uint64_t deadline)
{
    while ( JOINED(look(r)) != want )
    {
        int rc = port_cpu_serve();

        if ( rc )
            return rc;
        if ( port_now() >= deadline )
            return -EBUSY;
        port_cpu_relax();
    }

    return 0;
}

/* From all being in to the end of the stop; 0 or -EBUSY. */
static int stop(struct rendezvous *r, unsigned int others, uint64_t deadline,
                void (*act)(void *arg), void *arg)
{
    unsigned long was;
    int rc = -EBUSY;

    move(r, HUSH);
    if ( !wait_count(&r->hushed, others, deadline) )
    {
        move(r, LEAVE);
        return rc;
    }

    was = port_cpu_mask();
    r->first = port_now();
    move(r, MASK);
    if ( wait_count(&r->masked, others, deadline) )
    {
        act(arg);
        rc = 0;
    }
    move(r, LEAVE);
    port_cpu_serialise();
    port_cpu_unmask(was);

    return rc;
}

void rendezvous_begin(struct rendezvous *r)
{
    uint64_t word = look(r);

    /* Nobody is inside: the one before ended when all had left. */
    r->hushed = r->masked = r->left = 0;
    word = (word & ~(GENERATION - 1)) + GENERATION + GATHER;
    __atomic_store_n(&r->word, word, __ATOMIC_RELEASE);
}

int rendezvous_lead(struct rendezvous *r, unsigned int others,
                    uint64_t deadline, void (*act)(void *arg), void *arg)
{
    uint64_t word;
    int rc;

    rc = wait_joined(r, others, deadline);
    if ( !rc )
        rc = stop(r, others, deadline, act, arg);
    else
        move(r, LEAVE);

    /*
     * No deadline: who is inside looks at nothing but the word and leaves, or
     * serves the others and will look at it then; so we serve, too.  Only when
     * all have left may the word mean another operation.
     */
    word = look(r);
    while ( __atomic_load_n(&r->left, __ATOMIC_ACQUIRE) != JOINED(word) )
    {
        if ( rc )
            port_cpu_serve();
        port_cpu_relax();
    }
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
    {
        port_cpu_serve();
        port_cpu_relax();
    }

    if ( PHASE(look(r)) == HUSH )
    {
        __atomic_add_fetch(&r->hushed, 1, __ATOMIC_RELEASE);
        while ( PHASE(look(r)) == HUSH )
            port_cpu_relax();
    }

    was = port_cpu_mask();
    if ( PHASE(look(r)) == MASK )
    {
        /* The leader acquires this before it acts: we are out of the text. */
        __atomic_add_fetch(&r->masked, 1, __ATOMIC_RELEASE);
        while ( PHASE(look(r)) == MASK )
            port_cpu_relax();
        port_cpu_serialise();
    }
    /* The last access to *r of this operation. */
    __atomic_add_fetch(&r->left, 1, __ATOMIC_RELEASE);
    port_cpu_unmask(was);

    return true;
}

bool rendezvous_open(const struct rendezvous *r)
{
    return PHASE(__atomic_load_n(&r->word, __ATOMIC_RELAXED)) == GATHER;
}
