/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What goes into the payload: the functions that changed, the hooks, and all
 * that these need and the hypervisor does not have.  Nothing stops at the
 * first refusal; the user gets to see all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "builder/arch.h"
#include "builder/compare.h"
#include "builder/correlate.h"
#include "builder/describe.h"
#include "builder/findings.h"
#include "builder/memory.h"
#include "builder/names.h"
#include "builder/policy.h"
#include "builder/provenance.h"
#include "builder/session.h"
#include "builder/special.h"

static void include(struct session *s, struct atom *a, char *because);

static void refuse(struct session *s, enum xsplice_build_reason reason,
                   const struct atom *at, const char *what)
{
    findings_reason(s->out,
                    reason == XSPLICE_BUILD_ORIGIN_CODE ? DIFFER_ORIGIN
                                                        : DIFFER_REFUSED,
                    reason, at->obj->unit, atom_name(at), "%s", what);
}

/*
 * The thing that cannot be had is the place to change, and who needs it is the
 * cause.  One that another unit defines is told by the unit that needs it.
 */
static void refuse_needed(struct session *s, enum xsplice_build_reason reason,
                          const struct atom *from, const struct atom *target,
                          const char *what, bool at_load)
{
    struct differ_finding *f;

    f = findings_reason(s->out, DIFFER_REFUSED, reason,
                        target ? target->obj->unit : from->obj->unit, what,
                        "%s needs it%s",
                        atom_name(from->owner ? from->owner : from),
                        at_load ? " for an alternative call" : "");
    if ( at_load )
    {
        /* A copy of the pointer would have nothing in it. */
        free(f->hint);
        f->hint = xs_strdup("such calls were made direct at boot, from a "
                            "pointer that is gone: call the function by its "
                            "name, or patch what is called instead");
    }
}

/*
 * A function whose address goes into a pointer is entered by an indirect
 * call, which needs a landing pad where the CPU enforces them.
 */
static void check_landing_pad(struct session *s, struct atom *a)
{
    if ( s->landing_pads && a->sec->kind == SECTION_TEXT && !a->owner &&
         a->sec->data &&
         !a->obj->arch->has_landing_pad(a->sec->data + a->start, a->size) )
        refuse(s, XSPLICE_BUILD_NO_ENDBR, a, "");
}

static bool refers(const struct atom *old, const struct atom *target,
                   const struct symbol *sym)
{
    size_t i;

    for ( i = 0; i < old->nr_relocs; i++ )
        if ( target ? old->relocs[i].target &&
                          old->relocs[i].target == target->twin
                    : !old->relocs[i].target &&
                          !strcmp(old->relocs[i].sym->name, sym->name) )
            return true;
    for ( i = 0; i < old->nr_parts; i++ )
        if ( refers(old->parts[i], target, sym) )
            return true;
    return false;
}

/*
 * Code that runs after boot and refers to something freed knows what it does
 * (it counts with the address, as for the trampoline's variables) as long as
 * the old code did the same.
 */
static bool used_before(const struct atom *from, const struct atom *target,
                        const struct symbol *sym)
{
    const struct atom *function = from->owner ? from->owner : from;

    return function->twin && refers(function->twin, target, sym);
}

/*
 * An alternative call reads its pointer when it is loaded: if that was freed
 * after boot, it does not help that the old call was settled before.
 */
static bool read_at_load(const struct atom *from, const struct section *in,
                         const struct reloc *r)
{
    const struct atom *function = from->owner ? from->owner : from;
    unsigned int j;
    size_t i;

    for ( i = 0; i < function->nr_specials; i++ )
        for ( j = 0; special_role(function->specials[i], j); j++ )
        {
            const struct special *sp = function->specials[i];
            const struct special_field *f = &sp->table->fields[j];
            const struct special_ref *ref = &sp->refs[j];
            size_t len = f->orig_at ? sp->sec->data[sp->offset + f->orig_at]
                                    : f->orig_size;

            if ( f->role == SPECIAL_OWNER && ref->target &&
                 ref->target->sec == in && r->offset >= ref->at &&
                 r->offset < ref->at + len )
                return true;
        }
    return false;
}

