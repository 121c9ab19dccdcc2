/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xsplice-build diff: what differs between two objects. */
#include "builder/verbs.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "builder/codejson.h"
#include "builder/jsontext.h"
#include "builder/objdiff.h"

enum { SAME = 0, DIFFERENT = 1 };

static void print_code(const struct objdiff_item *item)
{
    json_t *code = code_json(&item->code);

    code_print(stdout, code);
    json_decref(code);
}

static void print_item(const struct objdiff_item *item)
{
    const char *kind = objdiff_kind_name(item->kind);

    printf("%c%-9s%-9s %s: ", toupper((unsigned char)*kind), kind + 1,
           item->what, item->symbol);
    if ( item->kind == OBJDIFF_CHANGED )
        printf("%" PRIu64 " bytes, was %" PRIu64, item->new_size,
               item->old_size);
    else
        printf("%" PRIu64 " bytes",
               item->new_size ? item->new_size : item->old_size);
    printf("%s%s\n", *item->why ? ": " : "", item->why);
}

static void print_json(const struct objdiff *diff)
{
    json_t *root = json_object(), *list = json_array();
    size_t i;

    for ( i = 0; i < diff->nr; i++ )
    {
        const struct objdiff_item *item = &diff->item[i];

        json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:o}", "kind",
                            objdiff_kind_name(item->kind), "what", item->what,
                            "symbol", json_text(item->symbol), "why",
                            json_text(item->why), "old_size",
                            (json_int_t)item->old_size, "new_size",
                            (json_int_t)item->new_size, "code",
                            code_json(&item->code)));
    }
    json_object_set_new(root, "differs", json_boolean(objdiff_differs(diff)));
    json_object_set_new(root, "items", list);
    json_dumpf(root, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
    putchar('\n');
    json_decref(root);
}

int verb_diff(int argc, char *argv[], struct xs_error *err)
{
    const char *path[2] = { NULL, NULL };
    struct objdiff diff;
    bool json = false, code = false;
    size_t i, n = 0;
    int at, status;

    for ( at = 1; at < argc; at++ )
        if ( !strcmp(argv[at], "--json") )
            json = true;
        else if ( !strcmp(argv[at], "--code") )
            code = true;
        else if ( *argv[at] == '-' || n == 2 )
            return verb_usage(err, "diff", argv[at]);
        else
            path[n++] = argv[at];
    if ( n < 2 )
        return verb_usage(err, "diff", NULL);
    if ( objdiff_run(path[0], path[1], &diff, err) )
        return -1;
    if ( json )
        print_json(&diff);
    for ( i = 0; !json && i < diff.nr; i++ )
    {
        print_item(&diff.item[i]);
        if ( code && diff.item[i].kind == OBJDIFF_CHANGED )
            print_code(&diff.item[i]);
    }
    status = objdiff_differs(&diff) ? DIFFERENT : SAME;
    objdiff_free(&diff);
    return status;
}
