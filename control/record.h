/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes about uploaded payloads, for engines that do not tell a payload's
 * identity: one small file for each in the run directory (/run/xsplice), which
 * is empty after a boot, as the hypervisor is.
 *
 * A note can be wrong: another tool may have put another payload in the place
 * of the one that was noted.  So it holds a digest of the metadata, and counts
 * only while the hypervisor lists the same metadata under that name.
 *
 * Also the lock that keeps two runs of the tool from deciding at once.
 */
#ifndef CONTROL_RECORD_H
#define CONTROL_RECORD_H

#include "control/inventory.h"

#define RECORD_DIR "/run/xsplice"

int record_write(const char *run_dir, const char *name,
                 const struct xs_payload *payload, struct xs_error *err);

/* False: there is no note, or it is not about this payload. */
bool record_read(const char *run_dir, const char *name, const char *metadata,
                 size_t metadata_size, struct identity *identity);

void record_remove(const char *run_dir, const char *name);

/*
 * Takes the lock, trying until the time in ns is over.  Returns what
 * record_unlock() needs, or -1 with XS_BUSY.  Where no lock file can be made
 * (read-only system) there is no lock: -2, and that is no error.
 */
int record_lock(const char *run_dir, struct hypervisor *hv, uint64_t timeout,
                struct xs_error *err);
void record_unlock(int lock);

#endif /* CONTROL_RECORD_H */