static void follow(struct session *s, struct atom *from, struct atom *target,
                   const struct symbol *sym, bool branch, bool at_load)
{
    struct binding b = bind(s, target, sym, branch);
    const char *what = target ? atom_name(target) : sym->name;

    if ( target && target->guessed && b.kind != BIND_NONE )
    {
        findings_add(s->out, DIFFER_NOTED, from->obj->unit, what,
                     "one of several variables of this name in %s; taken for "
                     "the old %s by the code around its uses",
                     atom_name(from->owner ? from->owner : from),
                     atom_name(target->twin));
        target->guessed = false;
    }
    if ( b.kind == BIND_NONE && b.reason != XSPLICE_BUILD_PERCPU_NEW &&
         b.reason != XSPLICE_BUILD_INIT_NEEDED )
        refuse(s, b.reason, from, what);
    else if ( b.kind == BIND_NONE )
        refuse_needed(s, b.reason, from, target, what, false);
    else if ( b.init && (at_load || !used_before(from, target, sym)) )
        refuse_needed(s, XSPLICE_BUILD_INIT_NEEDED, from, target, what,
                      b.init && at_load);
    else if ( b.kind == BIND_ATOM && b.atom != from )
    {
        if ( !branch && atom_is_function(b.atom) && b.atom->owner != from &&
             from->owner != b.atom )
            check_landing_pad(s, b.atom);
        include(s, b.atom, xs_printf("%s needs it", atom_name(from)));
    }
    else if ( b.below )
        below_use(b.below, "uses", what);
    else if ( b.kind == BIND_NAME && target && target->twin &&
              target->sec->kind == SECTION_TEXT )
        provenance_demand_used(s->img, target->twin, s->out);
    binding_free(&b);
}

static void follow_reloc(struct session *s, struct atom *from,
                         const struct section *in, const struct reloc *r)
{
    const struct arch_reloc *type = r->how;

    if ( !type || !type->loadable )
    {
        findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_RELOC_UNKNOWN,
                        from->obj->unit, atom_name(from), "%s (%u) to %s",
                        type ? type->name : "type", r->type, r->sym->name);
        return;
    }
    follow(s, from, r->target, r->sym, reloc_follows_code(in, r),
           read_at_load(from, in, r));
}

static void follow_special(struct session *s, struct atom *from,
                           const struct special *sp)
{
    unsigned int i;
    size_t j, len;

    for ( i = 0; special_role(sp, i); i++ )
    {
        const struct special_ref *ref = &sp->refs[i];

        switch ( special_role(sp, i) )
        {
        case SPECIAL_POINTER:
            follow(s, from, ref->target, ref->reloc->sym, false, false);
            break;
        case SPECIAL_CODE:
            special_code(sp, i, &len);
            for ( j = 0; j < ref->sec->nr_relocs; j++ )
                if ( ref->sec->relocs[j].offset >= ref->at &&
                     ref->sec->relocs[j].offset < ref->at + len )
                    follow_reloc(s, from, ref->sec, &ref->sec->relocs[j]);
            break;
        case SPECIAL_CONT:
        case SPECIAL_OWNER:
            if ( ref->target != from &&
                 (!ref->target || ref->target->owner != from) )
                refuse(s, XSPLICE_BUILD_NOT_UNDERSTOOD, from,
                       "a special entry leads to another function");
            break;
        default:
            break;
        }
    }
}

/* A section of unknown purpose that speaks of a function of the payload. */
static void check_unknown_sections(struct session *s, struct atom *a)
{
    struct object *obj = a->obj;
    size_t i, j;

    for ( i = 1; i < obj->nr_secs; i++ )
        for ( j = 0; obj->secs[i].kind == SECTION_UNKNOWN &&
                     j < obj->secs[i].nr_relocs;
              j++ )
            if ( obj->secs[i].relocs[j].target == a )
            {
                refuse(s, XSPLICE_BUILD_SECTION_UNKNOWN, a, obj->secs[i].name);
                break;
            }
}

static void report_specials(struct session *s, const struct atom *a)
{
    size_t i, j;

    for ( i = 0; i < a->nr_specials; i = j )
    {
        for ( j = i; j < a->nr_specials &&
                     a->specials[j]->table == a->specials[i]->table;
              j++ )
            ;
        findings_add(s->out, DIFFER_SPECIAL, a->obj->unit, atom_name(a),
                     "%zu x %s", j - i, a->specials[i]->table->word);
    }
}

