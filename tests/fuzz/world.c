/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/engine.h"
#include "engine/user/host.h"
#include "engine/user/log.h"

static uint8_t text[4096];
static struct host_usage idle;
static int agreed;

/* What the fuzzer makes is never run. */
static int no_hook(unsigned long fn, struct payload *p)
{
    return !agreed && fn % 5 == 3 ? -22 : 0;
}

void world_hooks_agree(int agree)
{
    agreed = agree;
}

void world_begin(void)
{
    const char *dir = getenv("FIXTURES");
    struct xs_error err = { 0 };
    char path[4096];

    snprintf(path, sizeof(path), "%s/hv-syms", dir ? dir : ".");
    if ( host_open(path, &err) || engine_init() )
    {
        xs_error_print(stderr, "fuzz", &err);
        fprintf(stderr, "FIXTURES must name the folder with hv-syms\n");
        exit(1);
    }
    log_mute(true);
    host_hook_handler(no_hook);
    host_unpatchable("hv_forbidden", "the tests say so");
    host_cpu_feature(35, true);
    host_cpu_feature(0x60, true);
    idle = host_usage();
    memcpy(text, host_image()->view, 277);
}

void world_is_clean(void)
{
    struct host_usage now = host_usage();

    if ( memcmp(&now, &idle, sizeof(now)) )
    {
        fprintf(stderr,
                "%u allocations, %u regions, %u aliases, %u payloads "
                "are left\n",
                now.allocations - idle.allocations, now.regions, now.aliases,
                now.registered);
        abort();
    }
    if ( memcmp(text, host_image()->view, 277) )
    {
        fprintf(stderr, "the text is not what it was\n");
        abort();
    }
}
