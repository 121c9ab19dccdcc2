/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine in the test's own process that keeps to the documented hypercall
 * interface of stock Xen, with a clock that only moves when somebody sleeps.
 * What cannot be had from a real engine at will (a CPU that is late, a mark
 * that gets stuck) is had from it by the fields below.
 */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include <stdbool.h>

#include "common/payload_file.h"
#include "control/hypervisor.h"

#define FAKE_MOST 8

struct fake_payload {
    char name[XSPLICE_NAME_MAX];
    struct xs_payload file;
    uint32_t state;
    int32_t rc;
    unsigned int polls_left; /* GETs until the pending action has ended */
    uint32_t pending;        /* XSPLICE_ACTION_*; 0: none */
    unsigned int order;      /* of being applied */
    uint32_t within;         /* ms, on trial; 0: it is not */
};

struct fake_engine {
    struct hypervisor hv; /* what the tool is given */
    uint64_t now;         /* ns */
    uint64_t slept;       /* ns in all */
    unsigned int n, buffers, actions;
    unsigned int applied; /* counter for order */
    uint32_t version;
    struct fake_payload payload[FAKE_MOST];
    char console[4096];
    uint32_t last_flags; /* of the last action */

    /* The tool is killed: before call number kill_at, or right behind it. */
    unsigned int calls, kill_at;
    bool kill_behind;
    void (*killed)(void); /* does not return */

    /* What is to go wrong. */
    unsigned int busy;       /* the next so many actions: EBUSY at once */
    unsigned int late;       /* the next so many end with rc EBUSY */
    unsigned int polls;      /* GETs that an action stays pending */
    bool stick;              /* EBUSY at once also leaves rc = EAGAIN */
    bool replace_breaks;     /* between the old ones and the new one */
    bool raced;              /* another tool applies it, and gets stuck */
    int refuse_action;       /* >0: every action gives -this at once */
    const char *refuse_says; /* on the console, with it */
    int refuse_upload;       /* likewise */
    bool own;                /* has CHECK and INFO */
    int check_answer;
    unsigned int check_busy; /* the next so many CHECKs: EBUSY */
    uint32_t check_reason;   /* XSPLICE_REASON_* */
    const char *own_reason;  /* what INFO says of a payload */
    const char *check_text;  /* all that CHECK finds; strings, then "" */
    const char *info_text;   /* more that INFO says of a payload; likewise */
    size_t info_bulk;        /* and so many bytes of a key nobody knows */
    unsigned int answer_changes; /* the next so many pages: of another one */
};

void fake_begin(struct fake_engine *f);

/* Also asserts that every buffer has been released. */
void fake_end(struct fake_engine *f);

struct fake_payload *fake_find(struct fake_engine *f, const char *name);

#endif /* TESTS_FAKE_ENGINE_H */