/*
 * Calls within a section have no relocations, so nothing would tell where they
 * go.  Only compiled code is meant: assembly is refused as such.
 */
static void check_shared_section(struct session *s, struct atom *a)
{
    size_t i;

    for ( i = 0; i < a->sec->nr_atoms; i++ )
        if ( a->sec->atoms[i] != a && a->sec->atoms[i]->sym &&
             a->sec->atoms[i]->sym->type == STT_FUNC &&
             a->sec->atoms[i]->owner != a )
        {
            refuse(s, XSPLICE_BUILD_SECTION_SHARED, a, a->sec->name);
            return;
        }
}

static void include_function(struct session *s, struct atom *a)
{
    size_t i;

    check_shared_section(s, a);
    check_jumps(s, a);
    check_unknown_sections(s, a);
    for ( i = 0; i < a->nr_parts; i++ )
        include(s, a->parts[i], xs_printf("it is a part of %s", atom_name(a)));
    for ( i = 0; i < a->nr_specials; i++ )
        follow_special(s, a, a->specials[i]);
    report_specials(s, a);
}

/*
 * An old constant of this name that is not the same any more and holds
 * pointers to functions or variables (not strings, not labels of a switch).
 */
static bool was_pointer_table(const struct session *s, const struct atom *a)
{
    const struct pair *p;
    size_t i;

    for ( p = s->pairs; p < s->pairs + s->nr_pairs; p++ )
        if ( p->new == a->obj )
            break;
    if ( p == s->pairs + s->nr_pairs || !p->old || !a->sym )
        return false;
    for ( i = 0; i < p->old->nr_atoms; i++ )
        if ( p->old->atoms[i]->base && atom_by_content(p->old->atoms[i]) &&
             !strcmp(p->old->atoms[i]->base, a->base) )
            break;
    if ( i == p->old->nr_atoms )
        return false;
    for ( i = 0; i < a->nr_relocs; i++ )
        if ( !a->relocs[i].target ||
             (!atom_by_content(a->relocs[i].target) &&
              !reloc_follows_code(a->sec, &a->relocs[i])) )
            return true;
    return false;
}

static void include_data(struct session *s, struct atom *a)
{
    const struct pair *p = s->pairs;
    struct atom *rival;

    while ( p->new != a->obj )
        p++;
    rival = p->old ? correlate_rival(p->old, a) : NULL;
    if ( rival )
        refuse(s, XSPLICE_BUILD_SYMBOL_AMBIGUOUS, a,
               "it may be the old variable of this name or a new one");
    if ( atom_by_content(a) && was_pointer_table(s, a) )
        refuse(s, XSPLICE_BUILD_RODATA_CHANGED, a,
               "it holds pointers, and objects may point to the old one");
    if ( a->sym )
        findings_add(s->out, DIFFER_DATA, a->obj->unit, atom_name(a),
                     "%llu bytes, because %s", (unsigned long long)a->size,
                     a->because);
}

/* The unit that had this name and has it no longer; NULL if none of ours. */
static const char *came_from(const struct session *s, const char *name)
{
    size_t i, j;

    for ( i = 0; i < s->nr_pairs; i++ )
        for ( j = 0; s->pairs[i].old && j < s->pairs[i].old->nr_atoms; j++ )
        {
            const struct atom *o = s->pairs[i].old->atoms[j];

            if ( o->sym && !o->twin && o->sym->bind != STB_LOCAL &&
                 !strcmp(o->sym->name, name) )
                return s->pairs[i].unit->source;
        }
    return NULL;
}

/* A symbol of this name that is still there: not freed after boot. */
static bool name_is_taken(const struct session *s, const char *name)
{
    const struct image_symbol *found = NULL;
    size_t i, n = image_find(s->img, "", name, &found);

    for ( i = 0; i < n; i++ )
        if ( !image_is_init(s->img, found[i].addr) )
            return true;
    return false;
}

/*
 * A global name that is new in its unit and known to the hypervisor: two
 * definitions, or one that moved here from another unit.  Callers that do not
 * change would go on with the old one.  Returns whether it was refused.
 *
 * Boot code that is to stay is new: it was freed, and those who called it.
 */
