/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/page.h"

#include <string.h>

#include "builder/html.h"

const char *page_text(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));

    return text ? text : "";
}

long long page_number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

bool page_is(const json_t *o, const char *key, const char *value)
{
    return !strcmp(page_text(o, key), value);
}

size_t page_count(const json_t *document, const char *kind, const char *unit,
                  const char *symbol)
{
    json_t *f;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "findings"), i, f) n +=
        page_is(f, "kind", kind) && (!unit || page_is(f, "unit", unit)) &&
        (!symbol || page_is(f, "symbol", symbol));
    return n;
}

static size_t count_functions(const json_t *document, const char *change)
{
    json_t *f;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "functions"), i, f) n +=
        page_is(f, "change", change);
    return n;
}

static size_t count_pieces(const json_t *document, const char *kind)
{
    json_t *p;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "pieces"), i, p) n +=
        page_is(p, "kind", kind);
    return n;
}

static size_t count_units(const json_t *document, const char *result)
{
    json_t *u;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "units"), i, u) n +=
        page_is(u, "result", result);
    return n;
}

static void put_fact(FILE *to, const char *what, int number)
{
    html_put(to, "<div><dt>%s</dt><dd>%d</dd></div>\n", what, number);
}

static void put_facts(FILE *to, const json_t *document)
{
    const json_t *payload = json_object_get(document, "payload");
    size_t against = page_count(document, "refused", NULL, NULL) +
                     page_count(document, "original", NULL, NULL);

    /* A row of zeros tells nothing. */
    if ( !payload && !against )
        return;
    fputs("<dl class=\"facts\">\n", to);
    put_fact(to, payload ? "functions replaced" : "functions that change",
             count_functions(document, "changed"));
    put_fact(to, "new functions", count_functions(document, "added"));
    put_fact(to, "new variables", count_pieces(document, "variable"));
    put_fact(to, "units that differ", count_units(document, "differs"));
    put_fact(to, "units the same", count_units(document, "same"));
    if ( payload )
        put_fact(to, "bytes of payload", page_number(payload, "size"));
    else
        put_fact(to, "reasons against it", against);
    fputs("</dl>\n", to);
}

/* What the patches say of themselves. */
static void put_patches(FILE *to, const json_t *document)
{
    json_t *p, *label;
    size_t i, j;

    fputs("<section id=\"fixes\"><h2>What it fixes</h2>\n", to);
    json_array_foreach(json_object_get(document, "patches"), i, p)
    {
        html_put(to, "<div class=\"card\"><h3>%t</h3>\n<p>",
                 *page_text(p, "subject") ? page_text(p, "subject")
                                          : page_text(p, "name"));
        json_array_foreach(json_object_get(p, "labels"), j, label) html_put(
            to, "<span class=\"tag\">%t</span>", json_string_value(label));
        html_put(to, "<span class=\"dim\">%t%s%t</span></p>\n",
                 page_text(p, "name"), *page_text(p, "author") ? ", " : "",
                 page_text(p, "author"));
        if ( *page_text(p, "message") )
            html_put(to,
                     "<details><summary>The author's message</summary>\n<pre "
                     "class=\"message\">%t</pre></details>\n",
                     page_text(p, "message"));
        fputs("</div>\n", to);
    }
    fputs("</section>\n", to);
}

static void look(FILE *to, size_t *n, size_t count, const char *one,
                 const char *many)
{
    if ( !count )
        return;
    if ( !(*n)++ )
        fputs("<section id=\"look\"><h2>Look at this first</h2>\n<ul "
              "class=\"look\">\n",
              to);
    fputs("<li>", to);
    if ( count == 1 )
        html_put(to, "%s", one);
    else
        html_put(to, "%d %s", (int)count, many);
    fputs("</li>\n", to);
}

static size_t count_unsure(const json_t *document)
{
    json_t *f;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "functions"), i, f) n +=
        page_is(f, "change", "changed") &&
        !json_is_true(json_object_get(f, "hunks_sure"));
    return n;
}

/* Hunks of code that no function of the payload comes from. */
static size_t count_lost(const json_t *document)
{
    json_t *hunk, *f, *link;
    size_t i, j, k, n = 0;

    json_array_foreach(json_object_get(document, "hunks"), i, hunk)
    {
        bool found = json_is_true(json_object_get(hunk, "comment")) ||
                     json_array_size(json_object_get(hunk, "declares"));

        json_array_foreach(json_object_get(document, "functions"), j, f)
            json_array_foreach(json_object_get(f, "hunks"), k, link) found =
                found || page_number(link, "hunk") == i;
        n += !found;
    }
    return n;
}

static size_t count_init(const json_t *document)
{
    json_t *f;
    size_t i, n = 0;

    json_array_foreach(json_object_get(document, "findings"), i, f) n +=
        page_is(f, "kind", "noted") && page_is(f, "reason", "INIT_ONLY");
    return n;
}

