/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom the hypervisor trusts was settled when it was built; what it asks of
 * payloads is said at boot, and from then on cannot be changed.
 */
#include <xen/errno.h>
#include <xen/init.h>
#include <xen/param.h>
#include <xen/string.h>

#include "engine/core/port.h"
#include "engine/xen/trust.h"

static enum signature_policy __initdata asked;
static bool __initdata is_asked;

/*
 * xsplice-signature=off|warn|require.  Of several the strictest counts, and
 * what is none of these means require: a slip of the pen must not open doors.
 */
static int __init cf_check parse_signature(const char *word)
{
    enum signature_policy p;
    int rc = 0;

    for ( p = SIGNATURE_OFF; p <= SIGNATURE_REQUIRE; p++ )
        if ( !strcmp(word, signature_policy_name(p)) )
            break;
    if ( p > SIGNATURE_REQUIRE )
    {
        p = SIGNATURE_REQUIRE;
        rc = -EINVAL;
    }
    if ( !is_asked || p > asked )
        asked = p;
    is_asked = true;
    return rc;
}
custom_param("xsplice-signature", parse_signature);

const struct trusted_key *port_trusted_keys(unsigned int *n)
{
    *n = xsplice_trusted_count;
    return xsplice_trusted_keys;
}

/* Asked once, by engine_init(). */
enum signature_policy __init port_signature_policy(void)
{
    enum signature_policy p = is_asked ? asked : xsplice_default_policy;

    return p > xsplice_least_policy ? p : xsplice_least_policy;
}
