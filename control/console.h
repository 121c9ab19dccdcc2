/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the engine wrote to the hypervisor's console while an operation was
 * going on: on stock Xen the only place where the reason of a refusal is.
 */
#ifndef CONTROL_CONSOLE_H
#define CONTROL_CONSOLE_H

#include "control/hypervisor.h"

#define CONSOLE_TEXT_MAX 400

/*
 * Where the console's text ends now.  0, from where everything is read, when
 * it cannot be read.
 */
uint32_t console_mark(struct hypervisor *hv);

/*
 * Puts into text (CONSOLE_TEXT_MAX bytes) what was written about a payload
 * since the mark: complaints only, the prefixes taken off, joined by "; ".
 * Empty when there is nothing or the console cannot be read.
 */
void console_since(struct hypervisor *hv, uint32_t mark, const char *name,
                   char *text);

/*
 * The same of a given text, which need not begin or end with a line.  When
 * lines do not fit, the last ones are kept.
 */
void console_pick(const char *console, const char *name, char *text);

#endif /* CONTROL_CONSOLE_H */
