/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting the engine, when Xen's CPUs are up. */
#include <xen/init.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/xen/xen.h"

static int __init cf_check xsplice_init(void)
{
    int rc;

    xsplice_memory_init();
    xsplice_text_init();
    xsplice_regions_init();
    xsplice_stop_init();
    xsplice_unpatchable_init();
    rc = engine_init();
    if ( rc )
    {
        port_log(PORT_ERR, "xsplice: the engine could not be started: %d", rc);
        return rc;
    }
    xsplice_alarm_init();
    xsplice_keyhandler_init();
    return 0;
}
__initcall(xsplice_init);
