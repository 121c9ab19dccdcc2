/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What INFO answers: strings "key=value", each with its NUL. */
#include "engine.h"
#include "identity.h"
#include "list.h"

struct out {
    char *text;
    size_t room, size;
};

/* Appends bytes that fit; counts them all. */
static void put(struct out *o, const char *s, size_t len)
{
    size_t left = o->size < o->room ? o->room - o->size : 0;

    if ( len && left )
        memcpy(o->text + o->size, s, len < left ? len : left);
    o->size += len;
}

static void put_string(struct out *o, const char *s)
{
    put(o, s, strlen(s));
}

static void put_id(struct out *o, const struct build_id *id)
{
    char text[2 * XSPLICE_BUILD_ID_MAX + 1];

    put_string(o, build_id_text(id, text));
}

static void put_pair(struct out *o, const char *key, const char *value)
{
    put_string(o, key);
    put(o, "=", 1);
    put(o, value, strlen(value) + 1);
}

static void put_number(struct out *o, const char *key, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    put_pair(o, key, text);
}

static void put_reason(struct out *o, const struct refusal *why)
{
    if ( why->reason == XSPLICE_REASON_NONE )
        return;
    put_string(o, "reason=");
    put_string(o, reason_sentence(why->reason));
    put_string(o, ": ");
    put(o, why->detail, strlen(why->detail) + 1);
    put_pair(o, "reason-id", reason_id(why->reason));
    if ( *reason_hint(why->reason) )
        put_pair(o, "hint", reason_hint(why->reason));
}

static void put_payload(struct out *o, const struct payload *p)
{
    unsigned int i;

    put_string(o, "build-id=");
    put_id(o, &p->id);
    put(o, "", 1);
    put_string(o, "xen-depends=");
    put_id(o, &p->xen_depends);
    put(o, "", 1);
    put_string(o, "depends=");
    for ( i = 0; i < p->ndepends; i++ )
    {
        if ( i )
            put(o, ",", 1);
        put_id(o, &p->depends[i]);
    }
    put(o, "", 1);
    put_string(o, "functions=");
    for ( i = 0; i < p->nsites; i++ )
    {
        if ( i )
            put(o, ",", 1);
        put_string(o, p->sites[i].name);
    }
    put(o, "", 1);
    for ( i = 0; i < p->nuses; i++ )
        put_pair(o, "uses", p->uses[i]->name);
    put_number(o, "pages", p->region.pages);
    if ( p->timings.ended )
    {
        put_number(o, "wait-ns", p->timings.begun - p->timings.requested);
        put_number(o, "stop-ns", p->timings.ended - p->timings.begun);
    }
    put_reason(o, &p->last);
}

int engine_info(const char *name, char *text, size_t room, size_t *size)
{
    struct out o = { .text = text, .room = room };
    const struct payload *p = NULL;
    struct refusal last;

    if ( !name )
    {
        engine_last_upload(&last);
        put_pair(&o, "engine", "xsplice 1");
        put_reason(&o, &last);
        *size = o.size;
        return 0;
    }
    port_lock();
    p = payload_find(name);
    if ( p )
        put_payload(&o, p);
    port_unlock();
    *size = o.size;
    return p ? 0 : -ENOENT;
}
