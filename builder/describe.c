/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/describe.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "builder/linediff.h"
#include "builder/memory.h"
#include "builder/special.h"
#include "builder/strv.h"

/* So many names are given; of more, only how many. */
#define NAMES_MAX 6

char *describe_target(const struct reloc *r)
{
    const struct atom *t = r->target;
    char text[44];
    size_t i;

    if ( !t )
        return xs_strdup(r->sym->name);
    if ( t->sec->kind != SECTION_STRINGS )
        return xs_strdup(t->sym ? t->sym->name : "a constant");
    for ( i = 0; i < t->size && i < sizeof(text) - 1; i++ )
    {
        text[i] = atom_byte(t, i);
        if ( !text[i] )
            break;
        if ( !isprint((unsigned char)text[i]) )
            text[i] = '.';
    }
    text[i] = '\0';
    return xs_printf("\"%s\"%s", text, i == sizeof(text) - 1 ? "..." : "");
}

/* Names that a programmer would know; not the function's own, not thunks. */
static void collect_uses(const struct atom *a, struct strv *uses)
{
    size_t i;

    for ( i = 0; i < a->nr_relocs; i++ )
    {
        const struct reloc *r = &a->relocs[i];
        const struct atom *t = r->target;

        if ( t && (t == a || t->owner ||
                   (!t->sym && t->sec->kind != SECTION_STRINGS)) )
            continue;
        if ( t && t->sym && t->base )
            strv_add(uses, t->base);
        else if ( t || !a->obj->arch->thunks ||
                  !str_begins(r->sym->name, a->obj->arch->thunks) )
            strv_take(uses, describe_target(r));
    }
    for ( i = 0; i < a->nr_parts; i++ )
        collect_uses(a->parts[i], uses);
}

/* "A, B and 3 more": what is in the one list and not in the other. */
static char *list_without(const struct strv *these, const struct strv *those)
{
    char *text = NULL, *more;
    size_t i, n = 0;

    for ( i = 0; i < these->n; i++ )
    {
        if ( strv_has_sorted(those, these->v[i]) || n++ >= NAMES_MAX )
            continue;
        more = xs_printf("%s%s%s", text ? text : "", text ? ", " : "",
                         these->v[i]);
        free(text);
        text = more;
    }
    if ( n > NAMES_MAX )
    {
        more = xs_printf("%s and %zu more", text, n - NAMES_MAX);
        free(text);
        text = more;
    }
    return text;
}

/* Appends a clause, which is then freed; NULL is none. */
static char *join(char *text, char *clause)
{
    char *all;

    if ( !text || !clause )
        return text ? text : clause;
    all = xs_printf("%s; %s", text, clause);
    free(text);
    free(clause);
    return all;
}

static char *describe_uses(const struct atom *old, const struct atom *new)
{
    struct strv before = { NULL, 0 }, after = { NULL, 0 };
    char *anew, *gone, *text = NULL;

    collect_uses(old, &before);
    collect_uses(new, &after);
    strv_sort(&before);
    strv_sort(&after);
    anew = list_without(&after, &before);
    gone = list_without(&before, &after);
    if ( anew )
        text = xs_printf("now uses %s", anew);
    if ( gone )
        text = join(text, xs_printf("no longer uses %s", gone));
    free(anew);
    free(gone);
    strv_free(&before);
    strv_free(&after);
    return text;
}

static size_t count_specials(const struct atom *a,
                             const struct special_table *table)
{
    size_t i, n = 0;

    for ( i = 0; i < a->nr_specials; i++ )
        n += a->specials[i]->table == table;
    return n;
}

/* Tables of A of which the other has another number of entries. */
static char *describe_specials(const struct atom *a, const struct atom *other,
                               bool absent_only, bool a_is_new)
{
    char *text = NULL;
    size_t i;

    for ( i = 0; i < a->nr_specials; i++ )
    {
        const struct special_table *t = a->specials[i]->table;
        size_t mine = count_specials(a, t), its = count_specials(other, t);

        if ( (i && a->specials[i - 1]->table == t) || mine == its ||
             (absent_only && its) )
            continue;
        text = join(text,
                    xs_printf("%s entries: %zu, was %zu", t->word,
                              a_is_new ? mine : its, a_is_new ? its : mine));
    }
    return text;
}

/* The first line that the other side does not have; NULL if there is none. */
static char *first_line(const char *text, const uint32_t *other, size_t n,
                        size_t *count)
{
    char *first = NULL;
    size_t i;

    *count = 0;
    for ( i = 0; i < n; i++ )
    {
        size_t len = strcspn(text, "\n");

        if ( !other[i] && !(*count)++ )
            first = str_first(text, len);
        text += len + (text[len] == '\n');
    }
    return first;
}

/* Jumps are listed without their target, which moves with any other code. */
static char *describe_code(const struct atom *old, const struct atom *new)
{
    char *a, *b, *gone, *come, *text = NULL;
    size_t nr_gone, nr_come, most;
    struct linediff diff;

    if ( !old->sec->data || !new->sec->data )
        return NULL;
    a = new->obj->arch->listing(old->sec->data + old->start, old->size);
    b = new->obj->arch->listing(new->sec->data + new->start, new->size);
    linediff_make(a, b, &diff);
    gone = first_line(a, diff.new_of, diff.nr_old, &nr_gone);
    come = first_line(b, diff.old_of, diff.nr_new, &nr_come);
    most = nr_gone > nr_come ? nr_gone : nr_come;
    if ( most )
        text = xs_printf("%zu instruction%s of %zu, first: %s -> %s", most,
                         most == 1 ? " differs" : "s differ", diff.nr_new,
                         gone ? gone : "(none)", come ? come : "(none)");
    free(gone);
    free(come);
    linediff_free(&diff);
    free(a);
    free(b);
    return text;
}

char *describe_change(const struct atom *old, const struct atom *new)
{
    char *text = describe_uses(old, new);

    text = join(text, describe_specials(new, old, false, true));
    text = join(text, describe_specials(old, new, true, false));
    return text ? text : describe_code(old, new);
}
