/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What engine/xen/trusted-keys generates when the engine is integrated. */
#ifndef ENGINE_XEN_TRUST_H
#define ENGINE_XEN_TRUST_H

#include "engine/core/signature.h"

extern const struct trusted_key
    xsplice_trusted_keys[]; /* one empty at the end */
extern const unsigned int xsplice_trusted_count;
/* Without a word on the command line; and whatever stands there. */
extern const enum signature_policy xsplice_default_policy;
extern const enum signature_policy xsplice_least_policy;

#endif /* ENGINE_XEN_TRUST_H */
