/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs that show: list, status, info, inspect. */
#include <stdlib.h>
#include <string.h>

#include "common/modinfo.h"
#include "control/explain.h"
#include "control/output.h"
#include "control/session.h"
#include "control/signature.h"

int verb_list(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    json_t *all;
    struct session s;
    size_t i;

    if ( session_begin(&s, c, false, err) )
        return xs_context(err, "list");
    if ( c->opt.json )
    {
        all = json_array();
        for ( i = 0; i < s.inv.n; i++ )
            json_array_append_new(all, payload_json(&s.inv.payload[i]));
        json_write(c->out, all);
    }
    else
        print_table(c->out, &s.inv);
    session_end(&s);
    return 0;
}

/* What is known about the hypervisor itself. */
struct host {
    char version[64];
    char engine[64];
    char signatures[16]; /* what is asked of payloads; "": not known */
    char build_id[XS_HEX_MAX];
    size_t applied;
};

static void host_read(struct host *h, const struct session *s)
{
    struct hypervisor *hv = s->c->hv;
    char *text = NULL;
    const char *engine = NULL, *signatures = NULL;
    size_t size, i;

    *h = (struct host){ .version = "unknown" };
    engine_version(hv, h->version, sizeof(h->version));
    if ( s->own_engine && !engine_info(hv, NULL, &text, &size) )
    {
        engine = xs_modinfo_get(text, size, "engine");
        signatures = xs_modinfo_get(text, size, "signatures");
    }
    snprintf(h->signatures, sizeof(h->signatures), "%s",
             signatures ? signatures : "");
    snprintf(h->engine, sizeof(h->engine), "%s",
             engine          ? engine
             : s->own_engine ? "xsplice"
                             : "stock Xen");
    free(text);
    xs_build_id_hex(&s->inv.xen, h->build_id);
    for ( i = 0; i < s->inv.n; i++ )
        h->applied += is_applied(&s->inv.payload[i]);
}

static void host_show(const struct session *s, bool with_payloads)
{
    FILE *out = s->c->out;
    json_t *all, *host;
    unsigned long left;
    struct host h;
    size_t i;

    host_read(&h, s);
    if ( s->c->opt.json )
    {
        host = json_pack(
            "{s:o, s:s, s:o, s:o*, s:I, s:I}", "version", json_text(h.version),
            "build_id", h.build_id, "engine", json_text(h.engine),
            "signatures", *h.signatures ? json_text(h.signatures) : NULL,
            "loaded", (json_int_t)s->inv.n, "applied", (json_int_t)h.applied);
        all = json_array();
        for ( i = 0; i < s->inv.n; i++ )
            json_array_append_new(all, payload_json(&s->inv.payload[i]));
        if ( with_payloads )
            json_object_set_new(host, "payloads", all);
        else
            json_decref(all);
        json_write(out, host);
        return;
    }
    fprintf(out, "%-12s Xen %s\n", "hypervisor", h.version);
    fprintf(out, "%-12s %s\n", "build-id", h.build_id);
    fprintf(out, "%-12s %s\n", "engine", h.engine);
    if ( *h.signatures )
        fprintf(out, "%-12s %s\n", "signatures", h.signatures);
    fprintf(out, "%-12s %zu loaded, %zu of them applied\n", "payloads",
            s->inv.n, h.applied);
    for ( i = 0; with_payloads && i < s->inv.n; i++ )
    {
        const struct loaded *p = &s->inv.payload[i];

        fprintf(out, "  %-8s %s%s", state_word(p), p->name,
                is_pending(p) ? " (an operation is going on)" : "");
        if ( is_unconfirmed(p, &left) )
            fprintf(out, " (unconfirmed, %lu s left)", left);
        fputc('\n', out);
    }
}

/* One payload for 'status' and 'info', which print it their own way. */
static int show_one(struct control *c, const char *verb, const char *name,
                    void (*print)(FILE *to, const struct loaded *p),
                    struct xs_error *err)
{
    const struct loaded *p = NULL;
    struct session s;
    int rc = name ? check_name(name, err) : 0;

    if ( !rc && !(rc = session_begin(&s, c, false, err)) )
    {
        if ( !name )
            host_show(&s, !strcmp(verb, "status"));
        else if ( !(p = inventory_find(&s.inv, name)) )
        {
            xs_fail(err, XS_STATE, "no payload of that name is loaded");
            rc = xs_hint(err, "'list' shows the payloads");
        }
        else if ( c->opt.json )
            json_write(c->out, payload_json(p));
        else
            print(c->out, p);
        session_end(&s);
    }
    return rc ? xs_context(err, "%s%s%s", verb, name ? " " : "",
                           name ? name : "")
              : 0;
}

static void print_state(FILE *to, const struct loaded *p)
{
    fprintf(to, "%s\n", state_word(p));
}

int verb_status(struct control *c, int argc, char *const argv[],
                struct xs_error *err)
{
    return show_one(c, "status", argc ? argv[0] : NULL, print_state, err);
}

int verb_info(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    return show_one(c, "info", argc ? argv[0] : NULL, print_payload, err);
}

int verb_inspect(struct control *c, int argc, char *const argv[],
                 struct xs_error *err)
{
    struct verify_signature v;
    struct xs_payload p;
    json_t *json;

    if ( xs_payload_read(&p, argv[0], err) )
        return xs_context(err, "inspect");
    verify_signature(p.bytes, p.size, NULL, &v);
    if ( c->opt.json )
    {
        json = file_json(&p);
        json_object_set_new(json, "signature", signature_json(&v));
        json_write(c->out, json);
    }
    else
    {
        print_file(c->out, &p);
        print_signature(c->out, &v);
    }
    xs_payload_free(&p);
    return 0;
}
