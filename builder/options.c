/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "builder/fs.h"
#include "builder/memory.h"
#include "builder/run.h"

enum {
    OPT_DEBIAN = 256,
    OPT_XEN_SYMS,
    OPT_DEPENDS,
    OPT_ON,
    OPT_XEN_DEPENDS,
    OPT_JSON,
    OPT_REPORT,
    OPT_KEEP,
    OPT_NO_CACHE,
    OPT_VERSION,
    OPT_XEN_DEBUG,
    OPT_PRELINK,
    OPT_SIGN,
    OPT_CERT,
    OPT_PROVIDER,
    OPT_PASSWORD,
};

static const struct option long_options[] = {
    { "srcdir", required_argument, NULL, 's' },
    { "patch", required_argument, NULL, 'p' },
    { "output", required_argument, NULL, 'o' },
    { "name", required_argument, NULL, 'n' },
    { "cpus", required_argument, NULL, 'j' },
    { "jobs", required_argument, NULL, 'j' },
    { "config", required_argument, NULL, 'c' },
    { "skip", required_argument, NULL, 'k' },
    { "debug", no_argument, NULL, 'd' },
    { "help", no_argument, NULL, 'h' },
    { "debian", optional_argument, NULL, OPT_DEBIAN },
    { "xen-syms", required_argument, NULL, OPT_XEN_SYMS },
    { "depends", required_argument, NULL, OPT_DEPENDS },
    { "on", required_argument, NULL, OPT_ON },
    { "xen-depends", required_argument, NULL, OPT_XEN_DEPENDS },
    { "json", no_argument, NULL, OPT_JSON },
    { "report", no_argument, NULL, OPT_REPORT },
    { "keep", no_argument, NULL, OPT_KEEP },
    { "no-cache", no_argument, NULL, OPT_NO_CACHE },
    { "version", no_argument, NULL, OPT_VERSION },
    { "xen-debug", no_argument, NULL, OPT_XEN_DEBUG },
    { "prelink", no_argument, NULL, OPT_PRELINK },
    { "sign", required_argument, NULL, OPT_SIGN },
    { "cert", required_argument, NULL, OPT_CERT },
    { "provider", required_argument, NULL, OPT_PROVIDER },
    { "password-file", required_argument, NULL, OPT_PASSWORD },
    { NULL, 0, NULL, 0 },
};

void options_usage(FILE *to)
{
    fputs(
        "Usage: xsplice-build (-s TREE | --debian[=VERSION]) -p PATCH... "
        "-o DIR [OPTION...]\n"
        "Makes a live patch for a Xen hypervisor from source diffs: "
        "DIR/NAME.xsplice\n\n"
        "  -s, --srcdir TREE      Xen's source, built or buildable; never "
        "written to\n"
        "      --debian[=VERSION] Debian's hypervisor: source, config and "
        "image as shipped\n"
        "  -p, --patch PATCH      unified diff; several give one combined "
        "payload\n"
        "  -o, --output DIR       where the payload goes\n"
        "  -n, --name NAME        name of the payload (default: that of the "
        "first patch)\n"
        "  -j, --jobs N           compile N units side by side (default: one "
        "per CPU)\n"
        "  -c, --config FILE      configuration, for a tree that is not "
        "built\n"
        "      --xen-syms FILE    the hypervisor that the payload is for "
        "(default: the\n"
        "                         target's own)\n"
        "      --depends ID       build-id of a payload that this one is "
        "built on; repeatable\n"
        "      --on FILE          payload that may be below this one: a dependency "
        "if what it adds\n"
        "                         is used, or a function of it replaced again; "
        "repeatable,\n"
        "                         lowest first\n"
        "      --xen-depends ID   build-id that the hypervisor must have\n"
        "      --sign KEY         sign the payload: file or URI of a private "
        "key; with\n"
        "                         --cert, --provider, --password-file as "
        "xen-xsplice sign\n"
        "      --json             the report as one JSON document, and "
        "nothing else on\n"
        "                         standard output\n"
        "      --report           write DIR/NAME.report.html, .json and .txt: "
        "what changed\n"
        "                         and why, for a reviewer\n"
        "      --keep             keep the working directory and say where "
        "it is\n"
        "      --no-cache         compile all anew, and keep nothing of it for "
        "other runs\n"
        "      --xen-debug        an error unless the hypervisor is a debug "
        "build\n"
        "  -d, --debug            print each command that is run\n"
        "  -k, --skip STAGE, --prelink  taken for livepatch-build's sake; "
        "nothing to do\n"
        "      --help, --version\n\n"
        "Exit status: 0 built, 1 error, 2 cannot be live-patched, 3 no "
        "functional change,\n4 the original differs from the hypervisor's "
        "image, 64 usage.\n",
        to);
}

static int usage_error(struct xs_error *err, const char *fmt, const char *arg)
{
    char *what = xs_printf("%s%s", fmt, arg);

    xs_fail(err, XS_USAGE, "%s", what);
    free(what);
    return xs_hint(err, "xsplice-build --help shows the options");
}

static int set_jobs(struct options *o, const char *arg, struct xs_error *err)
{
    char *end;
    unsigned long n = strtoul(arg, &end, 10);

    if ( *end || end == arg || !n || n > 4096 )
        return usage_error(err, "not a number of jobs: ", arg);
    o->parallel = n;
    return 0;
}

