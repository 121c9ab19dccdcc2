/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "builder/digest.h"
#include "builder/findings.h"
#include "builder/follow.h"
#include "builder/fs.h"
#include "builder/generated.h"
#include "builder/layout.h"
#include "builder/memory.h"
#include "builder/newunit.h"
#include "builder/patchheaders.h"
#include "common/file.h"
#include "common/payload_file.h"
#include "engine/user/verify-signature.h"
#include "engine/user/verify.h"

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static int open_target(const struct options *o, struct outcome *out,
                       struct xs_error *err)
{
    stage_begin(out->stages, "target");
    if ( target_open(o, &out->target, err) )
        return -1;
    stage_end(out->stages, "%s%s", out->target.about,
              out->target.built ? " (built in the cache)" : "");
    return 0;
}

static int make_work(struct outcome *out, struct xs_error *err)
{
    const char *tmp = getenv("TMPDIR");

    out->work =
        xs_printf("%s/xsplice-build.XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if ( mkdtemp(out->work) )
        return 0;
    xs_fail(err, XS_FAILED, "cannot make the directory %s: %s", out->work,
            strerror(errno));
    free(out->work);
    out->work = NULL;
    return -1;
}

static int apply_patches(const struct options *o, struct outcome *out,
                         struct xs_error *err)
{
    char *scratch;
    int rc;

    stage_begin(out->stages, "patch");
    if ( make_work(out, err) )
        return -1;
    scratch = xs_printf("%s/patch", out->work);
    rc = fs_mkdirs(scratch, err);
    if ( !rc )
        rc = changes_apply(out->target.xen, &o->patches, scratch,
                           &out->changes, err);
    free(scratch);
    if ( rc )
        return -1;
    if ( o->report )
        hunks_make(&out->changes, &out->hunks);
    stage_end(out->stages, "%zu patch%s, %zu file%s of the hypervisor",
              o->patches.n, o->patches.n == 1 ? "" : "es", out->changes.nr,
              plural(out->changes.nr));
    return 0;
}

/* Objects that get into the hypervisor: what the units are counted against. */
static size_t count_objects(const struct records *records)
{
    size_t i, n = 0;

    for ( i = 0; i < records->n; i++ )
        n += records->v[i].source &&
             strv_has_sorted(&records->linked, records->v[i].target);
    return n;
}

static size_t count_skipped(const struct units *units)
{
    size_t i, n = 0;

    for ( i = 0; i < units->n; i++ )
        n += units->v[i].skipped;
    return n;
}

static void open_cache(struct outcome *out)
{
    char *dir = cache_directory();

    cache_open(&out->cache, dir);
    out->compiling.cache = &out->cache;
    free(dir);
}

static void watch_compilers(void *stages, size_t done, size_t total)
{
    stage_progress(stages, done, total);
}

static int find_units(const struct options *o, struct outcome *out,
                      struct xs_error *err)
{
    struct compiling *c = &out->compiling;
    size_t skipped;

    stage_begin(out->stages, "units");
    if ( !o->no_cache )
        open_cache(out);
    c->xen = out->target.xen;
    c->work = out->work;
    c->records = &out->target.records;
    c->changes = &out->changes;
    c->parallel = o->parallel;
    c->watch = watch_compilers;
    c->watch_arg = out->stages;
    newunits_find(c->xen, &out->target.records, &out->changes, &out->front);
    units_classify(c->records, &out->changes, &out->front);
    patchheaders_add(&out->changes);
    if ( out->changes.nr && compile_prepare(c, err) )
        return -1;
    if ( out->changes.nr &&
         generated_update(c, &out->changes, &out->front, err) )
        return -1;
    units_find(c->xen, c->records, &out->changes, &out->units, &out->front);
    if ( follow_changes(c, &out->units, err) )
        return -1;
    skipped = count_skipped(&out->units);
    stage_end(out->stages, "%zu of %zu units can be reached",
              out->units.n - skipped, count_objects(c->records));
    return 0;
}

/* Units whose code is the same count too: a structure's size is in no code. */
static int check_types(struct outcome *out, struct xs_error *err)
{
    size_t i;

    for ( i = 0; i < out->units.n; i++ )
    {
        const struct unit *unit = &out->units.v[i];
        const struct touched *file =
            changes_find(&out->changes, unit->record->source);

        if ( unit->old_types &&
             layout_check(unit->old_types, unit->new_types,
                          unit->record->source, file ? file->old_text : NULL,
                          &out->front, err) )
            return -1;
    }
    return 0;
}

static int compile(struct outcome *out, struct xs_error *err)
{
    struct compiling *c = &out->compiling;
    size_t i, equal = 0, n = 0;
    char *cached;

    stage_begin(out->stages, "compile");
    if ( compile_units(c, &out->units, err) || check_types(out, err) )
        return -1;
    for ( i = 0; i < out->units.n; i++ )
    {
        const struct unit *unit = &out->units.v[i];

        if ( unit->skipped )
            continue;
        n++;
        equal += unit->equal;
        if ( unit->assembly && !unit->equal )
            findings_reason(&out->front, DIFFER_REFUSED,
                            XSPLICE_BUILD_ASSEMBLY, unit->record->source, "",
                            "%s", "");
    }
    cached = c->cached ? xs_printf(" (%u cached)", c->cached) : xs_strdup("");
    stage_end(out->stages, "%zu unit%s, %u compiler run%s%s, %zu differ%s", n,
              plural(n), c->compiled + c->preprocessed,
              plural(c->compiled + c->preprocessed), cached, n - equal,
              n - equal == 1 ? "s" : "");
    free(cached);
    return 0;
}

/*
 * What `list` and `inspect` show of where the payload came from.  By the
 * digests, a payload built on this one is known to be made of the same patches.
 */
static int make_modinfo(const struct options *o, struct strv *modinfo,
                        struct xs_error *err)
{
    char hex[DIGEST_HEX], *bytes;
    struct digest sum;
    size_t i, size;

    for ( i = 0; i < o->patches.n; i++ )
    {
        if ( fs_read(o->patches.v[i], &bytes, &size, err) )
            return -1;
        sum = digest_sum(bytes, size);
        free(bytes);
        strv_addf(modinfo, "patch=%s", fs_name(o->patches.v[i]));
        strv_addf(modinfo, "patch-sha256=%s", digest_hex(&sum, hex));
    }
    return 0;
}

static int run_differ(const struct options *o, struct outcome *out,
                      struct xs_error *err)
{
    struct differ_unit *units = xs_calloc(out->units.n, sizeof(*units));
    struct strv modinfo = { NULL, 0 };
    struct differ_input in = {
        .units = units,
        .xen_syms = out->target.xen_syms,
        .name = o->name,
        .depends = (const char *const *)o->depends.v,
        .nr_depends = o->depends.n,
        .details = o->report,
        .on = (const char *const *)o->on.v,
        .nr_on = o->on.n,
    };
    size_t i;
    int rc;

    for ( i = 0; i < out->units.n; i++ )
    {
        const struct unit *unit = &out->units.v[i];

        if ( unit->skipped || unit->equal || unit->assembly )
            continue;
        units[in.nr_units].source = unit->record->source;
        units[in.nr_units].object = unit->object;
        units[in.nr_units].library =
            strv_has_sorted(&out->compiling.records->library, unit->object);
        units[in.nr_units].old_path = unit->old_path;
        units[in.nr_units++].new_path = unit->new_path;
    }
    rc = make_modinfo(o, &modinfo, err);
    in.modinfo = (const char *const *)modinfo.v;
    in.nr_modinfo = modinfo.n;
    out->back.verdict = DIFFER_NO_CHANGE;
    if ( !rc && in.nr_units )
        rc = differ_run(&in, &out->back, err);
    strv_free(&modinfo);
    free(units);
    return rc;
}

static enum build_status status_of(const struct outcome *out)
{
    if ( out->back.verdict == DIFFER_ORIGINAL )
        return BUILD_ORIGINAL;
    if ( out->back.verdict == DIFFER_CANNOT ||
         findings_count(&out->front, DIFFER_REFUSED) )
        return BUILD_CANNOT;
    return out->back.verdict == DIFFER_BUILT ? BUILD_DONE : BUILD_NO_CHANGE;
}

/* A payload for another hypervisor than the caller thinks is of no use. */
static int check_image(const struct options *o, const struct outcome *out,
                       struct xs_error *err)
{
    if ( !o->xen_depends || !*out->back.xen_build_id ||
         !strcasecmp(o->xen_depends, out->back.xen_build_id) )
        return 0;
    xs_fail(err, XS_DEPENDENCY, "%s has build-id %s, not %s",
            out->target.xen_syms, out->back.xen_build_id, o->xen_depends);
    return xs_hint(err, "the image is of another hypervisor; --xen-syms "
                        "names the right one");
}

/* Asks the engine, with the payloads of --on applied. */
static int ask_engine(const struct options *o, const struct outcome *out,
                      struct verify_report *report, struct xs_error *err)
{
    struct verify_below *below = xs_calloc(o->on.n + 1, sizeof(*below));
    struct xs_payload *files = xs_calloc(o->on.n + 1, sizeof(*files));
    size_t n = 0;
    int rc = 0;

    while ( n < o->on.n &&
            !(rc = xs_payload_read(&files[n], o->on.v[n], err)) )
    {
        below[n].bytes = files[n].bytes;
        below[n].size = files[n].size;
        n++;
    }
    if ( !rc )
        rc = verify_payload_on(out->back.payload, out->back.payload_size,
                               out->target.xen_syms, below, n, report, err);
    while ( n )
        xs_payload_free(&files[--n]);
    free(files);
    free(below);
    return rc;
}

/*
 * The engine itself loads it: whatever the hypervisor would refuse is a fault
 * of ours, and no file is written.  What it lies upon by --depends is known by
 * its build-id only, so symbols that it takes from there cannot be found.
 */
static int verify(const struct options *o, const struct outcome *out,
                  struct xs_error *err)
{
    struct verify_report report;
    int rc = 0;

    if ( ask_engine(o, out, &report, err) )
        return xs_context(err, "verify");
    if ( !report.accepted &&
         !(o->depends.n && (!strcmp(report.id, "SYMBOL_UNKNOWN") ||
                            !strcmp(report.id, "FUNC_UNKNOWN"))) )
    {
        verify_error(&report, err);
        rc = xs_context(err, "the engine would refuse the payload");
    }
    verify_free(&report);
    return rc;
}

/* Behind what was verified: the engine needs no key at the desk. */
static int sign(const struct options *o, struct outcome *out,
                struct xs_error *err)
{
    uint8_t *bytes;
    size_t size;

    if ( !o->sign.key )
        return 0;
    if ( verify_sign(&o->sign, out->back.payload, out->back.payload_size,
                     &bytes, &size, &out->signer, err) )
        return xs_context(err, "sign");
    free(out->back.payload);
    out->back.payload = bytes;
    out->back.payload_size = size;
    return 0;
}

static int make_payload(const struct options *o, struct outcome *out,
                        struct xs_error *err)
{
    stage_begin(out->stages, "payload");
    if ( run_differ(o, out, err) || check_image(o, out, err) )
        return -1;
    if ( o->report && chains_make(&out->compiling, &out->units, &out->hunks,
                                  &out->back.details, &out->chains, err) )
        return -1;
    out->status = status_of(out);
    if ( out->status == BUILD_DONE )
    {
        if ( verify(o, out, err) || sign(o, out, err) )
            return -1;
        out->payload_path = xs_printf("%s/%s.xsplice", o->output, o->name);
        if ( fs_mkdirs(o->output, err) ||
             xs_file_write(out->payload_path, out->back.payload,
                           out->back.payload_size, err) )
            return -1;
        stage_end(out->stages, "%s, %zu bytes", out->payload_path,
                  out->back.payload_size);
    }
    else
        stage_end(out->stages, "none");
    return 0;
}

int build_run(const struct options *options, struct stages *stages,
              struct outcome *out, struct xs_error *err)
{
    memset(out, 0, sizeof(*out));
    out->status = BUILD_ERROR;
    out->stages = stages;
    if ( !open_target(options, out, err) &&
         !apply_patches(options, out, err) && !find_units(options, out, err) &&
         !compile(out, err) && !make_payload(options, out, err) )
        return 0;
    stage_fail(stages);
    out->status = err->kind == XS_DEPENDENCY ? BUILD_ORIGINAL : BUILD_ERROR;
    return -1;
}

void outcome_free(struct outcome *outcome, bool keep)
{
    if ( outcome->work && !keep )
        fs_remove_tree(outcome->work);
    free(outcome->work);
    free(outcome->payload_path);
    compile_end(&outcome->compiling);
    cache_close(&outcome->cache);
    chains_free(&outcome->chains);
    hunks_free(&outcome->hunks);
    differ_free(&outcome->front);
    differ_free(&outcome->back);
    units_free(&outcome->units);
    changes_free(&outcome->changes);
    target_free(&outcome->target);
    memset(outcome, 0, sizeof(*outcome));
}
