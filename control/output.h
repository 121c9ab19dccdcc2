/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reading verbs print: the table, and JSON. */
#ifndef CONTROL_OUTPUT_H
#define CONTROL_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

#include "control/inventory.h"

/* Writes and frees a value; a line end follows. */
void json_write(FILE *to, json_t *value);

/* A string that is safe in JSON, whatever bytes a payload put into it. */
json_t *json_text(const char *text);

/* The table of xen-livepatch, byte for byte. */
void print_table(FILE *to, const struct inventory *inv);

/* "applied", "loaded", or "unknown" */
const char *state_word(const struct loaded *p);

/* One payload as JSON: what 'list', 'status', and 'info' have of it. */
json_t *payload_json(const struct loaded *p);

/* key=value strings as an object; NULL metadata gives an empty one. */
json_t *metadata_json(const char *metadata, size_t size);

json_t *id_json(const struct xs_build_id *id);
json_t *ids_json(const struct xs_ids *ids);

/* A file, for 'inspect'. */
json_t *file_json(const struct xs_payload *p);
void print_file(FILE *to, const struct xs_payload *p);

/* A loaded payload, for 'info'. */
void print_payload(FILE *to, const struct loaded *p);

#endif /* CONTROL_OUTPUT_H */
