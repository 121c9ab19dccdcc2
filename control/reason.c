/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/reason.h"

#include <stdlib.h>
#include <string.h>

#include "common/modinfo.h"
#include "control/engine.h"
#include "control/xen_errno.h"
#include "xsplice/reasons.h"

/* Refusals of the xsplice engine that are about other payloads. */
static enum xs_kind kind_of(uint32_t reason)
{
    switch ( reason )
    {
    case XSPLICE_REASON_XEN_DEPENDS:
    case XSPLICE_REASON_UNLOAD_USED:
    case XSPLICE_REASON_DEPENDS_ABSENT:
    case XSPLICE_REASON_USES_UNAPPLIED:
    case XSPLICE_REASON_OVERLAP:
    case XSPLICE_REASON_OVERLAP_PART:
    case XSPLICE_REASON_REVERT_DEPENDS:
    case XSPLICE_REASON_REVERT_USED:
    case XSPLICE_REASON_REVERT_COVERED:
    case XSPLICE_REASON_REPLACE_USES:
        return XS_DEPENDENCY;
    case XSPLICE_REASON_UNCONFIRMED:
    case XSPLICE_REASON_NOT_ON_TRIAL:
    case XSPLICE_REASON_UNLOAD_AWAITED:
    case XSPLICE_REASON_TRIAL_LATE:
        return XS_STATE;
    case XSPLICE_REASON_REPLACE_HOOKS:
        return XS_UNSUPPORTED;
    }
    return XS_OK;
}

/* Its number, 0 when it is not known. */
static uint32_t number_of(const char *id)
{
    static const char *const known[] = { "NONE",
#define REASON(id, error, sentence, hint) #id,
                                         XSPLICE_ENGINE_REASONS(REASON)
#undef REASON
    };
    uint32_t i = sizeof(known) / sizeof(known[0]);

    while ( --i && strcmp(known[i], id) )
        continue;
    return i;
}

enum xs_kind reason_kind(const char *id)
{
    uint32_t number = number_of(id);

    switch ( number )
    {
    case XSPLICE_REASON_BUSY:
    case XSPLICE_REASON_TIMEOUT:
    case XSPLICE_REASON_WAITQUEUE:
    case XSPLICE_REASON_STOP_FAILED:
        return XS_BUSY;
    }
    return kind_of(number) ? kind_of(number) : XS_FAILED;
}

static void copy_value(const char *text, size_t size, const char *key,
                       char *to, size_t room)
{
    const char *value = xs_modinfo_get(text, size, key);

    if ( value )
        snprintf(to, room, "%s", value);
}

void reason_find(struct hypervisor *hv, uint32_t mark, const char *name,
                 uint32_t action, uint32_t flags, struct reason *reason)
{
    uint32_t number = 0;
    const char *id;
    char *text = NULL;
    size_t size;

    *reason = (struct reason){ XS_OK };
    /* A refused upload left no payload behind that could be asked about. */
    if ( !engine_info(hv, action ? name : NULL, &text, &size) )
    {
        copy_value(text, size, "reason", reason->text, sizeof(reason->text));
        copy_value(text, size, "hint", reason->hint, sizeof(reason->hint));
        /* The words are for people; the id is what can be compared. */
        id = xs_modinfo_get(text, size, "reason-id");
        if ( action && id )
            number = number_of(id);
        else if ( action )
            engine_check(hv, name, action, flags, &number);
        reason->kind = kind_of(number);
        reason->own = reason->text[0];
    }
    free(text);
    if ( !reason->text[0] )
        console_since(hv, mark, name, reason->text);
}

int reason_explain(enum operation op, int rc, const struct reason *reason,
                   struct xs_error *err)
{
    explain(op, rc, reason->text, err);
    /* Its number tells less than its words. */
    if ( reason->own )
    {
        enum xs_kind kind = reason->kind ? reason->kind : err->kind;

        xs_fail(err, kind, "%s (%s)", reason->text, xen_errno_name(-rc));
        xs_hint(err, "%s", reason->hint);
    }
    return -1;
}
