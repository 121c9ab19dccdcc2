/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/differ.h"

#include <stdlib.h>
#include <string.h>

#include "builder/arch.h"
#include "builder/correlate.h"
#include "builder/findings.h"
#include "builder/memory.h"
#include "builder/provenance.h"
#include "builder/session.h"
#include "xsplice/control.h"

static int by_object(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    return strcmp(x->unit->object, y->unit->object);
}

/* Opens an object, which has to be for the machine of the hypervisor. */
static struct object *open_one(const struct session *s, const char *path,
                               const struct differ_unit *unit,
                               struct xs_error *err)
{
    struct object *obj = object_open(path, unit->source, err);

    if ( !obj || obj->arch == s->img->arch )
        return obj;
    xs_fail(err, XS_FAILED, "%s: is for %s, and %s for %s", path,
            obj->arch->name, s->img->path, s->img->arch->name);
    xs_hint(err, "give the xen-syms that was made from this tree");
    object_free(obj);
    return NULL;
}

/*
 * What nobody in the hypervisor uses is left in its library by the linker.  A
 * change to it is none, and for a function that begins to use it, it is new.
 */
static void drop_spare(struct session *s, struct pair *p)
{
    const struct image_symbol *found;
    bool defines = false;
    size_t i;

    for ( i = 1; i < p->old->nr_syms; i++ )
    {
        const struct symbol *sym = &p->old->syms[i];

        if ( !sym->sec || sym->bind == STB_LOCAL )
            continue;
        if ( image_find(s->img, "", sym->name, &found) )
            return;
        defines = true;
    }
    if ( !defines )
        return;
    object_free(p->old);
    p->old = NULL;
    p->spare = true;
    findings_add(s->out, DIFFER_NOTED, p->unit->source, "",
                 "nothing in the hypervisor uses this file of its library, so "
                 "it is not linked into it");
}

static int open_pairs(struct session *s, struct xs_error *err)
{
    size_t i;

    s->nr_pairs = s->in->nr_units;
    s->pairs = xs_calloc(s->nr_pairs, sizeof(*s->pairs));
    for ( i = 0; i < s->nr_pairs; i++ )
        s->pairs[i].unit = &s->in->units[i];
    qsort(s->pairs, s->nr_pairs, sizeof(*s->pairs), by_object);
    for ( i = 0; i < s->nr_pairs; i++ )
    {
        struct pair *p = &s->pairs[i];

        if ( p->unit->old_path &&
             !(p->old = open_one(s, p->unit->old_path, p->unit, err)) )
            return -1;
        if ( p->unit->new_path &&
             !(p->new = open_one(s, p->unit->new_path, p->unit, err)) )
            return -1;
        if ( p->new )
            p->new->order = i;
        if ( p->old && p->new && p->unit->library )
            drop_spare(s, p);
    }
    return 0;
}

static void close_session(struct session *s)
{
    size_t i;

    for ( i = 0; s->pairs && i < s->nr_pairs; i++ )
    {
        object_free(s->pairs[i].old);
        object_free(s->pairs[i].new);
    }
    free(s->pairs);
    free(s->included);
    free(s->hooks);
    free(s->globals);
    below_free(&s->below);
    image_free(s->img);
}

/* Whether the hypervisor is built with landing pads: one is enough to say. */
static bool has_landing_pads(const struct image *img)
{
    size_t i;

    for ( i = 0; i < img->nr_syms; i++ )
    {
        const struct image_symbol *s = &img->syms[i];
        const uint8_t *p;

        if ( s->type == STT_FUNC && s->size &&
             (p = image_bytes(img, s->addr, s->size)) &&
             img->arch->has_landing_pad(p, s->size) )
            return true;
    }
    return false;
}

static int check_name(const char *name, struct xs_error *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._";

    if ( name && name[0] && strlen(name) < 128 &&
         !name[strspn(name, allowed)] )
        return 0;
    xs_fail(err, XS_USAGE, "%s: is no name for a payload",
            name ? name : "(none)");
    return xs_hint(err, "use up to 127 letters, digits, - . and _");
}

static int read_depends(struct session *s, struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < s->in->nr_depends; i++ )
    {
        const char *hex = s->in->depends[i];
        struct xs_build_id id;

        if ( !xs_build_id_parse(&id, hex, strlen(hex)) )
            return xs_fail(err, XS_USAGE, "%s: is no build-id", hex);
        /* Each payload depends on the hypervisor: that is no payload. */
        if ( !xs_build_id_equal(&id, &s->img->id) &&
             !xs_ids_add(&s->out->depends, &id) )
            return xs_fail(err, XS_FAILED, "no memory");
    }
    s->nr_by_hand = s->out->depends.n;
    return below_open(&s->below, s->in, &s->img->id, err);
}

