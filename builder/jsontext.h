/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from outside as JSON. */
#ifndef BUILDER_JSONTEXT_H
#define BUILDER_JSONTEXT_H

#include <jansson.h>

/*
 * A JSON string, of any length.  Names and source need not be UTF-8: if the
 * text is not, each byte beyond ASCII becomes "?".  NULL is "".
 */
json_t *json_text(const char *s);

#endif /* BUILDER_JSONTEXT_H */
