/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xsplice-build explain: the chain from hunk to payload. */
#include "builder/verbs.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "builder/document.h"
#include "builder/explain.h"
#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/report.h"
#include "builder/strv.h"

/* The one report of a folder; NULL with the error set. */
static char *only_report(const char *dir, struct xs_error *err)
{
    static const char suffix[] = REPORT_SUFFIX ".json";
    DIR *all = opendir(dir);
    struct dirent *entry;
    char *found = NULL;
    size_t n = 0;

    while ( all && (entry = readdir(all)) )
        if ( str_ends(entry->d_name, suffix) && !n++ )
            found = xs_printf("%s/%s", dir, entry->d_name);
    if ( all )
        closedir(all);
    if ( n == 1 )
        return found;
    if ( n )
    {
        xs_fail(err, XS_FAILED, "there are %zu reports in %s", n, dir);
        xs_hint(err, "name one of them, such as %s", found);
    }
    else
    {
        xs_fail(err, XS_FAILED, "there is no report in %s", dir);
        xs_hint(err, "build with --report");
    }
    free(found);
    return NULL;
}

/* A folder, a payload, or the JSON document itself. */
static char *find_report(const char *out, struct xs_error *err)
{
    if ( fs_is_directory(out) )
        return only_report(out, err);
    if ( str_ends(out, ".xsplice") )
        return xs_printf("%.*s" REPORT_SUFFIX ".json",
                         (int)(strlen(out) - strlen(".xsplice")), out);
    return xs_strdup(out);
}

static json_t *read_report(const char *path, struct xs_error *err)
{
    json_error_t why;
    json_t *document;
    char *text;

    if ( fs_read(path, &text, NULL, err) )
    {
        xs_hint(err, "build with --report");
        return NULL;
    }
    document = json_loads(text, 0, &why);
    free(text);
    if ( document && json_integer_value(json_object_get(document, "format")) ==
                         DOCUMENT_FORMAT )
        return document;
    json_decref(document);
    xs_fail(err, XS_FAILED, "%s is no report of this xsplice-build", path);
    xs_hint(err, "build again with --report");
    return NULL;
}

int verb_explain(int argc, char *argv[], struct xs_error *err)
{
    json_t *document;
    char *path;
    bool found = true;

    if ( argc > 3 || (argc > 1 && *argv[1] == '-') )
        return verb_usage(err, "explain", argv[argc > 3 ? 3 : 1]);
    if ( argc < 2 )
        return verb_usage(err, "explain", NULL);
    path = find_report(argv[1], err);
    document = path ? read_report(path, err) : NULL;
    free(path);
    if ( !document )
        return -1;
    if ( argc == 3 )
        found = explain_symbol(stdout, document, argv[2]);
    else
        explain_all(stdout, document);
    json_decref(document);
    if ( found )
        return 0;
    xs_fail(err, XS_FAILED, "the report says nothing of %s", argv[2]);
    return xs_hint(err, "xsplice-build explain %s names all that it knows",
                   argv[1]);
}
