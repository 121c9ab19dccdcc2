/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/run.h"
#include "builder/treebuild.h"

static bool has_file(const char *dir, const char *name)
{
    char *path = xs_printf("%s/%s", dir, name);
    bool there = fs_is_regular(path);

    free(path);
    return there;
}

/* A folder that make O=FOLDER filled: a link to the source, and no source. */
static bool is_output(const char *dir)
{
    char *source = xs_printf("%s/source", dir);
    bool output = has_file(source, "Rules.mk") &&
                  has_file(source, "common/kernel.c") &&
                  has_file(dir, ".config");

    free(source);
    return output;
}

/* The folder xen/ of a tree, or the tree itself if it is that folder. */
static int find_xen(const char *tree, char **xen, struct xs_error *err)
{
    char *inner = xs_printf("%s/xen", tree);

    *xen = NULL;
    if ( has_file(inner, "Rules.mk") && has_file(inner, "common/kernel.c") )
        *xen = realpath(inner, NULL);
    else if ( has_file(tree, "Rules.mk") && has_file(tree, "common/kernel.c") )
        *xen = realpath(tree, NULL);
    free(inner);
    if ( *xen )
        return 0;
    if ( !fs_is_directory(tree) )
        return xs_fail(err, XS_FAILED, "there is no directory %s", tree);
    if ( is_output(tree) )
    {
        xs_fail(err, XS_FAILED,
                "%s is where a tree was built outside of its source (O=)",
                tree);
        return xs_hint(err,
                       "give the source instead, with -c %s/.config and "
                       "--xen-syms %s/xen-syms: it is built once more, in the "
                       "cache",
                       tree, tree);
    }
    xs_fail(err, XS_FAILED, "%s is not Xen's source", tree);
    return xs_hint(err, "give the top of the repository, or its folder xen/");
}

/* Whether a line of the configuration is exactly this. */
static bool has_line(const char *text, const char *line)
{
    size_t n = strlen(line);

    for ( ; *text; text += strcspn(text, "\n"), text += *text == '\n' )
        if ( !strncmp(text, line, n) && (text[n] == '\n' || !text[n]) )
            return true;
    return false;
}

static int check_config(const char *xen, bool xen_debug, struct xs_error *err)
{
    char *path = xs_printf("%s/.config", xen), *text = NULL;
    int rc = fs_read(path, &text, NULL, err);

    if ( rc )
        xs_hint(err, "the tree must be configured as the hypervisor was");
    else if ( !has_line(text, "CONFIG_LIVEPATCH=y") )
    {
        rc = xs_fail(err, XS_FAILED,
                     "%s: this hypervisor is configured without "
                     "CONFIG_LIVEPATCH and takes no payload",
                     path);
        xs_hint(err,
                "enable LIVEPATCH in its configuration and build it anew");
    }
    else if ( xen_debug && !has_line(text, "CONFIG_DEBUG=y") )
    {
        rc = xs_fail(err, XS_FAILED,
                     "--xen-debug: %s is of no debug build (CONFIG_DEBUG)",
                     path);
        xs_hint(err, "leave the option out: whether it is one is up to the "
                     "configuration of the hypervisor that runs");
    }
    free(text);
    free(path);
    return rc;
}

static int find_image(const struct options *o, struct target *out,
                      struct xs_error *err)
{
    free(out->xen_syms);
    out->xen_syms = o->xen_syms ? xs_strdup(o->xen_syms)
                                : xs_printf("%s/xen-syms", out->xen);
    if ( fs_is_regular(out->xen_syms) )
        return 0;
    xs_fail(err, XS_FAILED, "there is no image %s", out->xen_syms);
    return xs_hint(err, "--xen-syms names the xen-syms of the hypervisor");
}

/* Where a program of ours lies that is no library: beside us, or installed. */
static char *find_program(const char *name)
{
    char self[4096], *slash, *path[2], *found = NULL;
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    size_t i;

    if ( n <= 0 )
        return NULL;
    self[n] = '\0';
    slash = strrchr(self, '/');
    *slash = '\0';
    /* Beside it in the build folder, or installed. */
    path[0] = xs_printf("%s/%s", self, name);
    path[1] = xs_printf("%s/../libexec/xsplice/%s", self, name);
    for ( i = 0; i < 2; i++ )
    {
        if ( !found && !access(path[i], X_OK) )
            found = path[i];
        else
            free(path[i]);
    }
    return found;
}

/* The last line of a text, cut off from it in place. */
static char *last_line(char *text)
{
    size_t n = strlen(text);
    char *line;

    while ( n && text[n - 1] == '\n' )
        text[--n] = '\0';
    line = strrchr(text, '\n');
    return line ? line + 1 : text;
}

static int open_debian(const struct options *o, struct target *out,
                       struct xs_error *err)
{
    char *program = find_program("debian-target"), *output = NULL;
    const char *argv[] = { program, o->version, NULL };
    int rc;

    if ( !program )
        return xs_fail(err, XS_FAILED,
                       "the program debian-target is not installed");
    rc = run_program(argv, NULL, NULL, 0, &output, err);
    if ( rc > 0 )
        rc = xs_fail(err, XS_FAILED, "Debian's hypervisor%s%s cannot be had",
                     o->version ? " " : "", o->version ? o->version : "");
    else if ( !rc )
    {
        const char *dir = last_line(output);

        out->xen = xs_printf("%s/src/xen", dir);
        out->xen_syms = xs_printf("%s/xen-syms", dir);
        out->about = xs_printf("Debian's Xen %s", fs_name(dir));
        rc = records_read(out->xen, &out->records, err);
        if ( !rc && !fs_is_regular(out->xen_syms) )
            rc =
                xs_fail(err, XS_FAILED, "there is no image %s", out->xen_syms);
    }
    if ( !rc && o->xen_syms )
        rc = find_image(o, out, err);
    free(output);
    free(program);
    return rc;
}

static int open_tree(const struct options *o, struct target *out,
                     struct xs_error *err)
{
    char *given;

    if ( find_xen(o->tree, &out->xen, err) ||
         records_read(out->xen, &out->records, err) )
        return -1;
    out->about = xs_strdup(out->xen);
    if ( out->records.linked.n &&
         (o->xen_syms || has_file(out->xen, "xen-syms")) )
    {
        if ( !o->config )
            return find_image(o, out, err);
        xs_fail(err, XS_FAILED, "%s is built already, and -c is given",
                out->xen);
        return xs_hint(err, "leave -c out to use what is built, or give a "
                            "tree that is not built");
    }
    given = out->xen;
    out->xen = NULL;
    records_free(&out->records);
    out->built = true;
    if ( treebuild_make(given, o->config, o->parallel, &out->xen, err) ||
         records_read(out->xen, &out->records, err) )
    {
        free(given);
        return -1;
    }
    free(given);
    return find_image(o, out, err);
}

int target_open(const struct options *options, struct target *out,
                struct xs_error *err)
{
    int rc;

    memset(out, 0, sizeof(*out));
    rc = options->debian ? open_debian(options, out, err)
                         : open_tree(options, out, err);
    if ( !rc )
        rc = check_config(out->xen, options->xen_debug, err);
    if ( rc )
        target_free(out);
    return rc;
}

void target_free(struct target *target)
{
    free(target->xen);
    free(target->xen_syms);
    free(target->about);
    records_free(&target->records);
    memset(target, 0, sizeof(*target));
}
