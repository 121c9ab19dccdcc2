/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 'deps': who depends on whom, as a tree.  Without an argument it grows from
 * the hypervisor upwards, to those that depend on it; with one it shows what
 * that payload needs.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/deps.h"
#include "control/finder.h"
#include "control/output.h"
#include "control/session.h"

/* How a tree is drawn: with what the terminal can show. */
struct pencil {
    const char *branch, *last, *through, *blank;
};

static const struct pencil ascii = { "|- ", "`- ", "|  ", "   " };
static const struct pencil lines = { "\xe2\x94\x9c\xe2\x94\x80 ",
                                     "\xe2\x94\x94\xe2\x94\x80 ",
                                     "\xe2\x94\x82  ", "   " };

struct drawing {
    const struct session *s;
    const struct pencil *pencil;
    const char *near;           /* where files may be that are missing */
    const struct loaded *extra; /* a payload that is only a file; NULL */
    char indent[512];
    unsigned int depth;
};

/* The payloads, and the file behind them. */
static const struct loaded *nth(const struct drawing *d, size_t i)
{
    return i < d->s->inv.n ? &d->s->inv.payload[i] : d->extra;
}

static size_t count(const struct drawing *d)
{
    return d->s->inv.n + (d->extra ? 1 : 0);
}

static bool is_xen(const struct drawing *d, const struct xs_build_id *id)
{
    return xs_build_id_equal(id, &d->s->inv.xen);
}

static const char *word(const struct loaded *p)
{
    return p->source == SOURCE_FILE ? "file" : state_word(p);
}

static void draw_one(const struct drawing *d, const struct loaded *p)
{
    unsigned long left;

    fprintf(d->s->c->out, "%s (%s%s)", p->name, word(p),
            is_unconfirmed(p, &left) ? ", unconfirmed" : "");
    if ( p->source == SOURCE_NONE )
        fprintf(d->s->c->out, ", what it depends on is not known");
    fputc('\n', d->s->c->out);
}

static void draw_missing(const struct drawing *d, const struct xs_build_id *id)
{
    char hex[XS_HEX_MAX];
    char *path = find_payload(d->s, id, d->near);

    fprintf(d->s->c->out, "MISSING: build-id %s%s%s\n",
            xs_build_id_hex(id, hex), path ? ", which is " : "",
            path ? path : "");
    free(path);
}

/* Begins a line below the present one; end_branch() goes back. */
static bool begin_branch(struct drawing *d, bool last)
{
    size_t n = strlen(d->indent);

    /* A circle cannot be made, and what claims to be one is not followed. */
    if ( d->depth > count(d) + 1 || n + 16 > sizeof(d->indent) )
        return false;
    fprintf(d->s->c->out, "%s%s", d->indent,
            last ? d->pencil->last : d->pencil->branch);
    strcat(d->indent, last ? d->pencil->blank : d->pencil->through);
    d->depth++;
    return true;
}

static void end_branch(struct drawing *d, size_t indent)
{
    d->indent[indent] = '\0';
    d->depth--;
}

/* ---- upwards: who depends on an id ---- */

static void draw_dependents(struct drawing *d, const struct xs_build_id *id)
{
    size_t i, n = 0, seen = 0, indent = strlen(d->indent);

    for ( i = 0; i < count(d); i++ )
        n += xs_ids_have(&nth(d, i)->identity.depends, id);
    for ( i = 0; i < count(d); i++ )
    {
        const struct loaded *p = nth(d, i);

        if ( !xs_ids_have(&p->identity.depends, id) )
            continue;
        if ( !begin_branch(d, ++seen == n) )
            return;
        draw_one(d, p);
        draw_dependents(d, &p->identity.id);
        end_branch(d, indent);
    }
}

/* Ids that payloads depend on and nobody has, each once. */
static size_t missing_ids(const struct drawing *d, struct xs_ids *ids)
{
    size_t i, k;

    *ids = (struct xs_ids){ 0 };
    for ( i = 0; i < count(d); i++ )
        for ( k = 0; k < nth(d, i)->identity.depends.n; k++ )
        {
            const struct xs_build_id *id = &nth(d, i)->identity.depends.id[k];

            if ( !is_xen(d, id) && !deps_owner(&d->s->inv, id) &&
                 !xs_ids_have(ids, id) )
                xs_ids_add(ids, id);
        }
    return ids->n;
}

static void draw_all(struct drawing *d)
{
    char hex[XS_HEX_MAX];
    struct xs_ids missing;
    size_t i;

    fprintf(d->s->c->out, "hypervisor, build-id %s\n",
            xs_build_id_hex(&d->s->inv.xen, hex));
    draw_dependents(d, &d->s->inv.xen);
    missing_ids(d, &missing);
    for ( i = 0; i < missing.n; i++ )
    {
        draw_missing(d, &missing.id[i]);
        draw_dependents(d, &missing.id[i]);
    }
    xs_ids_free(&missing);
    for ( i = 0; i < d->s->inv.n; i++ )
        if ( d->s->inv.payload[i].source == SOURCE_NONE )
            draw_one(d, &d->s->inv.payload[i]);
}

