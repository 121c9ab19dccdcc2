/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control tool as its user has it: command lines, against an engine of the
 * test's own, with directories that are gone afterwards.
 */
#ifndef TESTS_UNIT_TOOL_CASE_H
#define TESTS_UNIT_TOOL_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/error.h"
#include "tests/unit/fake_engine.h"

extern struct fake_engine engine;
extern struct xs_error err; /* of the last command */
extern char run_dir[64];
extern char store_dir[96]; /* below it */
extern char *out, *notes;  /* what the last command printed */

/* cmocka set-up and tear-down. */
int begin(void **state);
int end(void **state);

/* The path of a payload of tests/payloads; good for two at a time. */
const char *file(const char *variant);

/* Runs a command line of words; the kind of error, 0 when done. */
int run(const char *words);

/* The machine is started anew: another boot, and nothing is loaded. */
void reboot(void);

/* Fail the test when anything is not as said. */
void must(const char *words);
void refuses(const char *words, enum xs_kind kind, const char *because);

void upload(const char *name, const char *variant);
uint32_t state_of(const char *name); /* 0: not loaded */

#endif /* TESTS_UNIT_TOOL_CASE_H */
