/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb that has the engine load a payload at the desk. */
#include <stdlib.h>

#include "common/file.h"
#include "control/output.h"
#include "control/signature.h"
#include "control/verbs.h"
#include "engine/user/verify.h"
#include "xsplice/control.h"

static json_t *report_json(const struct verify_report *r)
{
    json_t *functions = json_array();
    unsigned int i;

    for ( i = 0; i < r->nr_functions; i++ )
    {
        const struct verify_function *f = &r->functions[i];
        char addr[20];

        /* As text: the number does not fit what JSON readers have. */
        snprintf(addr, sizeof(addr), "%#lx", f->old_addr);
        json_array_append_new(functions,
                              json_pack("{so ss si si sb}", "name",
                                        json_text(f->name), "old_addr", addr,
                                        "old_size", f->old_size, "new_size",
                                        f->new_size, "nops", f->nops));
    }

    return json_pack(
        "{sb sb so si si si si si sI sI sI ss so so}", "accepted", r->accepted,
        "needs_others", r->needs_others, "functions", functions, "symbols",
        r->symbols, "hooks", r->hooks, "alternatives", r->alternatives,
        "bug_frames", r->bug_frames, "exceptions", r->exceptions, "code",
        (json_int_t)r->code, "data", (json_int_t)r->data, "constants",
        (json_int_t)r->constants, "reason", r->id, "sentence",
        json_text(r->sentence), "detail", json_text(r->detail));
}

static void print_report(FILE *to, const struct verify_report *r)
{
    unsigned int i;

    for ( i = 0; i < r->nr_functions; i++ )
    {
        const struct verify_function *f = &r->functions[i];

        fprintf(to, "%s  %s at %#lx, %u bytes, %s %u\n",
                f->nops ? "nops    " : "replaces", f->name, f->old_addr,
                f->old_size, f->nops ? "of which" : "by", f->new_size);
    }
    fprintf(to,
            "uses      %u symbols of others, all found\n"
            "takes     %zu bytes of code, %zu of data, %zu of constants\n"
            "brings    %u hooks, %u alternatives, %u bug frames, "
            "%u exception table entries\n",
            r->symbols, r->code, r->data, r->constants, r->hooks,
            r->alternatives, r->bug_frames, r->exceptions);
    fprintf(to, "verdict   %s\n",
            !r->accepted      ? "refused"
            : r->needs_others ? "accepted, on top of what it depends on"
                              : "accepted");
}

static int read_all(int n, char *const argv[], struct verify_below files[],
                    struct xs_error *err)
{
    int i;

    for ( i = 0; i < n; i++ )
    {
        uint8_t *bytes;

        if ( xs_file_read(argv[i], XSPLICE_PAYLOAD_MAX, &bytes, &files[i].size,
                          err) )
            return -1;
        files[i].bytes = bytes;
    }

    return 0;
}

/* The signature alone; what it says is printed unless more is to come. */
static int check_signature(struct control *c, const struct verify_below *file,
                           struct verify_signature *v, struct xs_error *err)
{
    struct xs_public_key key;

    if ( xs_public_key_read(&key, c->opt.key, err) )
        return -1;
    verify_signature(file->bytes, file->size, &key, v);
    if ( !c->opt.json )
        print_signature(c->out, v);
    else if ( !c->opt.against || !v->good )
        json_write(c->out, json_pack("{s:b, s:o}", "accepted", v->good,
                                     "signature", signature_json(v)));

    if ( v->good )
        return 0;
    verify_signature_error(v, err);
    if ( v->reason == XSPLICE_REASON_SIGNATURE_KEY_UNKNOWN )
    {
        xs_fail(err, XS_REJECTED, "the payload is signed with another key");
        xs_hint(err, "--key is %s", key.name);
    }

    return -1;
}

/* With the engine, against the hypervisor. */
static int check_loading(struct control *c, const struct verify_below *files,
                         int n, const struct verify_signature *v,
                         struct xs_error *err)
{
    struct verify_report r;
    json_t *json;
    int rc;

    if ( verify_payload_on(files[0].bytes, files[0].size, c->opt.against,
                           files + 1, n - 1, &r, err) )
        return -1;
    if ( c->opt.json )
    {
        json = report_json(&r);
        if ( c->opt.key )
            json_object_set_new(json, "signature", signature_json(v));
        json_write(c->out, json);
    }
    else if ( r.nr_functions || r.accepted )
        print_report(c->out, &r);
    rc = r.accepted ? 0 : verify_error(&r, err);
    verify_free(&r);

    return rc;
}

int verb_verify(struct control *c, int argc, char *const argv[],
                struct xs_error *err)
{
    struct verify_below *files = calloc(argc, sizeof(*files));
    struct verify_signature v = { 0 };
    int i, rc = -1;

    if ( !files )
        rc = xs_fail(err, XS_FAILED, "no memory");
    else if ( !c->opt.against && !c->opt.key )
    {
        xs_fail(err, XS_USAGE, "verify wants to know against what");
        rc = xs_hint(err, "--against=XEN-SYMS: the hypervisor's file with "
                          "symbols, from its build or its -dbg package; "
                          "--key=FILE: whose signature it must have");
    }
    else if ( !read_all(argc, argv, files, err) )
    {
        rc = c->opt.key ? check_signature(c, files, &v, err) : 0;
        if ( !rc && c->opt.against )
            rc = check_loading(c, files, argc, &v, err);
    }
    for ( i = 0; files && i < argc; i++ )
        free((uint8_t *)files[i].bytes);
    free(files);

    return rc ? xs_context(err, "verify") : 0;
}
