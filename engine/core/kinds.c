/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of shadow variables that a payload declares. */
#include "list.h"
#include "load.h"
#include "shadow.h"

/* What one payload attached another one may find, so it must be the same. */
static int check_id(struct loader *l, unsigned int i)
{
    const struct shadow_kind *kind = &l->p->shadows[i];
    const struct payload *p;
    unsigned int j;

    for ( j = 0; j < i; j++ )
        if ( l->p->shadows[j].id == kind->id )
            return refuse(l->why, XSPLICE_REASON_SHADOW_TWICE,
                          "%#llx, entries %u and %u",
                          (unsigned long long)kind->id, j, i);
    for ( p = payload_first(); p; p = p->next )
        for ( j = 0; j < p->nshadows; j++ )
            if ( p->shadows[j].id == kind->id &&
                 p->shadows[j].size != kind->size )
                return refuse(l->why, XSPLICE_REASON_SHADOW_OTHER,
                              "%#llx, %u bytes, and %u in %.80s",
                              (unsigned long long)kind->id, kind->size,
                              p->shadows[j].size, p->name);
    return 0;
}

static int read_kind(struct loader *l, const struct elf_section *s,
                     unsigned int i)
{
    struct shadow_kind *kind = &l->p->shadows[i];
    struct xsplice_shadow_kind k;
    uint8_t *at = s->fill + i * sizeof(k);
    int rc = 0;

    memcpy(&k, at, sizeof(k));
    if ( k.version != XSPLICE_SHADOW_VERSION || k.handle )
        return refuse(l->why, XSPLICE_REASON_SHADOW_VERSION,
                      "entry %u, version %u", i, k.version);
    if ( !k.size || k.size > XSPLICE_SHADOW_MAX )
        return refuse(l->why, XSPLICE_REASON_SHADOW_SIZE, "%#llx, %u bytes",
                      (unsigned long long)k.id, k.size);
    if ( k.construct )
        rc = load_callee(l, k.construct, XSPLICE_REASON_SHADOW_TARGET,
                         "constructor", i);
    if ( !rc && k.destroy )
        rc = load_callee(l, k.destroy, XSPLICE_REASON_SHADOW_TARGET,
                         "destructor", i);
    if ( rc )
        return rc;
    kind->id = k.id;
    kind->size = k.size;
    kind->construct = k.construct;
    kind->destroy = k.destroy;
    kind->declared = s->addr + i * sizeof(k);
    k.handle = (unsigned long)kind;
    memcpy(at, &k, sizeof(k));
    return check_id(l, i);
}

int cf_check kinds_read(struct loader *l)
{
    struct payload *p = l->p;
    struct elf_section *s;
    unsigned int i, n;
    int rc = load_table(l, XSPLICE_SEC_SHADOWS,
                        sizeof(struct xsplice_shadow_kind), &s);

    if ( rc || !s )
        return rc;
    n = s->size / sizeof(struct xsplice_shadow_kind);
    if ( n > XSPLICE_SHADOW_KINDS )
        return refuse(l->why, XSPLICE_REASON_SHADOW_MANY, "%u, at most %u", n,
                      XSPLICE_SHADOW_KINDS);
    p->shadows = port_alloc(n * sizeof(*p->shadows));
    if ( !p->shadows )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY,
                      "%u kinds of shadow variables", n);
    p->nshadows = n;
    for ( i = 0; i < n && !rc; i++ )
        rc = read_kind(l, s, i);
    return rc;
}
