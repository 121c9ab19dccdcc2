/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/tool_case.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/verbs.h"

struct fake_engine engine;
struct xs_error err;
char run_dir[64], store_dir[96];
static char boot_file[96];
static unsigned int boots;
char *out, *notes;

const char *file(const char *variant)
{
    static char path[2][4096];
    static int which;

    which = !which;
    snprintf(path[which], sizeof(path[which]), PAYLOADS "/%s.xsplice",
             variant);
    return path[which];
}

/* Runs a command line of words; the kind of error, 0 when done. */
int run(const char *words)
{
    struct control c = { .hv = &engine.hv,
                         .run_dir = run_dir,
                         .store_dir = store_dir,
                         .boot_id = boot_file };
    size_t out_size, notes_size;
    const struct verb *verb;
    char line[8192], *argv[12] = { "xen-xsplice" }, *word;
    int argc = 1, first, rc;

    free(out);
    free(notes);
    out = notes = NULL;
    memset(&err, 0, sizeof(err));
    snprintf(line, sizeof(line), "%s", words);
    for ( word = strtok(line, " "); word; word = strtok(NULL, " ") )
        argv[argc++] = word;
    c.out = open_memstream(&out, &out_size);
    c.notes = open_memstream(&notes, &notes_size);
    rc = parse_arguments(argc, argv, &c.opt, &verb, &first, &err);
    if ( !rc )
        rc = verb->run(&c, argc - first, argv + first, &err);
    fclose(c.out);
    fclose(c.notes);
    assert_int_equal(engine.buffers, 0);
    if ( rc )
        assert_int_not_equal(err.kind, XS_OK);
    return rc ? err.kind : 0;
}

void must(const char *words)
{
    if ( run(words) )
        fail_msg("%s: %s", words, err.what);
}

void refuses(const char *words, enum xs_kind kind, const char *because)
{
    int got = run(words);

    if ( got != kind || !strstr(err.what, because) )
        fail_msg("%s: kind %d, \"%s\" instead of %d, \"%s\"", words, got,
                 err.what, kind, because);
}

void upload(const char *name, const char *variant)
{
    char words[5000];

    snprintf(words, sizeof(words), "upload %s %s", name, file(variant));
    must(words);
}

uint32_t state_of(const char *name)
{
    struct fake_payload *p = fake_find(&engine, name);

    return p ? p->state : 0;
}

static void new_boot(void)
{
    FILE *f = fopen(boot_file, "w");

    assert_non_null(f);
    fprintf(f, "boot-%u\n", ++boots);
    fclose(f);
}

/* Forgets what a boot forgets: /run. */
static void remove_tree(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;

    while ( d && (e = readdir(d)) )
    {
        char path[1024];

        if ( !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") )
            continue;
        snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
        if ( unlink(path) )
            remove_tree(path);
    }
    if ( d )
        closedir(d);
    rmdir(dir);
}

void reboot(void)
{
    while ( engine.n )
        xs_payload_free(&engine.payload[--engine.n].file);
    remove_tree(run_dir);
    new_boot();
}

int begin(void **state)
{
    fake_begin(&engine);
    strcpy(run_dir, "/tmp/xsplice-run-XXXXXX");
    assert_non_null(mkdtemp(run_dir));
    /* As after a boot: the folder is not there yet. */
    rmdir(run_dir);
    snprintf(store_dir, sizeof(store_dir), "%s-store", run_dir);
    snprintf(boot_file, sizeof(boot_file), "%s-boot", run_dir);
    new_boot();
    return 0;
}

int end(void **state)
{
    remove_tree(run_dir);
    remove_tree(store_dir);
    unlink(boot_file);
    free(out);
    free(notes);
    out = notes = NULL;
    fake_end(&engine);
    return 0;
}
