/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the fuzzers share: the hypervisor, and what must hold afterwards. */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include <stddef.h>
#include <stdint.h>

/* Starts the engine over the fixtures' hypervisor, once. */
void world_begin(void);

/* From now on hooks say yes, or (the default) some of them no. */
void world_hooks_agree(int agree);

/*
 * Asks INFO about a payload (NULL: the engine), and CHECK about each action on it, in one piece
 * and in pages of a size that 'how' decides; aborts unless both are the same
 * well-formed text.
 */
void world_ask(const char *name, unsigned int how);

/* Aborts unless the engine holds nothing and the text is as built. */
void world_is_clean(void);

#endif /* TESTS_FUZZ_WORLD_H */
