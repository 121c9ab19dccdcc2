/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/generated.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/findings.h"
#include "builder/fs.h"
#include "builder/lexline.h"
#include "builder/memory.h"
#include "builder/objcache.h"
#include "builder/run.h"
#include "builder/typetext.h"
#include "builder/work.h"

#define OFFSETS_S "asm-offsets.s"

/* What one call works on. */
struct generating {
    struct compiling *c;
    struct changes *changes;
    struct differ_result *findings;
    struct strv done; /* targets that were looked at */
};

/* Whether a command names a file: as a word, also behind "<" or "./". */
static bool mentions(const char *command, const char *path)
{
    size_t n = strlen(path);
    const char *p = command;

    while ( (p = strstr(p, path)) )
    {
        bool begins = p == command || strchr(" <'", p[-1]) ||
                      (p - command >= 3 && !strncmp(p - 2, "./", 2) &&
                       strchr(" <'", p[-3]));

        if ( begins && (!p[n] || strchr(" ';\n", p[n])) )
            return true;
        p += n;
    }
    return false;
}

/* A target that is no object and that a changed file goes into. */
static bool concerned(const struct generating *g, const struct record *record)
{
    size_t i;

    if ( (record->source && str_ends(record->target, ".o")) ||
         str_ends(record->target, ".o") || str_ends(record->target, ".a") ||
         str_ends(record->target, ".chk") ||
         strv_has(&g->done, record->target) )
        return false;
    for ( i = 0; i < g->changes->nr; i++ )
    {
        const char *path = g->changes->file[i].path;

        if ( strcmp(path, record->target) &&
             (strv_has_sorted(&record->deps, path) ||
              mentions(record->command, path)) )
            return true;
    }
    return false;
}

/* Preprocessed text less line markers and empty lines. */
static char *without_markers(const char *text)
{
    char *out = xs_calloc(strlen(text) + 1, 1);
    size_t n = 0;

    while ( *text )
    {
        size_t len = strcspn(text, "\n");

        len += text[len] == '\n';
        if ( *text != '#' && *text != '\n' )
        {
            memcpy(out + n, text, len);
            n += len;
        }
        text += len;
    }
    return out;
}

static bool same_result(const char *target, const char *a, const char *b)
{
    char *x, *y;
    bool same;

    bool markers = str_ends(target, ".i") || str_ends(target, ".lds");

    if ( !markers && !str_ends(target, ".h") )
        return !strcmp(a, b);
    x = markers ? without_markers(a) : lexline_code(a);
    y = markers ? without_markers(b) : lexline_code(b);
    same = !strcmp(x, y);
    free(x);
    free(y);
    return same;
}

static void refuse(struct generating *g, enum xsplice_build_reason reason,
                   const char *target)
{
    findings_reason(g->findings, DIFFER_REFUSED, reason, target, "", "%s", "");
}

/* A file of the tree and of the overlay; either may be absent (NULL). */
static void read_both(const struct generating *g, const char *path,
                      char **old_text, char **new_text)
{
    char *old_path = xs_printf("%s/%s", g->c->xen, path);
    char *new_path = xs_printf("%s/%s", g->c->overlay[INPUTS_NEW].at, path);
    struct xs_error none;

    *old_text = *new_text = NULL;
    fs_read(old_path, old_text, NULL, &none);
    fs_read(new_path, new_text, NULL, &none);
    free(old_path);
    free(new_path);
}

/* What a linker script says was settled when the hypervisor was linked. */
static void take_result(struct generating *g, const char *target)
{
    char *old_text, *new_text;

    read_both(g, target, &old_text, &new_text);
    if ( old_text && new_text && same_result(target, old_text, new_text) )
    {
        free(old_text);
        free(new_text);
        return;
    }
    if ( str_ends(target, ".lds") )
        refuse(g, XSPLICE_BUILD_BUILD_RULES, target);
    changes_set(g->changes, target, old_text, new_text)->generated = true;
}

/*
 * Runs a generator.  Its target is a link to the tree's file: it goes first, so
 * that nothing can write through it.  What make exports is not recorded.
 *
 * One that fails found something wrong in the patch, as a compiler does.  No
 * unit that includes the result would compile, and none would say why.
 */
