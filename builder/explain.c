/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/explain.h"

#include <string.h>

#include "builder/codejson.h"

static const char *text_at(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));

    return text ? text : "";
}

static long long number_at(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static bool is(const json_t *o, const char *key, const char *value)
{
    return !strcmp(text_at(o, key), value);
}

static void label(FILE *to, const char *text)
{
    fprintf(to, "    %-10s", text);
}

static void print_hunk(FILE *to, const json_t *hunk, const char *how)
{
    const json_t *old = json_object_get(hunk, "old");
    const json_t *new = json_object_get(hunk, "new");
    const char *p = text_at(hunk, "text");
    size_t n;

    label(to, "hunk");
    fprintf(to, "%s @@ -%lld,%lld +%lld,%lld @@ %s\n", text_at(hunk, "file"),
            json_integer_value(json_array_get(old, 0)),
            json_integer_value(json_array_get(old, 1)),
            json_integer_value(json_array_get(new, 0)),
            json_integer_value(json_array_get(new, 1)), how);
    for ( ; *p; p += n + (p[n] == '\n') )
    {
        n = strcspn(p, "\n");
        fputs("      ", to);
        fwrite(p, 1, n, to);
        fputc('\n', to);
    }
}

static void print_hunks(FILE *to, const json_t *document,
                        const json_t *function)
{
    const json_t *hunks = json_object_get(document, "hunks");
    const json_t *links = json_object_get(function, "hunks");
    json_t *link;
    size_t i;

    if ( json_array_size(links) &&
         !json_is_true(json_object_get(function, "hunks_sure")) )
    {
        label(to, "hunk");
        fputs("no line that it is made of changes; what its unit sees of the "
              "change:\n",
              to);
    }
    json_array_foreach(links, i, link)
        print_hunk(to, json_array_get(hunks, number_at(link, "hunk")),
                   text_at(link, "how"));
}

/* Findings of a kind about a symbol of a unit. */
static void print_findings(FILE *to, const json_t *document, const char *kind,
                           const char *unit, const char *symbol)
{
    json_t *f;
    size_t i;

    json_array_foreach(json_object_get(document, "findings"), i,
                       f) if ( is(f, "kind", kind) &&
                               is(f, "symbol", symbol) &&
                               (!unit || is(f, "unit", unit)) )
    {
        label(to, kind);
        fprintf(to, "%s\n", text_at(f, "why"));
        if ( *text_at(f, "hint") )
        {
            label(to, "");
            fprintf(to, "hint: %s\n", text_at(f, "hint"));
        }
    }
}

static void print_first(FILE *to, const json_t *function)
{
    const json_t *code = json_object_get(function, "code");
    const char *part = "", *old, *new;
    const json_t *row = code_first(code, &part);
    size_t n = code_differing(code);

    if ( !row )
        return;
    old = json_string_value(json_array_get(row, 2));
    new = json_string_value(json_array_get(row, 4));
    label(to, "first");
    fprintf(to, "%s%s+%#llx: %s -> %s\n", part, *part ? " " : "",
            (unsigned long long)json_integer_value(
                json_array_get(row, new ? 3 : 1)),
            old ? old : "(none)", new ? new : "(none)");
    label(to, "code");
    fprintf(to, "%zu line%s\n", n, n == 1 ? " differs" : "s differ");
    code_print(to, code);
}

static void print_function(FILE *to, const json_t *document,
                           const json_t *function)
{
    const char *unit = text_at(function, "unit");
    const char *symbol = text_at(function, "symbol");
    bool added = is(function, "change", "added");

    fprintf(to, "%s  (%s, %s)\n", symbol, unit, text_at(function, "object"));
    print_hunks(to, document, function);
    label(to, text_at(function, "change"));
    fprintf(to, "%lld bytes", number_at(function, "new_size"));
    if ( !added )
        fprintf(to, ", was %lld", number_at(function, "old_size"));
    fputc('\n', to);
    print_findings(to, document, "changed", unit, symbol);
    if ( !added )
        print_first(to, function);
    label(to, "because");
    fprintf(to, "%s\n", text_at(function, "because"));
    print_findings(to, document, "hook", unit, symbol);
    print_findings(to, document, "special", unit, symbol);
    print_findings(to, document, "ignored", unit, symbol);
    print_findings(to, document, "refused", unit, symbol);
    print_findings(to, document, "original", unit, symbol);
    fputc('\n', to);
}

static void print_piece(FILE *to, const json_t *piece)
{
    fprintf(to, "    %-14s %5lld  %s (%s): %s\n", text_at(piece, "kind"),
            number_at(piece, "size"), text_at(piece, "name"),
            text_at(piece, "unit"), text_at(piece, "because"));
}

static void print_list(FILE *to, const json_t *document, const char *kind)
{
    json_t *f;
    size_t i;

    json_array_foreach(json_object_get(document, "findings"), i,
                       f) if ( is(f, "kind", kind) )
    {
        const char *symbol = text_at(f, "symbol");
        const char *unit = text_at(f, "unit");

        fprintf(to, "    %s%s%s%s: %s\n", *symbol ? symbol : unit,
                *symbol && *unit ? " (" : "", *symbol ? unit : "",
                *symbol && *unit ? ")" : "", text_at(f, "why"));
        if ( *text_at(f, "hint") )
            fprintf(to, "        hint: %s\n", text_at(f, "hint"));
    }
}

static bool has_kind(const json_t *document, const char *kind)
{
    json_t *f;
    size_t i;

    json_array_foreach(json_object_get(document, "findings"), i,
                       f) if ( is(f, "kind", kind) ) return true;
    return false;
}

static void print_kind(FILE *to, const json_t *document, const char *kind,
                       const char *title)
{
    if ( !has_kind(document, kind) )
        return;
    fprintf(to, "%s\n", title);
    print_list(to, document, kind);
    fputc('\n', to);
}

/* What the change can reach, and how it was looked at. */
static void print_units(FILE *to, const json_t *document)
{
    const json_t *outside = json_object_get(document, "outside");
    json_t *o, *file;
    size_t i, j;

    if ( json_array_size(json_object_get(document, "units")) )
        fputs("Units\n", to);
    json_array_foreach(json_object_get(document, "units"), i, o)
    {
        fprintf(to, "    %-12s %s", text_at(o, "result"),
                text_at(o, "object"));
        json_array_foreach(json_object_get(o, "reached_by"), j, file)
            fprintf(to, "%s %s", j ? "," : ": by", json_string_value(file));
        fputc('\n', to);
    }
    if ( json_array_size(outside) )
        fputs("\nOutside of the hypervisor\n", to);
    json_array_foreach(outside, i, o)
        fprintf(to, "    %s\n", json_string_value(o));
    fputc('\n', to);
}

static void print_inputs(FILE *to, const json_t *document)
{
    const json_t *payload = json_object_get(document, "payload");
    json_t *o;
    size_t i;

    fputs("Inputs\n", to);
    json_array_foreach(json_object_get(document, "inputs"), i, o)
        fprintf(to, "    %-14s %s  %s\n", text_at(o, "what"),
                text_at(o, "sha256"), text_at(o, "name"));
    fprintf(to, "    %-14s %s\n", "target", text_at(document, "target"));
    fprintf(to, "    %-14s %s %s\n", "tool", text_at(document, "tool"),
            text_at(document, "version"));
    fprintf(to, "    %-14s %s\n", "compiler", text_at(document, "compiler"));
    fprintf(to, "\nDepends\n    xen            %s\n",
            text_at(document, "xen_build_id"));
    json_array_foreach(json_object_get(document, "depends"), i, o)
        fprintf(to, "    payload        %s\n", json_string_value(o));
    if ( payload )
        fprintf(to,
                "\nPayload\n    file           %s, %lld bytes, %lld "
                "functions\n    build-id       %s\n    sha256         %s\n"
                "    signed by      %s\n",
                text_at(payload, "file"), number_at(payload, "size"),
                number_at(payload, "functions"), text_at(payload, "build_id"),
                text_at(payload, "sha256"),
                *text_at(payload, "signed_by") ? text_at(payload, "signed_by")
                                               : "nobody");
}

void explain_all(FILE *to, const json_t *document)
{
    json_t *o;
    size_t i;

    fprintf(to, "%s: %s\n", text_at(document, "name"),
            text_at(document, "verdict"));
    json_array_foreach(json_object_get(document, "patches"), i, o)
        fprintf(to, "    %s: %s\n", text_at(o, "name"), text_at(o, "subject"));
    fputc('\n', to);
    print_kind(to, document, "original", "Not the hypervisor's code");
    print_kind(to, document, "refused", "Refused");
    json_array_foreach(json_object_get(document, "functions"), i, o)
        print_function(to, document, o);
    if ( json_array_size(json_object_get(document, "pieces")) )
    {
        fputs("Pieces of the payload\n", to);
        json_array_foreach(json_object_get(document, "pieces"), i, o)
            print_piece(to, o);
        fputc('\n', to);
    }
    print_kind(to, document, "ignored", "Ignored");
    print_kind(to, document, "noted", "Noted");
    print_units(to, document);
    print_inputs(to, document);
}

bool explain_symbol(FILE *to, const json_t *document, const char *symbol)
{
    static const char *const kinds[] = { "refused", "original", "noted",
                                         "ignored" };
    bool found = false;
    json_t *o;
    size_t i, j;

    json_array_foreach(json_object_get(document, "functions"), i,
                       o) if ( is(o, "symbol", symbol) )
    {
        print_function(to, document, o);
        found = true;
    }
    if ( found )
        return true;
    json_array_foreach(json_object_get(document, "pieces"), i,
                       o) if ( is(o, "name", symbol) )
    {
        print_piece(to, o);
        found = true;
    }
    json_array_foreach(json_object_get(document, "findings"), i,
                       o) for ( j = 0; j < sizeof(kinds) / sizeof(*kinds);
                                j++ ) if ( is(o, "symbol", symbol) &&
                                           is(o, "kind", kinds[j]) )
    {
        if ( !found )
            fprintf(to, "%s\n", symbol);
        print_findings(to, document, kinds[j], text_at(o, "unit"), symbol);
        found = true;
    }
    return found;
}
