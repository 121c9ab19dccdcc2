/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/document.h"

#include <stdlib.h>
#include <string.h>

#include "builder/codejson.h"
#include "builder/digest.h"
#include "builder/fs.h"
#include "builder/jsontext.h"
#include "builder/memory.h"
#include "builder/patchinfo.h"

const char *status_name(enum build_status status)
{
    static const char *const names[] = { "built", "error", "cannot",
                                         "no-change", "original-differs" };

    return names[status];
}

const char *status_words(enum build_status status)
{
    static const char *const words[] = {
        "built",
        "error",
        "this change cannot be live-patched",
        "no functional change",
        "the original differs from the hypervisor's image",
    };

    return words[status];
}

const char *unit_result(const struct unit *unit)
{
    return unit->skipped     ? "not-reached"
           : !unit->new_path ? "not-compiled"
           : unit->equal     ? "same"
                             : "differs";
}

static void add_findings(json_t *list, const struct differ_result *from)
{
    size_t i;

    for ( i = 0; i < from->nr_findings; i++ )
    {
        const struct differ_finding *f = &from->findings[i];
        json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "kind",
                              differ_kind_name(f->kind), "unit",
                              json_text(f->unit), "symbol",
                              json_text(f->symbol), "why", json_text(f->why));

        if ( f->reason )
            json_object_set_new(o, "reason", json_text(f->reason));
        if ( f->hint && *f->hint )
            json_object_set_new(o, "hint", json_text(f->hint));
        if ( f->kind == DIFFER_CHANGED )
        {
            json_object_set_new(o, "old_size", json_integer(f->old_size));
            json_object_set_new(o, "new_size", json_integer(f->new_size));
            json_object_set_new(o, "offset", json_integer(f->offset));
        }
        json_array_append_new(list, o);
    }
}

json_t *findings_json(const struct outcome *out)
{
    json_t *list = json_array();

    add_findings(list, &out->front);
    add_findings(list, &out->back);
    return list;
}

json_t *ids_json(const struct xs_ids *ids)
{
    char hex[XS_HEX_MAX];
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < ids->n; i++ )
        json_array_append_new(list,
                              json_text(xs_build_id_hex(&ids->id[i], hex)));
    return list;
}

/* A file that went in; only its name is told, not where it lies. */
static int add_input(json_t *list, const char *what, const char *path,
                     char **text, struct xs_error *err)
{
    char hex[DIGEST_HEX], *bytes;
    struct digest sum;
    size_t size;

    if ( fs_read(path, &bytes, &size, err) )
        return -1;
    sum = digest_sum(bytes, size);
    json_array_append_new(list, json_pack("{s:s, s:o, s:I, s:s}", "what", what,
                                          "name", json_text(fs_name(path)),
                                          "size", (json_int_t)size, "sha256",
                                          digest_hex(&sum, hex)));
    if ( text )
        *text = bytes;
    else
        free(bytes);
    return 0;
}

static void add_patch(json_t *list, const char *path, const char *text)
{
    struct patchinfo info;
    json_t *labels = json_array();
    size_t i;

    patchinfo_read(text, &info);
    for ( i = 0; i < info.labels.n; i++ )
        json_array_append_new(labels, json_text(info.labels.v[i]));
    json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o}", "name",
                                          json_text(fs_name(path)), "subject",
                                          json_text(info.subject), "author",
                                          json_text(info.author), "message",
                                          json_text(info.message), "labels",
                                          labels));
    patchinfo_free(&info);
}

static int add_inputs(json_t *root, const struct options *o,
                      const struct outcome *out, struct xs_error *err)
{
    json_t *inputs = json_array(), *patches = json_array();
    char *config = xs_printf("%s/.config", out->target.xen), *text;
    size_t i;
    int rc = 0;

    for ( i = 0; !rc && i < o->patches.n; i++ )
    {
        rc = add_input(inputs, "patch", o->patches.v[i], &text, err);
        if ( rc )
            break;
        add_patch(patches, o->patches.v[i], text);
        free(text);
    }
    if ( !rc )
        rc = add_input(inputs, "image", out->target.xen_syms, NULL, err) ||
             add_input(inputs, "configuration", config, NULL, err);
    free(config);
    json_object_set_new(root, "inputs", inputs);
    json_object_set_new(root, "patches", patches);
    return rc;
}

/* Which of the changed files a unit includes. */
static json_t *reached_by(const struct unit *unit,
                          const struct changes *changes)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < changes->nr; i++ )
        if ( strv_has_sorted(&unit->record->deps, changes->file[i].path) )
            json_array_append_new(list, json_text(changes->file[i].path));
    return list;
}

static json_t *units_json(const struct outcome *out)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < out->units.n; i++ )
    {
        const struct unit *unit = &out->units.v[i];

        json_array_append_new(
            list, json_pack("{s:o, s:o, s:s, s:o}", "object",
                            json_text(unit->object), "source",
                            json_text(unit->record->source), "result",
                            unit_result(unit), "reached_by",
                            reached_by(unit, &out->changes)));
    }
    return list;
}

