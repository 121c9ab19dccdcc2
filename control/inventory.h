/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The payloads that are loaded, with what can be known about each one's
 * identity, from wherever it can be known.
 */
#ifndef CONTROL_INVENTORY_H
#define CONTROL_INVENTORY_H

#include "common/payload_file.h"
#include "control/engine.h"

/* Who a payload is and what it depends on. */
struct identity {
    struct xs_build_id id;
    struct xs_build_id xen; /* len 0: not known */
    struct xs_ids depends;
};

enum source {
    SOURCE_NONE,     /* identity is not known */
    SOURCE_ENGINE,   /* the engine told (INFO) */
    SOURCE_METADATA, /* the payload carries it in its metadata */
    SOURCE_RECORD,   /* this tool noted it when it uploaded the file */
    SOURCE_FILE,     /* not loaded yet: from its file */
};

struct loaded {
    const char *name; /* the entry's */
    struct xsplice_op_status status;
    const char *metadata; /* the entry's; NULL without */
    size_t metadata_size;
    enum source source;
    struct identity identity; /* empty with SOURCE_NONE */
    char *info;               /* what INFO tells; NULL from stock engines */
    size_t info_size;
};

struct inventory {
    struct xs_build_id xen; /* of the running hypervisor */
    struct engine_list list;
    size_t n; /* as many as the list has */
    struct loaded *payload;
};

/*
 * Asks the hypervisor; run_dir is where the records are (control/record.h).
 * After an error nothing is owned.
 */
int inventory_read(struct inventory *inv, struct hypervisor *hv,
                   const char *run_dir, struct xs_error *err);
void inventory_free(struct inventory *inv);

/* NULL: not loaded. */
const struct loaded *inventory_find(const struct inventory *inv,
                                    const char *name);

/*
 * The identity in metadata (keys build-id, depends, xen-depends).  False, and
 * an empty identity, unless id and dependencies are both there.
 */
bool identity_parse(struct identity *i, const char *metadata, size_t size);

/* The identity of a file.  False: no memory. */
bool identity_of_file(struct identity *i, const struct xs_payload *p);
void identity_free(struct identity *i);

bool is_applied(const struct loaded *p);

/* What the engine tells of the payload under a key; NULL: nothing. */
const char *loaded_info(const struct loaded *p, const char *key);

/* Is it on trial?  Then *left is how many seconds are left, 0: none. */
bool is_unconfirmed(const struct loaded *p, unsigned long *left);

/* An operation on it is going on (or has got stuck, on stock engines). */
bool is_pending(const struct loaded *p);

/* Appends 'NAME' to a list of names for a sentence, as far as there is room. */
void names_add(char *names, size_t size, const char *name);

/* "metadata", "record", ...; for people and JSON. */
const char *source_name(enum source source);

#endif /* CONTROL_INVENTORY_H */
