/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/layout.h"

#include <stdlib.h>
#include <string.h>

#include "builder/automatic.h"
#include "builder/findings.h"
#include "builder/memory.h"

/* Two versions of one type, and what was found about them. */
struct comparison {
    const struct dw_type *old, *new;
    const char *unit, *text;
    struct differ_result *to;
    char *first;      /* first thing that is wrong */
    unsigned int all; /* number of such things */
};

/* A difference; only the first is told, the rest is counted.  Takes what. */
static void differs(struct comparison *c, char *what)
{
    if ( c->all++ )
        free(what);
    else
        c->first = what;
}

static bool told(const struct differ_result *findings, enum differ_kind kind,
                 const char *key, const char *why)
{
    size_t i;

    for ( i = 0; i < findings->nr_findings; i++ )
    {
        const struct differ_finding *f = &findings->findings[i];

        if ( f->kind == kind && !strcmp(f->symbol, key) &&
             (!why || !strcmp(f->why, why)) )
            return true;
    }
    return false;
}

/* Takes why. */
static void note(struct comparison *c, char *why)
{
    if ( !told(c->to, DIFFER_NOTED, c->old->key, why) )
        findings_add(c->to, DIFFER_NOTED, c->unit, c->old->key, "%s", why);
    free(why);
}

/* A type of a unit's own source, of which no object exists while we patch. */
static bool is_automatic(const struct comparison *c)
{
    return c->text && c->old->kind == DW_AGGREGATE &&
           !strncmp(c->old->key, "struct ", 7) &&
           automatic_only(c->text, c->old->key + 7);
}

static void refuse(struct comparison *c, enum xsplice_build_reason reason)
{
    if ( c->all && is_automatic(c) )
        note(c, xs_printf("%s; its objects are only ever variables of "
                          "functions, and none of these runs meanwhile",
                          c->first));
    else if ( c->all && !told(c->to, DIFFER_REFUSED, c->old->key, NULL) )
    {
        if ( c->all > 1 )
            findings_reason(c->to, DIFFER_REFUSED, reason, c->unit,
                            c->old->key, "%s (%u differences in all)",
                            c->first, c->all);
        else
            findings_reason(c->to, DIFFER_REFUSED, reason, c->unit,
                            c->old->key, "%s", c->first);
    }
    free(c->first);
    c->first = NULL;
    c->all = 0;
}

static const struct dw_member *named(const struct dw_type *type,
                                     const char *name)
{
    size_t i;

    for ( i = 0; i < type->nr; i++ )
        if ( !strcmp(type->member[i].name, name) )
            return &type->member[i];
    return NULL;
}

/* Plain integers of one size hold the same bits; the code gives them meaning. */
static bool same_bytes(const struct dw_member *a, const struct dw_member *b)
{
    return a->at == b->at && a->bits == b->bits &&
           (!strcmp(a->type, b->type) || (a->integer && b->integer));
}

/*
 * The new version of a member: of the same name, or, if it was renamed, at the
 * same place.  A name that both versions have is never taken for a new name,
 * or two members that change places would be two renamed ones.
 */
static const struct dw_member *counterpart(const struct comparison *c,
                                           const struct dw_member *m)
{
    const struct dw_member *same = *m->name ? named(c->new, m->name) : NULL;
    size_t i;

    if ( same )
        return same;
    for ( i = 0; i < c->new->nr; i++ )
    {
        const struct dw_member *n = &c->new->member[i];

        if ( same_bytes(m, n) && (!*n->name || !named(c->old, n->name)) )
            return n;
    }
    return NULL;
}

/* Where a member lies, for the reader. */
static char *place(int64_t bits)
{
    return bits % 8 ? xs_printf("byte %lld, bit %lld", (long long)bits / 8,
                                (long long)bits % 8)
                    : xs_printf("byte %lld", (long long)bits / 8);
}

static void compare_member(struct comparison *c, const struct dw_member *m,
                           const struct dw_member *n)
{
    if ( m->at != n->at )
    {
        char *from = place(m->at), *to = place(n->at);

        differs(c,
                xs_printf("member %s moves from %s to %s", m->name, from, to));
        free(from);
        free(to);
    }
    else if ( m->bits != n->bits && !strcmp(m->type, n->type) )
        differs(c, xs_printf("member %s has %llu bits and gets %llu", m->name,
                             (unsigned long long)m->bits,
                             (unsigned long long)n->bits));
    else if ( !same_bytes(m, n) )
        differs(c, xs_printf("member %s changes its type from %s to %s",
                             m->name, m->type, n->type));
    else if ( strcmp(m->type, n->type) )
        note(c, xs_printf("member %s changes its type from %s to %s, of the "
                          "same size",
                          m->name, m->type, n->type));
    else if ( m->function && n->function && strcmp(m->function, n->function) )
        note(c, xs_printf("member %s leads to functions of another type: "
                          "%s, and not %s",
                          m->name, n->function, m->function));
}

