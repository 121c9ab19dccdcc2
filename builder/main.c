/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xsplice-build: from source diffs to a live patch. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "builder/build.h"
#include "builder/report.h"
#include "builder/run.h"
#include "builder/verbs.h"

static const char program[] = "xsplice-build";

/* Lets what runs finish or die, so that nothing is left behind. */
static void handle_signals(void)
{
    struct sigaction action = { .sa_handler = run_interrupt };

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static void print_failure(const struct outcome *out,
                          const struct xs_error *err)
{
    if ( out->changes.rejects )
        fputs(out->changes.rejects, stderr);
    if ( out->compiling.messages )
        fputs(out->compiling.messages, stderr);
    xs_error_print(stderr, program, err);
}

static int build(const struct options *options)
{
    struct stages stages = { .to = stderr,
                             .apart = options->verbose,
                             .live = isatty(STDERR_FILENO) };
    struct xs_error err = { 0 };
    struct outcome out;
    int rc, status;

    if ( options->verbose )
        run_print(stderr);
    report_remove(options);
    rc = build_run(options, &stages, &out, &err);
    if ( !rc && options->report && report_files(options, &out, &err) )
    {
        out.status = BUILD_ERROR;
        rc = -1;
    }
    if ( rc )
        print_failure(&out, &err);
    if ( options->json )
        report_json(stdout, options, &out, rc ? &err : NULL);
    else if ( !rc )
        report_text(stdout, options, &out);
    if ( options->keep && out.work )
        fprintf(stderr, "%s: kept %s\n", program, out.work);
    if ( out.cache.trouble )
        fprintf(stderr, "%s: the cache is of no use: %s\n", program,
                out.cache.trouble);
    status = out.status;
    outcome_free(&out, options->keep);
    stages_free(&stages);
    if ( fflush(stdout) || ferror(stdout) )
    {
        fprintf(stderr, "%s: the report cannot be written\n", program);
        status = BUILD_ERROR;
    }
    return status;
}

int main(int argc, char *argv[])
{
    const struct verb *verb = argc > 1 ? verb_find(argv[1]) : NULL;
    struct options options;
    struct xs_error err = { 0 };
    int status = 0;

    if ( verb )
        return verb_run(verb, argc - 1, argv + 1);
    if ( options_parse(argc, argv, &options, &err) )
    {
        xs_error_print(stderr, program, &err);
        return XS_USAGE;
    }
    handle_signals();
    if ( options.help )
    {
        options_usage(stdout);
        verbs_usage(stdout);
    }
    else if ( options.print_version )
        printf("%s %s\n", program, XSPLICE_VERSION);
    else
        status = build(&options);
    options_free(&options);
    return status;
}
