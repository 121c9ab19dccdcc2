/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/explain.h"

#include <stdbool.h>
#include <stddef.h>

#include "control/xen_errno.h"

/*
 * The first row that fits counts; operation OP_COUNT fits every operation.
 * Where an engine uses one number for many things, the sentence says what
 * they have in common, and the console has the rest.
 */
static const struct row {
    enum operation op;
    int number;
    enum xs_kind kind;
    const char *why;
    const char *hint;
    bool vague; /* one number for many causes: the console's word is better */
} rows[] = {
    { OP_UPLOAD, XEN_EINVAL, XS_REJECTED,
      "the hypervisor finds a fault in the payload", NULL, true },
    { OP_UPLOAD, XEN_ENOENT, XS_REJECTED,
      "the payload refers to a symbol that this hypervisor does not have",
      "build it for exactly this hypervisor, or upload the payload first that "
      "brings the symbol" },
    { OP_UPLOAD, XEN_EEXIST, XS_FAILED,
      "a payload with this name, this build-id, or one of its new symbols is "
      "already there",
      "'list' shows the payloads; unload the other one first" },
    { OP_UPLOAD, XEN_EOPNOTSUPP, XS_REJECTED,
      "the payload needs something that this engine cannot do", NULL, true },
    { OP_UPLOAD, XEN_EOVERFLOW, XS_REJECTED,
      "a relocation does not reach its target, or a size is out of range",
      NULL },
    { OP_UPLOAD, XEN_ENOEXEC, XS_REJECTED,
      "the hypervisor does not take it for a payload", NULL },
    { OP_UPLOAD, XEN_ENOMEM, XS_FAILED,
      "the hypervisor, or this system, has no memory for it",
      "unload payloads that are no longer used" },
    { OP_UPLOAD, XEN_EBADMSG, XS_REJECTED,
      "the signature does not fit the payload", NULL },

    { OP_UNLOAD, XEN_EINVAL, XS_STATE,
      "the payload is applied: only a reverted one can be unloaded",
      "revert it first" },
    { OP_UNLOAD, XEN_EBUSY, XS_BUSY,
      "an operation on this payload is still running", "try again" },

    { OP_REVERT, XEN_EBUSY, XS_BUSY,
      "not all CPUs could be stopped in time, or another operation is running",
      "try again, with a larger --timeout on a busy host" },
    { OP_APPLY, XEN_EBUSY, XS_BUSY,
      "not all CPUs could be stopped in time, or another operation is running",
      "try again, with a larger --timeout on a busy host" },
    { OP_REPLACE, XEN_EBUSY, XS_BUSY,
      "not all CPUs could be stopped in time, or another operation is running",
      "try again, with a larger --timeout on a busy host; look at 'list' "
      "first" },
    { OP_APPLY, XEN_EINVAL, XS_FAILED,
      "the hypervisor refuses it: the code to be patched is not what the "
      "payload expects, a payload with writable data was reverted before "
      "(unload it, and upload it again), or a hook of the payload says no",
      NULL, true },
    { OP_REPLACE, XEN_EINVAL, XS_DEPENDENCY,
      "the hypervisor refuses it: the payload is not built for the hypervisor "
      "alone, or the code to be patched is not what it expects",
      NULL, true },
    { OP_REPLACE, XEN_EOPNOTSUPP, XS_UNSUPPORTED,
      "this engine cannot replace when this payload or an applied one has "
      "hooks that run before or after the action",
      "revert the applied payloads, the last one first, and apply this one" },
    { OP_REVERT, XEN_EINVAL, XS_FAILED,
      "the hypervisor refuses it, or a hook of the payload says no", NULL,
      true },

    { OP_INFO, XEN_EOPNOTSUPP, XS_UNSUPPORTED,
      "this hypervisor's engine does not have that operation", NULL },

    { OP_COUNT, XEN_ENOENT, XS_STATE, "no payload of that name is loaded",
      "'list' shows the payloads" },
    { OP_COUNT, XEN_EPERM, XS_UNSUPPORTED,
      "the hypervisor refuses this domain: no permission",
      "live patching is for root in the control domain (dom0)" },
    { OP_COUNT, XEN_EACCES, XS_UNSUPPORTED,
      "the hypervisor's security policy denies it", NULL },
    { OP_COUNT, XEN_ENOSYS, XS_UNSUPPORTED,
      "this hypervisor was built without live patching",
      "it needs CONFIG_LIVEPATCH=y" },
    { OP_COUNT, XEN_EOPNOTSUPP, XS_UNSUPPORTED,
      "this hypervisor's engine does not have that operation", NULL },
    { OP_COUNT, XEN_ENOMEM, XS_FAILED,
      "the hypervisor, or this system, has no memory for it", NULL },
    { OP_COUNT, XEN_EBUSY, XS_BUSY, "another operation is running",
      "try again" },
    { OP_COUNT, XEN_EAGAIN, XS_BUSY,
      "the hypervisor has not said how the operation ended", "try again" },
};

const char *operation_name(enum operation op)
{
    static const char *const names[OP_COUNT] = {
        [OP_UPLOAD] = "upload",   [OP_GET] = "get",
        [OP_LIST] = "list",       [OP_UNLOAD] = "unload",
        [OP_REVERT] = "revert",   [OP_APPLY] = "apply",
        [OP_REPLACE] = "replace", [OP_INFO] = "info",
        [OP_CONFIRM] = "confirm",
    };

    return names[op];
}

int explain(enum operation op, int rc, const char *console,
            struct xs_error *err)
{
    static const struct row unknown = {
        .kind = XS_FAILED,
        .why = "the hypervisor refuses it",
        .vague = true,
    };
    const struct row *row = &unknown;
    size_t i;

    for ( i = 0; i < sizeof(rows) / sizeof(rows[0]); i++ )
        if ( (rows[i].op == op || rows[i].op == OP_COUNT) &&
             rows[i].number == -rc )
        {
            row = &rows[i];
            break;
        }
    xs_fail(err, row->kind, "%s (%s)%s%s",
            row->vague && console[0] ? unknown.why : row->why,
            xen_errno_name(-rc),
            !console[0]  ? ""
            : row->vague ? ": "
                         : "; its console says: ",
            console);
    if ( row->hint )
        return xs_hint(err, "%s", row->hint);
    if ( !console[0] )
        return xs_hint(err, "the hypervisor's console may say more: xl dmesg");
    return -1;
}
