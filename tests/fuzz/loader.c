/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes the loader: the input is a payload.  What is accepted is also
 * applied, reverted and unloaded; at the end nothing may be left of it.
 *
 * libFuzzer takes LLVMFuzzerCustomMutator; AFL++ (afl-clang-fast
 * -fsanitize=fuzzer; run --afl) takes the same entry point with mutations of its
 * own.
 */
#include <string.h>

#include "engine/core/engine.h"
#include "engine/user/cpus.h"
#include "tests/fuzz/mutate.h"
#include "tests/fuzz/world.h"
#include "xsplice/control.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned int seed);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    world_begin();

    return 0;
}

static void act(uint32_t cmd)
{
    struct refusal why = { 0 };

    engine_check("f", cmd, 0, &why);
    engine_action("f", cmd, 0, XSPLICE_ACTION_NODEPS, &why);
    while ( cpus_run_pending() )
        ;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct refusal why = { 0 };

    if ( !engine_upload("f", data, size, &why) )
    {
        world_ask("f", size);
        act(XSPLICE_ACTION_APPLY);
        world_ask("f", size + 1);
        act(XSPLICE_ACTION_REVERT);
        act(XSPLICE_ACTION_UNLOAD);
    }
    else if ( why.reason == XSPLICE_REASON_NONE )
        __builtin_trap(); /* refused without a reason */
    /* Where a hook has said no, once more with those that agree. */
    if ( !engine_get("f", &(uint32_t){ 0 }, &(int32_t){ 0 }) )
    {
        world_hooks_agree(1);
        act(XSPLICE_ACTION_REVERT);
        act(XSPLICE_ACTION_UNLOAD);
        world_hooks_agree(0);
    }
    world_is_clean();

    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned int seed)
{
    unsigned int i, n;

    if ( seed % 16 == 0 )
        size = LLVMFuzzerMutate(data, size, max);
    else
        for ( i = 0, n = 1 + seed / 16 % 4; i < n; i++ )
            if ( !mutate_field(data, size, &seed) )
                size = LLVMFuzzerMutate(data, size, max);
    mutate_repair(data, size, &seed);

    return size;
}