/* ---- downwards: what a payload needs ---- */

static void draw_needs(struct drawing *d, const struct loaded *p)
{
    const struct xs_ids *needs = &p->identity.depends;
    size_t i, indent = strlen(d->indent);

    draw_one(d, p);
    for ( i = 0; i < needs->n; i++ )
    {
        const struct loaded *on = deps_owner(&d->s->inv, &needs->id[i]);

        if ( !begin_branch(d, i + 1 == needs->n) )
            return;
        if ( is_xen(d, &needs->id[i]) )
            fprintf(d->s->c->out, "hypervisor\n");
        else if ( on )
            draw_needs(d, on);
        else
            draw_missing(d, &needs->id[i]);
        end_branch(d, indent);
    }
}

/* ---- JSON ---- */

static json_t *need_json(const struct drawing *d, const struct xs_build_id *id)
{
    const struct loaded *on = deps_owner(&d->s->inv, id);
    char *path = on || is_xen(d, id) ? NULL : find_payload(d->s, id, d->near);
    json_t *need = json_pack("{s:o, s:s, s:s?, s:s?, s:s?}", "build_id",
                             id_json(id), "kind",
                             is_xen(d, id) ? "hypervisor"
                             : on          ? "payload"
                                           : "missing",
                             "name", on ? on->name : NULL, "state",
                             on ? state_word(on) : NULL, "file", path);

    free(path);
    return need;
}

static json_t *needed_by(const struct drawing *d, const struct xs_build_id *id)
{
    json_t *names = json_array();
    size_t i;

    for ( i = 0; id->len && i < count(d); i++ )
        if ( xs_ids_have(&nth(d, i)->identity.depends, id) )
            json_array_append_new(names, json_text(nth(d, i)->name));
    return names;
}

static json_t *node_json(const struct drawing *d, const struct loaded *p)
{
    json_t *needs = json_array();
    size_t i;

    for ( i = 0; i < p->identity.depends.n; i++ )
        json_array_append_new(needs, need_json(d, &p->identity.depends.id[i]));
    return json_pack("{s:o, s:s, s:o, s:b, s:o, s:o}", "name",
                     json_text(p->name), "state", word(p), "build_id",
                     id_json(&p->identity.id), "known",
                     p->source != SOURCE_NONE, "depends", needs, "needed_by",
                     needed_by(d, &p->identity.id));
}

static void write_json(const struct drawing *d, const struct loaded *one)
{
    json_t *all = json_array(), *none = json_array();
    struct xs_ids missing;
    size_t i;

    for ( i = 0; i < count(d); i++ )
        if ( !one || one == nth(d, i) )
            json_array_append_new(all, node_json(d, nth(d, i)));
    missing_ids(d, &missing);
    for ( i = 0; i < missing.n; i++ )
    {
        json_t *need = need_json(d, &missing.id[i]);

        json_object_set_new(need, "needed_by", needed_by(d, &missing.id[i]));
        json_array_append_new(none, need);
    }
    xs_ids_free(&missing);
    json_write(d->s->c->out, json_pack("{s:o, s:o, s:o}", "hypervisor",
                                       id_json(&d->s->inv.xen), "payloads",
                                       all, "missing", none));
}

/* ---- the verb ---- */

static void show(struct drawing *d, const struct loaded *one)
{
    if ( d->s->c->opt.json )
        write_json(d, one);
    else if ( one )
        draw_needs(d, one);
    else
        draw_all(d);
}

/* A payload that is only a file. */
static int show_file(struct drawing *d, const char *path, struct xs_error *err)
{
    struct loaded file = { .name = path, .source = SOURCE_FILE };
    char *dir = strdup(path), *slash = dir ? strrchr(dir, '/') : NULL;
    struct xs_payload p;
    int rc = dir ? xs_payload_read(&p, path, err)
                 : xs_fail(err, XS_FAILED, "out of memory");

    if ( slash )
        *slash = '\0';
    d->near = slash ? dir : ".";
    if ( !rc )
    {
        if ( identity_of_file(&file.identity, &p) )
        {
            d->extra = &file;
            show(d, &file);
        }
        else
            rc = xs_fail(err, XS_FAILED, "out of memory");
        identity_free(&file.identity);
        xs_payload_free(&p);
    }
    free(dir);
    return rc;
}

int verb_deps(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    const struct loaded *p = NULL;
    struct session s;
    struct drawing d = { .s = &s, .pencil = c->utf8 ? &lines : &ascii };
    int rc = session_begin(&s, c, false, err);

    if ( rc )
        return xs_context(err, "deps");
    if ( argc )
        p = inventory_find(&s.inv, argv[0]);
    if ( !argc || p )
        show(&d, p);
    else if ( !access(argv[0], F_OK) )
        rc = show_file(&d, argv[0], err);
    else
    {
        xs_fail(err, XS_STATE, "there is no payload and no file of that name");
        rc = xs_hint(err, "'list' shows the payloads");
    }
    session_end(&s);
    return rc ? xs_context(err, "deps %s", argv[0]) : 0;
}
