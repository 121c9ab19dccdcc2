/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where is the file of a payload that is missing? */
#ifndef CONTROL_FINDER_H
#define CONTROL_FINDER_H

#include "common/build_id.h"
#include "control/session.h"

/*
 * The path of a payload file with this build-id: among those installed for the
 * running hypervisor, or in 'near' (a directory, NULL: none).  The caller frees
 * it; NULL: not found.
 */
char *find_payload(const struct session *s, const struct xs_build_id *id,
                   const char *near);

/*
 * Completes an error about target's dependencies: which files bring what is
 * missing.  Returns -1.
 */
int suggest_files(const struct session *s, const struct loaded *target,
                  const char *near, struct xs_error *err);

#endif /* CONTROL_FINDER_H */
