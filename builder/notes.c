/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/notes.h"

#include <ctype.h>
#include <elf.h>
#include <stdio.h>
#include <string.h>

#define ALIGN4(n) (((n) + 3) & ~(size_t)3)

int build_id_from_notes(const void *notes, size_t size, struct build_id *id)
{
    const uint8_t *p = notes;

    while ( size >= sizeof(Elf64_Nhdr) )
    {
        Elf64_Nhdr h;
        size_t name, all;

        memcpy(&h, p, sizeof(h));
        name = ALIGN4((size_t)h.n_namesz);
        all = sizeof(h) + name + ALIGN4((size_t)h.n_descsz);
        if ( all > size )
            return -1;
        if ( h.n_type == XSPLICE_NOTE_TYPE &&
             h.n_namesz == sizeof(XSPLICE_NOTE_OWNER) &&
             !memcmp(p + sizeof(h), XSPLICE_NOTE_OWNER, h.n_namesz) &&
             h.n_descsz && h.n_descsz <= sizeof(id->bytes) )
        {
            memcpy(id->bytes, p + sizeof(h) + name, h.n_descsz);
            id->len = h.n_descsz;
            return 0;
        }
        p += all;
        size -= all;
    }
    return -1;
}

int build_id_parse(const char *hex, struct build_id *id)
{
    size_t n = strlen(hex), i;
    unsigned int byte;

    if ( !n || n % 2 || n / 2 > sizeof(id->bytes) )
        return -1;
    for ( i = 0; i < n; i += 2 )
    {
        if ( !isxdigit((unsigned char)hex[i]) ||
             !isxdigit((unsigned char)hex[i + 1]) ||
             sscanf(hex + i, "%2x", &byte) != 1 )
            return -1;
        id->bytes[i / 2] = byte;
    }
    id->len = n / 2;
    return 0;
}

void build_id_print(const struct build_id *id, char *hex)
{
    size_t i;

    for ( i = 0; i < id->len; i++ )
        sprintf(hex + 2 * i, "%02x", id->bytes[i]);
    hex[2 * id->len] = '\0';
}

size_t build_id_note(const struct build_id *id, uint8_t *note)
{
    Elf64_Nhdr h = { .n_namesz = sizeof(XSPLICE_NOTE_OWNER),
                     .n_descsz = id->len,
                     .n_type = XSPLICE_NOTE_TYPE };

    memset(note, 0, BUILD_ID_NOTE_MAX);
    memcpy(note, &h, sizeof(h));
    memcpy(note + sizeof(h), XSPLICE_NOTE_OWNER, sizeof(XSPLICE_NOTE_OWNER));
    memcpy(note + BUILD_ID_NOTE_HEAD, id->bytes, id->len);
    return BUILD_ID_NOTE_HEAD + ALIGN4(id->len);
}
