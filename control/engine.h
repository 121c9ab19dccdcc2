/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operations of an engine, one function each.  Those that return int give
 * 0, or a negative error number of Xen (control/xen_errno.h).
 */
#ifndef CONTROL_ENGINE_H
#define CONTROL_ENGINE_H

#include "common/build_id.h"
#include "control/hypervisor.h"

struct engine_entry {
    char *name;
    struct xsplice_op_status status;
    char *metadata; /* see common/modinfo.h; NULL without */
    size_t metadata_size;
};

/* All uploaded payloads, in the engine's order. */
struct engine_list {
    size_t n;
    struct engine_entry *entry;
};

/* name: 1 to XSPLICE_NAME_MAX - 1 characters. */
int engine_upload(struct hypervisor *hv, const char *name, const void *bytes,
                  size_t size);
int engine_get(struct hypervisor *hv, const char *name,
               struct xsplice_op_status *status);

/* XSPLICE_ACTION_*; timeout in ns for each of its phases, 0 for its own. */
int engine_action(struct hypervisor *hv, const char *name, uint32_t action,
                  uint32_t timeout, uint32_t flags);

/*
 * Would this action succeed?  Returns what it would; -XEN_EOPNOTSUPP from
 * engines that cannot tell.  *reason: id of xsplice/reasons.h, or 0.
 */
int engine_check(struct hypervisor *hv, const char *name, uint32_t action,
                 uint32_t flags, uint32_t *reason);

/* What is asked of CHECK, and the numbers of what it answers. */
struct engine_answer {
    uint32_t action, flags; /* as for engine_action() */
    int result;             /* what that would return */
    uint32_t reason;        /* id of xsplice/reasons.h of the first, or 0 */
    uint32_t count;         /* how many there are */
};

/*
 * All that speaks against an action: strings as of INFO, reason-id, reason and
 * hint for each.  0, although something was found; the caller frees *text.
 */
int engine_check_all(struct hypervisor *hv, const char *name,
                     struct engine_answer *check, char **text, size_t *size);

/*
 * An action on trial: 'within' ms for engine_confirm(), else the hypervisor
 * takes it back.  -XEN_EOPNOTSUPP from engines that cannot.
 */
int engine_trial(struct hypervisor *hv, const char *name, uint32_t action,
                 uint32_t timeout, uint32_t flags, uint32_t within);
int engine_confirm(struct hypervisor *hv, const char *name);

/*
 * Metadata about a payload, or with NULL about the engine; the caller frees
 * *text.  -XEN_EOPNOTSUPP from engines that do not have it.
 */
int engine_info(struct hypervisor *hv, const char *name, char **text,
                size_t *size);

int engine_list(struct hypervisor *hv, struct engine_list *list);
void engine_list_free(struct engine_list *list);

/* The running hypervisor's id, and "4.17.5" with whatever it appends. */
int engine_build_id(struct hypervisor *hv, struct xs_build_id *id);
int engine_version(struct hypervisor *hv, char *text, size_t size);

/*
 * Reads what the hypervisor wrote to its console from *index on, at most size
 * bytes with the closing NUL, and moves *index behind it.
 */
int engine_console(struct hypervisor *hv, uint32_t *index, char *text,
                   size_t size);

#endif /* CONTROL_ENGINE_H */
