/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An engine over the fixtures' hypervisor, freshly started for each test, and
 * short words for what tests do with it.
 */
#ifndef TESTS_UNIT_ENGINE_CASE_H
#define TESTS_UNIT_ENGINE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "engine/core/answer.h"
#include "engine/core/engine.h"
#include "engine/core/payload.h"
#include "engine/user/cpus.h"
#include "engine/user/fault.h"
#include "engine/user/host.h"
#include "engine/user/log.h"
#include "tests/unit/fixture.h"

#define UNLOAD  XSPLICE_ACTION_UNLOAD
#define REVERT  XSPLICE_ACTION_REVERT
#define APPLY   XSPLICE_ACTION_APPLY
#define REPLACE XSPLICE_ACTION_REPLACE
#define LOADED  XSPLICE_STATE_LOADED
#define APPLIED XSPLICE_STATE_APPLIED

/* cmocka set-up and tear-down of each test; the latter checks for leaks. */
int case_begin(void **state);
int case_end(void **state);

/* The reason of the last upload or action; its id for messages. */
extern struct refusal last;
const char *last_id(void);

/* Uploads the fixture payload NAME.xsplice under the name NAME. */
int upload(const char *name);
/* The action, and its stop if it comes to one; the final rc. */
int act(const char *name, uint32_t cmd);
int act_flags(const char *name, uint32_t cmd, uint32_t flags);
/* Only as far as engine_action() goes: the stop is pending. */
int start(const char *name, uint32_t cmd);

/* These fail the test when anything is not as said. */
void loaded(const char *name);  /* uploads it */
void applied(const char *name); /* uploads and applies it */
void refused(int rc, enum xsplice_reason reason);
uint32_t state_of(const char *name); /* 0: there is none */
int32_t rc_of(const char *name);

/* Calls a function of the fake hypervisor. */
int call(const char *function);
int call1(const char *function, int a);
int *variable(const char *name);

/* INFO of the payload (NULL: the engine); the caller frees it.  *size bytes. */
char *info(const char *name, size_t *size);
/* Is the string among those that INFO gives? */
bool info_has(const char *name, const char *wanted);
/* The value of a key there, in memory that the next call takes; "" without. */
const char *info_value(const char *name, const char *key);

/*
 * What there is to see of the world: the hypervisor's bytes, the payloads'
 * bytes, states and order, and what the engine holds.
 */
struct world {
    uint8_t *bytes;
    size_t size;
    struct host_usage usage;
    char list[4096];
};
void world_take(struct world *w);
/* Compares and forgets w; 'after' is for the message. */
void world_same(struct world *w, const char *after);

#endif /* TESTS_UNIT_ENGINE_CASE_H */
