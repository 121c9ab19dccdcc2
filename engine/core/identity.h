/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build-ids: what payloads and hypervisors are told apart by. */
#ifndef ENGINE_CORE_IDENTITY_H
#define ENGINE_CORE_IDENTITY_H

#include "payload.h"

/* The running hypervisor's; length 0 when it has none. */
void hypervisor_id(struct build_id *out);

/* An empty id equals nothing. */
bool build_id_equal(const struct build_id *a, const struct build_id *b);

/* In hexadecimal, in the room given, which is returned. */
const char *build_id_text(const struct build_id *id,
                          char out[2 * XSPLICE_BUILD_ID_MAX + 1]);

#endif /* ENGINE_CORE_IDENTITY_H */
