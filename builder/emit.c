/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The payload out of the chosen atoms.
 *
 * Code, constants and data of all units go into one section of each sort: Xen
 * takes fewer than 1,024 sections, and a payload of many functions would have
 * more.  Functions get names, for backtraces, and so do new global variables.
 * A replacement has the name of what it replaces; anything new is called
 * NAME@PAYLOAD, because Xen refuses a payload that brings a name which is
 * already there, and payloads that share a new function are loaded side by
 * side when one replaces the other.  Other data is referred to by its section.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "builder/arch.h"
#include "builder/elfout.h"
#include "builder/expect.h"
#include "builder/findings.h"
#include "builder/memory.h"
#include "builder/session.h"
#include "builder/special.h"
#include "common/note.h"
#include "xsplice/shadow.h"

#define OWN_ID_LEN 20
#define OWN_ID_KEY "build-id="

struct output {
    struct session *s;
    struct elfout *e;
    unsigned int strings; /* .livepatch.strings */
    unsigned int note;    /* the payload's own id */
    size_t nr_functions;
};

static const struct out_sort {
    enum section_kind kind;
    bool nobits;
    const char *name;
    uint32_t type;
    uint64_t flags;
} sorts[] = {
    { SECTION_TEXT, false, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR },
    { SECTION_FIXUP, false, ".fixup", SHT_PROGBITS,
      SHF_ALLOC | SHF_EXECINSTR },
    { SECTION_STRINGS, false, ".rodata.str", SHT_PROGBITS, SHF_ALLOC },
    { SECTION_CONST, false, ".rodata", SHT_PROGBITS, SHF_ALLOC },
    { SECTION_RODATA, false, ".rodata", SHT_PROGBITS, SHF_ALLOC },
    { SECTION_DATA, false, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE },
    { SECTION_DATA, true, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE },
    { SECTION_SHADOW, false, XSPLICE_SEC_SHADOWS, SHT_PROGBITS,
      SHF_ALLOC | SHF_WRITE },
};

static unsigned int section_for(struct output *o, const struct atom *a)
{
    unsigned int i = 0;

    while ( sorts[i].kind != a->sec->kind ||
            sorts[i].nobits != a->sec->nobits )
        i++;
    return elfout_section(o->e, sorts[i].name, sorts[i].type, sorts[i].flags);
}

/* What an atom's place in its section says about its alignment. */
static uint64_t alignment(const struct atom *a)
{
    uint64_t align = a->sec->align;

    if ( a->sec->kind == SECTION_FIXUP )
        return 1;
    while ( a->start % align )
        align /= 2;
    return align;
}

static const struct atom *same_string(const struct output *o,
                                      const struct atom *a)
{
    size_t i;

    for ( i = 0; i < o->s->nr_included && o->s->included[i] != a; i++ )
    {
        const struct atom *b = o->s->included[i];

        if ( b->sec->kind == SECTION_STRINGS && b->size == a->size &&
             b->sec->entsize == a->sec->entsize &&
             alignment(b) >= alignment(a) &&
             !memcmp(a->sec->data + a->start, b->sec->data + b->start,
                     a->size) )
            return b;
    }
    return NULL;
}

static void place(struct output *o, struct atom *a)
{
    bool code = a->sec->flags & SHF_EXECINSTR;
    const struct atom *twin =
        a->sec->kind == SECTION_STRINGS ? same_string(o, a) : NULL;

    a->out_sec = section_for(o, a);
    if ( twin )
        a->out_off = twin->out_off;
    else
        a->out_off = elfout_append(
            o->e, a->out_sec, a->sec->data ? a->sec->data + a->start : NULL,
            a->size, alignment(a), code ? o->s->img->arch->fill : 0);
    /* Xen gives an address only to sections that have a size. */
    if ( !elfout_size(o->e, a->out_sec) )
        elfout_append(o->e, a->out_sec, NULL, 1, 1, 0);
}

static bool is_replacement(const struct atom *a)
{
    return atom_is_function(a) && a->twin && !a->owner &&
           a->state == ATOM_DIFFERS;
}

/* Functions, for backtraces; global variables, for payloads built upon it. */
static bool has_name(const struct atom *a)
{
    return a->sym && (atom_is_function(a) || a->sym->bind != STB_LOCAL);
}

