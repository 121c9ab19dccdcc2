/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of the engine share: the fixtures' files, a host, an engine. */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

/* Path of a file that was made in tests/unit/fixtures; valid until the next. */
const char *fixture_path(const char *name);

/* A file's bytes on the heap (exactly as many), the caller's to free. */
uint8_t *fixture_bytes(const char *name, size_t *size);

/* cmocka group set-up and tear-down: the fixtures' hypervisor. */
int fixture_host(void **state);
int fixture_host_gone(void **state);

#endif /* TESTS_UNIT_FIXTURE_H */
