/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/hunks.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "builder/linediff.h"
#include "builder/memory.h"
#include "builder/outline.h"

#define CONTEXT 3

/* A line of the comparison: where it stands in both texts, from 0. */
struct step {
    char mark; /* ' ', '-', '+' */
    size_t old, new;
};

struct comparison {
    const struct touched *file;
    struct outline old, new;
    struct step *step;
    size_t n;
};

static void add_step(struct comparison *c, char mark, size_t old, size_t new)
{
    c->step = xs_grow(c->step, c->n, sizeof(*c->step));
    c->step[c->n++] = (struct step){ mark, old, new };
}

/* As diff(1) has it: what went stands before what came. */
static void compare(struct comparison *c, const char *old, const char *new)
{
    struct linediff diff;
    size_t i = 0, j = 0;

    linediff_make(old, new, &diff);
    while ( i < diff.nr_old || j < diff.nr_new )
        if ( i < diff.nr_old && !diff.new_of[i] )
            add_step(c, '-', i++, j);
        else if ( j < diff.nr_new && !diff.old_of[j] )
            add_step(c, '+', i, j++);
        else
            add_step(c, ' ', i++, j++);
    linediff_free(&diff);
}

/* "NAME" of "#define NAME(x) ..."; NULL if it is something else. */
static char *macro_name(const char *code)
{
    const char *p = code + strspn(code, " \t");
    size_t n = 0;

    if ( *p++ != '#' )
        return NULL;
    p += strspn(p, " \t");
    if ( strncmp(p, "define", 6) && strncmp(p, "undef", 5) )
        return NULL;
    p += strcspn(p, " \t");
    p += strspn(p, " \t");
    while ( isalnum((unsigned char)p[n]) || p[n] == '_' )
        n++;
    return n ? xs_printf("%.*s", (int)n, p) : NULL;
}

static void add_place(struct hunk *h, const struct outline *o, size_t line,
                      bool old)
{
    struct hunk_place *p;
    size_t i;

    if ( line >= o->n || !o->line[line].code )
        return;
    h->comment = false;
    for ( i = 0; i < h->nr_places; i++ )
        if ( h->place[i].old == old &&
             h->place[i].first == o->line[line].first + 1 )
            return;
    h->place = xs_grow(h->place, h->nr_places, sizeof(*h->place));
    p = &h->place[h->nr_places++];
    p->old = old;
    p->first = o->line[line].first + 1;
    p->last = o->line[line].last + 1;
    p->code = outline_run_code(o, line);
    p->macro = macro_name(p->code);
}

static char *line_text(const struct outline *o, size_t line)
{
    const char *at = line < o->n ? o->line[line].at : "";

    return xs_printf("%.*s", (int)strcspn(at, "\n"), at);
}

/*
 * The first line of code of what a changed line belongs to, if that is above
 * the hunk's own lines: "int f(int x)".
 */
static char *heading_of(const struct outline *o, size_t changed, size_t top)
{
    size_t line;

    if ( changed >= o->n )
        return xs_strdup("");
    for ( line = o->line[changed].first; line < changed; line++ )
        if ( o->line[line].code )
            break;
    return line < top ? line_text(o, line) : xs_strdup("");
}

static void make_hunk(const struct comparison *c, size_t from, size_t to,
                      struct hunk *h)
{
    size_t len, i;
    FILE *text;

    memset(h, 0, sizeof(*h));
    h->path = xs_strdup(c->file->path);
    h->comment = true;
    text = open_memstream(&h->text, &len);
    if ( !text )
        abort();
    for ( i = from; i < to; i++ )
    {
        const struct step *s = &c->step[i];
        char *line = s->mark == '+' ? line_text(&c->new, s->new)
                                    : line_text(&c->old, s->old);

        fprintf(text, "%c%s\n", s->mark, line);
        free(line);
        h->old_n += s->mark != '+';
        h->new_n += s->mark != '-';
        if ( s->mark == '-' )
            add_place(h, &c->old, s->old, true);
        else if ( s->mark == '+' )
            add_place(h, &c->new, s->new, false);
        if ( s->mark != ' ' && !h->heading )
            h->heading = s->mark == '-'
                             ? heading_of(&c->old, s->old, c->step[from].old)
                             : heading_of(&c->new, s->new, c->step[from].new);
    }
    if ( fclose(text) )
        abort();
    h->old_start = c->step[from].old + (h->old_n > 0);
    h->new_start = c->step[from].new + (h->new_n > 0);
}

static void cut(const struct comparison *c, struct hunks *out)
{
    size_t i, from, to;

    for ( i = 0; i < c->n; i = to )
    {
        while ( i < c->n && c->step[i].mark == ' ' )
            i++;
        if ( i == c->n )
            break;
        from = i > CONTEXT ? i - CONTEXT : 0;
        /* Two changes whose contexts meet are one hunk. */
        for ( to = i + 1; to < c->n && to <= i + 2 * CONTEXT + 1; to++ )
            if ( c->step[to].mark != ' ' )
                i = to;
        to = i + 1 + CONTEXT < c->n ? i + 1 + CONTEXT : c->n;
        out->v = xs_grow(out->v, out->n, sizeof(*out->v));
        make_hunk(c, from, to, &out->v[out->n++]);
    }
}

void hunks_make(const struct changes *changes, struct hunks *out)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    for ( i = 0; i < changes->nr; i++ )
    {
        const struct touched *file = &changes->file[i];
        const char *old = file->old_text ? file->old_text : "";
        const char *new = file->new_text ? file->new_text : "";
        struct comparison c = { .file = file };

        if ( file->generated )
            continue;
        outline_make(old, &c.old);
        outline_make(new, &c.new);
        compare(&c, old, new);
        cut(&c, out);
        outline_free(&c.old);
        outline_free(&c.new);
        free(c.step);
    }
}

void hunks_free(struct hunks *hunks)
{
    size_t i, j;

    for ( i = 0; i < hunks->n; i++ )
    {
        for ( j = 0; j < hunks->v[i].nr_places; j++ )
        {
            free(hunks->v[i].place[j].code);
            free(hunks->v[i].place[j].macro);
        }
        free(hunks->v[i].place);
        free(hunks->v[i].path);
        free(hunks->v[i].text);
        free(hunks->v[i].heading);
    }
    free(hunks->v);
    memset(hunks, 0, sizeof(*hunks));
}
