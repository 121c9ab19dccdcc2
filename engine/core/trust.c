/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom this hypervisor trusts, and what it asks of a payload.  Both are
 * settled before the first upload and never change: there is no way, from
 * inside the running hypervisor, to ask for less.
 */
#include "port.h"
#include "signature.h"

static const struct trusted_key *__ro_after_init keys;
static unsigned int __ro_after_init nkeys;
static unsigned int __ro_after_init unusable; /* of the keys */
static enum signature_policy __ro_after_init policy;

static const char *const policy_names[] = {
    [SIGNATURE_OFF] = "off",
    [SIGNATURE_WARN] = "warn",
    [SIGNATURE_REQUIRE] = "require",
};

void signature_init(void)
{
    const char *fault;
    unsigned int i;

    policy = port_signature_policy();
    keys = port_trusted_keys(&nkeys);
    unusable = 0;
    for ( i = 0; i < nkeys; i++ )
    {
        fault = signature_key_fault(&keys[i]);
        if ( !fault )
            continue;
        unusable++;
        port_log(PORT_ERR, "xsplice: trusted key %u, %.64s, is %s\n", i,
                 keys[i].name, fault);
    }
    if ( policy == SIGNATURE_REQUIRE && (unusable || !nkeys) )
        port_log(PORT_ERR,
                 "xsplice: signatures are required and %s: no "
                 "payload can be loaded\n",
                 unusable ? "a trusted key cannot be used"
                          : "no key is trusted");
    else if ( policy != SIGNATURE_OFF )
        port_log(PORT_INFO, "xsplice: signatures: %s, %u trusted keys\n",
                 policy_names[policy], nkeys);
}

enum signature_policy signature_policy(void)
{
    return policy;
}

const char *signature_policy_name(enum signature_policy p)
{
    return policy_names[p];
}

unsigned int signature_keys(const struct trusted_key **out)
{
    *out = keys;
    return nkeys;
}

void signature_begin_upload(struct signature_check *c, const uint8_t *raw,
                            size_t size)
{
    if ( policy != SIGNATURE_OFF )
    {
        signature_begin(c, raw, size, keys, nkeys);
        return;
    }
    memset(c, 0, sizeof(*c));
    c->raw = raw;
    c->size = size;
}

/*
 * What 'warn' lets pass: what tells nothing about the file.  A signature that
 * is there and does not fit tells that the file is not what somebody signed,
 * and such a file is of no use under any policy that looks at it.
 */
static bool tells_nothing(enum xsplice_reason reason)
{
    switch ( reason )
    {
    case XSPLICE_REASON_SIGNATURE_MISSING:
    case XSPLICE_REASON_SIGNATURE_VERSION:
    case XSPLICE_REASON_SIGNATURE_ALGORITHM:
    case XSPLICE_REASON_SIGNATURE_KEY_SMALL:
    case XSPLICE_REASON_SIGNATURE_KEY_LARGE:
    case XSPLICE_REASON_SIGNATURE_KEY_UNKNOWN:
    case XSPLICE_REASON_SIGNATURE_NO_KEYS:
        return true;
    default:
        return false;
    }
}

int signature_judge(const struct signature_check *c, const char *name,
                    struct refusal *why)
{
    struct refusal found = c->why;

    if ( policy == SIGNATURE_OFF )
        return 0;
    /* Who was meant to be trusted is no longer known: nobody is. */
    if ( found.reason == XSPLICE_REASON_NONE && unusable )
        refuse(&found, XSPLICE_REASON_SIGNATURE_NO_KEYS, "%u of %u", unusable,
               nkeys);
    else if ( found.reason == XSPLICE_REASON_NONE && !c->key )
        refuse(&found, XSPLICE_REASON_SIGNATURE_DAMAGED,
               "the check ended early");
    if ( found.reason == XSPLICE_REASON_NONE )
    {
        port_log(PORT_INFO, "xsplice: %s: signed by %.64s\n", name,
                 c->key->name);
        return 0;
    }
    if ( policy == SIGNATURE_WARN && tells_nothing(found.reason) )
    {
        port_log(PORT_WARN, "xsplice: %s: loading it although %s: %s\n", name,
                 reason_sentence(found.reason), found.detail);
        return 0;
    }
    return refuse(why, found.reason, "%s", found.detail);
}
