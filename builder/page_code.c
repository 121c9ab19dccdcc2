/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code before and after, and hunks, as HTML. */
#include "builder/page.h"

#include <stdlib.h>
#include <string.h>

#include "builder/html.h"

/* Rows that are the same and farther than this from others are folded. */
#define CONTEXT  5
/* ... if there are more than this: a fold is a line of its own. */
#define FOLD_MIN 4

static const char *mark_of(const json_t *row)
{
    const char *mark = json_string_value(json_array_get(row, 0));

    return mark ? mark : "";
}

static bool is_same(const json_t *row)
{
    return !strcmp(mark_of(row), "same");
}

/* What two texts have in common at both ends is not what differs. */
static void common(const char *a, const char *b, size_t *front, size_t *back)
{
    size_t na = strlen(a), nb = strlen(b), f = 0, e = 0;

    while ( f < na && f < nb && a[f] == b[f] )
        f++;
    /* Whole words and numbers. */
    while ( f && a[f - 1] != ' ' && a[f - 1] != '(' && a[f - 1] != ',' )
        f--;
    while ( e < na - f && e < nb - f && a[na - 1 - e] == b[nb - 1 - e] )
        e++;
    while ( e && a[na - e] != ' ' && a[na - e] != ',' && a[na - e] != ')' &&
            a[na - e] != '(' )
        e--;
    *front = f;
    *back = e;
}

static void put_line(FILE *to, const json_t *row, size_t at, const char *class,
                     const char *other)
{
    const char *text = json_string_value(json_array_get(row, at + 1));
    size_t front = 0, back = 0, n;

    if ( !text )
    {
        fprintf(to, "<span class=\"at\"></span><span class=\"%s\"></span>",
                class);
        return;
    }
    fprintf(to, "<span class=\"at\">%llx</span><span class=\"%s\">",
            (unsigned long long)json_integer_value(json_array_get(row, at)),
            class);
    n = strlen(text);
    if ( other )
        common(text, other, &front, &back);
    html_bytes(to, text, front);
    if ( other && n > front + back )
    {
        fputs("<mark>", to);
        html_bytes(to, text + front, n - front - back);
        fputs("</mark>", to);
    }
    else
        html_bytes(to, text + front, n - front - back);
    html_bytes(to, text + n - back, back);
    fputs("</span>", to);
}

static void put_row(FILE *to, const json_t *row, bool added)
{
    const char *mark = mark_of(row);
    bool changed = !strcmp(mark, "changed");
    const char *old = json_string_value(json_array_get(row, 2));
    const char *new = json_string_value(json_array_get(row, 4));

    html_put(to, "<div class=\"r %s\">",
             changed                  ? "c"
             : !strcmp(mark, "gone")  ? "g"
             : !strcmp(mark, "added") ? "n"
                                      : "s");
    if ( !added )
        put_line(to, row, 1, "old", changed ? new : NULL);
    put_line(to, row, 3, "new", changed ? old : NULL);
    fputs("</div>\n", to);
}

static bool is_near(const json_t *rows, size_t at)
{
    size_t i = at > CONTEXT ? at - CONTEXT : 0;

    for ( ; i <= at + CONTEXT && i < json_array_size(rows); i++ )
        if ( !is_same(json_array_get(rows, i)) )
            return true;
    return false;
}

static void put_rows(FILE *to, const json_t *rows, bool added)
{
    size_t i, j, n = json_array_size(rows);

    for ( i = 0; i < n; i = j )
    {
        bool fold;

        for ( j = i; j < n && !is_near(rows, j); j++ )
            ;
        fold = !added && j - i >= FOLD_MIN;
        if ( j == i )
            j++;
        if ( fold )
            html_put(to, "<details><summary>%d lines are the same</summary>\n",
                     (int)(j - i));
        for ( ; i < j; i++ )
            put_row(to, json_array_get(rows, i), added);
        if ( fold )
            fputs("</details>\n", to);
    }
}

void page_code(FILE *to, const json_t *code, bool added)
{
    json_t *part;
    size_t i;

    html_put(to, "<div class=\"code\"><div class=\"%s\">\n",
             added ? "one" : "two");
    if ( added )
        fputs("<div class=\"r h\"><span class=\"at\"></span><span "
              "class=\"new\">new</span></div>\n",
              to);
    else
        fputs("<div class=\"r h\"><span class=\"at\"></span><span "
              "class=\"old\">before</span><span class=\"at\"></span><span "
              "class=\"new\">after</span></div>\n",
              to);
    json_array_foreach(code, i, part)
    {
        if ( *page_text(part, "part") )
            html_put(to, "<div class=\"part\">%t</div>\n",
                     page_text(part, "part"));
        put_rows(to, json_object_get(part, "rows"), added);
    }
    fputs("</div></div>\n", to);
}

static void put_hunk_line(FILE *to, const char *line, size_t n)
{
    const char *class = *line == '-' ? "del" : *line == '+' ? "add" : "ctx";

    fprintf(to, "<span class=\"%s\">", class);
    html_bytes(to, line, n);
    fputs("</span>", to);
}

void page_hunk(FILE *to, const json_t *hunk)
{
    const json_t *old = json_object_get(hunk, "old");
    const json_t *new = json_object_get(hunk, "new");
    const char *p = page_text(hunk, "text");
    size_t n;

    fprintf(to,
            "<pre class=\"hunk\"><span class=\"place\">@@ -%lld,%lld "
            "+%lld,%lld @@ ",
            json_integer_value(json_array_get(old, 0)),
            json_integer_value(json_array_get(old, 1)),
            json_integer_value(json_array_get(new, 0)),
            json_integer_value(json_array_get(new, 1)));
    html_text(to, page_text(hunk, "heading"));
    fputs("</span>", to);
    for ( ; *p; p += n + (p[n] == '\n') )
    {
        n = strcspn(p, "\n");
        put_hunk_line(to, p, n);
    }
    fputs("</pre>\n", to);
}