/* Members without a counterpart: the cause, where others only move. */
static void come_and_go(struct comparison *c)
{
    bool *used = xs_calloc(c->new->nr + 1, sizeof(*used));
    size_t i;

    for ( i = 0; i < c->old->nr; i++ )
    {
        const struct dw_member *n = counterpart(c, &c->old->member[i]);

        if ( n )
            used[n - c->new->member] = true;
    }
    for ( i = 0; i < c->new->nr; i++ )
        if ( !used[i] )
        {
            char *at = place(c->new->member[i].at);

            differs(c, xs_printf("member %s is new at %s",
                                 c->new->member[i].name, at));
            free(at);
        }
    free(used);
}

static void compare_aggregates(struct comparison *c)
{
    unsigned int added;
    size_t i;

    come_and_go(c);
    added = c->all;
    for ( i = 0; i < c->old->nr; i++ )
    {
        const struct dw_member *m = &c->old->member[i];
        const struct dw_member *n = counterpart(c, m);

        if ( n )
            compare_member(c, m, n);
        else
            differs(c, xs_printf("member %s goes away", m->name));
    }
    if ( c->old->size != c->new->size )
        differs(c, xs_printf("its size changes from %llu to %llu bytes",
                             (unsigned long long)c->old->size,
                             (unsigned long long)c->new->size));
    refuse(c, c->all == added ? XSPLICE_BUILD_LAYOUT_PADDING
                              : XSPLICE_BUILD_LAYOUT_CHANGED);
}

/* A constant without a counterpart is a renamed one if its value has a name. */
static bool renamed(const struct dw_member *m, const struct dw_type *from,
                    const struct dw_type *to)
{
    size_t i;

    for ( i = 0; i < to->nr; i++ )
        if ( to->member[i].at == m->at && !named(from, to->member[i].name) )
            return true;
    return false;
}

static void compare_enums(struct comparison *c)
{
    size_t i;

    if ( c->old->size != c->new->size )
        differs(c, xs_printf("its size changes from %llu to %llu bytes",
                             (unsigned long long)c->old->size,
                             (unsigned long long)c->new->size));
    for ( i = 0; i < c->old->nr; i++ )
    {
        const struct dw_member *m = &c->old->member[i];
        const struct dw_member *n = named(c->new, m->name);

        if ( n && n->at != m->at )
            differs(c, xs_printf("%s was %lld and becomes %lld", m->name,
                                 (long long)m->at, (long long)n->at));
        else if ( !n && !renamed(m, c->old, c->new) )
            differs(c, xs_printf("%s (%lld) goes away", m->name,
                                 (long long)m->at));
    }
    for ( i = 0; i < c->new->nr; i++ )
    {
        const struct dw_member *n = &c->new->member[i];

        if ( !named(c->old, n->name) && !renamed(n, c->new, c->old) )
            note(c, xs_printf("%s = %lld is new", n->name, (long long)n->at));
    }
    refuse(c, XSPLICE_BUILD_ENUM_CHANGED);
}

/* A variable of another size is found among the data, with its old contents. */
static void compare_variables(struct comparison *c)
{
    const struct dw_member *m = c->old->member, *n = c->new->member;

    if ( c->old->size != c->new->size || !strcmp(m->type, n->type) )
        return;
    if ( same_bytes(m, n) )
    {
        note(c, xs_printf("its type changes from %s to %s, of the same size",
                          m->type, n->type));
        return;
    }
    differs(c, xs_printf("its type changes from %s to %s", m->type, n->type));
    refuse(c, XSPLICE_BUILD_LAYOUT_CHANGED);
}

static void compare(const struct dw_type *old, const struct dw_type *new,
                    const char *unit, const char *text,
                    struct differ_result *findings)
{
    struct comparison c = {
        .old = old, .new = new, .unit = unit, .text = text, .to = findings
    };

    if ( old->kind == DW_VARIABLE )
        compare_variables(&c);
    else if ( old->kind == DW_AGGREGATE && new->kind == DW_AGGREGATE )
        compare_aggregates(&c);
    else if ( old->kind == DW_ENUM && new->kind == DW_ENUM )
        compare_enums(&c);
    else
    {
        differs(&c, xs_strdup("it becomes another kind of type"));
        refuse(&c, XSPLICE_BUILD_LAYOUT_CHANGED);
    }
}

void layout_compare(const struct dw_types *before,
                    const struct dw_types *after, const char *unit,
                    const char *text, struct differ_result *findings)
{
    size_t i = 0, j = 0;

    while ( i < before->n && j < after->n )
    {
        int d = strcmp(before->v[i].key, after->v[j].key);

        if ( !d )
            compare(&before->v[i], &after->v[j], unit, text, findings);
        /* Several of one name (in blocks of a function) go side by side. */
        i += d <= 0;
        j += d >= 0;
    }
}

int layout_check(const char *old_path, const char *new_path, const char *unit,
                 const char *text, struct differ_result *findings,
                 struct xs_error *err)
{
    struct dw_types before, after;

    if ( dw_types_read(old_path, &before, err) )
        return -1;
    if ( dw_types_read(new_path, &after, err) )
    {
        dw_types_free(&before);
        return -1;
    }
    layout_compare(&before, &after, unit, text, findings);
    dw_types_free(&before);
    dw_types_free(&after);
    return 0;
}
