/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ELF notes, and those among them that carry a build-id (owner "GNU", 3). */
#ifndef COMMON_NOTE_H
#define COMMON_NOTE_H

#include "common/build_id.h"

struct xs_note {
    uint32_t type;
    const uint8_t *owner, *desc; /* into the bytes that were given */
    size_t owner_size, desc_size;
};

/*
 * Reads the note at *at and moves *at behind it.  Returns 1, 0 when there are
 * no more bytes, -1 when what is left holds no whole note.
 */
int xs_note_read(const uint8_t *bytes, size_t size, size_t *at,
                 struct xs_note *note);

bool xs_note_is_build_id(const struct xs_note *note);

/* The first build-id among notes; false if there is none that fits. */
bool xs_notes_find_id(const uint8_t *bytes, size_t size,
                      struct xs_build_id *id);

/*
 * Makes the note that carries an id (XS_NOTE_MAX bytes of room).  Returns its
 * size; the id itself begins at XS_NOTE_HEAD.
 */
#define XS_NOTE_HEAD 16
#define XS_NOTE_MAX  (XS_NOTE_HEAD + XSPLICE_BUILD_ID_MAX)
size_t xs_note_make(const struct xs_build_id *id, uint8_t *note);

#endif /* COMMON_NOTE_H */