/* What the tool cannot judge and a reviewer can. */
static void put_risks(FILE *to, const json_t *document)
{
    bool built = page_is(document, "status", "built");
    size_t n = 0;

    look(to, &n, page_count(document, "hook", NULL, NULL),
         "A hook of the patch runs in the hypervisor when the payload is "
         "loaded, applied or reverted.",
         "hooks of the patch run in the hypervisor when the payload is "
         "loaded, applied or reverted.");
    look(to, &n, count_pieces(document, "variable"),
         "A new variable begins with its initial value when the payload is "
         "loaded, whatever the hypervisor has done before.",
         "new variables begin with their initial values when the payload is "
         "loaded, whatever the hypervisor has done before.");
    look(to, &n, count_init(document),
         "Code or data that is used at boot only changes as well. That part "
         "of the change has no effect on a running hypervisor.",
         "pieces of code or data that are used at boot only change as well. "
         "That part of the change has no effect on a running hypervisor.");
    look(to, &n, count_unsure(document),
         "A function changes without a line of its source changing: its "
         "instructions tell what became of it.",
         "functions change without a line of their source changing: their "
         "instructions tell what became of them.");
    look(to, &n, built ? count_lost(document) : 0,
         "A hunk leads to no function or variable of the payload: it is a "
         "declaration, or it has no effect here.",
         "hunks lead to no function or variable of the payload: they are "
         "declarations, or have no effect here.");
    look(to, &n, json_array_size(json_object_get(document, "depends")),
         "It is built on top of another payload and works only with it.",
         "other payloads are below it, and it works only with them.");
    look(to, &n, json_array_size(json_object_get(document, "outside")),
         "A file of the patch is outside of the hypervisor; a live patch does "
         "not bring it.",
         "files of the patch are outside of the hypervisor; a live patch does "
         "not bring them.");
    if ( n )
        fputs("</ul></section>\n", to);
}

static void put_contents(FILE *to, const json_t *document)
{
    json_t *f;
    size_t i;

    fputs("<nav id=\"contents\" aria-label=\"Contents\"><ul>\n", to);
    if ( page_count(document, "refused", NULL, NULL) +
         page_count(document, "original", NULL, NULL) )
        fputs("<li><a href=\"#refused\">Why not</a></li>\n", to);
    if ( json_array_size(json_object_get(document, "functions")) )
        fputs("<li><a href=\"#functions\">Functions</a></li>\n", to);
    if ( json_array_size(json_object_get(document, "hunks")) )
        fputs("<li><a href=\"#change\">The change</a></li>\n", to);
    if ( json_array_size(json_object_get(document, "pieces")) )
        fputs("<li><a href=\"#pieces\">Pieces</a></li>\n", to);
    fputs(
        "<li><a href=\"#left-out\">Left out</a></li>\n<li><a "
        "href=\"#depends\">Depends on</a></li>\n<li><a href=\"#origin\">Made "
        "from</a></li>\n</ul>\n",
        to);
    if ( json_array_size(json_object_get(document, "functions")) )
    {
        fputs("<ul>\n", to);
        json_array_foreach(json_object_get(document, "functions"), i, f)
            html_put(to, "<li><a href=\"#f%d\"><code>%t</code></a></li>\n",
                     (int)i, page_text(f, "symbol"));
        fputs("</ul>\n", to);
    }
    fputs("</nav>\n", to);
}

static void put_refused(FILE *to, const json_t *document)
{
    size_t refused = page_count(document, "refused", NULL, NULL);
    size_t origin = page_count(document, "original", NULL, NULL);

    if ( !refused && !origin )
        return;
    fputs("<section id=\"refused\"><h2>Why there is no payload</h2>\n", to);
    if ( origin )
        fputs("<p>The old code, compiled here, is not what the hypervisor's "
              "image holds: another compiler, configuration or source.</p>\n",
              to);
    page_refusals(to, document, "original");
    page_refusals(to, document, "refused");
    fputs("</section>\n", to);
}

static void put_no_change(FILE *to, const json_t *document)
{
    if ( !page_is(document, "status", "no-change") )
        return;
    fputs("<section id=\"nothing\"><h2>Nothing to patch</h2>\n<p>", to);
    if ( count_units(document, "same") + count_units(document, "differs") )
        fputs("Every unit that the change can reach was compiled before and "
              "after it, and nothing that counts differs: no function, no "
              "variable, no entry of a table.",
              to);
    else
        fputs("The change touches no code that is compiled into this "
              "hypervisor.",
              to);
    fputs(" What differs and does not count is listed <a "
          "href=\"#left-out\">below</a>, with the reason.</p></section>\n",
          to);
}

static void put_structures(FILE *to, const json_t *document)
{
    if ( page_is(document, "status", "built") )
        fputs("<p class=\"dim\">Structures: no type that the hypervisor may "
              "have objects of changes its layout. Data: no variable or table "
              "that exists changes. Either would have been refused.</p>\n",
              to);
}

void page_print(FILE *to, const json_t *document)
{
    html_put(to,
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta "
             "charset=\"utf-8\">\n<meta name=\"viewport\" "
             "content=\"width=device-width, initial-scale=1\">\n<meta "
             "http-equiv=\"Content-Security-Policy\" "
             "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
             "<title>%t: %t</title>\n<style>\n",
             page_text(document, "name"), page_text(document, "verdict"));
    fputs(page_style, to);
    html_put(to,
             "</style>\n</head>\n<body>\n<header id=\"summary\">\n<p "
             "class=\"kicker\">Live patch for %t</p>\n<h1>%t</h1>\n<p><span "
             "class=\"verdict %t\">%t</span></p>\n",
             page_text(document, "target"), page_text(document, "name"),
             page_text(document, "status"), page_text(document, "verdict"));
    put_facts(to, document);
    put_structures(to, document);
    fputs("</header>\n<main>\n", to);
    put_refused(to, document);
    put_no_change(to, document);
    put_patches(to, document);
    put_risks(to, document);
    put_contents(to, document);
    page_functions(to, document);
    page_hunks(to, document);
    page_pieces(to, document);
    page_left_out(to, document);
    page_origin(to, document);
    fputs("</main>\n</body>\n</html>\n", to);
}
