/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Symbols by name: those of the hypervisor, and those that loaded payloads
 * export.
 *
 * The hypervisor's are kept as 64-bit hashes in buckets (their names are
 * compressed in Xen, and expanding one costs more than everything here).  Two
 * of the 2^64 values colliding by accident is left out of account; two symbols
 * of one name with different addresses are told as such.
 */
#ifndef ENGINE_CORE_SYMBOLS_H
#define ENGINE_CORE_SYMBOLS_H

#include "payload.h"

int symbols_init(void); /* 0 or -ENOMEM */
void symbols_exit(void);

/*
 * Of a name which is known to stand in at least 'room' readable bytes; with 0,
 * or less than there are, it only takes longer.
 */
uint64_t symbol_hash(const char *name, size_t room);

enum symbol_found { SYMBOL_NONE, SYMBOL_ONE, SYMBOL_MANY };

enum symbol_found symbols_hypervisor(uint64_t hash, unsigned long *addr);

/*
 * Among the loaded payloads.  A name that several export is that of the one
 * which 'user' depends on, if there is one such.
 */
enum symbol_found symbols_payloads(const struct payload *user,
                                   const char *name, uint64_t hash,
                                   unsigned long *addr,
                                   struct payload **owner);

/* Notes that 'user' refers to something of 'owner'.  0 or -ENOMEM. */
int symbols_edge(struct payload *user, struct payload *owner);

#endif /* ENGINE_CORE_SYMBOLS_H */
