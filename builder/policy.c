/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/policy.h"

#include <stddef.h>
#include <string.h>

/* A name that ends in * stands for all that begin so. */
static const struct {
    const char *name, *why;
} never[] = {
#define ENGINE "it runs while text is being patched"
#define NMI    "an NMI can come while it is being patched"
#define MCE    "a machine check can come while it is being patched"
#define NORET  "it never returns, so the jump at its start is never reached"
    { "check_for_livepatch_work", ENGINE },
    { "livepatch_do_action", ENGINE },
    { "apply_payload", ENGINE },
    { "revert_payload", ENGINE },
    { "apply_payload_tail", ENGINE },
    { "revert_payload_tail", ENGINE },
    { "arch_livepatch_*", ENGINE },
    { "relax_virtual_region_perms", ENGINE },
    { "tighten_virtual_region_perms", ENGINE },
    { "modify_xen_mappings_lite", ENGINE },
    { "memcpy", ENGINE },
    { "memset", ENGINE },
    { "memcmp", ENGINE },
    { "flush_area_local", ENGINE },
    { "do_nmi", NMI },
    { "set_nmi_callback", NMI },
    { "nmi_watchdog_tick", NMI },
    { "do_machine_check", MCE },
    { "mcheck_cmn_handler", MCE },
    { "do_double_fault", "it handles a fault that leaves no way back" },
    { "idle_loop", NORET },
    { "reset_stack_and_jump*", NORET },
};

const char *policy_never_patch(const char *function)
{
    size_t i, n;

    for ( i = 0; i < sizeof(never) / sizeof(never[0]); i++ )
    {
        n = strlen(never[i].name);
        if ( never[i].name[n - 1] == '*'
                 ? !strncmp(function, never[i].name, n - 1)
                 : !strcmp(function, never[i].name) )
            return never[i].why;
    }
    return NULL;
}
