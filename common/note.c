/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/note.h"

#include <elf.h>
#include <string.h>

#define ALIGN4(n) (((size_t)(n) + 3) & ~(size_t)3)

int xs_note_read(const uint8_t *bytes, size_t size, size_t *at,
                 struct xs_note *note)
{
    Elf64_Nhdr h;
    size_t owner, desc;

    if ( *at >= size )
        return 0;
    if ( size - *at < sizeof(h) )
        return -1;
    memcpy(&h, bytes + *at, sizeof(h));
    owner = *at + sizeof(h);
    desc = owner + ALIGN4(h.n_namesz);
    if ( desc > size || h.n_descsz > size - desc )
        return -1;
    *note = (struct xs_note){
        .type = h.n_type,
        .owner = bytes + owner,
        .desc = bytes + desc,
        .owner_size = h.n_namesz,
        .desc_size = h.n_descsz,
    };
    /* The last one need not be filled up. */
    *at = desc + ALIGN4(h.n_descsz);
    return 1;
}

bool xs_note_is_build_id(const struct xs_note *note)
{
    return note->type == XSPLICE_NOTE_TYPE &&
           note->owner_size == sizeof(XSPLICE_NOTE_OWNER) &&
           !memcmp(note->owner, XSPLICE_NOTE_OWNER, note->owner_size);
}

bool xs_notes_find_id(const uint8_t *bytes, size_t size,
                      struct xs_build_id *id)
{
    struct xs_note note;
    size_t at = 0;

    while ( xs_note_read(bytes, size, &at, &note) > 0 )
        if ( xs_note_is_build_id(&note) &&
             xs_build_id_set(id, note.desc, note.desc_size) )
            return true;
    return false;
}

size_t xs_note_make(const struct xs_build_id *id, uint8_t *note)
{
    Elf64_Nhdr h = { .n_namesz = sizeof(XSPLICE_NOTE_OWNER),
                     .n_descsz = id->len,
                     .n_type = XSPLICE_NOTE_TYPE };

    memset(note, 0, XS_NOTE_MAX);
    memcpy(note, &h, sizeof(h));
    memcpy(note + sizeof(h), XSPLICE_NOTE_OWNER, sizeof(XSPLICE_NOTE_OWNER));
    memcpy(note + XS_NOTE_HEAD, id->bytes, id->len);
    return XS_NOTE_HEAD + ALIGN4(id->len);
}
