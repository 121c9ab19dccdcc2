/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/inputs.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/overlay.h"
#include "builder/run.h"

/* What is known of a file, by its path and side; or of a program, by its word. */
struct input {
    char *path;
    bool usable;
    struct digest digest;
};

static int by_path(const void *a, const void *b)
{
    const struct input *x = a, *y = b;

    return strcmp(x->path, y->path);
}

static struct input *known(struct inputs *in, const char *path)
{
    struct input key = { .path = (char *)path };
    struct input **found = tfind(&key, &in->known, by_path);

    return found ? *found : NULL;
}

static struct input *learn(struct inputs *in, const char *path)
{
    struct input *input = xs_calloc(1, sizeof(*input));

    input->path = xs_strdup(path);
    if ( !tsearch(input, &in->known, by_path) )
        abort();
    return input;
}

void inputs_begin(struct inputs *in, const char *xen,
                  const struct changes *changes, struct cache *cache,
                  struct strv *names)
{
    struct digester d;
    size_t i;

    memset(in, 0, sizeof(*in));
    in->xen = xen;
    in->changes = changes;
    in->cache = cache;
    strv_sort(names);
    digester_begin(&d);
    for ( i = 0; i < names->n; i++ )
        digester_add_text(&d, names->v[i]);
    in->names = digester_end(&d);
}

static bool add_file(struct inputs *in, enum inputs_side side,
                     const char *path, struct digester *d);

/*
 * What the assembler reads by itself is in no list of dependencies, and the
 * time of day is in no file.  A name
 * in quotes, from the folder that commands run in, can be followed; a header
 * that names itself is one (it serves C and assembly).
 */
static bool add_included(struct inputs *in, enum inputs_side side,
                         const char *path, const char *text,
                         struct digester *d)
{
    const char *p = text;

    if ( strstr(text, ".incbin") || strstr(text, "__DATE__") ||
         strstr(text, "__TIME") )
        return false;
    while ( (p = strstr(p, ".include")) )
    {
        char *name;
        bool good;

        p += strlen(".include");
        if ( *p != ' ' && *p != '\t' )
            continue;
        p += strspn(p, " \t\\");
        if ( *p++ != '"' )
            return false;
        name = str_first(p, strcspn(p, "\\\"\n"));
        good = !strcmp(name, path) || add_file(in, side, name, d);
        free(name);
        if ( !good )
            return false;
    }
    return true;
}

/* What the file says on a side, for the compiler; NULL: it cannot be read. */
static char *text_of(const struct inputs *in, enum inputs_side side,
                     const char *path, size_t *size)
{
    const struct touched *file =
        side == INPUTS_NEW ? changes_find(in->changes, path) : NULL;
    struct xs_error none;
    char *place, *text = NULL;

    if ( file )
    {
        text = overlay_text(file, OVERLAY_NEW);
        *size = text ? strlen(text) : 0;
        return text;
    }
    place = *path == '/' ? xs_strdup(path) : xs_printf("%s/%s", in->xen, path);
    if ( fs_is_regular(place) )
        fs_read(place, &text, size, &none);
    free(place);
    return text;
}

/* Files that include each other are no more than a loop that ends here. */
static bool add_file(struct inputs *in, enum inputs_side side,
                     const char *path, struct digester *d)
{
    struct digest digest;

    if ( !inputs_file(in, side, path, &digest) )
        return false;
    digester_add(d, digest.byte, DIGEST_SIZE);
    return true;
}

bool inputs_file(struct inputs *in, enum inputs_side side, const char *path,
                 struct digest *out)
{
    bool changed = side == INPUTS_NEW && changes_find(in->changes, path);
    char *name = xs_printf("%s%s", changed ? "new " : "", path), *text;
    struct input *input = known(in, name);
    struct digester d;
    size_t size;

    if ( !input )
    {
        /* Not usable while it is being looked at: a loop ends. */
        input = learn(in, name);
        text = text_of(in, side, path, &size);
        if ( text )
        {
            digester_begin(&d);
            digester_add(&d, text, size);
            input->usable = add_included(in, side, path, text, &d);
            input->digest = digester_end(&d);
            free(text);
        }
    }
    free(name);
    *out = input->digest;
    return input->usable;
}

void inputs_add_names(const struct inputs *in, enum inputs_side side,
                      struct digester *d)
{
    size_t i;

    digester_add(d, in->names.byte, DIGEST_SIZE);
    for ( i = 0; side == INPUTS_NEW && i < in->changes->nr; i++ )
    {
        const struct touched *file = &in->changes->file[i];

        if ( file->old_text && file->new_text )
            continue;
        digester_add_text(d, file->new_text ? "comes" : "goes");
        digester_add_text(d, file->path);
    }
}

