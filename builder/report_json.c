/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/report.h"

#include <jansson.h>
#include <string.h>

#include "builder/jsontext.h"

static const char *status_name(enum build_status status)
{
    static const char *const names[] = { "built", "error", "cannot",
                                         "no-change", "original-differs" };

    return names[status];
}

static json_t *units_json(const struct outcome *out)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < out->units.n; i++ )
    {
        const struct unit *unit = &out->units.v[i];

        json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:s}", "object", json_text(unit->object),
                      "source", json_text(unit->record->source), "result",
                      unit->skipped     ? "not-reached"
                      : !unit->new_path ? "not-compiled"
                      : unit->equal     ? "same"
                                        : "differs"));
    }
    return list;
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

static json_t *stages_json(const struct stages *stages)
{
    json_t *list = json_array();
    unsigned int i;

    for ( i = 0; i < stages->nr; i++ )
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:f}", "name", stages->stage[i].name,
                            "detail", json_text(stages->stage[i].detail),
                            "seconds", stages->stage[i].seconds));
    return list;
}

static json_t *depends_json(const struct xs_ids *depends)
{
    char hex[XS_HEX_MAX];
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < depends->n; i++ )
        json_array_append_new(
            list, json_text(xs_build_id_hex(&depends->id[i], hex)));
    return list;
}

static void add_payload(json_t *root, const struct outcome *out)
{
    if ( out->status == BUILD_DONE )
        json_object_set_new(
            root, "payload",
            json_pack("{s:o, s:I, s:s, s:o*, s:I}", "path",
                      json_text(out->payload_path), "size",
                      (json_int_t)out->back.payload_size, "build_id",
                      out->back.build_id, "signed_by",
                      out->signer.size ? json_text(out->signer.name) : NULL,
                      "functions", (json_int_t)out->back.nr_functions));
    if ( *out->back.xen_build_id )
        json_object_set_new(root, "xen_build_id",
                            json_text(out->back.xen_build_id));
}

static void add_error(json_t *root, const struct outcome *out,
                      const struct xs_error *err)
{
    json_t *o = json_pack("{s:o, s:o}", "what", json_text(err->what), "hint",
                          json_text(err->hint));

    if ( out->changes.rejects )
        json_object_set_new(o, "rejects", json_text(out->changes.rejects));
    if ( out->compiling.messages )
        json_object_set_new(o, "compiler", json_text(out->compiling.messages));
    json_object_set_new(root, "error", o);
}

void report_json(FILE *to, const struct options *options,
                 const struct outcome *out, const struct xs_error *err)
{
    json_t *root = json_object(), *findings = json_array();

    add_findings(findings, &out->front);
    add_findings(findings, &out->back);
    json_object_set_new(root, "status", json_text(status_name(out->status)));
    json_object_set_new(root, "exit", json_integer(out->status));
    json_object_set_new(root, "name", json_text(options->name));
    json_object_set_new(root, "target", json_text(out->target.about));
    json_object_set_new(root, "image", json_text(out->target.xen_syms));
    json_object_set_new(root, "depends", depends_json(&out->back.depends));
    add_payload(root, out);
    json_object_set_new(root, "units", units_json(out));
    json_object_set_new(
        root, "compiler_runs",
        json_integer(out->compiling.compiled + out->compiling.preprocessed));
    json_object_set_new(root, "cached", json_integer(out->compiling.cached));
    json_object_set_new(root, "findings", findings);
    json_object_set_new(root, "stages", stages_json(out->stages));
    if ( err )
        add_error(root, out, err);
    json_dumpf(root, to, JSON_INDENT(2) | JSON_SORT_KEYS);
    fputc('\n', to);
    json_decref(root);
}
