/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the order of operations: each byte of the input is one operation on
 * one of the fixtures' payloads, or a failure to come.  Whatever was done, all
 * can be taken back in the end, and the text is as built.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/user/cpus.h"
#include "engine/user/fault.h"
#include "engine/user/host.h"
#include "tests/fuzz/world.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    const char *name;
    uint8_t *bytes;
    size_t size;
} payloads[] = {
    { "actions" },  { "answer" },   { "answer_more" }, { "borrower" },
    { "consumer" }, { "endbr" },    { "expecting" },   { "hooks" },
    { "nops" },     { "provider" }, { "rival" },       { "statics" },
    { "tables" },   { "third" },    { "vetoes" },      { "writable" },
};
#define PAYLOADS (sizeof(payloads) / sizeof(payloads[0]))

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[4096];
    unsigned int i;

    world_begin();
    for ( i = 0; i < PAYLOADS; i++ )
    {
        FILE *f;

        snprintf(path, sizeof(path), "%s/%s.xsplice", getenv("FIXTURES"),
                 payloads[i].name);
        f = fopen(path, "rb");
        payloads[i].bytes = malloc(1 << 20);
        if ( !f || !payloads[i].bytes )
            abort();
        payloads[i].size = fread(payloads[i].bytes, 1, 1 << 20, f);
        fclose(f);
    }

    return 0;
}

/* An action answers something that its reason explains. */
static void act(unsigned int i, uint32_t cmd, uint32_t flags)
{
    struct refusal why = { 0 }, asked = { 0 };
    int would = engine_check(payloads[i].name, cmd, flags, &asked);
    int rc = engine_action(payloads[i].name, cmd, 0, flags, &why);

    if ( rc && why.reason == XSPLICE_REASON_NONE )
        abort();
    /* What CHECK foresees comes true, unless a hook or a failure is new. */
    if ( would && asked.reason != XSPLICE_REASON_NO_MEMORY &&
         asked.reason != XSPLICE_REASON_WAITQUEUE &&
         why.reason != XSPLICE_REASON_NO_MEMORY &&
         why.reason != XSPLICE_REASON_WAITQUEUE && asked.reason != why.reason )
        abort();
}

/* On trial for some tenths of a second. */
static void try_out(unsigned int i, uint32_t cmd, uint8_t with)
{
    struct refusal why = { 0 };

    if ( engine_trial(payloads[i].name, cmd, 0, 0,
                      (uint64_t)(1 + with / PAYLOADS) * 100000000, &why) &&
         why.reason == XSPLICE_REASON_NONE )
        abort();
}

static void one(uint8_t op, uint8_t with)
{
    unsigned int i = with % PAYLOADS;

    switch ( op % 16 )
    {
    case 0:
    case 1:
        engine_upload(payloads[i].name, payloads[i].bytes, payloads[i].size,
                      NULL);
        break;
    case 2:
        act(i, XSPLICE_ACTION_APPLY, op & 0x80 ? XSPLICE_ACTION_NODEPS : 0);
        break;
    case 3:
        act(i, XSPLICE_ACTION_REVERT, 0);
        break;
    case 4:
        act(i, XSPLICE_ACTION_REPLACE, 0);
        break;
    case 5:
        act(i, XSPLICE_ACTION_UNLOAD, 0);
        break;
    case 6:
        fault_arm(with % FAULT_POINTS, 1 + with / FAULT_POINTS);
        break;
    case 7:
        cpus_run_pending();
        break;
    case 8:
        engine_confirm(payloads[i].name, NULL);
        break;
    case 9:
        try_out(i, XSPLICE_ACTION_APPLY, with);
        break;
    case 10:
        try_out(i, XSPLICE_ACTION_REPLACE, with);
        break;
    case 11: /* nobody confirms */
        host_clock_advance((uint64_t)(1 + with) * 100000000);
        break;
    case 12:
        /* A failure would come in one of the pages only. */
        fault_clear();
        world_ask(payloads[i].name, with);
        world_ask(NULL, with);
        break;
    default: /* most of the time */
        act(i, with & 1 ? XSPLICE_ACTION_APPLY : XSPLICE_ACTION_REVERT, 0);
        break;
    }
    /* Most operations end before the next one begins. */
    if ( op & 0x40 )
        while ( cpus_run_pending() )
            ;
}

/* In whatever order the rules allow; all hooks agree. */
static void take_all_back(void)
{
    unsigned int i, round;

    fault_clear();
    world_hooks_agree(1);
    while ( cpus_run_pending() )
        ;
    for ( round = 0; round < PAYLOADS && host_usage().registered; round++ )
        for ( i = 0; i < PAYLOADS; i++ )
        {
            engine_action(payloads[i].name, XSPLICE_ACTION_REVERT, 0, 0, NULL);
            while ( cpus_run_pending() )
                ;
            engine_action(payloads[i].name, XSPLICE_ACTION_UNLOAD, 0, 0, NULL);
        }
    world_hooks_agree(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t i;

    for ( i = 0; i + 1 < size && i < 128; i += 2 )
        one(data[i], data[i + 1]);
    take_all_back();
    world_is_clean();

    return 0;
}
