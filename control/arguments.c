/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to a verb and its options; usage and help. */
#include <getopt.h>
#include <string.h>

#include "control/duration.h"
#include "control/verbs.h"

#define TIMEOUT_DEFAULT (30 * NS_PER_S)

enum {
    OPTION_JSON = 256,
    OPTION_DRY_RUN,
    OPTION_FORCE,
    OPTION_NODEPS,
    OPTION_FOR,
    OPTION_AGAINST,
    OPTION_KEY,
    OPTION_CERT,
    OPTION_PROVIDER,
    OPTION_PASSWORD,
    OPTION_CONFIRM,
    OPTION_RETRY,
    OPTION_HELP,
    OPTION_VERSION
};

static const struct option long_options[] = {
    { "quiet", no_argument, NULL, 'q' },
    { "verbose", no_argument, NULL, 'v' },
    { "json", no_argument, NULL, OPTION_JSON },
    { "dry-run", no_argument, NULL, OPTION_DRY_RUN },
    { "timeout", required_argument, NULL, 't' },
    { "force", optional_argument, NULL, OPTION_FORCE },
    { "nodeps", no_argument, NULL, OPTION_NODEPS },
    { "for", required_argument, NULL, OPTION_FOR },
    { "against", required_argument, NULL, OPTION_AGAINST },
    { "key", required_argument, NULL, OPTION_KEY },
    { "cert", required_argument, NULL, OPTION_CERT },
    { "provider", required_argument, NULL, OPTION_PROVIDER },
    { "password-file", required_argument, NULL, OPTION_PASSWORD },
    { "output", required_argument, NULL, 'o' },
    { "confirm-within", required_argument, NULL, OPTION_CONFIRM },
    { "retry", no_argument, NULL, OPTION_RETRY },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL },
};

static const struct {
    unsigned int option;
    const char *text;
    const char *what;
} option_help[] = {
    { 0, "-q, --quiet", "say nothing but errors" },
    { 0, "-v, --verbose", "say what is done" },
    { TAKES_JSON, "--json", "write JSON" },
    { TAKES_DRY_RUN, "--dry-run", "check everything, change nothing" },
    { TAKES_TIMEOUT, "--timeout=DUR",
      "give up after so long in all: 500ms, 30s, 2m (default 30s)" },
    { TAKES_FORCE, "--force=deps",
      "against the dependency rules (--nodeps is the same)" },
    { TAKES_CONFIRM, "--confirm-within=DUR",
      "have the hypervisor take it back unless 'confirm' comes in time" },
    { TAKES_RETRY, "--retry", "also those that failed or were not confirmed" },
    { TAKES_FOR, "--for=STATE", "applied (default), loaded, or gone" },
    { TAKES_AGAINST, "--against=XEN-SYMS", "the hypervisor with its symbols" },
    { TAKES_KEY, "--key=KEY",
      "file with a key or certificate; to sign, also the URI of a key" },
    { TAKES_SIGNING, "--cert=FILE", "certificate or public key of --key" },
    { TAKES_SIGNING, "--provider=NAME",
      "OpenSSL provider that knows the URI: tpm2, pkcs11" },
    { TAKES_SIGNING, "--password-file=FILE",
      "its first line opens the key (default: ask)" },
    { TAKES_SIGNING, "-o, --output=FILE", "write there instead" },
};