/*
 * The payload depends on those that it was found to need, the highest first:
 * stock Xen looks at one only, and wants it to be the one applied last.
 */
static int settle_depends(struct session *s, struct xs_error *err)
{
    size_t i;

    for ( i = s->below.nr_payloads; i-- > 0; )
    {
        const struct below_payload *p = &s->below.payloads[i];

        if ( p->use && !xs_ids_add(&s->out->depends, &p->file.id) )
            return xs_fail(err, XS_FAILED, "no memory");
        findings_add(s->out, DIFFER_NOTED, "", p->name,
                     p->use ? "the payload depends on it: it %s"
                            : "nothing of it is used: no dependency%s",
                     p->use ? p->use : "");
    }
    return 0;
}

/* Nothing else changes: what was only noted is what is in the way. */
static void refuse_init(struct differ_result *out)
{
    size_t i;

    for ( i = 0; i < out->nr_findings; i++ )
        if ( out->findings[i].kind == DIFFER_NOTED &&
             out->findings[i].reason == reason_id(XSPLICE_BUILD_INIT_ONLY) )
            out->findings[i].kind = DIFFER_REFUSED;
}

/* The comparison knows more machines than the engine does. */
static void refuse_arch(struct session *s)
{
    const struct arch *arch = s->img->arch;

    if ( arch->refused && (findings_count(s->out, DIFFER_CHANGED) ||
                           findings_count(s->out, DIFFER_HOOK)) )
        findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_ARCH_UNSUPPORTED,
                        "", arch->name, "%s", arch->refused);
}

static void judge(struct session *s)
{
    struct differ_result *out = s->out;

    refuse_arch(s);
    if ( findings_count(out, DIFFER_ORIGIN) )
        out->verdict = DIFFER_ORIGINAL;
    else if ( findings_count(out, DIFFER_REFUSED) )
        out->verdict = DIFFER_CANNOT;
    else if ( findings_count(out, DIFFER_CHANGED) ||
              findings_count(out, DIFFER_HOOK) )
        out->verdict = DIFFER_BUILT;
    else if ( s->nr_init )
    {
        refuse_init(out);
        out->verdict = DIFFER_CANNOT;
    }
    else
        out->verdict = DIFFER_NO_CHANGE;
}

static void refuse_size(struct differ_result *out)
{
    findings_reason(out, DIFFER_REFUSED, XSPLICE_BUILD_PAYLOAD_TOO_LARGE, "",
                    "the payload", "%zu bytes, and %u are allowed",
                    out->payload_size, XSPLICE_PAYLOAD_MAX);
    free(out->payload);
    out->payload = NULL;
    out->payload_size = 0;
    out->build_id[0] = '\0';
    out->verdict = DIFFER_CANNOT;
}

static int run(struct session *s, struct xs_error *err)
{
    size_t i;
    int rc;

    if ( check_name(s->in->name, err) ||
         !(s->img = image_open(s->in->xen_syms, err)) || open_pairs(s, err) )
        return -1;
    xs_build_id_hex(&s->img->id, s->out->xen_build_id);
    if ( read_depends(s, err) )
        return -1;
    s->landing_pads = has_landing_pads(s->img);
    for ( i = 0; i < s->nr_pairs; i++ )
        if ( s->pairs[i].old && s->pairs[i].new )
        {
            correlate(s->pairs[i].old, s->pairs[i].new);
            provenance_learn(s->img, s->pairs[i].old);
        }
    find_moved(s);
    bind_prepare(s);
    select_all(s);
    judge(s);
    if ( s->in->details )
        details_collect(s, &s->out->details);
    if ( s->out->verdict != DIFFER_BUILT )
        return 0;
    rc = settle_depends(s, err) ? -1 : emit(s, err);
    if ( !rc && s->out->payload_size > XSPLICE_PAYLOAD_MAX )
        refuse_size(s->out);
    return rc;
}

int differ_run(const struct differ_input *in, struct differ_result *out,
               struct xs_error *err)
{
    struct session s = { .in = in, .out = out };
    int rc;

    memset(out, 0, sizeof(*out));
    rc = run(&s, err);
    close_session(&s);
    if ( rc )
        differ_free(out);
    else
        findings_finish(out);
    return rc;
}
