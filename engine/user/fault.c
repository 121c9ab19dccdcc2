/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/fault.h"

#include <string.h>

static struct {
    unsigned int calls, nth;
    bool fired;
} points[FAULT_POINTS];

void fault_clear(void)
{
    memset(points, 0, sizeof(points));
}

void fault_arm(enum fault_point point, unsigned int nth)
{
    points[point].calls = 0;
    points[point].nth = nth;
    points[point].fired = false;
}

unsigned int fault_calls(enum fault_point point)
{
    return __atomic_load_n(&points[point].calls, __ATOMIC_RELAXED);
}

bool fault_fired(enum fault_point point)
{
    return points[point].fired;
}

const char *fault_name(enum fault_point point)
{
    static const char *const names[FAULT_POINTS] = {
        [FAULT_ALLOC] = "port_alloc",
        [FAULT_REGION_ALLOC] = "port_region_alloc",
        [FAULT_REGION_PROTECT] = "port_region_protect",
        [FAULT_REGISTER] = "port_payload_register",
        [FAULT_ALIAS_MAP] = "port_alias_map",
        [FAULT_RUN_STOPPED] = "port_run_stopped",
        [FAULT_RENDEZVOUS] = "the rendezvous",
        [FAULT_QUIESCENT] = "port_quiescent",
    };

    return names[point];
}

bool fault_hit(enum fault_point point)
{
    /* Services are called by several threads when threads are the CPUs. */
    unsigned int call =
        __atomic_add_fetch(&points[point].calls, 1, __ATOMIC_RELAXED);

    if ( !points[point].nth || call != points[point].nth )
        return false;
    points[point].fired = true;

    return true;
}
