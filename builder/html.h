/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing HTML of which the text comes from outside. */
#ifndef BUILDER_HTML_H
#define BUILDER_HTML_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes N bytes of text so that they are text, in an element or a quoted
 * attribute.  What a reader could not see for what it is, control characters
 * and those that turn the direction of writing around, is written as its code.
 */
void html_bytes(FILE *to, const char *text, size_t n);

/* The same for a string; NULL is "". */
void html_text(FILE *to, const char *text);

/*
 * Like fprintf() for markup with text in it: %t is a string that goes through
 * html_text(), %d an int, %s a string of markup that is ours.  No other
 * conversions, flags or widths; %% is a percent sign.
 */
void html_put(FILE *to, const char *fmt, ...);

#endif /* BUILDER_HTML_H */
