/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who a payload is, what it depends on, and for which hypervisor it was
 * built: ELF notes with build-ids.
 */
#include "identity.h"
#include "load.h"

#define DEPENDS_MAX 64

struct note_header {
    uint32_t namesz, descsz, type;
};

/*
 * Reads the note at *at of the section and moves *at behind it.  Fields of a
 * note are padded to four bytes; the padding of the last may be cut off.
 */
static int read_note(struct loader *l, const struct elf_section *s, size_t *at,
                     struct build_id *out)
{
    struct note_header h;
    size_t left = s->size - *at;
    size_t desc = sizeof(h) + sizeof(XSPLICE_NOTE_OWNER);

    if ( left < sizeof(h) )
        return refuse(l->why, XSPLICE_REASON_NOTE_SIZE, "%s, %zu bytes",
                      s->name, left);
    memcpy(&h, s->data + *at, sizeof(h));
    if ( h.type != XSPLICE_NOTE_TYPE )
        return refuse(l->why, XSPLICE_REASON_NOTE_TYPE, "%s, type %u", s->name,
                      h.type);
    if ( h.namesz != sizeof(XSPLICE_NOTE_OWNER) )
        return refuse(l->why, XSPLICE_REASON_NOTE_OWNER,
                      "%s, a name of %u bytes", s->name, h.namesz);
    if ( left < desc )
        return refuse(l->why, XSPLICE_REASON_NOTE_SIZE, "%s, %zu bytes",
                      s->name, left);
    if ( memcmp(s->data + *at + sizeof(h), XSPLICE_NOTE_OWNER,
                sizeof(XSPLICE_NOTE_OWNER)) )
        return refuse(l->why, XSPLICE_REASON_NOTE_OWNER, "%s", s->name);
    if ( h.descsz == 0 || h.descsz > XSPLICE_BUILD_ID_MAX )
        return refuse(l->why, XSPLICE_REASON_NOTE_LENGTH, "%s, %u bytes",
                      s->name, h.descsz);
    if ( left - desc < h.descsz )
        return refuse(l->why, XSPLICE_REASON_NOTE_SIZE,
                      "%s, %zu bytes for an id of %u", s->name, left,
                      h.descsz);
    out->len = h.descsz;
    memcpy(out->bytes, s->data + *at + desc, h.descsz);
    desc += (h.descsz + 3) & ~3u;
    *at += desc < left ? desc : left;
    return 0;
}

static const struct elf_section *note_section(struct loader *l,
                                              const char *name)
{
    const struct elf_section *s = elf_find(&l->elf, name);

    return s && s->data ? s : NULL;
}

static int read_one(struct loader *l, const char *name,
                    enum xsplice_reason missing, struct build_id *out)
{
    const struct elf_section *s = note_section(l, name);
    size_t at = 0;
    int rc;

    if ( !s )
        return refuse(l->why, missing, "no section %s", name);
    rc = read_note(l, s, &at, out);
    if ( !rc && at != s->size )
        rc = refuse(l->why, XSPLICE_REASON_NOTE_COUNT,
                    "%s, %#zx of %#zx bytes", name, at, s->size);
    return rc;
}

/* The one id of the stock format, and any number in ours. */
static int read_depends(struct loader *l)
{
    const struct elf_section *s = note_section(l, XSPLICE_SEC_MORE_DEPENDS);
    struct payload *p = l->p;
    struct build_id id;
    size_t at = 0;
    unsigned int n = 1, i;
    int rc = 0;

    for ( ; s && at < s->size; n++ )
    {
        rc = read_note(l, s, &at, &id);
        if ( rc )
            return rc;
    }
    if ( n > DEPENDS_MAX )
        return refuse(l->why, XSPLICE_REASON_DEPENDS_MANY, "%u", n);
    p->depends = port_alloc(n * sizeof(*p->depends));
    if ( !p->depends )
        return refuse(l->why, XSPLICE_REASON_NO_MEMORY, "%u dependencies", n);
    p->ndepends = n;
    rc = read_one(l, XSPLICE_SEC_DEPENDS, XSPLICE_REASON_DEPENDS_MISSING,
                  &p->depends[0]);
    for ( i = 1, at = 0; i < n && !rc; i++ )
        rc = read_note(l, s, &at, &p->depends[i]);
    for ( i = 0; i < n && !rc; i++ )
        if ( build_id_equal(&p->depends[i], &p->id) )
        {
            char text[2 * XSPLICE_BUILD_ID_MAX + 1];

            rc = refuse(l->why, XSPLICE_REASON_DEPENDS_SELF, "%s",
                        build_id_text(&p->id, text));
        }
    return rc;
}

int identity_read(struct loader *l)
{
    struct payload *p = l->p;
    struct build_id xen;
    char a[2 * XSPLICE_BUILD_ID_MAX + 1], b[2 * XSPLICE_BUILD_ID_MAX + 1];
    int rc;

    /* First of all: a payload for another hypervisor is looked at no more. */
    rc = read_one(l, XSPLICE_SEC_XEN_DEPENDS,
                  XSPLICE_REASON_XEN_DEPENDS_MISSING, &p->xen_depends);
    if ( rc )
        return rc;
    hypervisor_id(&xen);
    if ( !build_id_equal(&p->xen_depends, &xen) )
        return refuse(
            l->why, XSPLICE_REASON_XEN_DEPENDS, "%.40s, this is %.40s",
            build_id_text(&p->xen_depends, a), build_id_text(&xen, b));
    rc = read_one(l, XSPLICE_SEC_BUILD_ID, XSPLICE_REASON_BUILD_ID_MISSING,
                  &p->id);
    if ( !rc )
        rc = read_depends(l);
    return rc;
}

void hypervisor_id(struct build_id *out)
{
    unsigned int len = 0;
    const uint8_t *id = port_hypervisor_id(&len);

    memset(out, 0, sizeof(*out));
    if ( !id || len > sizeof(out->bytes) )
        return;
    out->len = len;
    memcpy(out->bytes, id, len);
}

bool build_id_equal(const struct build_id *a, const struct build_id *b)
{
    return a->len && a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

const char *build_id_text(const struct build_id *id,
                          char out[2 * XSPLICE_BUILD_ID_MAX + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned int i;

    for ( i = 0; i < id->len; i++ )
    {
        out[2 * i] = digits[id->bytes[i] >> 4];
        out[2 * i + 1] = digits[id->bytes[i] & 0xf];
    }
    out[2 * i] = '\0';
    return out;
}
