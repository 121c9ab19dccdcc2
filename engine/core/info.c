/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What INFO answers; the keys are described in xsplice/control.h. */
#include "answer.h"
#include "engine.h"
#include "identity.h"
#include "list.h"
#include "operation.h"
#include "shadow.h"
#include "signature.h"
#include "trial.h"

static void put_id(struct answer *a, const struct build_id *id)
{
    char text[2 * XSPLICE_BUILD_ID_MAX + 1];

    answer_string(a, build_id_text(id, text));
}

/* From the lowest, which is 1; 0: it is not applied. */
static unsigned int place_of(const struct payload *p)
{
    const struct payload *q;
    unsigned int above = 0, all = 0;
    bool seen = false;

    for ( q = payload_top(); q; q = q->below, all++ )
    {
        seen |= q == p;
        above += !seen;
    }
    return seen ? all - above : 0;
}

/* Who has signed it, or why nobody counts as having; nothing when off. */
static void put_signature(struct answer *a, const struct payload *p)
{
    if ( p->signer )
        answer_pair(a, "signed-by", p->signer->name);
    else if ( p->signature != XSPLICE_REASON_NONE )
        answer_pair(a, "unsigned", reason_id(p->signature));
}

/* The name that a payload's symbol at addr has. */
static const char *name_at(const struct payload *p, unsigned long addr)
{
    unsigned int i;

    for ( i = 0; i < p->nsymbols; i++ )
        if ( p->symbols[i].addr == addr )
            return p->strings + p->symbols[i].name;
    return "?";
}

/* Name, id, size of a variable, how many there are, bytes in all. */
static void put_shadow(struct answer *a, const struct payload *p,
                       const struct shadow_kind *kind)
{
    char text[96];

    answer_string(a, "shadow=");
    answer_string(a, name_at(p, kind->declared));
    snprintf(text, sizeof(text), ",%#llx,%u,%u,%lu",
             (unsigned long long)kind->id, kind->size,
             __atomic_load_n(&kind->count, __ATOMIC_RELAXED),
             (unsigned long)shadow_bytes(kind));
    answer_string(a, text);
    answer_end(a);
}

static void put_identity(struct answer *a, const struct payload *p)
{
    unsigned int i;

    answer_string(a, "build-id=");
    put_id(a, &p->id);
    answer_end(a);
    answer_string(a, "xen-depends=");
    put_id(a, &p->xen_depends);
    answer_end(a);
    answer_string(a, "depends=");
    for ( i = 0; i < p->ndepends; i++ )
    {
        if ( i )
            answer_string(a, ",");
        put_id(a, &p->depends[i]);
    }
    answer_end(a);
}

static void put_payload(struct answer *a, const struct payload *p)
{
    unsigned int i;
    uint64_t left;

    put_identity(a, p);
    answer_string(a, "functions=");
    for ( i = 0; i < p->nsites; i++ )
    {
        if ( i )
            answer_string(a, ",");
        answer_string(a, p->sites[i].name);
    }
    answer_end(a);
    for ( i = 0; i < p->nuses; i++ )
        answer_pair(a, "uses", p->uses[i]->name);
    put_signature(a, p);
    for ( i = 0; i < p->nshadows; i++ )
        put_shadow(a, p, &p->shadows[i]);
    answer_number(a, "pages", p->region.pages);
    if ( p->timings.ended )
    {
        answer_number(a, "wait-ns", p->timings.begun - p->timings.requested);
        answer_number(a, "stop-ns", p->timings.ended - p->timings.begun);
    }
    answer_pair(a, "state",
                p->state == XSPLICE_STATE_APPLIED ? "applied" : "loaded");
    answer_number(a, "rc", engine_rc(p));
    if ( p->state == XSPLICE_STATE_APPLIED )
        answer_number(a, "order", place_of(p));
    if ( trial_now(&left) == p )
        answer_number(a, "unconfirmed-s", left);
    answer_reason(a, &p->last);
}

/* The lowest first: the list leads downwards. */
static void put_applied(struct answer *a)
{
    const struct payload *p, *last = NULL;

    while ( last != payload_top() )
    {
        for ( p = payload_top(); p->below != last; )
            p = p->below;
        answer_pair(a, "applied", p->name);
        last = p;
    }
}

static void put_engine(struct answer *a)
{
    const struct operation *op = operation_current();
    const struct payload *p;
    unsigned int loaded = 0;
    struct build_id xen;
    uint64_t left;

    hypervisor_id(&xen);
    answer_string(a, "build-id=");
    put_id(a, &xen);
    answer_end(a);
    for ( p = payload_first(); p; p = p->next )
        loaded++;
    answer_number(a, "loaded", loaded);
    put_applied(a);
    if ( (p = trial_now(&left)) )
        answer_pair(a, "unconfirmed", p->name);
    if ( op )
        answer_pair(a, "operation", op->target->name);
}

int engine_info(const char *name, struct answer *a)
{
    const struct payload *p = NULL;
    struct refusal last;

    if ( !name )
    {
        engine_last_upload(&last);
        answer_pair(a, "engine", "xsplice 1");
        answer_pair(a, "signatures",
                    signature_policy_name(signature_policy()));
        answer_reason(a, &last);
    }
    port_lock();
    if ( !name )
        put_engine(a);
    else if ( (p = payload_find(name)) )
        put_payload(a, p);
    port_unlock();
    return p || !name ? 0 : -ENOENT;
}
