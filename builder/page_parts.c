/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sections of the page behind its summary. */
#include "builder/page.h"

#include <string.h>

#include "builder/codejson.h"
#include "builder/html.h"

/* With more functions than this all begin closed. */
#define OPEN_MAX 4

static void put_findings(FILE *to, const json_t *document, const char *kind,
                         const char *title, const json_t *function)
{
    json_t *f;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "findings"), i, f)
    {
        if ( !page_is(f, "kind", kind) ||
             !page_is(f, "symbol", page_text(function, "symbol")) ||
             !page_is(f, "unit", page_text(function, "unit")) )
            continue;
        if ( !n++ )
            html_put(to, "<dt>%s</dt><dd>", title);
        else
            fputs("; ", to);
        html_text(to, page_text(f, "why"));
    }
    if ( n )
        fputs("</dd>\n", to);
}

static void put_first(FILE *to, const json_t *function)
{
    const char *part = "", *old, *new;
    const json_t *row = code_first(json_object_get(function, "code"), &part);
    char at[32];

    if ( !row || page_is(function, "change", "added") )
        return;
    old = json_string_value(json_array_get(row, 2));
    new = json_string_value(json_array_get(row, 4));
    snprintf(at, sizeof(at), "+%#llx",
             (unsigned long long)json_integer_value(
                 json_array_get(row, new ? 3 : 1)));
    html_put(to,
             "<dt>first difference</dt><dd>%t %t: <code>%t</code> \u2192 "
             "<code>%t</code></dd>\n",
             part, at, old ? old : "(none)", new ? new : "(none)");
}

static void put_links(FILE *to, const json_t *document, const json_t *function)
{
    const json_t *hunks = json_object_get(document, "hunks");
    const json_t *links = json_object_get(function, "hunks");
    json_t *link;
    size_t i;

    if ( !json_array_size(links) )
    {
        fputs("<h3>Source</h3><p class=\"dim\">No hunk of the change is in "
              "what its unit is made of.</p>\n",
              to);
        return;
    }
    fputs("<h3>Source</h3>\n", to);
    if ( !json_is_true(json_object_get(function, "hunks_sure")) )
        fputs("<p class=\"dim\">No line that this function is made of "
              "changes. Its unit sees these hunks; a type, a constant or "
              "what the compiler concludes from other functions is the "
              "cause.</p>\n",
              to);
    json_array_foreach(links, i, link)
    {
        int at = page_number(link, "hunk");
        const json_t *hunk = json_array_get(hunks, at);

        html_put(to, "<p><a href=\"#h%d\"><code>%t</code></a> %t:</p>\n", at,
                 page_text(hunk, "file"), page_text(link, "how"));
        page_hunk(to, hunk);
    }
}

static void put_function(FILE *to, const json_t *document, int at, bool open)
{
    const json_t *f =
        json_array_get(json_object_get(document, "functions"), at);
    bool added = page_is(f, "change", "added");
    size_t differing = code_differing(json_object_get(f, "code"));

    html_put(to,
             "<details class=\"fn\" id=\"f%d\"%s><summary><code>%t</code>"
             "<span class=\"dim\">%t</span>",
             at, open ? " open" : "", page_text(f, "symbol"),
             page_text(f, "unit"));
    if ( added )
        html_put(to, "<span>new, %d bytes</span>",
                 (int)page_number(f, "new_size"));
    else
        html_put(to,
                 "<span>%d bytes, was %d</span><span class=\"dim\">%d line%s "
                 "of code differ%s</span>",
                 (int)page_number(f, "new_size"),
                 (int)page_number(f, "old_size"), (int)differing,
                 differing == 1 ? "" : "s", differing == 1 ? "s" : "");
    fputs("</summary>\n<dl class=\"why\">\n", to);
    put_findings(to, document, "refused", "refused", f);
    put_findings(to, document, "original", "not the image's", f);
    put_findings(to, document, "changed", "what differs", f);
    put_first(to, f);
    html_put(to, "<dt>%s</dt><dd>%t</dd>\n",
             page_is(document, "status", "built") ? "in the payload because"
                                                  : "looked at because",
             page_text(f, "because"));
    put_findings(to, document, "hook", "hook", f);
    put_findings(to, document, "special", "special entries", f);
    put_findings(to, document, "ignored", "ignored", f);
    html_put(to,
             "<dt>object</dt><dd><code>%t</code>, section <code>%t</code>"
             "</dd>\n</dl>\n",
             page_text(f, "object"), page_text(f, "section"));
    put_links(to, document, f);
    html_put(to, "<h3>Code%s</h3>\n", added ? "" : " before and after");
    page_code(to, json_object_get(f, "code"), added);
    fputs("</details>\n", to);
}

void page_functions(FILE *to, const json_t *document)
{
    size_t n = json_array_size(json_object_get(document, "functions")), i;

    if ( !n )
        return;
    fputs("<section id=\"functions\"><h2>Functions</h2>\n", to);
    for ( i = 0; i < n; i++ )
        put_function(to, document, i, n <= OPEN_MAX);
    fputs("</section>\n", to);
}

