/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which declaration or directive each line of a source belongs to. */
#ifndef BUILDER_OUTLINE_H
#define BUILDER_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

struct outline_line {
    const char *at;
    bool code;      /* more than comments */
    bool directive; /* is or continues a directive */
    size_t first;   /* index of the line that the directive, or the
                       declaration, begins on */
    size_t last;    /* and ends on */
};

struct outline {
    const char *text;
    struct outline_line *line;
    size_t n;
};

/* Refers to the text.  Release with outline_free(). */
void outline_make(const char *text, struct outline *o);
void outline_free(struct outline *o);

/*
 * All that the line at that index belongs to, less comments (lexline_code());
 * directives in between come along.  Release with free().
 */
char *outline_run_code(const struct outline *o, size_t at);

#endif /* BUILDER_OUTLINE_H */
