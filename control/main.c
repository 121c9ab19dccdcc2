/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xen-xsplice: the control tool.  Only here is an error an exit status. */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "control/record.h"
#include "control/store.h"
#include "control/verbs.h"

static int run(const struct verb *verb, struct control *c, int argc,
               char *const argv[], struct xs_error *err)
{
    struct hypervisor hv;
    int rc;

    if ( c->opt.help )
    {
        print_verb_help(c->out, verb);
        return 0;
    }
    if ( verb->needs_xen )
    {
        if ( hypercall_open(&hv, err) )
            return xs_context(err, "%s", verb->name);
        c->hv = &hv;
    }
    rc = verb->run(c, argc, argv, err);
    if ( c->hv )
        hypercall_close(&hv);
    return rc;
}

int main(int argc, char *argv[])
{
    struct control c = {
        .run_dir = RECORD_DIR,
        .store_dir = STORE_DIR,
        .boot_id = BOOT_ID_FILE,
        .out = stdout,
        .notes = stderr,
    };
    struct xs_error err = { XS_OK };
    const struct verb *verb;
    int first, rc;

    setlocale(LC_CTYPE, "");
    c.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
    rc = parse_arguments(argc, argv, &c.opt, &verb, &first, &err);
    if ( !rc && !verb && c.opt.version )
        printf("xen-xsplice " XSPLICE_VERSION "\n");
    else if ( !rc && !verb )
        print_usage(stdout);
    else if ( !rc )
        rc = run(verb, &c, argc - first, argv + first, &err);
    /* A full disk behind stdout must not look like an answer. */
    if ( !rc && (fflush(stdout) || ferror(stdout)) )
        rc = xs_fail(&err, XS_FAILED, "the output cannot be written");
    if ( !rc )
        return 0;
    if ( err.what[0] )
        xs_error_print(stderr, "xen-xsplice", &err);
    return err.kind;
}
