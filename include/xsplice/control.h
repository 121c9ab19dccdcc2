/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hypercall interface between the control tool and an engine: the layout
 * of XEN_SYSCTL_livepatch_op as it is on the wire.
 *
 * Commands 0 to 3 are the interface of stock Xen (public/sysctl.h) and are
 * frozen.  Commands from XSPLICE_OP_CHECK on belong to the xsplice engine; one
 * that does not know them (stock Xen) answers -EOPNOTSUPP, and a caller says
 * what is then not available.
 *
 * Pointers are 64-bit numbers here, so that the same declarations serve the
 * tool, the tests and the engine.  All sizes are in bytes.
 */
#ifndef XSPLICE_CONTROL_H
#define XSPLICE_CONTROL_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdint.h>
#endif

#define XSPLICE_HYPERCALL_XEN_VERSION 17 /* __HYPERVISOR_xen_version */
#define XSPLICE_HYPERCALL_SYSCTL      35 /* __HYPERVISOR_sysctl */
#define XSPLICE_SYSCTL_READCONSOLE    1  /* XEN_SYSCTL_readconsole */
#define XSPLICE_SYSCTL_LIVEPATCH      27 /* XEN_SYSCTL_livepatch_op */
#define XSPLICE_XENVER_VERSION        0
#define XSPLICE_XENVER_EXTRAVERSION   1
#define XSPLICE_XENVER_BUILD_ID       10

#define XSPLICE_NAME_MAX    128         /* with its NUL */
#define XSPLICE_PAYLOAD_MAX (2u << 20)  /* of an uploaded file */
#define XSPLICE_LIST_MAX    1024        /* entries in one LIST call */
#define XSPLICE_PAGE_MAX    (64u << 10) /* of an answer's text in one call */

/* xen_sysctl_livepatch_op.cmd */
#define XSPLICE_OP_UPLOAD  0
#define XSPLICE_OP_GET     1
#define XSPLICE_OP_LIST    2
#define XSPLICE_OP_ACTION  3
#define XSPLICE_OP_CHECK   16 /* would this action succeed now? */
#define XSPLICE_OP_INFO    17 /* of a payload, or of the engine */
#define XSPLICE_OP_TRIAL   18 /* an action that is taken back unless */
#define XSPLICE_OP_CONFIRM 19 /* this comes in time */

/* Payload states: LOADED is what stock Xen calls CHECKED. */
#define XSPLICE_STATE_LOADED  1
#define XSPLICE_STATE_APPLIED 2

/* struct xsplice_op_action.cmd */
#define XSPLICE_ACTION_UNLOAD  1
#define XSPLICE_ACTION_REVERT  2
#define XSPLICE_ACTION_APPLY   3
#define XSPLICE_ACTION_REPLACE 4

/* struct xsplice_op_action.flags: compare only with the hypervisor's id. */
#define XSPLICE_ACTION_NODEPS (1u << 0)

struct xsplice_op_name {
    uint64_t name;   /* pointer; not empty, NUL-terminated */
    uint16_t size;   /* with the NUL, at most XSPLICE_NAME_MAX */
    uint16_t pad[3]; /* zero */
};

struct xsplice_op_upload {
    struct xsplice_op_name name;
    uint64_t size;    /* of the file, at most XSPLICE_PAYLOAD_MAX */
    uint64_t payload; /* pointer to the file's bytes */
};

struct xsplice_op_status {
    uint32_t state; /* XSPLICE_STATE_* */
    int32_t rc;     /* of the last action: 0, -EAGAIN while pending, or why */
};

struct xsplice_op_get {
    struct xsplice_op_name name;
    struct xsplice_op_status status;
};

struct xsplice_op_list {
    uint32_t version;             /* OUT: changes when the list changes */
    uint32_t idx;                 /* IN: first entry wanted */
    uint32_t nr;                  /* IN: room; OUT: entries that remain */
    uint32_t pad;                 /* zero */
    uint32_t name_total_size;     /* OUT */
    uint32_t metadata_total_size; /* OUT */
    uint64_t status;              /* array of struct xsplice_op_status */
    uint64_t name;                /* strings, back to back */
    uint64_t len;                 /* uint32_t each: a name with its NUL */
    uint64_t metadata;            /* key=value\0... of each, back to back */
    uint64_t metadata_len;        /* uint32_t each */
};

struct xsplice_op_action {
    struct xsplice_op_name name;
    uint32_t cmd;     /* XSPLICE_ACTION_* */
    uint32_t timeout; /* ns; 0 = the engine's default (30 ms) */
    uint32_t flags;   /* XSPLICE_ACTION_NODEPS */
    uint32_t pad;     /* zero */
};