/* Levenshtein's distance; words as long as verbs are. */
static unsigned int distance(const char *a, const char *b)
{
    unsigned int row[32], i, j, n = strlen(b);

    if ( n >= 32 || strlen(a) >= 32 )
        return 32;
    for ( j = 0; j <= n; j++ )
        row[j] = j;
    for ( i = 0; a[i]; i++ )
    {
        unsigned int diagonal = row[0]++;

        for ( j = 1; j <= n; j++ )
        {
            unsigned int best = diagonal + (a[i] != b[j - 1]);

            if ( row[j] + 1 < best )
                best = row[j] + 1;
            if ( row[j - 1] + 1 < best )
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

const struct verb *find_verb(const char *name, struct xs_error *err)
{
    const struct verb *near = NULL;
    unsigned int best = 3;
    size_t i;

    for ( i = 0; i < n_verbs; i++ )
    {
        unsigned int d = distance(name, verbs[i].name);

        if ( !d )
            return &verbs[i];
        if ( d < best || (!near && strlen(name) > 1 &&
                          !strncmp(name, verbs[i].name, strlen(name))) )
        {
            best = d < best ? d : best;
            near = &verbs[i];
        }
    }
    xs_fail(err, XS_USAGE, "there is no verb '%s'", name);
    if ( near )
        xs_hint(err, "did you mean '%s'?", near->name);
    else
        xs_hint(err, "'xen-xsplice help' lists the verbs");
    return NULL;
}

/* --force=NAME[,NAME...]; NULL for the option alone. */
static int parse_force(struct options *opt, const char *text,
                       struct xs_error *err)
{
    static const char *const names[FORCE_COUNT] = {
#define X(id, name, what) [FORCE_##id] = name,
        FORCE_LIST(X)
#undef X
    };
    static const char all[] = ""
#define X(id, name, what) name " (" what ") "
        FORCE_LIST(X)
#undef X
        ;

    opt->given |= TAKES_FORCE;
    while ( text && *text )
    {
        size_t len = strcspn(text, ","), i;

        for ( i = 0; i < FORCE_COUNT; i++ )
            if ( strlen(names[i]) == len && !strncmp(names[i], text, len) )
                break;
        if ( i == FORCE_COUNT )
        {
            xs_fail(err, XS_USAGE, "nothing named '%.*s' can be forced",
                    (int)len, text);
            return xs_hint(err, "what can be: %s", all);
        }
        opt->force[i] = true;
        text += len + (text[len] == ',');
        if ( !*text )
            return 0;
    }
    xs_fail(err, XS_USAGE, "--force wants the name of what is to be forced");
    return xs_hint(err, "what can be: %s", all);
}

static int parse_wanted(struct options *opt, const char *text,
                        struct xs_error *err)
{
    opt->given |= TAKES_FOR;
    for ( opt->wanted = 0; opt->wanted < WANT_COUNT; opt->wanted++ )
        if ( !strcmp(text, wanted_names[opt->wanted]) )
            return 0;
    xs_fail(err, XS_USAGE, "--for=%s: there is no such state", text);
    return xs_hint(err, "applied, loaded, or gone");
}

/* The hypercall counts milliseconds. */
static int parse_confirm(struct options *opt, const char *text,
                         struct xs_error *err)
{
    opt->given |= TAKES_CONFIRM;
    if ( duration_parse(text, &opt->confirm) && opt->confirm >= NS_PER_MS )
        return 0;
    xs_fail(err, XS_USAGE, "--confirm-within=%s: not a duration", text);
    return xs_hint(err, "write 60s or 5m; at most a day");
}

static int parse_option(struct options *opt, int option,
                        const char *const argv[], struct xs_error *err)
{
    switch ( option )
    {
    case 'q':
        opt->verbosity = -1;
        return 0;
    case 'v':
        opt->verbosity = 1;
        return 0;
    case 't':
        opt->given |= TAKES_TIMEOUT;
        if ( duration_parse(optarg, &opt->timeout) )
            return 0;
        xs_fail(err, XS_USAGE, "--timeout=%s: not a duration", optarg);
        return xs_hint(err, "write 500ms, 30s, or 2m; at most a day");
    case OPTION_JSON:
        opt->given |= TAKES_JSON;
        opt->json = true;
        return 0;
    case OPTION_DRY_RUN:
        opt->given |= TAKES_DRY_RUN;
        opt->dry_run = true;
        return 0;
    case OPTION_FORCE:
        return parse_force(opt, optarg, err);
    case OPTION_NODEPS:
        opt->given |= TAKES_FORCE;
        opt->force[FORCE_DEPS] = true;
        return 0;
    case OPTION_AGAINST:
        opt->given |= TAKES_AGAINST;
        opt->against = optarg;
        return 0;
    case OPTION_KEY:
        opt->given |= TAKES_KEY;
        opt->key = optarg;
        return 0;
    case OPTION_CERT:
        opt->given |= TAKES_SIGNING;
        opt->cert = optarg;
        return 0;
    case OPTION_PROVIDER:
        opt->given |= TAKES_SIGNING;
        opt->provider = optarg;
        return 0;
    case OPTION_PASSWORD:
        opt->given |= TAKES_SIGNING;
        opt->password = optarg;
        return 0;
    case 'o':
        opt->given |= TAKES_SIGNING;
        opt->output = optarg;
        return 0;
    case OPTION_RETRY:
        opt->given |= TAKES_RETRY;
        return 0;
    case OPTION_CONFIRM:
        return parse_confirm(opt, optarg, err);
    case OPTION_FOR:
        return parse_wanted(opt, optarg, err);
    case OPTION_HELP:
        opt->help = true;
        return 0;
    case OPTION_VERSION:
        opt->version = true;
        return 0;
    case ':':
        return xs_fail(err, XS_USAGE, "option %s wants a value",
                       argv[optind - 1]);
    default:
        xs_fail(err, XS_USAGE, "unknown or ambiguous option %s",
                argv[optind - 1]);
        return xs_hint(err, "'xen-xsplice help VERB' lists its options");
    }
}

static int check_against_verb(const struct verb *verb,
                              const struct options *opt, int argc,
                              struct xs_error *err)
{
    unsigned int extra = opt->given & ~verb->options;
    size_t i;

    for ( i = 0; i < sizeof(option_help) / sizeof(option_help[0]); i++ )
        if ( option_help[i].option & extra )
        {
            xs_fail(err, XS_USAGE, "'%s' has no option %s", verb->name,
                    option_help[i].text);
            return xs_hint(err, "'xen-xsplice help %s' lists what it has",
                           verb->name);
        }
    if ( argc >= verb->least && argc <= verb->most )
        return 0;
    xs_fail(err, XS_USAGE, "'%s' with %d argument%s", verb->name, argc,
            argc == 1 ? "" : "s");
    return xs_hint(err, "usage: xen-xsplice %s %s", verb->name,
                   verb->arguments);
}

int parse_arguments(int argc, char *argv[], struct options *opt,
                    const struct verb **verb, int *first, struct xs_error *err)
{
    int option;

    *opt = (struct options){ .timeout = TIMEOUT_DEFAULT };
    *verb = NULL;
    optind = 0; /* begin anew: tests parse more than once */
    while ( (option = getopt_long(argc, argv, ":qvt:o:", long_options,
                                  NULL)) != -1 )
        if ( parse_option(opt, option, (const char *const *)argv, err) )
            return -1;
    *first = optind + 1;
    if ( optind == argc )
    {
        if ( opt->help || opt->version )
            return 0;
        xs_fail(err, XS_USAGE, "no verb is given");
        return xs_hint(err, "'xen-xsplice help' lists them");
    }
    *verb = find_verb(argv[optind], err);
    if ( !*verb )
        return -1;
    if ( opt->help )
        return 0;
    return check_against_verb(*verb, opt, argc - *first, err);
}

void print_verb_help(FILE *to, const struct verb *verb)
{
    size_t i;

    fprintf(to, "usage: xen-xsplice [OPTION...] %s%s%s\n\n%s\n", verb->name,
            verb->arguments[0] ? " " : "", verb->arguments, verb->summary);
    if ( verb->details[0] )
        fprintf(to, "\n%s\n", verb->details);
    fprintf(to, "\noptions:\n");
    for ( i = 0; i < sizeof(option_help) / sizeof(option_help[0]); i++ )
        if ( !option_help[i].option || option_help[i].option & verb->options )
            fprintf(to, "  %-15s  %s\n", option_help[i].text,
                    option_help[i].what);
}

void print_usage(FILE *to)
{
    size_t i;

    fprintf(to, "usage: xen-xsplice [OPTION...] VERB [ARGUMENT...]\n\n");
    for ( i = 0; i < n_verbs; i++ )
    {
        char left[32];

        snprintf(left, sizeof(left), "%s %s", verbs[i].name,
                 verbs[i].arguments);
        fprintf(to, "  %-20s %s\n", left, verbs[i].summary);
    }
    fprintf(to,
            "\n'xen-xsplice VERB --help' says more about a verb.\n"
            "Exit status: 0 done, 1 failed, 2 busy or timed out, 3 not in "
            "that state,\n4 refused for a build-id or dependency, 5 payload "
            "rejected, 6 not supported,\n64 wrong usage.\n");
}

int verb_help(struct control *c, int argc, char *const argv[],
              struct xs_error *err)
{
    const struct verb *verb = NULL;

    if ( argc && !(verb = find_verb(argv[0], err)) )
        return -1;
    if ( verb )
        print_verb_help(c->out, verb);
    else
        print_usage(c->out);
    return 0;
}
