/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/codejson.h"

#include <string.h>

#include "builder/jsontext.h"

#define CONTEXT 3

static const char *const marks[] = { "same", "changed", "gone", "added" };

static void append_line(json_t *row, const char *text, uint64_t at)
{
    json_array_append_new(row, text ? json_integer(at) : json_null());
    json_array_append_new(row, text ? json_text(text) : json_null());
}

json_t *code_json(const struct sidebyside *code)
{
    json_t *list = json_array();
    size_t i, j;

    for ( i = 0; i < code->n; i++ )
    {
        const struct row_part *part = &code->part[i];
        json_t *rows = json_array();

        for ( j = 0; j < part->n; j++ )
        {
            const struct row *r = &part->row[j];
            json_t *row = json_array();

            json_array_append_new(row, json_string(marks[r->mark]));
            append_line(row, r->old_text, r->old_at);
            append_line(row, r->new_text, r->new_at);
            json_array_append_new(rows, row);
        }
        json_array_append_new(list,
                              json_pack("{s:o, s:o}", "part",
                                        json_text(part->name), "rows", rows));
    }
    return list;
}

static bool is_same(const json_t *row)
{
    const char *mark = json_string_value(json_array_get(row, 0));

    return mark && !strcmp(mark, "same");
}

size_t code_differing(const json_t *code)
{
    size_t i, j, n = 0;
    json_t *part, *row;

    json_array_foreach(code, i, part)
        json_array_foreach(json_object_get(part, "rows"), j, row) n +=
        !is_same(row);
    return n;
}

const json_t *code_first(const json_t *code, const char **part_name)
{
    size_t i, j;
    json_t *part, *row;

    json_array_foreach(code, i, part) json_array_foreach(
        json_object_get(part, "rows"), j, row) if ( !is_same(row) )
    {
        *part_name = json_string_value(json_object_get(part, "part"));
        return row;
    }
    return NULL;
}

/* Whether a row lies so near to one that differs that it is shown. */
static bool is_near(const json_t *rows, size_t at)
{
    size_t i = at > CONTEXT ? at - CONTEXT : 0;

    for ( ; i <= at + CONTEXT && i < json_array_size(rows); i++ )
        if ( !is_same(json_array_get(rows, i)) )
            return true;
    return false;
}

static void print_side(FILE *to, char mark, const json_t *row, size_t side)
{
    const char *text = json_string_value(json_array_get(row, side + 1));

    if ( text )
        fprintf(
            to, "      %c %4llx  %s\n", mark,
            (unsigned long long)json_integer_value(json_array_get(row, side)),
            text);
}

static void print_rows(FILE *to, const json_t *rows)
{
    size_t i, j, k, n = json_array_size(rows);

    for ( i = 0; i < n; i = j )
    {
        const json_t *row = json_array_get(rows, i);

        j = i + 1;
        if ( !is_near(rows, i) )
        {
            if ( !i || is_near(rows, i - 1) )
                fputs("      ...\n", to);
            continue;
        }
        if ( is_same(row) )
        {
            print_side(to, ' ', row, 3);
            continue;
        }
        while ( j < n && !is_same(json_array_get(rows, j)) )
            j++;
        for ( k = i; k < j; k++ )
            print_side(to, '-', json_array_get(rows, k), 1);
        for ( k = i; k < j; k++ )
            print_side(to, '+', json_array_get(rows, k), 3);
    }
}

void code_print(FILE *to, const json_t *code)
{
    size_t i, j;
    json_t *part, *row;

    json_array_foreach(code, i, part)
    {
        const json_t *rows = json_object_get(part, "rows");
        const char *name = json_string_value(json_object_get(part, "part"));
        bool differs = false;

        json_array_foreach(rows, j, row) differs = differs || !is_same(row);
        if ( !differs )
            continue;
        if ( name && *name )
            fprintf(to, "      %s\n", name);
        print_rows(to, rows);
    }
}