static int generate(struct generating *g, const char *command,
                    const char *target, struct xs_error *err)
{
    struct overlay *o = &g->c->overlay[INPUTS_NEW];
    char *all = xs_printf("export PYTHON=\"${PYTHON:-python3}\"\n%s", command);
    struct run_job job = { .command = all, .directory = o->at };
    char *path = xs_printf("%s/%s", o->at, target);
    int rc = work_place(g->c, err);

    if ( !rc )
        rc = overlay_open_all(o, err);
    unlink(path);
    if ( !rc )
        rc = run_jobs(&job, 1, 1, err);
    if ( !rc && strstr(command, " -D__XEN__") )
        g->c->preprocessed++;
    if ( !rc && job.status )
    {
        free(g->c->messages);
        g->c->messages = xs_strdup(job.output ? job.output : "");
        rc = xs_fail(err, XS_FAILED,
                     "%s, which is generated, cannot be made with the patch",
                     target);
    }
    else if ( !rc )
        take_result(g, target);
    free(job.output);
    free(path);
    free(all);
    return rc;
}

/* The part of asm-offsets.s that goes into asm-offsets.h, as Kbuild has it. */
static char *offsets_header(const char *s)
{
    char *command = xs_printf(
        "sed -rne '/^[^#].*==>/{s:.*==>(.*)<==.*:\\1:; s: [$#]: :; p;}' %s",
        s);

    return command;
}

/* The deps of asm-offsets.s, for which Kbuild keeps no .cmd file. */
static bool read_offsets(const struct generating *g, struct record *out)
{
    char *path = xs_printf("%s/." OFFSETS_S ".d", g->c->xen), *text, *cmd;
    struct xs_error none;
    const char *colon;
    bool found = false;

    if ( !fs_read(path, &text, NULL, &none) )
    {
        colon = strchr(text, ':');
        cmd = xs_printf("cmd_" OFFSETS_S " := -\ndeps_" OFFSETS_S " := %s",
                        colon ? colon + 1 : "");
        found = record_parse(g->c->xen, cmd, out);
        free(cmd);
        free(text);
    }
    free(path);
    return found;
}

/*
 * The command for asm-offsets.s out of the one for an ordinary unit: the same
 * flags, less those for the assembler.
 */
static char *offsets_command(const struct generating *g, const char *source)
{
    const struct record *model =
        records_find(g->c->records, "common/kernel.o");
    char *out, *word, *save = NULL, *copy, *more;
    bool skip = false;

    if ( !model )
        return NULL;
    copy = xs_strdup(model->command);
    out = xs_strdup("");
    for ( word = strtok_r(copy, " ", &save); word;
          word = strtok_r(NULL, " ", &save) )
    {
        if ( !skip && strcmp(word, "-c") && strcmp(word, model->source) &&
             strcmp(word, "-MQ") && strcmp(word, "-o") &&
             strcmp(word, "-MF") && !str_begins(word, "-MM") &&
             strcmp(word, "-MP") && !str_begins(word, "-Wa,") &&
             strcmp(word, "-flto") )
        {
            more = xs_printf("%s%s ", out, word);
            free(out);
            out = more;
        }
        skip = !skip && (!strcmp(word, "-o") || !strcmp(word, "-MQ") ||
                         !strcmp(word, "-MF"));
    }
    more = xs_printf("%s -MMD -MF ." OFFSETS_S ".d -S -g0 -o " OFFSETS_S " %s",
                     out, source);
    free(out);
    free(copy);
    return more;
}

/* Where the header is: beside the other headers of the architecture. */
static char *offsets_path(const struct record *offsets)
{
    size_t i;

    for ( i = 0; i < offsets->deps.n; i++ )
        if ( str_ends(offsets->deps.v[i], "/asm-offsets.c") )
        {
            const char *source = offsets->deps.v[i];
            const char *second = strchr(source + strlen("arch/"), '/');

            return second ? xs_printf("%.*s/include/asm/asm-offsets.h",
                                      (int)(second - source), source)
                          : NULL;
        }
    return NULL;
}