/* Variables and constants of the payload that a hunk declares. */
static json_t *declared_json(const struct hunk *hunk,
                             const struct details *details)
{
    json_t *list = json_array();
    const char *last = "";
    size_t i;

    for ( i = 0; i < details->nr_pieces; i++ )
    {
        const struct detail_piece *p = &details->piece[i];

        if ( (strcmp(p->kind, "variable") && strcmp(p->kind, "constant")) ||
             !strcmp(p->name, last) || !hunk_declares(hunk, p->name) )
            continue;
        last = p->name;
        json_array_append_new(list, json_text(p->name));
    }
    return list;
}

static json_t *hunks_json(const struct hunks *hunks,
                          const struct details *details)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < hunks->n; i++ )
    {
        const struct hunk *h = &hunks->v[i];

        json_array_append_new(
            list,
            json_pack("{s:o, s:[II], s:[II], s:o, s:b, s:o, s:o}", "file",
                      json_text(h->path), "old", (json_int_t)h->old_start,
                      (json_int_t)h->old_n, "new", (json_int_t)h->new_start,
                      (json_int_t)h->new_n, "heading", json_text(h->heading),
                      "comment", h->comment, "declares",
                      declared_json(h, details), "text", json_text(h->text)));
    }
    return list;
}

static json_t *links_json(const struct chain *chain)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < chain->n; i++ )
        json_array_append_new(
            list, json_pack("{s:I, s:o}", "hunk", (json_int_t)chain->v[i].hunk,
                            "how", json_text(chain->v[i].how)));
    return list;
}

static json_t *functions_json(const struct details *details,
                              const struct chains *chains)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < details->nr_functions; i++ )
    {
        const struct detail_function *f = &details->function[i];
        json_t *o = json_pack(
            "{s:o, s:o, s:o, s:s, s:o, s:o, s:b, s:I, s:I, s:o}", "unit",
            json_text(f->unit), "object", json_text(f->object), "symbol",
            json_text(f->symbol), "change", f->added ? "added" : "changed",
            "because", json_text(f->because), "section", json_text(f->section),
            "global", f->global, "old_size", (json_int_t)f->old_size,
            "new_size", (json_int_t)f->new_size, "code", code_json(&f->code));

        if ( i < chains->n )
        {
            json_object_set_new(o, "hunks", links_json(&chains->v[i]));
            json_object_set_new(o, "hunks_sure",
                                json_boolean(chains->v[i].sure));
        }
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *pieces_json(const struct details *details)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < details->nr_pieces; i++ )
    {
        const struct detail_piece *p = &details->piece[i];

        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:o, s:o, s:I}", "kind",
                                        p->kind, "unit", json_text(p->unit),
                                        "name", json_text(p->name), "because",
                                        json_text(p->because), "size",
                                        (json_int_t)p->size));
    }
    return list;
}

static void add_payload(json_t *root, const struct outcome *out)
{
    char hex[DIGEST_HEX];
    struct digest sum;

    if ( out->status != BUILD_DONE )
        return;
    sum = digest_sum(out->back.payload, out->back.payload_size);
    json_object_set_new(
        root, "payload",
        json_pack("{s:o, s:I, s:s, s:s, s:o*, s:I}", "file",
                  json_text(fs_name(out->payload_path)), "size",
                  (json_int_t)out->back.payload_size, "build_id",
                  out->back.build_id, "sha256", digest_hex(&sum, hex),
                  "signed_by",
                  out->signer.size ? json_text(out->signer.name) : NULL,
                  "functions", (json_int_t)out->back.nr_functions));
}

static json_t *outside_json(const struct changes *changes)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < changes->outside.n; i++ )
        json_array_append_new(list, json_text(changes->outside.v[i]));
    return list;
}

json_t *document_make(const struct options *options, const struct outcome *out,
                      struct xs_error *err)
{
    json_t *root = json_object();

    json_object_set_new(root, "format", json_integer(DOCUMENT_FORMAT));
    json_object_set_new(root, "tool", json_string("xsplice-build"));
    json_object_set_new(root, "version", json_string(XSPLICE_VERSION));
    json_object_set_new(root, "compiler",
                        json_text(out->back.details.compiler));
    json_object_set_new(root, "name", json_text(options->name));
    json_object_set_new(root, "status", json_string(status_name(out->status)));
    json_object_set_new(root, "verdict",
                        json_string(status_words(out->status)));
    json_object_set_new(root, "exit", json_integer(out->status));
    json_object_set_new(
        root, "target",
        json_text(options->debian ? out->target.about : "a Xen source tree"));
    json_object_set_new(root, "xen_build_id",
                        json_text(out->back.xen_build_id));
    json_object_set_new(root, "depends", ids_json(&out->back.depends));
    json_object_set_new(root, "outside", outside_json(&out->changes));
    json_object_set_new(root, "units", units_json(out));
    json_object_set_new(root, "findings", findings_json(out));
    json_object_set_new(root, "hunks",
                        hunks_json(&out->hunks, &out->back.details));
    json_object_set_new(root, "functions",
                        functions_json(&out->back.details, &out->chains));
    json_object_set_new(root, "pieces", pieces_json(&out->back.details));
    add_payload(root, out);
    if ( !add_inputs(root, options, out, err) )
        return root;
    json_decref(root);
    return NULL;
}
