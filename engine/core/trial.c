/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"
#include "list.h"
#include "operation.h"
#include "trial.h"

#define NS_PER_S  1000000000ull
#define NS_PER_MS 1000000ull
#define LONGEST_S 86400u

static struct {
    struct payload *of; /* NULL: none */
    struct payload **before;
    unsigned int nbefore;
    uint64_t until;
    unsigned int tries; /* to take it back */
} trial;

static bool comes_back(const struct payload *p)
{
    unsigned int i;

    for ( i = 0; i < trial.nbefore; i++ )
        if ( trial.before[i] == p )
            return true;
    return false;
}

int trial_allows(const struct payload *p, uint32_t cmd, struct findings *f)
{
    if ( !trial.of )
        return 0;
    if ( cmd == XSPLICE_ACTION_APPLY || cmd == XSPLICE_ACTION_REPLACE )
        return found(f, XSPLICE_REASON_UNCONFIRMED, "%.100s", trial.of->name);
    if ( cmd == XSPLICE_ACTION_UNLOAD && comes_back(p) )
        return found(f, XSPLICE_REASON_UNLOAD_AWAITED, "%.100s",
                     trial.of->name);
    return 0;
}

/*
 * A replaced payload comes back with its data as they are, which is what its
 * code left there.  Its load hooks, though, would be run on them a second time.
 */
static int can_come_back(const struct payload *p, struct findings *f)
{
    if ( p->has_data && (p->nload || p->nunload) )
        return found(f, XSPLICE_REASON_TRIAL_HOOKS, "of %.100s", p->name);
    return 0;
}

int trial_plan(struct operation *op, uint64_t within, struct findings *f)
{
    struct payload *p;
    unsigned int n = 0;
    int rc = 0;

    if ( within > LONGEST_S * NS_PER_S )
        return found(f, XSPLICE_REASON_TRIAL_TIME, "%llu s",
                     (unsigned long long)(within / NS_PER_S));
    op->within = within;
    if ( op->cmd != XSPLICE_ACTION_REPLACE || !op->top )
        return 0;
    for ( p = op->top; p && !rc; p = p->below, n++ )
        rc = can_come_back(p, f);
    if ( rc )
        return rc;
    op->before = port_alloc(n * sizeof(struct payload *));
    if ( !op->before )
    {
        found(f, XSPLICE_REASON_NO_MEMORY, "the way back");
        return f->rc;
    }
    op->nbefore = n;
    for ( p = op->top; p; p = p->below )
        op->before[--n] = p;
    return 0;
}

void trial_drop(struct operation *op)
{
    port_free(op->before);
    op->before = NULL;
    op->nbefore = 0;
}

void trial_begin(struct operation *op)
{
    trial.of = op->target;
    trial.before = op->before;
    trial.nbefore = op->nbefore;
    op->before = NULL;
    trial.tries = 0;
    trial.until = port_now() + op->within;
    port_alarm(trial.until);
    port_log(PORT_INFO,
             "xsplice: %s: on trial, taken back in %llu ms unless confirmed\n",
             trial.of->name, (unsigned long long)(op->within / NS_PER_MS));
}

void trial_end(const struct payload *p)
{
    if ( trial.of != p )
        return;
    port_free(trial.before);
    memset(&trial, 0, sizeof(trial));
    port_alarm(0);
}

struct payload *const *trial_before(unsigned int *n)
{
    *n = trial.nbefore;
    return trial.before;
}

const struct payload *trial_now(uint64_t *left)
{
    uint64_t now = port_now();

    *left = trial.of && trial.until > now
                ? (trial.until - now + NS_PER_S - 1) / NS_PER_S
                : 0;
    return trial.of;
}

/* Longer and longer: a host that cannot stop its CPUs has other work, too. */
static uint64_t pause(void)
{
    return 50 * NS_PER_MS << (trial.tries < 5 ? trial.tries : 5);
}

static uint32_t patience(void)
{
    return DEFAULT_TIMEOUT_NS << (trial.tries < 4 ? trial.tries : 4);
}

static void take_back(struct payload *p)
{
    struct refusal why = { 0 };
    struct findings f = { .first = &why };
    struct operation *op = NULL;
    uint32_t cmd = trial.nbefore ? OPERATION_TAKE_BACK : XSPLICE_ACTION_REVERT;
    unsigned int tries = trial.tries++;
    int rc = operation_plan(p, cmd, 0, &op, &f);

    if ( !rc )
        rc = operation_start(op, patience(), &why);
    if ( !rc || trial.of != p )
        return;
    p->last = why;
    /* Each time twice as late: a hook may say no for ever. */
    if ( !(tries & (tries - 1)) )
        port_log(PORT_ERR, "xsplice: %s: cannot be taken back yet: %s: %s\n",
                 p->name, reason_sentence(why.reason), why.detail);
}

void engine_alarm(void)
{
    uint64_t now;

    port_lock();
    now = port_now();
    if ( trial.of && now < trial.until )
        port_alarm(trial.until);
    else if ( trial.of )
    {
        /* Whatever comes of this try, there will be another one. */
        port_alarm(now + pause());
        if ( !trial.tries )
            port_log(PORT_WARN,
                     "xsplice: %s: not confirmed in time, taking it back\n",
                     trial.of->name);
        if ( !operation_current() )
            take_back(trial.of);
    }
    port_unlock();
}

int engine_confirm(const char *name, struct refusal *why)
{
    struct refusal own = { 0 };
    const struct operation *op;
    struct payload *p;
    int rc = 0;

    why = why ? why : &own;
    port_lock();
    p = payload_find(name);
    op = operation_current();
    if ( !p )
        rc = refuse(why, XSPLICE_REASON_NO_SUCH_PAYLOAD, "%.100s", name);
    else if ( trial.of != p )
        rc = refuse(why, XSPLICE_REASON_NOT_ON_TRIAL, "%.100s", name);
    else if ( op && op->target == p )
        rc = refuse(why, XSPLICE_REASON_BUSY, "on %.100s", name);
    else
        trial_end(p);
    if ( rc && p )
        p->last = *why;
    port_unlock();
    if ( rc )
        port_log(PORT_ERR, "xsplice: %.128s: %s: %s\n", name,
                 reason_sentence(why->reason), why->detail);
    else
        port_log(PORT_INFO, "xsplice: %.128s: confirmed\n", name);
    return rc;
}