static const char *offsets_source(const struct record *offsets)
{
    size_t i;

    for ( i = 0; i < offsets->deps.n; i++ )
        if ( str_ends(offsets->deps.v[i], "/asm-offsets.c") )
            return offsets->deps.v[i];
    return NULL;
}

/* The offsets in the assembler text in `dir`; NULL if there are none. */
static char *offsets_in(const char *dir)
{
    char *command = offsets_header(OFFSETS_S);
    struct run_job job = { .command = command, .directory = dir };
    struct xs_error none;

    if ( run_jobs(&job, 1, 1, &none) || job.status || !job.output ||
         !*job.output )
    {
        free(job.output);
        job.output = NULL;
    }
    free(command);
    return job.output;
}

/* Replaces what a header has in common with its generator by the new text. */
static void change_inside(struct generating *g, const char *header,
                          const char *old_part, const char *new_part,
                          struct xs_error *err)
{
    char *path = xs_printf("%s/%s", g->c->xen, header), *text, *at, *changed;

    if ( fs_read(path, &text, NULL, err) )
    {
        free(path);
        return;
    }
    at = strstr(text, old_part);
    if ( !at )
        refuse(g, XSPLICE_BUILD_GENERATED, header);
    else
    {
        changed = xs_printf("%.*s%s%s", (int)(at - text), text, new_part,
                            at + strlen(old_part));
        changes_set(g->changes, header, text, changed)->generated = true;
        text = NULL;
    }
    free(text);
    free(path);
}

static void mark_used(const struct generating *g, const struct strv *deps)
{
    size_t i;

    for ( i = 0; i < g->changes->nr; i++ )
        if ( strv_has_sorted(deps, g->changes->file[i].path) )
            g->changes->file[i].used = true;
}

/* Whether the offsets can change: they are made of types and constants. */
static bool offsets_concerned(const struct generating *g,
                              const struct record *offsets)
{
    size_t i;

    for ( i = 0; i < g->changes->nr; i++ )
    {
        const struct touched *file = &g->changes->file[i];

        if ( strv_has_sorted(&offsets->deps, file->path) &&
             (str_ends(file->path, "/asm-offsets.c") ||
              typetext_concerned(file->old_text, file->new_text)) )
            return true;
    }
    return false;
}

/* Makes asm-offsets.s as patched; 0 if it is there then, or does not compile. */
static int compile_offsets(struct generating *g, const struct record *offsets,
                           struct xs_error *err)
{
    struct compiling *c = g->c;
    struct overlay *o = &c->overlay[INPUTS_NEW];
    char *prefix = work_prefix(offsets->command);
    char *made = xs_printf("%s/" OFFSETS_S, o->at);
    struct run_job job = { .command = offsets->command, .directory = o->at };
    struct objcache_job cached = { offsets, offsets->command, prefix,
                                   INPUTS_NEW };
    struct digest key;
    bool keep = c->cache && objcache_key(&c->inputs, &cached, &key);
    int rc = 0;

    if ( keep && !overlay_make_room(o, OFFSETS_S, err) &&
         objcache_fetch(&c->inputs, &cached, &key, made) )
        c->cached++;
    else
    {
        rc = work_place(c, err);
        if ( !rc )
            rc = work_climbs(c, o, offsets, err);
        unlink(made);
        if ( !rc )
            rc = work_jobs(c, &job, 1, err);
        c->preprocessed++;
        if ( keep && !rc && job.status == 0 )
            objcache_store(&c->inputs, &cached, &key, o->at, made);
        free(job.output);
    }
    free(made);
    free(prefix);
    return rc;
}

/* asm-offsets.h: the layout of structures, for the code in assembly. */
static int update_offsets(struct generating *g, struct xs_error *err)
{
    struct record offsets;
    char *header = NULL, *old_offsets, *new_offsets;
    int rc = 0;

    if ( !read_offsets(g, &offsets) )
        return 0;
    mark_used(g, &offsets.deps);
    if ( offsets_concerned(g, &offsets) && offsets_source(&offsets) )
    {
        free(offsets.command);
        offsets.command = offsets_command(g, offsets_source(&offsets));
        header = offsets_path(&offsets);
    }
    if ( header && offsets.command )
    {
        rc = compile_offsets(g, &offsets, err);
        old_offsets = offsets_in(g->c->xen);
        new_offsets = rc ? NULL : offsets_in(g->c->overlay[INPUTS_NEW].at);
        /* If it does not compile, the units will not either, and say why. */
        if ( old_offsets && new_offsets && strcmp(old_offsets, new_offsets) )
            change_inside(g, header, old_offsets, new_offsets, err);
        free(old_offsets);
        free(new_offsets);
    }
    free(header);
    record_free(&offsets);
    return rc;
}

