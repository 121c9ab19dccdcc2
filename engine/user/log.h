/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's console in a process: kept in memory, one line per message. */
#ifndef ENGINE_USER_LOG_H
#define ENGINE_USER_LOG_H

#include <stdbool.h>
#include <stddef.h>

/* Everything logged since log_clear(), lines "LEVEL: TEXT\n". */
const char *log_text(void);
bool log_contains(const char *text);
void log_clear(void);
/* No lines are kept (and none formatted): for the fuzzers. */
void log_mute(bool mute);

#endif /* ENGINE_USER_LOG_H */