static bool check_name(struct session *s, const struct atom *a)
{
    const char *from;

    if ( a->twin || !a->sym || a->sym->bind == STB_LOCAL ||
         !name_is_taken(s, a->sym->name) )
        return false;
    from = came_from(s, a->sym->name);
    findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_NAME_TAKEN,
                    a->obj->unit, a->sym->name, "%s%s",
                    from ? "it changes and moves here from " : "",
                    from ? from : "");
    return true;
}

/* Recursion is as deep as the longest chain of new things that need others. */

static void include(struct session *s, struct atom *a, char *because)
{
    size_t i;

    if ( a->included )
    {
        free(because);
        return;
    }
    a->included = true;
    free(a->because);
    a->because = because;
    s->included = xs_grow(s->included, s->nr_included, sizeof(a));
    s->included[s->nr_included++] = a;
    check_name(s, a);

    if ( a->owner )
        include(s, a->owner, xs_printf("its out-of-line code is needed"));
    else if ( atom_is_function(a) )
    {
        if ( !a->twin )
            findings_add(s->out, DIFFER_ADDED, a->obj->unit, atom_name(a),
                         "%s", because)
                ->new_size = a->size;
        include_function(s, a);
    }
    else
        include_data(s, a);
    for ( i = 0; i < a->nr_relocs; i++ )
        follow_reloc(s, a, a->sec, &a->relocs[i]);
}

static bool is_assembly(const struct pair *p)
{
    size_t n = strlen(p->unit->source);

    return n > 2 && (!strcmp(p->unit->source + n - 2, ".S") ||
                     !strcmp(p->unit->source + n - 2, ".s"));
}

static void patch_function(struct session *s, const struct pair *p,
                           struct atom *a)
{
    struct atom *old = a->twin;
    const uint8_t *code = old->sec->data + old->start;
    const char *never = policy_never_patch(old->obj->arch, old->sym->name);
    struct differ_finding *f;
    struct below_payload *below = NULL;
    char *change, *name;

    change = describe_change(old, a);
    f = findings_add(s->out, DIFFER_CHANGED, p->unit->source, a->sym->name,
                     "%s", change ? change : a->why);
    free(change);
    f->old_size = old->size;
    f->new_size = a->size;
    f->offset = a->diff_offset;
    name = hypervisor_name(old);
    while ( (below = below_replaces(&s->below, name, below)) )
        if ( below->contained )
            below_use(below, "replaces again", name);
        else
            refuse(s, XSPLICE_BUILD_REPLACED_BELOW, a, below->name);
    free(name);
    if ( never )
        refuse(s, XSPLICE_BUILD_NEVER_PATCH, a, never);
    if ( is_assembly(p) || a->sym->type != STT_FUNC )
        refuse(s, XSPLICE_BUILD_ASSEMBLY, a, "");
    else if ( old->sym->size < a->obj->arch->patch_size(code, old->size) )
        findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_TOO_SHORT,
                        p->unit->source, a->sym->name,
                        "%llu bytes, the jump needs %zu",
                        (unsigned long long)old->sym->size,
                        a->obj->arch->patch_size(code, old->size));
    provenance_demand(s->img, old, s->out);
    include(s, a, xs_strdup("it changed"));
}

static void judge_init(struct session *s, const struct pair *p,
                       const struct atom *a)
{
    bool option = !strcmp(a->sec->name, ".init.setup");

    s->nr_init++;
    findings_reason(s->out, DIFFER_NOTED, XSPLICE_BUILD_INIT_ONLY,
                    p->unit->source, atom_name(a), "%s%s",
                    option ? "a command line option, and the line was read "
                             "at boot: "
                           : "",
                    a->twin ? a->why : "new");
}

/*
 * What is walked at boot and new: an initcall will never run.  Only the entry
 * that shows a command line option in the hypervisor's file system may be
 * missing; the option has its default.
 */
static void judge_registration(struct session *s, const struct pair *p,
                               const struct atom *a)
{
    if ( strcmp(a->sec->name, ".data.paramhypfs") )
        refuse(s, XSPLICE_BUILD_INIT_REGISTRATION, a, "new");
    else
        findings_add(s->out, DIFFER_NOTED, p->unit->source, atom_name(a),
                     "new, and not shown before the next boot");
}

