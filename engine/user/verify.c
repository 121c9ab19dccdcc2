/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/arch/x86/unpatchable.h"
#include "engine/core/elf.h"
#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/user/cpus.h"
#include "engine/user/host.h"
#include "engine/user/log.h"

#define NAME "payload"

/* The rules of the port to Xen, as far as the image shows them. */
static void forbid_what_xen_forbids(void)
{
    static const struct {
        const char *name, *why;
    } list[] = {
#define LIST_ENTRY(name, why) { name, why },
        UNPATCHABLE_FUNCTIONS(LIST_ENTRY)
#undef LIST_ENTRY
    };
    const struct host_image_symbol *start, *end;
    size_t i;

    for ( i = 0; i < sizeof(list) / sizeof(list[0]); i++ )
        if ( host_image_symbol(host_image(), list[i].name) )
            host_unpatchable(list[i].name, list[i].why);
    start = host_image_symbol(host_image(), "_stextentry");
    end = host_image_symbol(host_image(), "_etextentry");
    if ( start && end )
        host_unpatchable_range(start->addr, end->addr, UNPATCHABLE_IN_ENTRY);
}

static char *copy_name(const char *name)
{
    char *copy = strdup(name);

    if ( !copy )
        abort();

    return copy;
}

/* Fills the report from the payload as it was loaded. */
static int describe(void *arg, const struct payload *p)
{
    struct verify_report *r = arg;
    const unsigned long single[] = { p->hooks.preapply,  p->hooks.apply,
                                     p->hooks.postapply, p->hooks.prerevert,
                                     p->hooks.revert,    p->hooks.postrevert };
    unsigned int i;

    if ( strcmp(p->name, NAME) )
        return 0;
    r->functions = calloc(p->nsites ?: 1, sizeof(*r->functions));
    if ( !r->functions )
        abort();
    for ( i = 0; i < p->nsites; i++ )
    {
        const struct site *s = &p->sites[i];
        struct xsplice_func f;

        port_text_read((unsigned long)&p->funcs[s->func], &f, sizeof(f));
        r->functions[i] = (struct verify_function){
            .name = copy_name(s->name),
            .old_addr = s->old,
            .old_size = s->old_size,
            .new_size = f.new_size,
            .nops = !s->target,
        };
    }
    r->nr_functions = p->nsites;
    r->hooks = p->nload + p->nunload;
    for ( i = 0; i < sizeof(single) / sizeof(single[0]); i++ )
        r->hooks += !!single[i];
    for ( i = 0; i < 4; i++ )
        r->bug_frames += p->bugs[i].count;
    r->exceptions = p->extable.count;
    r->code = p->region.size[PART_RX];
    r->data = p->region.size[PART_RW];
    r->constants = p->region.size[PART_RO];

    return 0;
}

/* What the file alone says; the engine has accepted it. */
static void count_in_file(struct verify_report *r, const uint8_t *bytes,
                          size_t size)
{
    const struct elf_section *alts;
    struct elf elf;
    unsigned int i;

    if ( elf_open(&elf, bytes, size, NULL) )
        return;
    for ( i = 1; i < elf.nsymbols; i++ )
        r->symbols += elf.symbols[i].place == SYMBOL_UNDEFINED;
    alts = elf_find(&elf, ".altinstructions");
    if ( alts )
        r->alternatives = alts->size / sizeof(struct xsplice_x86_alt);
    elf_close(&elf);
}

/* What the payload is to lie upon; a fault of theirs is the caller's. */
static int put_below(const struct verify_below *below, size_t n,
                     struct xs_error *err)
{
    struct refusal why = { 0 };
    char name[32];
    size_t i;

    for ( i = 0; i < n; i++ )
    {
        snprintf(name, sizeof(name), "below-%zu", i + 1);
        if ( engine_upload(name, below[i].bytes, below[i].size, &why) ||
             engine_check(name, XSPLICE_ACTION_APPLY, 0, &why) ||
             engine_action(name, XSPLICE_ACTION_APPLY, 0, 0, &why) )
        {
            xs_fail(err, XS_REJECTED, "payload %zu of those below: %s (%s)",
                    i + 1, reason_sentence(why.reason), why.detail);
            return xs_hint(err, "%s", reason_hint(why.reason));
        }
        cpus_run_pending();
    }

    return 0;
}

static void all_features(bool has)
{
    unsigned int bit;

    for ( bit = 0; bit < port_cpu_features(); bit++ )
        host_cpu_feature(bit, has);
}

/* At the desk, hooks are looked at and never run. */
static int no_hook(unsigned long fn, struct payload *p)
{
    return 0;
}

static void ask(const uint8_t *bytes, size_t size, struct verify_report *r,
                struct refusal *why)
{
    bool loads;

    all_features(false);
    loads = !engine_upload(NAME, bytes, size, why);
    if ( loads )
    {
        engine_action(NAME, XSPLICE_ACTION_UNLOAD, 0, 0, NULL);
        all_features(true);
        loads = !engine_upload(NAME, bytes, size, why);
    }
    if ( !loads )
        return;
    engine_each(describe, r);
    count_in_file(r, bytes, size);
    r->accepted = !engine_check(NAME, XSPLICE_ACTION_APPLY, 0, why);
    if ( !r->accepted && why->reason == XSPLICE_REASON_DEPENDS_ABSENT )
    {
        memset(why, 0, sizeof(*why));
        r->needs_others = true;
        r->accepted = !engine_check(NAME, XSPLICE_ACTION_APPLY,
                                    XSPLICE_ACTION_NODEPS, why);
    }
}

int verify_payload_on(const uint8_t *bytes, size_t size, const char *xen_syms,
                      const struct verify_below *below, size_t n,
                      struct verify_report *report, struct xs_error *err)
{
    struct refusal why = { 0 };
    int rc;

    memset(report, 0, sizeof(*report));
    if ( host_open(xen_syms, err) )
        return -1;
    if ( engine_init() )
    {
        host_close();
        return xs_fail(err, XS_FAILED, "no memory for the engine");
    }
    host_hook_handler(no_hook);
    forbid_what_xen_forbids();
    rc = put_below(below, n, err);
    if ( !rc )
        ask(bytes, size, report, &why);
    report->reason = why.reason;
    report->id = why.reason ? reason_id(why.reason) : "";
    report->sentence = why.reason ? reason_sentence(why.reason) : "";
    report->hint = why.reason ? reason_hint(why.reason) : "";
    memcpy(report->detail, why.detail, sizeof(report->detail));
    engine_exit();
    host_close();

    return rc;
}

int verify_payload(const uint8_t *bytes, size_t size, const char *xen_syms,
                   struct verify_report *report, struct xs_error *err)
{
    return verify_payload_on(bytes, size, xen_syms, NULL, 0, report, err);
}

int verify_error(const struct verify_report *report, struct xs_error *err)
{
    bool other = report->reason == XSPLICE_REASON_XEN_DEPENDS;

    xs_fail(err, other ? XS_DEPENDENCY : XS_REJECTED, "%s: %s (%s)",
            report->sentence, report->detail, report->id);

    return xs_hint(err, "%s", report->hint);
}

void verify_free(struct verify_report *report)
{
    unsigned int i;

    for ( i = 0; i < report->nr_functions; i++ )
        free(report->functions[i].name);
    free(report->functions);
    memset(report, 0, sizeof(*report));
}
