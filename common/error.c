/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/error.h"

#include <string.h>

int xs_fail(struct xs_error *err, enum xs_kind kind, const char *fmt, ...)
{
    va_list ap;

    err->kind = kind;
    err->hint[0] = '\0';
    va_start(ap, fmt);
    vsnprintf(err->what, sizeof(err->what), fmt, ap);
    va_end(ap);
    return -1;
}

int xs_hint(struct xs_error *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
    return -1;
}

int xs_context(struct xs_error *err, const char *fmt, ...)
{
    char rest[sizeof(err->what)];
    size_t n;
    va_list ap;

    memcpy(rest, err->what, sizeof(rest));
    va_start(ap, fmt);
    vsnprintf(err->what, sizeof(err->what), fmt, ap);
    va_end(ap);
    n = strlen(err->what);
    snprintf(err->what + n, sizeof(err->what) - n, ": %s", rest);
    return -1;
}

void xs_error_print(FILE *to, const char *program, const struct xs_error *err)
{
    fprintf(to, "%s: %s\n", program, err->what);
    if ( err->hint[0] )
        fprintf(to, "hint: %s\n", err->hint);
}
