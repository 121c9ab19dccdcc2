/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The payloads that are loaded.  All with port_lock() held. */
#ifndef ENGINE_CORE_LIST_H
#define ENGINE_CORE_LIST_H

#include "payload.h"

struct payload *payload_first(void); /* in load order, by p->next */
struct payload *payload_top(void);   /* applied last, by p->below */
struct payload *payload_find(const char *name);
struct payload *payload_find_id(const struct build_id *id);
/* The payload whose 'part' holds [addr, addr + len). */
struct payload *payload_at(enum region_part part, unsigned long addr,
                           size_t len);

void payload_link(struct payload *p);
void payload_unlink(struct payload *p);
void payload_push(struct payload *p); /* on top of the applied ones */
void payload_pull(struct payload *p); /* from wherever among them it is */
uint32_t payload_version(void);       /* changes with each of these */

/* Frees what hangs on it, the region too; NULL is fine.  Needs no lock. */
void payload_free(struct payload *p);

#endif /* ENGINE_CORE_LIST_H */
