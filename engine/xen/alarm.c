/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The alarm: a timer of Xen's, which serves whatever becomes of dom0, and a
 * tasklet, so that what it rings for runs in the idle vCPU and may take the
 * lock, allocate and print.  A timer whose CPU goes away moves to another one.
 */
#include <xen/init.h>
#include <xen/tasklet.h>
#include <xen/timer.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/xen/xen.h"

static struct timer alarm_timer;
static struct tasklet alarm_tasklet;

static void cf_check ring(void *unused)
{
    engine_alarm();
}

static void cf_check timer_fn(void *unused)
{
    tasklet_schedule(&alarm_tasklet);
}

void port_alarm(uint64_t at)
{
    if ( at )
        set_timer(&alarm_timer, at);
    else
        stop_timer(&alarm_timer);
}

void __init xsplice_alarm_init(void)
{
    tasklet_init(&alarm_tasklet, ring, NULL);
    init_timer(&alarm_timer, timer_fn, NULL, 0);
}
