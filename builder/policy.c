/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/policy.h"

#include <stddef.h>
#include <string.h>

/* What all architectures have in common. */
static const struct arch_never never[] = {
#define ENGINE "it runs while text is being patched"
#define NMI    "an NMI can come while it is being patched"
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
    { "set_nmi_callback", NMI },
    { "idle_loop", NORET },
    { "reset_stack_and_jump*", NORET },
};

static const char *look_up(const struct arch_never *list, size_t n,
                           const char *function)
{
    size_t i, len;

    for ( i = 0; i < n; i++ )
    {
        len = strlen(list[i].name);
        if ( list[i].name[len - 1] == '*'
                 ? !strncmp(function, list[i].name, len - 1)
                 : !strcmp(function, list[i].name) )
            return list[i].why;
    }
    return NULL;
}

const char *policy_never_patch(const struct arch *arch, const char *function)
{
    const char *why =
        look_up(never, sizeof(never) / sizeof(never[0]), function);

    return why ? why : look_up(arch->never, arch->nr_never, function);
}
