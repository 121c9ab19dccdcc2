/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine/user/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/core/port.h"

/* Old lines make room for new ones: what happened last matters. */
#define LOG_SIZE (64u << 10)

static char text[LOG_SIZE];
static size_t used;
static bool muted;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void make_room(size_t need)
{
    char *line;

    while ( used + need >= LOG_SIZE && (line = strchr(text, '\n')) )
    {
        used -= line + 1 - text;
        memmove(text, line + 1, used + 1);
    }
}

void port_log(enum port_level level, const char *fmt, ...)
{
    static const char *const names[] = { "error", "warning", "info", "debug" };
    char line[1024];
    va_list args;
    int len;

    if ( muted )
        return;

    len = snprintf(line, sizeof(line), "%s: ", names[level]);
    va_start(args, fmt);
    vsnprintf(line + len, sizeof(line) - 1 - len, fmt, args);
    va_end(args);
    len = strlen(line);
    if ( line[len - 1] != '\n' )
        strcpy(line + len++, "\n");

    pthread_mutex_lock(&lock);
    make_room(len);
    strcpy(text + used, line);
    used += len;
    pthread_mutex_unlock(&lock);
}

const char *log_text(void)
{
    return text;
}

bool log_contains(const char *what)
{
    return strstr(text, what) != NULL;
}

void log_clear(void)
{
    pthread_mutex_lock(&lock);
    used = 0;
    text[0] = '\0';
    pthread_mutex_unlock(&lock);
}

void log_mute(bool mute)
{
    muted = mute;
}