static void name_symbol(struct output *o, struct atom *a)
{
    const char *file = a->sym->bind == STB_LOCAL ? a->sym->file : "";
    unsigned char bind = STB_LOCAL;
    char *name;

    if ( is_replacement(a) )
        name = hypervisor_name(a->twin);
    else
    {
        name = xs_printf("%s%s%s@%s", file, file[0] ? "#" : "", a->sym->name,
                         o->s->in->name);
        bind = file[0] ? STB_LOCAL : STB_GLOBAL;
    }
    a->out_sym =
        elfout_symbol(o->e, name, a->out_sec, a->out_off, a->size, bind,
                      atom_is_function(a) ? STT_FUNC : STT_OBJECT);
    free(name);
}

/* A relocation of a field to what a binding says, plus OFF. */
static void relocate(struct output *o, unsigned int sec, uint64_t at,
                     uint32_t type, const struct binding *b, int64_t off)
{
    const struct atom *t = b->atom;
    unsigned int sym;

    switch ( b->kind )
    {
    case BIND_ATOM:
        if ( t->out_sym )
            elfout_reloc(o->e, sec, at, type, t->out_sym, off);
        else
            elfout_reloc(o->e, sec, at, type, t->out_sec, t->out_off + off);
        break;
    case BIND_NAME:
        elfout_reloc(o->e, sec, at, type, elfout_undefined(o->e, b->name),
                     off);
        break;
    case BIND_VALUE:
        sym = elfout_symbol(o->e, b->name, ELFOUT_ABS, b->value, 0, STB_LOCAL,
                            STT_NOTYPE);
        elfout_reloc(o->e, sec, at, type, sym, off);
        break;
    case BIND_NONE: /* refused long ago */
        break;
    }
}

static void clone_reloc(struct output *o, const struct section *in,
                        const struct reloc *r, unsigned int sec, uint64_t at)
{
    struct binding b =
        bind(o->s, r->target, r->sym, reloc_follows_code(in, r));

    relocate(o, sec, at, r->type, &b, r->target ? r->off : r->addend);
    binding_free(&b);
}

static void clone_relocs(struct output *o, const struct atom *a)
{
    size_t i;

    for ( i = 0; i < a->nr_relocs; i++ )
        clone_reloc(o, a->sec, &a->relocs[i], a->out_sec,
                    a->out_off + a->relocs[i].offset - a->start);
}

static unsigned int replacement_section(struct output *o)
{
    return elfout_section(o->e, ".altinstr_replacement", SHT_PROGBITS,
                          SHF_ALLOC | SHF_EXECINSTR);
}

/* Appends the replacement code of an entry and returns where it is. */
static uint64_t clone_code(struct output *o, const struct special *sp,
                           unsigned int field)
{
    const struct special_ref *ref = &sp->refs[field];
    unsigned int sec = replacement_section(o);
    size_t len, i;
    const uint8_t *code = special_code(sp, field, &len);
    uint64_t at = elfout_append(o->e, sec, code, len, 1, 0);

    for ( i = 0; i < ref->sec->nr_relocs; i++ )
        if ( ref->sec->relocs[i].offset >= ref->at &&
             ref->sec->relocs[i].offset < ref->at + len )
            clone_reloc(o, ref->sec, &ref->sec->relocs[i], sec,
                        at + ref->sec->relocs[i].offset - ref->at);
    return at;
}

static void clone_special(struct output *o, const struct special *sp)
{
    unsigned int sec = elfout_section(o->e, sp->sec->name, SHT_PROGBITS,
                                      SHF_ALLOC),
                 i;
    uint64_t at = elfout_append(o->e, sec, sp->sec->data + sp->offset,
                                sp->table->size, sp->sec->align, 0);

    for ( i = 0; special_role(sp, i); i++ )
    {
        const struct special_field *f = &sp->table->fields[i];
        const struct special_ref *ref = &sp->refs[i];
        struct binding b = { .kind = BIND_ATOM, .atom = ref->target };
        int64_t off = ref->target ? (int64_t)(ref->at - ref->target->start)
                                  : (int64_t)ref->at;

        memset(elfout_bytes(o->e, sec) + at + f->offset, 0, sizeof(uint32_t));
        if ( special_role(sp, i) == SPECIAL_CODE )
        {
            off = clone_code(o, sp, i);
            elfout_reloc(o->e, sec, at + f->offset, ref->reloc->type,
                         replacement_section(o), off + ref->extra);
            continue;
        }
        if ( special_role(sp, i) == SPECIAL_POINTER )
            b = bind(o->s, ref->target, ref->reloc->sym, false);
        relocate(o, sec, at + f->offset, ref->reloc->type, &b,
                 off + ref->extra);
        binding_free(&b);
    }
}

