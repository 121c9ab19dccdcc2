/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/follow.h"

#include <stdlib.h>
#include <string.h>

#include "builder/ask.h"
#include "builder/fs.h"
#include "builder/lexline.h"
#include "builder/memory.h"
#include "builder/named.h"
#include "builder/outline.h"
#include "builder/paste.h"
#include "builder/strv.h"
#include "builder/words.h"

/* A file that some unit in question reads, before and after. */
struct file {
    const char *path;
    char *text[2]; /* the second one only if it changes; may be NULL */
    char *code[2]; /* the same less comments */
    struct words words;
    bool opaque; /* it changes, or says a name, in a way that has no name */
};

struct following {
    const struct compiling *c;
    struct file *file; /* sorted by path */
    size_t n;
    struct strv names;
    size_t followed; /* names whose users were looked for */
    struct words words;
    struct words options; /* of all commands */
    struct pastes pastes; /* of all files */
    struct strv pasted;   /* names that could be made of all words */
};

static int by_path(const void *a, const void *b)
{
    const struct file *x = a, *y = b;

    return strcmp(x->path, y->path);
}

static struct file *find(const struct following *f, const char *path)
{
    struct file key = { .path = path };

    return f->n ? bsearch(&key, f->file, f->n, sizeof(key), by_path) : NULL;
}

/* A file that cannot be read is left to the compiler. */
static void read_file(struct following *f, struct file *file)
{
    const struct touched *change = changes_find(f->c->changes, file->path);
    struct xs_error none;
    char *path;
    size_t i;

    if ( change )
    {
        file->text[0] = change->old_text ? xs_strdup(change->old_text) : NULL;
        file->text[1] = change->new_text ? xs_strdup(change->new_text) : NULL;
    }
    else
    {
        path = *file->path == '/' ? xs_strdup(file->path)
                                  : xs_printf("%s/%s", f->c->xen, file->path);
        if ( fs_read(path, &file->text[0], NULL, &none) )
            file->opaque = true;
        free(path);
    }
    for ( i = 0; i < 2; i++ )
        if ( file->text[i] )
        {
            file->code[i] = lexline_code(file->text[i]);
            words_add(&file->words, file->code[i]);
            words_add(&f->words, file->code[i]);
            pastes_add(&f->pastes, file->code[i]);
        }
}

/* Units whose own source changes are not in question. */
static bool in_question(const struct unit *unit)
{
    return !unit->direct && !unit->skipped && !unit->record->added;
}

static void read_files(struct following *f, const struct units *units)
{
    struct strv paths = { NULL, 0 };
    size_t i, j;

    for ( i = 0; i < units->n; i++ )
    {
        const struct record *record = units->v[i].record;

        if ( !in_question(&units->v[i]) )
            continue;
        for ( j = 0; j < record->deps.n; j++ )
            strv_add(&paths, record->deps.v[j]);
        /* "-DLEVELS=2". */
        words_add(&f->words, record->command);
        words_add(&f->options, record->command);
    }
    strv_sort(&paths);
    f->file = xs_calloc(paths.n + 1, sizeof(*f->file));
    for ( i = 0; i < paths.n; i++ )
    {
        f->file[f->n].path = paths.v[i];
        read_file(f, &f->file[f->n++]);
    }
    /* The strings belong to the files from now on. */
    free(paths.v);
}

/* What the change itself is called. */
static void name_changes(struct following *f)
{
    const struct changes *changes = f->c->changes;
    struct file *file;
    size_t i;

    for ( i = 0; i < changes->nr; i++ )
    {
        const struct touched *change = &changes->file[i];

        file = find(f, change->path);
        if ( file &&
             (!change->old_text || !change->new_text ||
              !named_collect(change->old_text, change->new_text, &f->names)) )
            file->opaque = true;
    }
}

/* Whether one of the names is in a piece of text. */
static bool says_any(const struct following *f, const char *text)
{
    size_t i;

    for ( i = 0; i < f->names.n; i++ )
        if ( words_find(text, f->names.v[i]) )
            return true;
    return false;
}

/*
 * Adds the names of what in the text says one of the names from the one at
 * `from` on, up to the one before `to`.  False: something there has no name.
 */
static bool name_users(struct following *f, const char *text, size_t from,
                       size_t to)
{
    struct outline o;
    bool all = true;
    size_t i, j;

    outline_make(text, &o);
    for ( i = 0; i < o.n && all; i++ )
    {
        const char *line = o.line[i].at;
        size_t n = strcspn(line, "\n");
        char *copy;

        if ( !o.line[i].code )
            continue;
        copy = str_first(line, n);
        for ( j = from; j < to; j++ )
            if ( words_find(copy, f->names.v[j]) )
                break;
        free(copy);
        if ( j < to )
            all = named_line(&o, i, &f->names);
    }
    outline_free(&o);
    return all;
}

static bool is_source_of(const struct units *units, const char *path)
{
    size_t i;

    for ( i = 0; i < units->n; i++ )
        if ( !strcmp(units->v[i].record->source, path) )
            return true;
    return false;
}