/* Data that was there and differs; what functions read is in memory now. */
static void judge_data(struct session *s, const struct atom *a)
{
    const struct atom *old = a->twin;
    enum xsplice_build_reason reason = XSPLICE_BUILD_DATA_CHANGED;

    if ( a->sec->kind != old->sec->kind )
        reason = XSPLICE_BUILD_DATA_MOVED;
    else if ( a->sec->kind == SECTION_PERCPU )
        reason = XSPLICE_BUILD_PERCPU_CHANGED;
    else if ( a->sec->kind == SECTION_REGISTRATION )
        reason = XSPLICE_BUILD_INIT_REGISTRATION;
    else if ( a->sec->kind == SECTION_UNKNOWN )
        reason = XSPLICE_BUILD_SECTION_UNKNOWN;
    else if ( a->size != old->size )
        reason = XSPLICE_BUILD_DATA_RESIZED;
    else if ( a->sec->kind == SECTION_RODATA )
        reason = XSPLICE_BUILD_RODATA_CHANGED;
    refuse(s, reason, a, a->why ? a->why : "");
}

/* One atom that has a twin. */
static void judge_twin(struct session *s, const struct pair *p, struct atom *a)
{
    bool same = compare_twins(a), moved = a->sec->kind != a->twin->sec->kind;

    if ( a->lines_moved )
        findings_add(s->out, DIFFER_IGNORED, p->unit->source, a->sym->name,
                     "only line numbers of its special entries moved");
    if ( atom_by_content(a) || a->owner || (same && !moved) )
        return;
    if ( a->sec->kind == SECTION_INIT )
        judge_init(s, p, a);
    else if ( a->sec->kind == SECTION_TEXT &&
              a->twin->sec->kind == SECTION_TEXT )
        return; /* when all are judged */
    else
        judge_data(s, a);
}

static void judge_new(struct session *s, const struct pair *p, struct atom *a)
{
    if ( a->owner || a->sec->kind == SECTION_HOOK || a->included )
        return;
    switch ( a->sec->kind )
    {
    case SECTION_INIT:
        if ( a->sym )
            judge_init(s, p, a);
        break;
    case SECTION_REGISTRATION:
        judge_registration(s, p, a);
        break;
    case SECTION_UNKNOWN:
        refuse(s, XSPLICE_BUILD_SECTION_UNKNOWN, a, a->sec->name);
        break;
    default:
        /* Nobody calls it that changes; the others go on with the old one. */
        if ( a->sym && !p->spare && !atom_by_content(a) && !check_name(s, a) )
            findings_add(s->out, DIFFER_IGNORED, p->unit->source, a->sym->name,
                         "new, and nothing in the payload uses it");
        break;
    }
}

/* Old things that no new one stands for. */
static void judge_gone(struct session *s, const struct pair *p)
{
    size_t i;

    for ( i = 0; p->old && i < p->old->nr_atoms; i++ )
    {
        const struct atom *o = p->old->atoms[i];

        if ( o->sym && !o->twin && !o->owner && !atom_by_content(o) )
            findings_add(s->out, DIFFER_NOTED, p->unit->source, o->sym->name,
                         "no longer there; the hypervisor %s",
                         o->sec->kind == SECTION_INIT ? "has freed its own"
                                                      : "keeps its own");
    }
}

/*
 * Anonymous pieces (not strings or constants, which are part of those who use
 * them) are only asked whether they are what they were.
 */
static void judge_anonymous(struct session *s, const struct pair *p)
{
    size_t i, j;

    for ( i = 0; i < p->new->nr_atoms; i++ )
    {
        struct atom *a = p->new->atoms[i];
        struct section *sec;

        if ( a->sym || a->owner || a->twin || atom_by_content(a) ||
             a->sec->kind == SECTION_HOOK )
            continue;
        sec = p->old ? object_section(p->old, a->sec->name) : NULL;
        for ( j = 0; sec && j < sec->nr_atoms; j++ )
            if ( !sec->atoms[j]->sym && !sec->atoms[j]->twin &&
                 compare_atoms(sec->atoms[j], a, NULL) )
                break;
        if ( sec && j < sec->nr_atoms )
        {
            a->twin = sec->atoms[j];
            sec->atoms[j]->twin = a;
        }
        else if ( a->sec->kind == SECTION_INIT )
            judge_init(s, p, a);
        else if ( a->sec->kind == SECTION_REGISTRATION )
            refuse(s, XSPLICE_BUILD_INIT_REGISTRATION, a, a->sec->name);
        else
            refuse(s, XSPLICE_BUILD_SECTION_UNKNOWN, a, a->sec->name);
    }
}

