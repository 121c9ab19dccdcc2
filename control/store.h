/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads that are to be applied at every boot: for each hypervisor's build-id
 * a directory with the payloads' files, and beside each one that was tried a
 * small file with what became of it.
 *
 * Before a payload is applied it is marked as being tried, with the boot that it
 * happens in; the mark is on the disk before the hypervisor sees the payload.  A
 * mark of an earlier boot therefore tells that the host went down before anybody
 * confirmed that it runs well with the payload.
 */
#ifndef CONTROL_STORE_H
#define CONTROL_STORE_H

#include "common/payload_file.h"
#include "xsplice/control.h"

#define STORE_DIR    "/var/lib/xsplice"
#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

enum store_state {
    STORE_NEW,    /* not tried yet */
    STORE_TRYING, /* since a boot; nobody has confirmed it */
    STORE_GOOD,   /* confirmed */
    STORE_FAILED, /* not to be tried again */
    STORE_STATES
};

struct installed {
    char name[XSPLICE_NAME_MAX];
    char *path; /* of the payload's file */
    enum store_state state;
    char boot[64];          /* STORE_TRYING: in which */
    char why[512];          /* STORE_FAILED */
    bool readable;          /* the file is a payload */
    struct xs_payload file; /* empty unless readable */
    struct xs_error damage; /* else why */
};

/* What is installed for one hypervisor, by name. */
struct store {
    size_t n;
    struct installed *one;
};

/* The directory for a hypervisor; the caller frees it.  NULL: no memory. */
char *store_path(const char *dir, const struct xs_build_id *xen);

/* Reads a directory of store_path(); none is an empty store. */
int store_read(struct store *st, const char *path, struct xs_error *err);
void store_free(struct store *st);
struct installed *store_find(const struct store *st, const char *name);

/*
 * Puts a payload there, as not tried yet.  One of the same name and build-id is
 * only made new again; another one is refused.
 */
int store_install(const char *path, const char *name,
                  const struct xs_payload *file, struct xs_error *err);
int store_remove(const struct installed *i, struct xs_error *err);

/* Notes what became of it; boot or why as the state wants, else NULL. */
int store_mark(struct installed *i, enum store_state state, const char *boot,
               const char *why, struct xs_error *err);

/* "not tried yet", "good", ... */
const char *store_state_text(enum store_state state);

/* Which boot this is, from BOOT_ID_FILE or another file. */
int store_boot(const char *file, char boot[64], struct xs_error *err);

/*
 * Keeps others from changing what is in dir (all hypervisors'), which is made if
 * need be.  Returns what store_unlock() wants, or -1.
 */
int store_lock(const char *dir, struct xs_error *err);
void store_unlock(int lock);

#endif /* CONTROL_STORE_H */
