/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Build-ids: ELF notes of owner "GNU", type 3. */
#ifndef BUILDER_NOTES_H
#define BUILDER_NOTES_H

#include <stddef.h>
#include <stdint.h>

#include "xsplice/payload.h"

struct build_id {
    uint8_t bytes[XSPLICE_BUILD_ID_MAX];
    size_t len;
};

/* Finds the build-id among notes.  0, or -1 if there is none. */
int build_id_from_notes(const void *notes, size_t size, struct build_id *id);

/* Reads hexadecimal digits.  0, or -1 if they are no build-id. */
int build_id_parse(const char *hex, struct build_id *id);

/* Writes hexadecimal digits and a NUL: 2 * len + 1 bytes. */
void build_id_print(const struct build_id *id, char *hex);

/*
 * Makes the note that carries an id into NOTE (BUILD_ID_NOTE_MAX bytes).
 * Returns its size; the id itself begins at BUILD_ID_NOTE_HEAD.
 */
#define BUILD_ID_NOTE_HEAD 16
#define BUILD_ID_NOTE_MAX  (BUILD_ID_NOTE_HEAD + XSPLICE_BUILD_ID_MAX)
size_t build_id_note(const struct build_id *id, uint8_t *note);

#endif /* BUILDER_NOTES_H */
