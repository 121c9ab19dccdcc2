/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/cpus.h"

#include <errno.h>
#include <stdlib.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/user/fault.h"
#include "engine/user/host.h"

static struct operation *pending;
static uint32_t pending_timeout;
static cpus_run_fn *run_with;

int port_run_stopped(struct operation *op, uint32_t timeout_ns)
{
    if ( fault_hit(FAULT_RUN_STOPPED) )
        return -EBUSY;
    if ( run_with )
        return run_with(op, timeout_ns);
    if ( pending )
        return -EBUSY;
    pending = op;
    pending_timeout = timeout_ns;

    return 0;
}

static bool ring(void)
{
    bool rings = host_alarm_rings();

    if ( rings )
        engine_alarm();

    return rings;
}

bool cpus_run_pending(void)
{
    struct operation *op = pending;
    const char *why;
    int rc;

    if ( !op )
        return ring();
    rc = fault_hit(FAULT_RENDEZVOUS) ? -EBUSY : port_quiescent(&why);
    if ( !rc )
    {
        bool was = host_no_memory_here(true);

        operation_act(op);
        host_no_memory_here(was);
    }
    pending = NULL;
    operation_settle(op, rc);
    ring();

    return true;
}

uint32_t cpus_pending_timeout(void)
{
    return pending_timeout;
}

void cpus_run_with(cpus_run_fn *fn)
{
    if ( pending )
        abort();
    run_with = fn;
}

void cpus_stop(void)
{
    if ( pending )
        abort(); /* it would never end */
}