/* What a hunk leads to; returns how much. */
static size_t put_led_to(FILE *to, const json_t *document, size_t hunk)
{
    const json_t *declared = json_object_get(
        json_array_get(json_object_get(document, "hunks"), hunk), "declares");
    json_t *f, *link, *name;
    size_t i, j, n = 0;

    json_array_foreach(declared, i, name)
        html_put(to, "%s<a href=\"#pieces\"><code>%t</code></a>",
                 n++ ? ", " : "Leads to ", json_string_value(name));
    json_array_foreach(json_object_get(document, "functions"), i, f)
        json_array_foreach(
            json_object_get(f, "hunks"), j,
            link) if ( page_number(link, "hunk") == hunk &&
                       json_is_true(json_object_get(f, "hunks_sure")) )
            html_put(to, "%s<a href=\"#f%d\"><code>%t</code></a>",
                     n++ ? ", " : "Leads to ", (int)i, page_text(f, "symbol"));
    return n;
}

void page_hunks(FILE *to, const json_t *document)
{
    json_t *hunk;
    size_t i;

    if ( !json_array_size(json_object_get(document, "hunks")) )
        return;
    fputs("<section id=\"change\"><h2>The change</h2>\n", to);
    json_array_foreach(json_object_get(document, "hunks"), i, hunk)
    {
        html_put(to, "<h3 id=\"h%d\"><code>%t</code></h3>\n<p>", (int)i,
                 page_text(hunk, "file"));
        if ( json_is_true(json_object_get(hunk, "comment")) )
            fputs("<span class=\"dim\">No line of code changes here.</span>",
                  to);
        else if ( !put_led_to(to, document, i) )
            fputs("<span class=\"dim\">Leads to no function or variable above "
                  "by a line of its source.</span>",
                  to);
        fputs("</p>\n", to);
        page_hunk(to, hunk);
    }
    fputs("</section>\n", to);
}

void page_refusals(FILE *to, const json_t *document, const char *kind)
{
    json_t *f;
    size_t i;

    json_array_foreach(json_object_get(document, "findings"), i, f)
    {
        const char *symbol = page_text(f, "symbol");
        const char *unit = page_text(f, "unit");

        if ( !page_is(f, "kind", kind) )
            continue;
        html_put(to, "<div class=\"card no\"><h3><code>%t</code>",
                 *symbol ? symbol : unit);
        if ( *symbol && *unit )
            html_put(to, " <span class=\"dim\">in %t</span>", unit);
        html_put(to, "</h3>\n<p class=\"why\">%t.</p>\n", page_text(f, "why"));
        if ( *page_text(f, "hint") )
            html_put(to, "<p><strong>Way out:</strong> %t.</p>\n",
                     page_text(f, "hint"));
        if ( *page_text(f, "reason") )
            html_put(to, "<p class=\"dim\">reason <code>%t</code></p>\n",
                     page_text(f, "reason"));
        fputs("</div>\n", to);
    }
}

void page_pieces(FILE *to, const json_t *document)
{
    bool built = page_is(document, "status", "built");
    json_t *p;
    size_t i;

    if ( !json_array_size(json_object_get(document, "pieces")) )
        return;
    html_put(
        to,
        "<section id=\"pieces\"><h2>%s</h2>\n<p class=\"dim\">Everything "
        "else is the hypervisor's own and stays where it is.</p>\n"
        "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th>Kind"
        "</th><th>Name</th><th>Unit</th><th>Bytes</th><th>Why it is there</th></tr></thead>"
        "<tbody>\n",
        built ? "Pieces of the payload" : "What a payload would hold");
    json_array_foreach(json_object_get(document, "pieces"), i, p) html_put(
        to,
        "<tr><td>%t</td><td class=\"any\"><code>%t</code></td>"
        "<td class=\"any\">%t</td><td class=\"num\" "
        "data-h=\"bytes:\">%d</td><td>%t</td></tr>\n",
        page_text(p, "kind"), page_text(p, "name"), page_text(p, "unit"),
        (int)page_number(p, "size"), page_text(p, "because"));
    fputs("</tbody></table></div></section>\n", to);
}

static void put_kind(FILE *to, const json_t *document, const char *kind,
                     const char *title)
{
    const char *symbol;
    json_t *f;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "findings"), i, f)
    {
        if ( !page_is(f, "kind", kind) )
            continue;
        if ( !n++ )
            html_put(to,
                     "<h3>%s</h3>\n<div class=\"scroll\"><table "
                     "class=\"stack\"><tbody>\n",
                     title);
        symbol = page_text(f, "symbol");
        html_put(to,
                 "<tr><td class=\"any\"><code>%t</code></td><td "
                 "class=\"any dim\">%t</td><td>%t</td></tr>\n",
                 *symbol ? symbol : page_text(f, "unit"),
                 *symbol ? page_text(f, "unit") : "", page_text(f, "why"));
    }
    if ( n )
        fputs("</tbody></table></div>\n", to);
}