/* As execvp() would find it; fresh memory, NULL if it would not. */
static char *find_program(const char *word)
{
    const char *path = getenv("PATH");
    char *full;

    if ( strchr(word, '/') )
        return xs_strdup(word);
    while ( path && *path )
    {
        size_t n = strcspn(path, ":");

        full = xs_printf("%.*s/%s", (int)n, path, word);
        if ( !access(full, X_OK) )
            return full;
        free(full);
        path += n;
        path += *path == ':';
    }
    return NULL;
}

/* Place, size and time of a program: another version of it has others. */
static bool add_program(const char *word, struct digester *d)
{
    char *full = find_program(word),
         *real = full ? realpath(full, NULL) : NULL;
    struct stat st;
    bool good = real && !stat(real, &st);

    if ( good )
    {
        digester_add_text(d, real);
        digester_add(d, &st.st_size, sizeof(st.st_size));
        digester_add(d, &st.st_mtim, sizeof(st.st_mtim));
    }
    free(real);
    free(full);
    return good;
}

/* Asks gcc, or clang, for the programs that it runs, a line each. */
static char *ask_programs(const char *compiler)
{
    static const char *const names[] = { "cc1", "as" };
    char *all = xs_strdup(""), *option, *answer, *more;
    struct xs_error none;
    size_t i;

    for ( i = 0; i < sizeof(names) / sizeof(*names); i++ )
    {
        const char *argv[] = { compiler, NULL, NULL };
        int status;

        option = xs_printf("-print-prog-name=%s", names[i]);
        argv[1] = option;
        answer = NULL;
        status = run_program(argv, NULL, NULL, 1, &answer, &none);
        more = xs_printf("%s%s", all, status == 0 ? answer : "");
        free(answer);
        free(option);
        free(all);
        all = more;
    }
    return all;
}

/*
 * What stands behind the compiler: which programs they are is asked once for
 * each version of it.  A program that is built in (clang's cc1) is not found.
 */
static void add_behind(struct inputs *in, const char *compiler,
                       struct digester *d)
{
    struct digester key_of;
    struct digest key;
    char *lines, *line, *save = NULL;
    size_t size;

    digester_begin(&key_of);
    digester_add_text(&key_of, "programs");
    digester_add_text(&key_of, getenv("PATH") ? getenv("PATH") : "");
    add_program(compiler, &key_of);
    key = digester_end(&key_of);
    if ( !cache_get(in->cache, &key, &lines, &size) )
    {
        lines = ask_programs(compiler);
        cache_put(in->cache, &key, lines, strlen(lines));
    }
    for ( line = strtok_r(lines, "\n", &save); line;
          line = strtok_r(NULL, "\n", &save) )
        add_program(line, d);
    free(lines);
}

/* What else gcc goes by. */
static void add_environment(struct digester *d)
{
    static const char *const names[] = {
        "CPATH",           "C_INCLUDE_PATH",    "COMPILER_PATH",
        "GCC_EXEC_PREFIX", "SOURCE_DATE_EPOCH", "CCC_OVERRIDE_OPTIONS",
    };
    size_t i;

    for ( i = 0; i < sizeof(names) / sizeof(*names); i++ )
        digester_add_text(d, getenv(names[i]) ? getenv(names[i]) : "");
}

static bool find_programs(struct inputs *in, const char *command,
                          const char *prefix, struct digest *out)
{
    char *copy = xs_strdup(command), *word, *save = NULL, *last = NULL;
    char *objcopy = xs_printf("%sobjcopy", prefix);
    struct digester d;
    bool good = true;

    digester_begin(&d);
    add_environment(&d);
    /* A wrapper may stand before the compiler: "ccache gcc -c ...". */
    for ( word = strtok_r(copy, " ", &save); word && *word != '-' && good;
          word = strtok_r(NULL, " ", &save) )
    {
        good = add_program(word, &d);
        last = word;
    }
    if ( good && last )
        add_behind(in, last, &d);
    good = good && last && add_program(objcopy, &d);
    *out = digester_end(&d);
    free(objcopy);
    free(copy);
    return good;
}

bool inputs_add_programs(struct inputs *in, const char *command,
                         const char *prefix, struct digester *d)
{
    size_t n = strcspn(command, "-");
    char *name = xs_printf("program %s %.*s", prefix, (int)n, command);
    struct input *input = known(in, name);

    if ( !input )
    {
        input = learn(in, name);
        input->usable = find_programs(in, command, prefix, &input->digest);
    }
    free(name);
    digester_add(d, input->digest.byte, DIGEST_SIZE);
    return input->usable;
}

static void free_input(void *node)
{
    struct input *input = node;

    free(input->path);
    free(input);
}

void inputs_free(struct inputs *in)
{
    tdestroy(in->known, free_input);
    memset(in, 0, sizeof(*in));
}