static void write_hooks(struct output *o)
{
    size_t i, j;

    for ( i = 0; i < o->s->nr_hooks; i++ )
    {
        const struct section *h = o->s->hooks[i];
        unsigned int sec =
            elfout_section(o->e, h->name, SHT_PROGBITS, SHF_ALLOC);

        for ( j = 0; j < h->nr_relocs; j++ )
        {
            struct binding b = { .kind = BIND_ATOM,
                                 .atom = h->relocs[j].target };

            relocate(o, sec, elfout_append(o->e, sec, NULL, 8, 8, 0),
                     h->relocs[j].type, &b, h->relocs[j].off);
        }
    }
}

static void write_function(struct output *o, const struct atom *a)
{
    struct xsplice_func f = { .new_size = a->size,
                              .old_size = a->twin->sym->size,
                              .version = XSPLICE_FUNC_VERSION };
    unsigned int sec =
        elfout_section(o->e, XSPLICE_SEC_FUNCS, SHT_PROGBITS, SHF_ALLOC);
    char *name = hypervisor_name(a->twin);
    const struct atom *old = a->twin;
    const struct image_symbol *found;
    uint64_t at, text;

    /* What lies below may have another replacement of it in place. */
    if ( !o->s->nr_by_hand && !below_replaces(&o->s->below, name, NULL) )
        expect_fill(&f.expect, old);
    if ( image_find(o->s->img,
                    old->sym->bind == STB_LOCAL ? old->sym->file : "",
                    old->sym->name, &found) > 1 )
        f.old_addr = old->image_addr;
    text = elfout_append(o->e, o->strings, name, strlen(name) + 1, 1, 0);
    at = elfout_append(o->e, sec, &f, sizeof(f), 8, 0);
    elfout_reloc(o->e, sec, at + offsetof(struct xsplice_func, name),
                 o->s->img->arch->pointer, o->strings, text);
    elfout_reloc(o->e, sec, at + offsetof(struct xsplice_func, new_addr),
                 o->s->img->arch->pointer, a->out_sym, 0);
    o->nr_functions++;
    free(name);
}

static unsigned int write_note(struct output *o, const char *section,
                               const struct xs_build_id *id, uint64_t flags)
{
    unsigned int sec = elfout_section(o->e, section, SHT_NOTE, flags);
    uint8_t note[XS_NOTE_MAX];
    size_t size = xs_note_make(id, note);

    elfout_append(o->e, sec, note, size, 4, 0);
    return sec;
}

static void write_notes(struct output *o)
{
    const struct xs_ids *depends = &o->s->out->depends;
    struct xs_build_id own = { .len = OWN_ID_LEN };
    size_t i;

    o->note = write_note(o, XSPLICE_SEC_BUILD_ID, &own, SHF_ALLOC);
    write_note(o, XSPLICE_SEC_XEN_DEPENDS, &o->s->img->id, SHF_ALLOC);
    if ( !depends->n )
        write_note(o, XSPLICE_SEC_DEPENDS, &o->s->img->id, SHF_ALLOC);
    for ( i = 0; i < depends->n; i++ )
        write_note(o, i ? XSPLICE_SEC_MORE_DEPENDS : XSPLICE_SEC_DEPENDS,
                   &depends->id[i], i ? 0 : SHF_ALLOC);
}

static void write_text(struct output *o, char *text)
{
    unsigned int sec =
        elfout_section(o->e, XSPLICE_SEC_MODINFO, SHT_PROGBITS, SHF_ALLOC);

    elfout_append(o->e, sec, text, strlen(text) + 1, 1, 0);
    free(text);
}

/*
 * What the notes say, once more for people and tools: stock Xen hands the
 * metadata of a loaded payload back, and not its notes.
 */
static void write_identity(struct output *o)
{
    const struct xs_ids *ids = &o->s->out->depends;
    const char *hex = o->s->out->xen_build_id;
    char *depends = ids->n ? xs_ids_text(ids) : NULL;

    /* seal() puts the digits in, as it does with the note. */
    write_text(o, xs_printf(OWN_ID_KEY "%0*d", 2 * OWN_ID_LEN, 0));
    write_text(o, xs_printf("depends=%s", depends ? depends : hex));
    write_text(o, xs_printf("xen-depends=%s", hex));
    free(depends);
}

