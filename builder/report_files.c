/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/report.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/document.h"
#include "builder/explain.h"
#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/page.h"
#include "common/file.h"

static char *file_name(const struct options *o, const char *suffix)
{
    return xs_printf("%s/%s" REPORT_SUFFIX ".%s", o->output, o->name, suffix);
}

void report_remove(const struct options *options)
{
    static const char *const suffixes[] = { "html", "json", "txt" };
    size_t i;

    for ( i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++ )
    {
        char *path = file_name(options, suffixes[i]);

        unlink(path);
        free(path);
    }
}

static int write_file(const struct options *o, const char *suffix,
                      void (*print)(FILE *to, const json_t *document),
                      const json_t *document, struct xs_error *err)
{
    char *path = file_name(o, suffix), *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    int rc;

    if ( !to )
        abort();
    print(to, document);
    if ( fclose(to) )
        abort();
    rc = xs_file_write(path, text, size, err);
    free(text);
    free(path);
    return rc;
}

static void print_json(FILE *to, const json_t *document)
{
    json_dumpf(document, to, JSON_INDENT(1) | JSON_SORT_KEYS);
    fputc('\n', to);
}

int report_files(const struct options *options, const struct outcome *out,
                 struct xs_error *err)
{
    json_t *document = document_make(options, out, err);
    int rc;

    if ( !document )
        return -1;
    rc = fs_mkdirs(options->output, err) ||
         write_file(options, "json", print_json, document, err) ||
         write_file(options, "html", page_print, document, err) ||
         write_file(options, "txt", explain_all, document, err);
    json_decref(document);
    return rc ? -1 : 0;
}
