/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor through libxencall, whose interface is the same for all
 * versions of Xen.  libxenctrl is not used: it is bound to one.
 */
#include "control/hypervisor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xencall.h>
#include <xentoollog.h>

#include "control/xen_errno.h"

/*
 * Versions of the sysctl interface in which XEN_SYSCTL_livepatch_op has the
 * layout of xsplice/control.h: from 0x15 (Xen 4.17) on.  0x16 came with Xen
 * 4.21; those after it are tried because the operation's own layout has been
 * more stable than that number, which any sysctl's change moves.
 */
#define SYSCTL_OLDEST  0x15u
#define SYSCTL_NEWEST  0x40u
#define SYSCTL_TOO_OLD 0x0bu /* tried only to say so */

/* The library logs by itself unless it is given a logger: one that is mute. */
static void log_nothing(struct xentoollog_logger *logger,
                        xentoollog_level level, int number,
                        const char *context, const char *format, va_list ap)
{
}

static void log_keep(struct xentoollog_logger *logger)
{
}

static xentoollog_logger mute = { log_nothing, NULL, log_keep };

struct hypercall {
    xencall_handle *xencall;
    uint32_t interface_version;
};

static void *hypercall_buffer(void *ctx, size_t size)
{
    struct hypercall *h = ctx;
    void *p = xencall_alloc_buffer(h->xencall, size);

    if ( p )
        memset(p, 0, size);
    return p;
}

static void hypercall_release(void *ctx, void *buffer)
{
    struct hypercall *h = ctx;

    xencall_free_buffer(h->xencall, buffer);
}

static int hypercall_sysctl(void *ctx, struct xsplice_sysctl *op)
{
    struct hypercall *h = ctx;
    int rc;

    op->interface_version = h->interface_version;
    rc = xencall1(h->xencall, XSPLICE_HYPERCALL_SYSCTL, (uintptr_t)op);
    return rc < 0 ? -errno : rc;
}

static int hypercall_xen_version(void *ctx, unsigned int cmd, void *arg)
{
    struct hypercall *h = ctx;
    int rc = xencall2(h->xencall, XSPLICE_HYPERCALL_XEN_VERSION, cmd,
                      (uintptr_t)arg);

    return rc < 0 ? -errno : rc;
}

static uint64_t hypercall_now(void *ctx)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

static void hypercall_sleep(void *ctx, uint64_t ns)
{
    struct timespec t = { ns / 1000000000, ns % 1000000000 };

    while ( nanosleep(&t, &t) && errno == EINTR )
        continue;
}

/* Why is there no device of Xen's? */
static int no_device(int cause, struct xs_error *err)
{
    if ( cause == EACCES || cause == EPERM )
    {
        xs_fail(err, XS_UNSUPPORTED, "no permission to make hypercalls");
        return xs_hint(err, "live patching is for root in the control domain "
                            "(dom0)");
    }
    if ( access("/sys/hypervisor/type", F_OK) && access("/proc/xen", F_OK) )
    {
        xs_fail(err, XS_UNSUPPORTED, "this system does not run on Xen");
        return xs_hint(err, "run it in the control domain (dom0) of a Xen "
                            "host; only 'inspect' works elsewhere");
    }
    xs_fail(err, XS_UNSUPPORTED, "the hypercall device cannot be opened: %s",
            strerror(cause));
    return xs_hint(err, "load the driver: modprobe xen-privcmd");
}

/* One harmless question (how many payloads are there) in one version. */
static int ask(struct hypervisor *hv, uint32_t version)
{
    struct hypercall *h = hv->ctx;
    struct xsplice_sysctl *op = hypercall_buffer(h, sizeof(*op));
    int rc;

    if ( !op )
        return -XEN_ENOMEM;
    op->cmd = XSPLICE_SYSCTL_LIVEPATCH;
    op->u.livepatch.cmd = XSPLICE_OP_LIST;
    h->interface_version = version;
    rc = hypercall_sysctl(h, op);
    hypercall_release(h, op);
    return rc;
}

/* A hypervisor answers EACCES to any version but its own. */
static int find_version(struct hypervisor *hv, struct xs_error *err)
{
    uint32_t version;
    int rc = -XEN_EACCES;

    for ( version = SYSCTL_OLDEST;
          rc == -XEN_EACCES && version <= SYSCTL_NEWEST; version++ )
        rc = ask(hv, version);
    if ( rc == -XEN_EACCES )
    {
        for ( version = SYSCTL_OLDEST - 1;
              rc == -XEN_EACCES && version >= SYSCTL_TOO_OLD; version-- )
            rc = ask(hv, version);
        if ( rc != -XEN_EACCES )
            return xs_fail(err, XS_UNSUPPORTED,
                           "this hypervisor is older than Xen 4.17, whose "
                           "live patching interface is needed");
        xs_fail(err, XS_UNSUPPORTED,
                "the hypervisor does not let this domain do live patching");
        return xs_hint(err, "a security policy (XSM/FLASK) that denies it, or "
                            "a hypervisor newer than this tool");
    }
    if ( rc >= 0 )
        return 0;
    if ( rc == -XEN_EPERM )
    {
        xs_fail(err, XS_UNSUPPORTED,
                "the hypervisor refuses this domain: no permission");
        return xs_hint(err, "live patching is for root in the control domain "
                            "(dom0)");
    }
    if ( rc == -XEN_ENOSYS || rc == -XEN_EOPNOTSUPP )
    {
        xs_fail(err, XS_UNSUPPORTED,
                "this hypervisor was built without live patching");
        return xs_hint(err, "it needs CONFIG_LIVEPATCH=y");
    }
    return xs_fail(err, XS_UNSUPPORTED,
                   "the hypervisor does not answer: %s (%s)",
                   xen_errno_text(-rc), xen_errno_name(-rc));
}

int hypercall_open(struct hypervisor *hv, struct xs_error *err)
{
    struct hypercall *h = calloc(1, sizeof(*h));

    if ( !h )
        return xs_fail(err, XS_FAILED, "out of memory");
    h->xencall = xencall_open(&mute, 0);
    if ( !h->xencall )
    {
        no_device(errno, err);
        free(h);
        return -1;
    }
    *hv = (struct hypervisor){
        .ctx = h,
        .buffer = hypercall_buffer,
        .release = hypercall_release,
        .sysctl = hypercall_sysctl,
        .xen_version = hypercall_xen_version,
        .now = hypercall_now,
        .sleep = hypercall_sleep,
    };
    if ( find_version(hv, err) )
    {
        hypercall_close(hv);
        return -1;
    }
    return 0;
}

void hypercall_close(struct hypervisor *hv)
{
    struct hypercall *h = hv->ctx;

    xencall_close(h->xencall);
    free(h);
    hv->ctx = NULL;
}
