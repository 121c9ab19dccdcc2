/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both fuzzers share: the hypervisor, and what must hold afterwards. */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include <stddef.h>
#include <stdint.h>

/* Starts the engine over the fixtures' hypervisor, once. */
void world_begin(void);

/* From now on hooks say yes, or (the default) some of them no. */
void world_hooks_agree(int agree);

/* Aborts unless the engine holds nothing and the text is as built. */
void world_is_clean(void);

#endif /* TESTS_FUZZ_WORLD_H */
