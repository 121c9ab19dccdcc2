/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/report.h"

#include <jansson.h>
#include <string.h>
#include <sys/resource.h>

#include "builder/document.h"
#include "builder/jsontext.h"

static json_t *units_json(const struct outcome *out)
{
    json_t *list = json_array();
    size_t i;

    for ( i = 0; i < out->units.n; i++ )
    {
        const struct unit *unit = &out->units.v[i];

        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:s}", "object",
                                        json_text(unit->object), "source",
                                        json_text(unit->record->source),
                                        "result", unit_result(unit)));
    }
    return list;
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

/* Processor time of this process without those that it has run. */
static double own_seconds(void)
{
    struct rusage own;

    if ( getrusage(RUSAGE_SELF, &own) )
        return 0;
    return own.ru_utime.tv_sec + own.ru_stime.tv_sec +
           (own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
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
    json_t *root = json_object();

    json_object_set_new(root, "status", json_text(status_name(out->status)));
    json_object_set_new(root, "exit", json_integer(out->status));
    json_object_set_new(root, "name", json_text(options->name));
    json_object_set_new(root, "target", json_text(out->target.about));
    json_object_set_new(root, "image", json_text(out->target.xen_syms));
    json_object_set_new(root, "depends", ids_json(&out->back.depends));
    add_payload(root, out);
    json_object_set_new(root, "units", units_json(out));
    json_object_set_new(
        root, "compiler_runs",
        json_integer(out->compiling.compiled + out->compiling.preprocessed));
    json_object_set_new(root, "cached", json_integer(out->compiling.cached));
    json_object_set_new(root, "compiler_seconds",
                        json_real(out->compiling.seconds));
    json_object_set_new(root, "own_processor_seconds",
                        json_real(own_seconds()));
    json_object_set_new(root, "findings", findings_json(out));
    json_object_set_new(root, "stages", stages_json(out->stages));
    if ( err )
        add_error(root, out, err);
    json_dumpf(root, to, JSON_INDENT(2) | JSON_SORT_KEYS);
    fputc('\n', to);
    json_decref(root);
}
