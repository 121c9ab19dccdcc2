/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/output.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/modinfo.h"
#include "control/xen_errno.h"

void json_write(FILE *to, json_t *value)
{
    json_dumpf(value, to, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    fputc('\n', to);
    json_decref(value);
}

json_t *json_text(const char *text)
{
    json_t *value = json_string(text);
    char *plain;
    size_t i;

    if ( value )
        return value;
    /* Not UTF-8: keep what is ASCII. */
    plain = strdup(text);
    for ( i = 0; plain && plain[i]; i++ )
        if ( !isascii((unsigned char)plain[i]) )
            plain[i] = '?';
    value = json_string(plain ? plain : "");
    free(plain);
    return value;
}

const char *state_word(const struct loaded *p)
{
    switch ( p->status.state )
    {
    case XSPLICE_STATE_LOADED:
        return "loaded";
    case XSPLICE_STATE_APPLIED:
        return "applied";
    }
    return "unknown";
}

/* As the table has always called them. */
static const char *table_state(const struct loaded *p)
{
    switch ( p->status.state )
    {
    case XSPLICE_STATE_LOADED:
        return "CHECKED";
    case XSPLICE_STATE_APPLIED:
        return "APPLIED";
    }
    return "unknown";
}

void print_table(FILE *to, const struct inventory *inv)
{
    unsigned long left;
    size_t i, j;

    if ( !inv->n )
    {
        fprintf(to, "Nothing to list\n");
        return;
    }
    fprintf(to, " %-39s| %-10s | metadata\n", "ID", "status");
    fprintf(to, "----------------------------------------+"
                "------------+---------------\n");
    for ( i = 0; i < inv->n; i++ )
    {
        const struct loaded *p = &inv->payload[i];

        fprintf(to, "%-40s| %s", p->name, table_state(p));
        if ( p->status.rc )
            fprintf(to, " (%d, %s)", -p->status.rc,
                    xen_errno_text(-p->status.rc));
        if ( is_unconfirmed(p, &left) )
            fprintf(to, " (unconfirmed, %lu s left)", left);
        fprintf(to, "    | ");
        /* The strings' ends but the last become semicolons. */
        for ( j = 0; j + 1 < p->metadata_size; j++ )
            fputc(p->metadata[j] ? p->metadata[j] : ';', to);
        if ( p->metadata_size && p->metadata[p->metadata_size - 1] )
            fputc(p->metadata[p->metadata_size - 1], to);
        fputc('\n', to);
    }
}

json_t *id_json(const struct xs_build_id *id)
{
    char hex[XS_HEX_MAX];

    return id->len ? json_string(xs_build_id_hex(id, hex)) : json_null();
}

json_t *ids_json(const struct xs_ids *ids)
{
    json_t *all = json_array();
    size_t i;

    for ( i = 0; i < ids->n; i++ )
        json_array_append_new(all, id_json(&ids->id[i]));
    return all;
}

json_t *metadata_json(const char *metadata, size_t size)
{
    json_t *all = json_object();
    const char *s = NULL;

    if ( !metadata )
        return all;
    while ( (s = xs_modinfo_next(metadata, size, s)) )
    {
        char *key = strdup(s);
        char *value = key ? strchr(key, '=') : NULL;

        if ( value )
            *value++ = '\0';
        /* A key that is no UTF-8 is left out. */
        if ( key )
            json_object_set_new(all, key, json_text(value ? value : ""));
        free(key);
    }
    return all;
}

/* Numbers that only our engine has; null without. */
static json_t *info_number(const struct loaded *p, const char *key)
{
    const char *s = loaded_info(p, key);

    return s ? json_integer(strtoll(s, NULL, 10)) : json_null();
}

/* Each value of a key; 'commas' separate several in one. */
static json_t *info_list(const struct loaded *p, const char *key)
{
    json_t *all = json_array();
    const char *s = NULL;
    size_t len = strlen(key);

    while ( p->info && (s = xs_modinfo_next(p->info, p->info_size, s)) )
    {
        const char *at = s + len + 1;

        if ( strncmp(s, key, len) || s[len] != '=' )
            continue;
        while ( *at )
        {
            size_t n = strcspn(at, ",");
            char *one = strndup(at, n);

            json_array_append_new(all, json_text(one ? one : ""));
            free(one);
            at += n + (at[n] == ',');
        }
    }
    return all;
}

static json_t *refusal_json(const struct loaded *p)
{
    const char *id = loaded_info(p, "reason-id");
    const char *reason = loaded_info(p, "reason");
    const char *hint = loaded_info(p, "hint");

    if ( !id || !reason )
        return json_null();
    return json_pack("{s:o, s:o, s:o}", "id", json_text(id), "reason",
                     json_text(reason), "hint", json_text(hint ? hint : ""));
}

/* What our engine tells beyond the identity. */
static void add_engines_word(json_t *to, const struct loaded *p)
{
    if ( !p->info )
        return;
    json_object_set_new(to, "order", info_number(p, "order"));
    json_object_set_new(to, "unconfirmed_s", info_number(p, "unconfirmed-s"));
    json_object_set_new(to, "functions", info_list(p, "functions"));
    json_object_set_new(to, "uses", info_list(p, "uses"));
    json_object_set_new(to, "wait_ns", info_number(p, "wait-ns"));
    json_object_set_new(to, "stop_ns", info_number(p, "stop-ns"));
    json_object_set_new(to, "last_refusal", refusal_json(p));
}

json_t *payload_json(const struct loaded *p)
{
    bool known = p->source != SOURCE_NONE;
    const char *error =
        p->status.rc && !is_pending(p) ? xen_errno_name(-p->status.rc) : NULL;

    json_t *all = json_pack(
        "{s:o, s:s, s:b, s:s?, s:o, s:o, s:o, s:s, s:o}", "name",
        json_text(p->name), "state", state_word(p), "pending", is_pending(p),
        "error", error, "build_id", id_json(&p->identity.id), "xen_depends",
        id_json(&p->identity.xen), "depends",
        known ? ids_json(&p->identity.depends) : json_null(), "identity_from",
        source_name(p->source), "metadata",
        metadata_json(p->metadata, p->metadata_size));

    add_engines_word(all, p);
    return all;
}

static json_t *function_json(const struct xs_payload_func *f)
{
    return json_pack("{s:o, s:I, s:I, s:b}", "name",
                     f->name ? json_text(f->name) : json_null(), "old_size",
                     (json_int_t)f->old_size, "new_size",
                     (json_int_t)f->new_size, "nop", f->nop);
}

json_t *file_json(const struct xs_payload *p)
{
    json_t *functions = json_array(), *hooks = json_array();
    size_t i;

    for ( i = 0; i < p->n_funcs; i++ )
        json_array_append_new(functions, function_json(&p->funcs[i]));
    for ( i = 0; i < p->n_hooks; i++ )
        json_array_append_new(hooks, json_text(p->hooks[i].name));
    return json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "size", (json_int_t)p->size,
        "build_id", id_json(&p->id), "xen_depends", id_json(&p->xen),
        "depends", ids_json(&p->depends), "functions", functions, "hooks",
        hooks, "metadata", metadata_json(p->modinfo, p->modinfo_size));
}

