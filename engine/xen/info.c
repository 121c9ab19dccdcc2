/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <xen/errno.h>
#include <xen/lib.h>
#include <xen/string.h>

#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/xen/info.h"
#include "engine/xen/xen.h"

static struct refusal last_upload;

void info_note_upload(const struct refusal *why)
{
    last_upload = *why;
}

/* Adds to the answer; what has no room in it is not in it at all. */
static void __attribute__((format(printf, 2, 3)))
add(struct info *info, const char *fmt, ...)
{
    uint32_t left = INFO_MAX - info->size;
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(info->text + info->size, left, fmt, args);
    va_end(args);
    if ( n >= 0 && n < left )
        info->size += n;
}

static void end_value(struct info *info)
{
    if ( info->size < INFO_MAX )
        info->text[info->size++] = '\0';
}

static void add_id(struct info *info, const char *key,
                   const struct build_id *ids, unsigned int n)
{
    unsigned int i, j;

    add(info, "%s=", key);
    for ( i = 0; i < n; i++ )
    {
        if ( i )
            add(info, ",");
        for ( j = 0; j < ids[i].len; j++ )
            add(info, "%02x", ids[i].bytes[j]);
    }
    end_value(info);
}

static void add_reason(struct info *info, const struct refusal *why)
{
    if ( why->reason == XSPLICE_REASON_NONE )
        return;
    add(info, "reason=%s", reason_sentence(why->reason));
    if ( why->detail[0] )
        add(info, " (%s)", why->detail);
    end_value(info);
    if ( !reason_hint(why->reason)[0] )
        return;
    add(info, "hint=%s", reason_hint(why->reason));
    end_value(info);
}

static void add_number(struct info *info, const char *key, uint64_t value)
{
    add(info, "%s=%" PRIu64, key, value);
    end_value(info);
}

static void about_payload(struct info *info, const struct payload *p)
{
    add_id(info, "build-id", &p->id, 1);
    add_id(info, "xen-depends", &p->xen_depends, 1);
    add_id(info, "depends", p->depends, p->ndepends);
    add_number(info, "functions", p->nfuncs);
    add_number(info, "pages", p->region.pages);
    if ( p->timings.ended )
    {
        add_number(info, "wait-ns", p->timings.begun - p->timings.requested);
        add_number(info, "stop-ns", p->timings.ended - p->timings.begun);
    }
    add_reason(info, &p->last);
}

static void about_engine(struct info *info)
{
    struct xsplice_times times = xsplice_last_times();

    add(info, "engine=xsplice 0.1.0");
    end_value(info);
    add_number(info, "gather-ns", times.gather);
    add_number(info, "stop-ns", times.stop);
    add_number(info, "act-ns", times.act);
    add_reason(info, &last_upload);
}

struct wanted {
    struct info *info;
    const char *name;
};

static int cf_check if_wanted(void *arg, const struct payload *p)
{
    struct wanted *w = arg;

    if ( strcmp(p->name, w->name) )
        return 0;
    about_payload(w->info, p);
    return 1;
}

int info_collect(struct info *info, const char *name)
{
    struct wanted w = { .info = info, .name = name };

    info->size = 0;
    if ( name )
        return engine_each(if_wanted, &w) ? 0 : -ENOENT;
    about_engine(info);
    return 0;
}