/*
 * Follows the names through the files that others include, until there are no
 * new ones.  What a source says of them concerns its own unit alone.
 */
static void follow_names(struct following *f, const struct units *units)
{
    bool *source = xs_calloc(f->n + 1, sizeof(*source));
    size_t i, j, k;

    for ( i = 0; i < f->n; i++ )
        source[i] = is_source_of(units, f->file[i].path);
    while ( f->followed < f->names.n )
    {
        size_t from = f->followed, to = f->names.n;

        for ( i = 0; i < f->n; i++ )
        {
            struct file *file = &f->file[i];
            bool said = false;

            if ( file->opaque || source[i] )
                continue;
            for ( j = from; j < to && !said; j++ )
                said = words_has(&file->words, f->names.v[j],
                                 strlen(f->names.v[j]));
            for ( k = 0; k < 2 && said; k++ )
                if ( file->text[k] && !name_users(f, file->text[k], from, to) )
                    file->opaque = true;
        }
        f->followed = to;
    }
    free(source);
}

static bool source_says(const struct following *f, const struct file *file)
{
    size_t i;

    for ( i = 0; i < 2; i++ )
        if ( file->code[i] && says_any(f, file->code[i]) )
            return true;
    return false;
}

static void find_made(struct following *f)
{
    const struct words *words = &f->words;
    size_t i;

    strv_free(&f->pasted);
    for ( i = 0; i < f->names.n; i++ )
        if ( pastes_make(&f->pastes, &words, 1, f->names.v[i]) )
            strv_add(&f->pasted, f->names.v[i]);
}

/*
 * Most names cannot be made of any words, and most others not of words that are
 * where they would have to be: the rest is asked for each unit.
 */
static void find_pasted(struct following *f)
{
    struct macroargs args = { NULL, 0 };
    const char **text;
    size_t i, n = 0;

    find_made(f);
    if ( !f->pasted.n )
        return;
    text = xs_calloc(2 * f->n, sizeof(*text));
    for ( i = 0; i < 2 * f->n; i++ )
        if ( f->file[i / 2].code[i % 2] )
            text[n++] = f->file[i / 2].code[i % 2];
    macroargs_read(&args, text, n);
    pastes_restrict(&f->pastes, &args, &f->options);
    macroargs_free(&args);
    free(text);
    find_made(f);
}

static bool pastes_any(const struct following *f,
                       const struct words *const *words, size_t n)
{
    size_t i;

    for ( i = 0; i < f->pasted.n; i++ )
        if ( pastes_make(&f->pastes, words, n, f->pasted.v[i]) )
            return true;
    return false;
}

static bool reached(const struct following *f, const struct unit *unit)
{
    const struct strv *deps = &unit->record->deps;
    const struct file *file;
    size_t i;

    for ( i = 0; i < deps->n; i++ )
    {
        file = find(f, deps->v[i]);
        if ( file->opaque || (!strcmp(file->path, unit->record->source) &&
                              source_says(f, file)) )
            return true;
    }
    return false;
}

/* Whether the unit could make one of the names of the words that it has. */
static bool may_paste(const struct following *f, const struct unit *unit)
{
    const struct strv *deps = &unit->record->deps;
    const struct words **words = xs_calloc(deps->n + 1, sizeof(*words));
    struct words options = { NULL, 0, 0 };
    bool may;
    size_t i;

    for ( i = 0; i < deps->n; i++ )
        words[i] = &find(f, deps->v[i])->words;
    words_add(&options, unit->record->command);
    words[deps->n] = &options;
    may = pastes_any(f, words, deps->n + 1);
    words_free(&options);
    free(words);
    return may;
}

static void free_following(struct following *f)
{
    size_t i;

    for ( i = 0; i < f->n; i++ )
    {
        free((char *)f->file[i].path);
        free(f->file[i].text[0]);
        free(f->file[i].text[1]);
        free(f->file[i].code[0]);
        free(f->file[i].code[1]);
        words_free(&f->file[i].words);
    }
    free(f->file);
    strv_free(&f->names);
    strv_free(&f->pasted);
    words_free(&f->words);
    words_free(&f->options);
    pastes_free(&f->pastes);
}

int follow_changes(struct compiling *c, struct units *units,
                   struct xs_error *err)
{
    struct following f = { .c = c };
    struct unit **asked = xs_calloc(units->n + 1, sizeof(*asked));
    size_t i, n = 0;
    int rc;

    read_files(&f, units);
    name_changes(&f);
    follow_names(&f, units);
    find_pasted(&f);
    for ( i = 0; i < units->n; i++ )
    {
        struct unit *unit = &units->v[i];

        if ( !in_question(unit) || reached(&f, unit) )
            continue;
        if ( f.pasted.n && may_paste(&f, unit) )
            asked[n++] = unit;
        else
            unit->skipped = true;
    }
    rc = ask_preprocessor(c, asked, n, &f.pasted, err);
    free(asked);
    free_following(&f);
    return rc;
}
