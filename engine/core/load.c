/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading a payload, from its bytes to its place among the loaded ones. */
#include "arch.h"
#include "engine.h"
#include "identity.h"
#include "list.h"
#include "load.h"
#include "signature.h"
#include "symbols.h"

/* The console shows names, and tools put them into tables. */
static int check_name(const char *name, struct refusal *why)
{
    size_t i;

    for ( i = 0; i < XSPLICE_NAME_MAX && name[i]; i++ )
        if ( name[i] < ' ' || name[i] > '~' )
            break;
    if ( i == 0 || i == XSPLICE_NAME_MAX || name[i] )
        return refuse(why, XSPLICE_REASON_NAME_BAD, "%s %zu",
                      i == XSPLICE_NAME_MAX ? "longer than" : "character", i);
    return 0;
}

/* Needs the file alone. */
static int decode(struct loader *l, const uint8_t *raw, size_t size)
{
    int rc = elf_open(&l->elf, raw, size, l->why);

    return rc ? rc : identity_read(l);
}

/* Needs the other payloads to stay as they are: with the lock held. */
static int link_payload(struct loader *l)
{
    static int (*const steps[])(struct loader * l) = {
        layout_plan,       layout_fill,  symbols_resolve, link_relocate,
        funcs_read,        hooks_read,   kinds_read,      special_read,
        arch_alternatives, symbols_keep,
    };
    const struct payload *other;
    unsigned int i;
    int rc = 0;

    if ( payload_find(l->p->name) )
        return refuse(l->why, XSPLICE_REASON_NAME_TAKEN, "%s", l->p->name);
    other = payload_find_id(&l->p->id);
    if ( other )
        return refuse(l->why, XSPLICE_REASON_ID_TAKEN, "as %s", other->name);
    for ( i = 0; i < ARRAY_SIZE(steps) && !rc; i++ )
        rc = steps[i](l);
    if ( !rc && port_region_protect(&l->p->region) )
        rc = refuse(l->why, XSPLICE_REASON_NO_REGION, "setting its rights");
    return rc;
}

/* Known to the rest from here on. */
static int publish(struct loader *l)
{
    struct payload *p = l->p;

    p->state = XSPLICE_STATE_LOADED;
    if ( port_payload_register(p) )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "registering it");
    payload_link(p);
    return 0;
}

int engine_upload(const char *name, const uint8_t *raw, size_t size,
                  struct refusal *why)
{
    struct signature_check check;

    signature_begin_upload(&check, raw, size);
    while ( signature_step(&check) )
        ;
    return engine_upload_checked(name, &check, why);
}

int engine_upload_checked(const char *name,
                          const struct signature_check *check,
                          struct refusal *why)
{
    struct refusal own = { 0 };
    struct loader l = { .why = why ? why : &own };
    uint64_t start = port_now();
    int rc = check_name(name, l.why);

    /* Nothing of the file is believed before this. */
    if ( !rc )
        rc = signature_judge(check, name, l.why);

    if ( !rc )
    {
        l.p = port_alloc(sizeof(*l.p));
        if ( l.p )
        {
            memcpy(l.p->name, name, strlen(name));
            l.p->signature = check->why.reason;
            l.p->signer = check->key;
        }
        else
            rc = refuse(l.why, XSPLICE_REASON_NO_MEMORY, "the payload");
    }
    if ( !rc )
        rc = decode(&l, check->raw, signature_payload_size(check));
    if ( !rc )
    {
        port_lock();
        rc = link_payload(&l);
        if ( !rc )
            rc = publish(&l);
        port_unlock();
    }
    elf_close(&l.elf);
    port_free(l.moving);
    port_free(l.order);
    engine_upload_refused(rc ? l.why : NULL);
    if ( rc )
    {
        payload_free(l.p);
        port_log(PORT_ERR, "xsplice: %s: %s: %s\n",
                 l.why->reason == XSPLICE_REASON_NAME_BAD ? "upload" : name,
                 reason_sentence(l.why->reason), l.why->detail);
        return rc;
    }
    port_log(PORT_INFO, "xsplice: %s: loaded in %llu us\n", name,
             (unsigned long long)(port_now() - start) / 1000);
    return 0;
}
