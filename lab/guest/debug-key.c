/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presses keys on the hypervisor's console: debug-key KEYS.
 *
 * XEN_SYSCTL_debug_keys of Xen's public interface (xen/sysctl.h).  Xen's own
 * way to it is xl, which wants a xenstore that this dom0 has not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>

/* These two stand on the types of the one above. */
#include <xen/sysctl.h>

#include <xen/sys/privcmd.h>

int main(int argc, char **argv)
{
    /* Locked and touched: the hypervisor does not take page faults for us. */
    static struct xen_sysctl op;
    static char keys[64];
    struct privcmd_hypercall call = { .op = __HYPERVISOR_sysctl,
                                      .arg = { (uintptr_t)&op } };
    int fd, rc;

    if ( argc != 2 || strlen(argv[1]) >= sizeof(keys) )
    {
        fprintf(stderr, "usage: debug-key KEYS\n");
        return 64;
    }
    strcpy(keys, argv[1]);
    op.cmd = XEN_SYSCTL_debug_keys;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    set_xen_guest_handle(op.u.debug_keys.keys, keys);
    op.u.debug_keys.nr_keys = strlen(keys);

    fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
    if ( fd < 0 || mlockall(MCL_CURRENT) )
    {
        fprintf(stderr, "debug-key: /dev/xen/privcmd: %s\n", strerror(errno));
        return 1;
    }
    rc = ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call);
    if ( rc )
    {
        fprintf(stderr, "debug-key: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