/*
 * The masks of the CPU features, out of the list of them.  The rule that makes
 * this header records nothing (include/xen/lib/x86/Makefile).
 */
#define FEATURES_LIST   "include/public/arch-x86/cpufeatureset.h"
#define FEATURES_HEADER "include/xen/lib/x86/cpuid-autogen.h"

static int update_features(struct generating *g, struct xs_error *err)
{
    char *header = xs_printf("%s/" FEATURES_HEADER, g->c->xen);
    int rc = 0;

    if ( changes_find(g->changes, FEATURES_LIST) && fs_is_regular(header) &&
         !records_find(g->c->records, FEATURES_HEADER) )
        rc = generate(g,
                      "python3 tools/gen-cpuid.py -i " FEATURES_LIST
                      " -o " FEATURES_HEADER,
                      FEATURES_HEADER, err);
    free(header);
    return rc;
}

/*
 * Kbuild wraps arch/A/asm-macros.i into arch/A/include/asm/asm-macros.h, and
 * records nothing of that.
 */
#define MACROS "asm-macros.i"

static void wrap_macros(struct generating *g, struct xs_error *err)
{
    struct touched *file = g->changes->file;
    char *header, *path, *old_text, *new_text;

    while ( file < g->changes->file + g->changes->nr &&
            (!file->generated || strcmp(fs_name(file->path), MACROS)) )
        file++;
    if ( file == g->changes->file + g->changes->nr || !file->old_text ||
         !file->new_text )
        return;
    header = xs_printf("%.*sinclude/asm/asm-macros.h",
                       (int)(fs_name(file->path) - file->path), file->path);
    path = xs_printf("%s/%s", g->c->xen, header);
    if ( fs_is_regular(path) )
    {
        file->used = true;
        /* The files move when one is added. */
        old_text = xs_strdup(file->old_text);
        new_text = xs_strdup(file->new_text);
        change_inside(g, header, old_text, new_text, err);
        free(new_text);
        free(old_text);
    }
    free(path);
    free(header);
}

/* Of what is generated in steps, the last one has to be a header. */
static void check_ends(struct generating *g)
{
    const struct records *records = g->c->records;
    size_t i, j;

    for ( i = 0; i < g->changes->nr; i++ )
    {
        const struct touched *file = &g->changes->file[i];
        bool used = file->used || str_ends(file->path, ".h") ||
                    str_ends(file->path, ".lds");

        if ( !file->generated )
            continue;
        for ( j = 0; j < records->n && !used; j++ )
            used = strcmp(records->v[j].target, file->path) &&
                   mentions(records->v[j].command, file->path);
        if ( !used )
            refuse(g, XSPLICE_BUILD_GENERATED, file->path);
    }
}

int generated_update(struct compiling *c, struct changes *changes,
                     struct differ_result *findings, struct xs_error *err)
{
    struct generating g = { .c = c, .changes = changes, .findings = findings };
    bool more = true;
    size_t i;
    int rc;

    rc = update_offsets(&g, err);
    if ( !rc )
        rc = update_features(&g, err);
    while ( !rc && more )
    {
        more = false;
        for ( i = 0; i < c->records->n && !rc; i++ )
        {
            const struct record *record = &c->records->v[i];

            if ( !concerned(&g, record) )
                continue;
            strv_add(&g.done, record->target);
            rc = generate(&g, record->command, record->target, err);
            more = true;
        }
    }
    if ( !rc )
    {
        wrap_macros(&g, err);
        check_ends(&g);
    }
    /* What was generated belongs to the changes now. */
    c->placed = false;
    strv_free(&g.done);
    return rc;
}
