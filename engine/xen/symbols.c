/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypervisor's own symbols, for the engine's table.  Static functions are
 * named as Xen names them: "file.c#name".
 */
#include <xen/lib.h>
#include <xen/symbols.h>

#include "engine/core/port.h"

int port_symbols_each(int (*fn)(void *arg, const char *name,
                                unsigned long addr),
                      void *arg)
{
    char name[KSYM_NAME_LEN + 1];
    uint32_t next = 0;
    unsigned long addr;
    char type;
    int rc;

    /* In order, which the reader remembers its place for. */
    for ( ;; )
    {
        rc = xensyms_read(&next, &type, &addr, name);
        if ( rc )
            return rc;
        if ( !name[0] )
            return 0;
        rc = fn(arg, name, addr);
        if ( rc )
            return rc;
    }
}
