/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to the hypervisor: the few services that everything else in this
 * folder is written against.  libxencall stands behind it (hypercall.c); unit
 * tests put an engine in the same process there.
 *
 * Services return 0 or a positive count, or a negative error number of Xen
 * (control/xen_errno.h), which is not always the C library's.
 */
#ifndef CONTROL_HYPERVISOR_H
#define CONTROL_HYPERVISOR_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "xsplice/control.h"

struct hypervisor {
    void *ctx;

    /*
     * Memory that a hypercall may reach: its arguments, and everything that
     * they point at, must be in such memory.  Zeroed.  NULL: there is none.
     */
    void *(*buffer)(void *ctx, size_t size);
    void (*release)(void *ctx, void *buffer);

    /*
     * Makes the call; op is such memory.  Fills in the interface version, and
     * leaves there what the hypervisor answered.
     */
    int (*sysctl)(void *ctx, struct xsplice_sysctl *op);

    /* XSPLICE_XENVER_*; arg is such memory, or NULL. */
    int (*xen_version)(void *ctx, unsigned int cmd, void *arg);

    uint64_t (*now)(void *ctx); /* ns, monotonic, from any start */
    void (*sleep)(void *ctx, uint64_t ns);
};

/*
 * Opens the hypervisor that runs below this system and finds out the version
 * of its sysctl interface.  Error: XS_UNSUPPORTED, with which of the many
 * reasons it is.  hypercall_close() is for what was opened.
 */
int hypercall_open(struct hypervisor *hv, struct xs_error *err);
void hypercall_close(struct hypervisor *hv);

#endif /* CONTROL_HYPERVISOR_H */