static void print_id(FILE *to, const char *label, const struct xs_build_id *id)
{
    char hex[XS_HEX_MAX];

    if ( id->len )
        fprintf(to, "%-12s %s\n", label, xs_build_id_hex(id, hex));
}

static void print_ids(FILE *to, const char *label, const struct xs_ids *ids)
{
    size_t i;

    for ( i = 0; i < ids->n; i++ )
        print_id(to, i ? "" : label, &ids->id[i]);
}

static void print_metadata(FILE *to, const char *metadata, size_t size)
{
    const char *s = NULL;
    const char *label = "metadata";

    while ( metadata && (s = xs_modinfo_next(metadata, size, s)) )
    {
        fprintf(to, "%-12s %s\n", label, s);
        label = "";
    }
}

void print_file(FILE *to, const struct xs_payload *p)
{
    size_t i;

    print_id(to, "build-id", &p->id);
    print_id(to, "built for", &p->xen);
    print_ids(to, "depends on", &p->depends);
    fprintf(to, "%-12s %zu bytes\n", "size", p->size);
    for ( i = 0; i < p->n_funcs; i++ )
    {
        const struct xs_payload_func *f = &p->funcs[i];

        fprintf(to, "%-12s %s, %u bytes %s %u\n", i ? "" : "functions",
                f->name ? f->name : "(by address)", f->old_size,
                f->nop ? "made into NOPs:" : "->", f->new_size);
    }
    for ( i = 0; i < p->n_hooks; i++ )
        fprintf(to, "%-12s %s\n", i ? "" : "hooks", p->hooks[i].name);
    print_metadata(to, p->modinfo, p->modinfo_size);
}

static void print_engines_word(FILE *to, const struct loaded *p)
{
    static const struct {
        const char *label, *key, *unit;
    } lines[] = {
        { "order", "order", ". from below" },
        { "functions", "functions", "" },
        { "uses", "uses", "" },
        { "last wait", "wait-ns", " ns" },
        { "last stop", "stop-ns", " ns" },
        { "last refusal", "reason", "" },
        { "", "hint", "" },
    };
    size_t i;

    for ( i = 0; i < sizeof(lines) / sizeof(lines[0]); i++ )
    {
        const char *value = loaded_info(p, lines[i].key);

        if ( value && *value )
            fprintf(to, "%-12s %s%s\n", lines[i].label, value, lines[i].unit);
    }
}

void print_payload(FILE *to, const struct loaded *p)
{
    unsigned long left;

    fprintf(to, "%-12s %s\n", "name", p->name);
    fprintf(to, "%-12s %s%s\n", "state", state_word(p),
            is_pending(p) ? ", an operation is going on" : "");
    if ( is_unconfirmed(p, &left) )
        fprintf(to, "%-12s unconfirmed, %lu s left\n", "trial", left);
    if ( p->status.rc && !is_pending(p) )
        fprintf(to, "%-12s %s (%s)\n", "last error",
                xen_errno_text(-p->status.rc), xen_errno_name(-p->status.rc));
    print_id(to, "build-id", &p->identity.id);
    print_id(to, "built for", &p->identity.xen);
    print_ids(to, "depends on", &p->identity.depends);
    fprintf(to, "%-12s %s\n", "known from", source_name(p->source));
    print_engines_word(to, p);
    print_metadata(to, p->metadata, p->metadata_size);
}
