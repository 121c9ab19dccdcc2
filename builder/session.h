/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stages of one differ_run() share. */
#ifndef BUILDER_SESSION_H
#define BUILDER_SESSION_H

#include "builder/below.h"
#include "builder/differ.h"
#include "builder/image.h"
#include "builder/object.h"
#include "xsplice/reasons.h"

struct pair {
    const struct differ_unit *unit;
    struct object *old; /* NULL: the unit is new */
    struct object *new; /* NULL: the unit goes away */
    bool spare; /* of a library, and not in the hypervisor: OLD is NULL */
};

struct session {
    const struct differ_input *in;
    struct differ_result *out;
    struct image *img;
    struct below below;
    size_t nr_by_hand;  /* dependencies on payloads that are not looked at */
    struct pair *pairs; /* sorted by object name */
    size_t nr_pairs;
    bool landing_pads;       /* the hypervisor has them (CET) */
    struct symbol **globals; /* defined in the new objects, by name */
    size_t nr_globals;
    size_t nr_init; /* differences in what is freed after boot */

    /* What goes into the payload, in the order of the units. */
    struct atom **included;
    size_t nr_included;
    struct section **hooks;
    size_t nr_hooks;
};

/* What a reference from the payload's code is bound to. */
enum bind_kind {
    BIND_ATOM,  /* a copy in the payload */
    BIND_NAME,  /* a symbol of the hypervisor, found by name at load */
    BIND_VALUE, /* an absolute address, when the name is ambiguous */
    BIND_NONE,  /* cannot be bound: see reason */
};

struct binding {
    enum bind_kind kind;
    struct atom *atom;
    char *name; /* allocated; for BIND_VALUE only for the reader */
    uint64_t value;
    bool init; /* freed after boot: only the number is left of it */
    struct below_payload *below; /* that has the name, or NULL */
    enum xsplice_build_reason reason;
};

/*
 * Makes twins of what moved from one unit to another and is the same there.
 * Call when all units are correlated.
 */
void find_moved(struct session *s);

/* Makes the index of global symbols.  Call before bind(). */
void bind_prepare(struct session *s);

/*
 * Binds a reference to an atom of a new object, or (TARGET NULL) to the
 * undefined symbol SYM.  BRANCH: it is a call or jump, which may go straight
 * to a replacement; any other reference takes the address, and a function that
 * has one already must keep it, or comparing pointers would go wrong.
 */
struct binding bind(const struct session *s, struct atom *target,
                    const struct symbol *sym, bool branch);
void binding_free(struct binding *b);

/* The name by which the hypervisor knows an old atom.  To be freed. */
char *hypervisor_name(const struct atom *old);

/* Chooses what goes into the payload; all that is wrong becomes findings. */
void select_all(struct session *s);

/*
 * Notes the new variables of the payload that code of the patch was to set at
 * boot.  Call when all is chosen.
 */
void note_set_at_boot(struct session *s);

/* Refuses a function that jumps into a neighbour: it will not be there. */
void check_jumps(struct session *s, const struct atom *a);

/* Makes the payload out of what was chosen.  0, or -1 with the error set. */
int emit(struct session *s, struct xs_error *err);

#endif /* BUILDER_SESSION_H */