/* A build-id in hexadecimal; stored in lower case. */
static int check_id(const char *arg, struct xs_error *err)
{
    size_t n = strspn(arg, "0123456789abcdefABCDEF");

    if ( arg[n] || !n || n % 2 || n > 128 )
        return usage_error(err, "not a build-id: ", arg);
    return 0;
}

static int add_depends(struct options *o, const char *arg,
                       struct xs_error *err)
{
    char *id, *p;

    if ( check_id(arg, err) )
        return -1;
    id = xs_strdup(arg);
    for ( p = id; *p; p++ )
        if ( *p >= 'A' && *p <= 'F' )
            *p += 'a' - 'A';
    strv_add_once(&o->depends, id);
    free(id);
    return 0;
}

static int take_option(struct options *o, int option, const char *arg,
                       struct xs_error *err)
{
    switch ( option )
    {
    case 's':
        o->tree = arg;
        return 0;
    case 'p':
        strv_add(&o->patches, arg);
        return 0;
    case 'o':
        o->output = arg;
        return 0;
    case 'n':
        free(o->name);
        o->name = xs_strdup(arg);
        return 0;
    case 'j':
        return set_jobs(o, arg, err);
    case 'c':
        o->config = arg;
        return 0;
    case 'd':
        o->verbose = true;
        return 0;
    case 'h':
        o->help = true;
        return 0;
    case OPT_DEBIAN:
        o->debian = true;
        o->version = arg;
        return 0;
    case OPT_XEN_SYMS:
        o->xen_syms = arg;
        return 0;
    case OPT_DEPENDS:
        return add_depends(o, arg, err);
    case OPT_ON:
        strv_add_once(&o->on, arg);
        return 0;
    case OPT_XEN_DEPENDS:
        o->xen_depends = arg;
        return check_id(arg, err);
    case OPT_SIGN:
        o->sign.key = arg;
        return 0;
    case OPT_CERT:
        o->sign.cert = arg;
        return 0;
    case OPT_PROVIDER:
        o->sign.provider = arg;
        return 0;
    case OPT_PASSWORD:
        o->sign.password = arg;
        return 0;
    case OPT_JSON:
        o->json = true;
        return 0;
    case OPT_REPORT:
        o->report = true;
        return 0;
    case OPT_KEEP:
        o->keep = true;
        return 0;
    case OPT_NO_CACHE:
        o->no_cache = true;
        return 0;
    case OPT_VERSION:
        o->print_version = true;
        return 0;
    case OPT_XEN_DEBUG:
        o->xen_debug = true;
        return 0;
    case 'k':         /* nothing is built twice */
    case OPT_PRELINK: /* what needs an address has one */
        return 0;
    default:
        return usage_error(err, "unknown option, or argument missing", "");
    }
}

/* "xsa-450" of "/x/xsa-450.patch". */
static char *name_of_patch(const char *patch)
{
    char *name = xs_strdup(fs_name(patch)), *p;

    if ( str_ends(name, ".patch") || str_ends(name, ".diff") )
        *strrchr(name, '.') = '\0';
    for ( p = name; *p; p++ )
        if ( !strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     "0123456789-._",
                     *p) )
            *p = '_';
    return name;
}

static int check(struct options *o, struct xs_error *err)
{
    if ( !o->tree && !o->debian )
        return usage_error(err, "no target: give -s TREE or --debian", "");
    if ( o->tree && o->debian )
        return usage_error(err, "-s and --debian exclude each other", "");
    if ( !o->patches.n )
        return usage_error(err, "no patch: give -p PATCH", "");
    if ( !o->output )
        return usage_error(err, "no place for the payload: give -o DIR", "");
    if ( !o->sign.key &&
         (o->sign.cert || o->sign.provider || o->sign.password) )
        return usage_error(err,
                           "--cert, --provider and --password-file say "
                           "how to sign: give --sign KEY",
                           "");
    if ( !o->name )
        o->name = name_of_patch(o->patches.v[0]);
    /* 128 bytes with the NUL is what the hypervisor takes for a name. */
    if ( !*o->name || *o->name == '.' || *o->name == '-' ||
         strlen(o->name) > 127 ||
         strspn(o->name,
                "abcdefghijklmnopqrstuvwxyz"
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._") != strlen(o->name) )
        return usage_error(err,
                           "a name has letters, digits, - . _ and at most "
                           "127 of them: ",
                           o->name);
    return 0;
}

int options_parse(int argc, char *argv[], struct options *out,
                  struct xs_error *err)
{
    int option, rc = 0;

    memset(out, 0, sizeof(*out));
    out->parallel = run_cpus();
    opterr = 0;
    optind = 0;
    while ( !rc && (option = getopt_long(argc, argv, ":s:p:o:n:j:c:k:dh",
                                         long_options, NULL)) != -1 )
    {
        if ( option == '?' )
            rc =
                usage_error(err, "unknown option ",
                            optopt && optopt < 256 ? (char[]){ '-', optopt, 0 }
                                                   : argv[optind - 1]);
        else if ( option == ':' )
            rc = usage_error(err, "argument missing to ", argv[optind - 1]);
        else
            rc = take_option(out, option, optarg, err);
    }
    if ( !rc && !out->help && !out->print_version )
        rc = optind < argc
                 ? usage_error(err, "unexpected argument ", argv[optind])
                 : check(out, err);
    if ( rc )
        options_free(out);
    return rc;
}

void options_free(struct options *options)
{
    free(options->name);
    strv_free(&options->patches);
    strv_free(&options->depends);
    strv_free(&options->on);
    memset(options, 0, sizeof(*options));
}