static void select_hooks(struct session *s, const struct pair *p)
{
    size_t i, j;

    for ( i = 1; i < p->new->nr_secs; i++ )
    {
        struct section *sec = &p->new->secs[i];

        if ( sec->kind != SECTION_HOOK || !sec->size )
            continue;
        if ( sec->size != 8 * sec->nr_relocs )
            findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_HOOK_BAD,
                            p->unit->source, sec->name,
                            "it is no array of pointers");
        s->hooks = xs_grow(s->hooks, s->nr_hooks, sizeof(sec));
        s->hooks[s->nr_hooks++] = sec;
        for ( j = 0; j < sec->nr_relocs; j++ )
        {
            struct atom *t = sec->relocs[j].target;

            if ( !t || !atom_is_function(t) || t->sec->kind != SECTION_TEXT )
            {
                findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_HOOK_BAD,
                                p->unit->source, sec->name,
                                "an entry is no function of the patch");
                continue;
            }
            findings_add(s->out, DIFFER_HOOK, p->unit->source, atom_name(t),
                         "%s", sec->name);
            include(s, t, xs_printf("it is a hook (%s)", sec->name));
        }
    }
}

/* A section that holds one hook must not come from two units. */
static void check_hooks(struct session *s)
{
    size_t i, j;

    for ( i = 0; i < s->nr_hooks; i++ )
    {
        const struct section *h = s->hooks[i];
        bool many = !strcmp(h->name, XSPLICE_SEC_HOOK_LOAD) ||
                    !strcmp(h->name, XSPLICE_SEC_HOOK_UNLOAD);
        uint64_t size = 0;

        for ( j = 0; j < s->nr_hooks; j++ )
            if ( !strcmp(h->name, s->hooks[j]->name) )
                size += s->hooks[j]->size;
        if ( !many && size != 8 )
            findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_HOOK_BAD, "",
                            h->name, "more than one hook");
    }
}

static void judge_pair(struct session *s, struct pair *p)
{
    size_t i;

    judge_anonymous(s, p);
    for ( i = 0; i < p->new->nr_atoms; i++ )
        if ( p->new->atoms[i]->sym && p->new->atoms[i]->twin )
            judge_twin(s, p, p->new->atoms[i]);
}

static void select_pair(struct session *s, struct pair *p)
{
    size_t i;

    for ( i = 0; i < p->new->nr_atoms; i++ )
    {
        struct atom *a = p->new->atoms[i];

        if ( a->sym && a->twin && !a->owner && a->state == ATOM_DIFFERS &&
             a->sec->kind == SECTION_TEXT &&
             a->twin->sec->kind == SECTION_TEXT )
            patch_function(s, p, a);
    }
    select_hooks(s, p);
}

void select_all(struct session *s)
{
    size_t i, j;

    /* References cross units, so each step goes over all of them. */
    for ( i = 0; i < s->nr_pairs; i++ )
        if ( s->pairs[i].new )
            judge_pair(s, &s->pairs[i]);
        else
            findings_reason(s->out, DIFFER_REFUSED, XSPLICE_BUILD_UNIT_REMOVED,
                            s->pairs[i].unit->source, "", "%s", "");
    for ( i = 0; i < s->nr_pairs; i++ )
        if ( s->pairs[i].new )
            select_pair(s, &s->pairs[i]);
    check_hooks(s);
    for ( i = 0; i < s->nr_pairs; i++ )
    {
        struct pair *p = &s->pairs[i];

        for ( j = 0; p->new &&j < p->new->nr_atoms; j++ )
            if ( p->new->atoms[j]->sym && !p->new->atoms[j]->twin )
                judge_new(s, p, p->new->atoms[j]);
        judge_gone(s, p);
    }
    note_set_at_boot(s);
}
