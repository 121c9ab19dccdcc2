/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/answer.h"
#include "engine/core/engine.h"
#include "engine/user/host.h"
#include "engine/user/log.h"
#include "xsplice/control.h"

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

/* ---- INFO and CHECK ---- */

static char whole[XSPLICE_PAGE_MAX];

/* Of the payload about which cmd is asked; 0 is INFO. */
static void ask(const char *name, uint32_t cmd, struct answer *a)
{
    struct refusal why = { 0 };
    unsigned int count;

    if ( !cmd )
        engine_info(name, a);
    else
        engine_check_all(name, cmd, 0, a, &why, &count);
}

static void fault_in_answer(const char *what, uint32_t cmd)
{
    fprintf(stderr, "the answer to %s %u is not what it was: %s\n",
            cmd ? "CHECK of action" : "INFO", cmd, what);
    abort();
}

static void ask_in_pages(const char *name, uint32_t cmd, size_t room)
{
    struct answer a = { .text = whole, .room = sizeof(whole) };
    size_t at = 0, n;

    ask(name, cmd, &a);
    if ( a.size > sizeof(whole) || (a.size && whole[a.size - 1]) )
        fault_in_answer("no end", cmd);
    for ( at = 0; at < a.size; at += strlen(whole + at) + 1 )
        if ( !strchr(whole + at, '=') )
            fault_in_answer("no key", cmd);
    for ( at = 0; at < a.size; at += n )
    {
        /* Exactly as large as the page: what is beyond is found. */
        struct answer page = { .text = malloc(room),
                               .room = room,
                               .from = at };

        ask(name, cmd, &page);
        n = answer_filled(&page);
        if ( !n || page.size != a.size || page.digest != a.digest ||
             memcmp(page.text, whole + at, n) )
            fault_in_answer("another page", cmd);
        free(page.text);
    }
}

void world_ask(const char *name, unsigned int how)
{
    uint32_t cmd;

    for ( cmd = 0; cmd <= (name ? XSPLICE_ACTION_REPLACE : 0); cmd++ )
        ask_in_pages(name, cmd, 1 + (how * 31 + cmd * 7) % 300);
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