/*
 * Answers of CHECK and INFO are text: strings "key=value", each with its NUL,
 * back to back.  A caller with less room than the whole asks again from where
 * he is (offset); pages with the same digest are of the same answer.  A call
 * gives as much as there is and fits, XSPLICE_PAGE_MAX at most.  Readers
 * pass over keys that they do not know, and nothing that is here will move,
 * change its meaning or go away: what is new has a new key, or a field behind
 * the others, which is 0 from an engine that does not have it.
 *
 * CHECK changes nothing.  Of room (size 0) none given, it returns what ACTION
 * would return at once; reason says why, and INFO gives the words, as after a
 * refused ACTION.  With room it returns 0, and tells everything that speaks
 * against the action: for each reason the keys reason-id, reason (the sentence
 * and where), hint (what to do about it), in this order; result is what ACTION
 * would return.
 */
struct xsplice_op_check {
    struct xsplice_op_name name;
    uint32_t cmd;    /* XSPLICE_ACTION_* */
    uint32_t flags;  /* XSPLICE_ACTION_NODEPS */
    uint32_t reason; /* OUT: id of reasons.h, of the first; 0 for none */
    uint32_t count;  /* IN: zero; OUT: how many reasons there are */
    uint64_t text;   /* pointer */
    uint32_t size;   /* IN: room at text; OUT: size of the whole answer */
    uint32_t offset; /* IN: where in the answer to begin */
    uint32_t digest; /* OUT: of the whole answer */
    int32_t result;  /* OUT */
};

/*
 * INFO.  Of a payload: build-id, xen-depends, depends (hexadecimal; several are
 * separated by commas), functions (names, likewise), uses (once for each payload
 * whose symbols it refers to), shadow (once for each kind of shadow variables:
 * name, id, bytes of one, how many there are, bytes of all, separated by
 * commas), pages, wait-ns and stop-ns (of its last stop),
 * reason-id and hint beside reason (why the last operation on it, or check of
 * one, was refused: the sentence; absent when it was not), hint (what to do
 * about it); since version 1: state (loaded, applied), rc (as GET), order (place
 * among the applied ones, the lowest is 1), unconfirmed-s (seconds until it is
 * taken back, 0: it is overdue; absent when it is not on trial).
 * With a name of size 0, of the engine: engine (its name and version), reason
 * and hint (of the last upload); since version 1: build-id (of the hypervisor),
 * loaded (how many), applied (once for each, the lowest first), unconfirmed (the
 * payload on trial), operation (the payload that one is under way on).
 */
#define XSPLICE_INFO_VERSION 1
struct xsplice_op_info {
    struct xsplice_op_name name;
    uint64_t text;    /* pointer */
    uint32_t size;    /* IN: room at text; OUT: size of the whole answer */
    uint32_t offset;  /* IN: where in the answer to begin */
    uint32_t version; /* OUT: XSPLICE_INFO_VERSION of the engine */
    uint32_t digest;  /* OUT: of the whole answer */
};

/*
 * TRIAL is ACTION, APPLY or REPLACE, with a time within which CONFIRM must come;
 * it runs from when the payload is applied.  Without it the hypervisor takes the
 * payload back; after a replace it applies again what was applied before.  That
 * is tried until it is done.  One payload at a time is on trial; until that is
 * over no other one is applied.
 */
struct xsplice_op_trial {
    struct xsplice_op_action action;
    uint32_t within; /* ms; 1 to a day */
    uint32_t pad;    /* zero */
};

struct xsplice_op_confirm {
    struct xsplice_op_name name;
    uint64_t pad; /* zero */
};

struct xsplice_op {
    uint32_t cmd; /* XSPLICE_OP_* */
    uint32_t pad; /* zero */
    union {
        struct xsplice_op_upload upload;
        struct xsplice_op_get get;
        struct xsplice_op_list list;
        struct xsplice_op_action action;
        struct xsplice_op_check check;
        struct xsplice_op_info info;
        struct xsplice_op_trial trial;
        struct xsplice_op_confirm confirm;
    } u;
};

/* XEN_SYSCTL_readconsole: the hypervisor's own messages. */
struct xsplice_readconsole {
    uint8_t clear;       /* non-zero: forget what was read */
    uint8_t incremental; /* non-zero: begin at index */
    uint8_t pad[2];
    uint32_t index;  /* IN: where to begin; OUT: where reading ended */
    uint64_t buffer; /* pointer */
    uint32_t count;  /* IN: room; OUT: bytes that were read */
};

/* What the sysctl hypercall takes; 136 bytes in Xen 4.17. */
struct xsplice_sysctl {
    uint32_t cmd;               /* XSPLICE_SYSCTL_LIVEPATCH */
    uint32_t interface_version; /* differs between Xen versions: probed */
    union {
        struct xsplice_readconsole readconsole;
        struct xsplice_op livepatch;
        uint8_t pad[128];
    } u;
};

#endif /* XSPLICE_CONTROL_H */