static const char *result_words(const char *result)
{
    return !strcmp(result, "differs") ? "compiled: differs"
           : !strcmp(result, "same")
               ? "compiled: the same, byte for byte or but for debug "
                 "information"
           : !strcmp(result, "not-reached")
               ? "not compiled: it uses nothing of what changes"
               : "not compiled";
}

static void put_units(FILE *to, const json_t *document)
{
    const json_t *units = json_object_get(document, "units");
    json_t *u, *file;
    size_t i, j;

    if ( !json_array_size(units) )
        return;
    html_put(
        to,
        "<details><summary>Units that the change can reach: %d</summary>\n"
        "<div class=\"scroll\"><table class=\"stack\"><tbody>\n",
        (int)json_array_size(units));
    json_array_foreach(units, i, u)
    {
        html_put(to,
                 "<tr><td class=\"any\"><code>%t</code></td><td>%t</td><td "
                 "class=\"any dim\">",
                 page_text(u, "object"), result_words(page_text(u, "result")));
        json_array_foreach(json_object_get(u, "reached_by"), j, file)
            html_put(to, "%s%t", j ? ", " : "by ", json_string_value(file));
        fputs("</td></tr>\n", to);
    }
    fputs("</tbody></table></div></details>\n", to);
}

void page_left_out(FILE *to, const json_t *document)
{
    const json_t *outside = json_object_get(document, "outside");
    json_t *path;
    size_t i;

    fputs("<section id=\"left-out\"><h2>Looked at and left out</h2>\n", to);
    put_kind(to, document, "ignored", "Ignored: differs, and harmless");
    put_kind(to, document, "noted", "Noted: not in the payload");
    if ( json_array_size(outside) )
    {
        fputs("<h3>Files outside of the hypervisor</h3>\n<ul>\n", to);
        json_array_foreach(outside, i, path) html_put(
            to, "<li><code>%t</code></li>\n", json_string_value(path));
        fputs("</ul>\n", to);
    }
    if ( !page_count(document, "ignored", NULL, NULL) &&
         !page_count(document, "noted", NULL, NULL) )
        fputs("<p>No difference was ignored.</p>\n", to);
    put_units(to, document);
    fputs("</section>\n", to);
}

static void put_depends(FILE *to, const json_t *document)
{
    json_t *id;
    size_t i;

    html_put(to, "<p>The hypervisor (%t)", page_text(document, "target"));
    if ( *page_text(document, "xen_build_id") )
        html_put(to, ", build-id <span class=\"hash\">%t</span>",
                 page_text(document, "xen_build_id"));
    fputs("</p>\n", to);
    json_array_foreach(json_object_get(document, "depends"), i, id)
        html_put(to,
                 "<p>The payload with build-id <span class=\"hash\">%t"
                 "</span></p>\n",
                 json_string_value(id));
}

void page_origin(FILE *to, const json_t *document)
{
    const json_t *payload = json_object_get(document, "payload");
    json_t *in;
    size_t i;

    fputs("<section id=\"depends\"><h2>Depends on</h2>\n", to);
    put_depends(to, document);
    fputs(
        "</section>\n<section id=\"origin\"><h2>Made from, made by</h2>\n"
        "<div class=\"scroll\"><table class=\"stack\"><thead><tr><th>What"
        "</th><th>Name</th><th>Bytes</th><th>SHA-256</th></tr></thead><tbody>\n",
        to);
    json_array_foreach(json_object_get(document, "inputs"), i, in)
        html_put(to,
                 "<tr><td>%t</td><td class=\"any\"><code>%t</code></td><td "
                 "class=\"num\" data-h=\"bytes:\">%d</td><td class=\"hash\">%t"
                 "</td></tr>\n",
                 page_text(in, "what"), page_text(in, "name"),
                 (int)page_number(in, "size"), page_text(in, "sha256"));
    if ( payload )
        html_put(to,
                 "<tr><td>payload</td><td class=\"any\"><code>%t</code></td>"
                 "<td class=\"num\" data-h=\"bytes:\">%d</td><td "
                 "class=\"hash\">%t</td></tr>\n",
                 page_text(payload, "file"), (int)page_number(payload, "size"),
                 page_text(payload, "sha256"));
    fputs("</tbody></table></div>\n", to);
    if ( payload )
        html_put(to,
                 "<p>Build-id of the payload: <span class=\"hash\">%t</span>; "
                 "%s%t</p>\n",
                 page_text(payload, "build_id"),
                 *page_text(payload, "signed_by") ? "signed by "
                                                  : "not signed",
                 page_text(payload, "signed_by"));
    html_put(to, "<p>%t %t", page_text(document, "tool"),
             page_text(document, "version"));
    if ( *page_text(document, "compiler") )
        html_put(to, ", %t", page_text(document, "compiler"));
    fputs(". The same inputs give the same payload and the same report, byte "
          "for byte.</p>\n</section>\n",
          to);
}
