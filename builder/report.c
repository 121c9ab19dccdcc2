/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/report.h"

#include <ctype.h>
#include <string.h>

#include "builder/document.h"

static size_t count_units(const struct outcome *out, bool differing)
{
    size_t i, n = 0;

    for ( i = 0; i < out->units.n; i++ )
        n += !out->units.v[i].skipped && !(differing && out->units.v[i].equal);
    return n;
}

static void print_label(FILE *to, const char *label)
{
    fprintf(to, "%c%-9s", toupper((unsigned char)*label), label + 1);
}

static void print_finding(FILE *to, const struct differ_finding *f)
{
    print_label(to, differ_kind_name(f->kind));
    fprintf(to, "%-24s", *f->symbol ? f->symbol : f->unit);
    if ( *f->symbol && *f->unit )
        fprintf(to, " %s:", f->unit);
    if ( f->kind == DIFFER_CHANGED )
        fprintf(to, " %u bytes, was %u:", f->new_size, f->old_size);
    fprintf(to, " %s\n", f->why);
    if ( *f->hint )
        fprintf(to, "%-10s%-24s hint: %s\n", "", "", f->hint);
}

/* All findings of one kind, of both halves; returns how many. */
static size_t for_kind(const struct outcome *out, enum differ_kind kind,
                       FILE *to)
{
    const struct differ_result *halves[] = { &out->front, &out->back };
    size_t i, j, n = 0;

    for ( i = 0; i < 2; i++ )
        for ( j = 0; j < halves[i]->nr_findings; j++ )
            if ( halves[i]->findings[j].kind == kind )
            {
                if ( to )
                    print_finding(to, &halves[i]->findings[j]);
                n++;
            }
    return n;
}

/*
 * Where there is no payload the reasons count, and what a changed structure
 * brings with it would hide them: hundreds of functions, each a line.
 */
#define MANY 24

static void print_kind(FILE *to, const struct outcome *out,
                       enum differ_kind kind)
{
    size_t n = for_kind(out, kind, NULL);

    if ( out->status == BUILD_DONE || kind >= DIFFER_IGNORED || n <= MANY )
    {
        for_kind(out, kind, to);
        return;
    }
    print_label(to, differ_kind_name(kind));
    fprintf(to, "%zu, which --json lists\n", n);
}

/*
 * Why units were compiled that the patch does not name: which of the changed
 * files they include.
 */
static void print_reached(FILE *to, const struct outcome *out)
{
    const struct unit *unit;
    size_t i, j, n;

    for ( i = 0; i < out->units.n; i++ )
    {
        unit = &out->units.v[i];
        if ( unit->skipped || unit->equal || unit->direct )
            continue;
        print_label(to, "reached");
        fprintf(to, "%-24s it includes", unit->record->source);
        for ( j = n = 0; j < out->changes.nr; j++ )
            if ( strv_has_sorted(&unit->record->deps,
                                 out->changes.file[j].path) )
                fprintf(to, "%s %s", n++ ? "," : "",
                        out->changes.file[j].path);
        fprintf(to, ", which the patch changes\n");
    }
}

void report_text(FILE *to, const struct options *options,
                 const struct outcome *out)
{
    char hex[XS_HEX_MAX];
    enum differ_kind kind;
    size_t i;

    print_label(to, "units");
    fprintf(to, "%zu rebuilt, %zu differ%s\n", count_units(out, false),
            count_units(out, true), count_units(out, true) == 1 ? "s" : "");
    print_reached(to, out);
    for ( kind = DIFFER_CHANGED; kind <= DIFFER_ORIGIN; kind++ )
        print_kind(to, out, kind);
    if ( out->status != BUILD_DONE )
    {
        print_label(to, "payload");
        fprintf(to, "none: %s\n", status_words(out->status));
        return;
    }
    print_label(to, "depends");
    fprintf(to, "xen %s\n", out->back.xen_build_id);
    for ( i = 0; i < out->back.depends.n; i++ )
        fprintf(to, "%-10spayload %s\n", "",
                xs_build_id_hex(&out->back.depends.id[i], hex));
    print_label(to, "payload");
    fprintf(to, "%s %.1f KiB, build-id %s\n", out->payload_path,
            out->back.payload_size / 1024.0, out->back.build_id);
    if ( !out->signer.size )
        return;
    print_label(to, "signed");
    fprintf(to, "by %s, key ", out->signer.name);
    for ( i = 0; i < sizeof(out->signer.id); i++ )
        fprintf(to, "%02x", out->signer.id[i]);
    fputc('\n', to);
}