static void write_modinfo(struct output *o)
{
    size_t i;

    write_text(o, xs_printf("name=%s", o->s->in->name));
    write_text(o, xs_printf("xsplice=%s", XSPLICE_VERSION));
    write_text(o, xs_printf("functions=%zu", o->nr_functions));
    write_identity(o);
    for ( i = 0; i < o->s->in->nr_modinfo; i++ )
        write_text(o, xs_strdup(o->s->in->modinfo[i]));
}

/*
 * Puts the digits where the metadata has zeros: the key and as many zeros are
 * in no other place, or it is refused.
 */
static int seal_metadata(struct differ_result *out, struct xs_error *err)
{
    char key[sizeof(OWN_ID_KEY) + 2 * OWN_ID_LEN];
    uint8_t *at;

    snprintf(key, sizeof(key), OWN_ID_KEY "%0*d", 2 * OWN_ID_LEN, 0);
    at = memmem(out->payload, out->payload_size, key, sizeof(key));
    if ( !at || memmem(at + 1, out->payload + out->payload_size - at - 1, key,
                       sizeof(key)) )
        return xs_fail(err, XS_FAILED,
                       "the text '%s' is not in the payload exactly once",
                       key);
    memcpy(at + sizeof(OWN_ID_KEY) - 1, out->build_id, 2 * OWN_ID_LEN);
    return 0;
}

/*
 * The payload's own id is a hash of the file with the ids left zero: the same
 * payload has the same id, another one another.
 */
static int seal(struct output *o, struct xs_error *err)
{
    struct differ_result *out = o->s->out;
    unsigned char hash[EVP_MAX_MD_SIZE];
    struct xs_build_id id = { .len = OWN_ID_LEN };
    size_t note;

    if ( elfout_write(o->e, o->note, &note, &out->payload, &out->payload_size,
                      err) )
        return -1;
    if ( !EVP_Digest(out->payload, out->payload_size, hash, NULL, EVP_sha256(),
                     NULL) )
        return xs_fail(err, XS_FAILED, "SHA-256 is not available");
    memcpy(id.bytes, hash, id.len);
    memcpy(out->payload + note + XS_NOTE_HEAD, hash, id.len);
    xs_build_id_hex(&id, out->build_id);
    out->nr_functions = o->nr_functions;
    return seal_metadata(out, err);
}

/* Units by name, then the order of the objects. */
static int by_origin(const void *a, const void *b)
{
    const struct atom *x = *(struct atom *const *)a;
    const struct atom *y = *(struct atom *const *)b;

    if ( x->obj != y->obj )
        return x->obj->order < y->obj->order ? -1 : 1;
    if ( x->sec->index != y->sec->index )
        return x->sec->index < y->sec->index ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void write_atoms(struct output *o)
{
    struct session *s = o->s;
    size_t i, j;

    if ( s->nr_included )
        qsort(s->included, s->nr_included, sizeof(s->included[0]), by_origin);
    for ( i = 0; i < s->nr_included; i++ )
        place(o, s->included[i]);
    for ( i = 0; i < s->nr_included; i++ )
        if ( has_name(s->included[i]) )
            name_symbol(o, s->included[i]);
    for ( i = 0; i < s->nr_included; i++ )
    {
        struct atom *a = s->included[i];

        if ( a->sec->kind != SECTION_STRINGS )
            clone_relocs(o, a);
        for ( j = 0; j < a->nr_specials; j++ )
            clone_special(o, a->specials[j]);
        if ( is_replacement(a) )
            write_function(o, a);
    }
}

int emit(struct session *s, struct xs_error *err)
{
    struct output o = { .s = s, .e = elfout_new(s->img->arch->machine) };
    int rc;

    o.strings =
        elfout_section(o.e, ".livepatch.strings", SHT_PROGBITS, SHF_ALLOC);
    elfout_append(o.e, o.strings, "", 1, 1, 0);
    write_atoms(&o);
    write_hooks(&o);
    /* Alternatives without replacement code still point into the section. */
    if ( elfout_has(o.e, ".altinstr_replacement") &&
         !elfout_size(o.e, replacement_section(&o)) )
        elfout_append(o.e, replacement_section(&o), NULL, 1, 1, 0);
    write_notes(&o);
    write_modinfo(&o);
    rc = seal(&o, err);
    elfout_free(o.e);
    return rc;
}
