/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file format of ELF64, as the System V ABI lays it down. */
#ifndef ENGINE_CORE_ELF_FORMAT_H
#define ENGINE_CORE_ELF_FORMAT_H

#include "types.h"

struct file_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct file_section {
    uint32_t name, type;
    uint64_t flags, addr, offset, size;
    uint32_t link, info;
    uint64_t addralign, entsize;
};

struct file_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t shndx;
    uint64_t value, size;
};

struct file_rela {
    uint64_t offset, info;
    int64_t addend;
};

enum {
    IDENT_CLASS = 4,
    IDENT_DATA,
    IDENT_VERSION,
    IDENT_OSABI,
    IDENT_ABIVERSION,
};

#define FILE_REL 1 /* file_header.type */

/* file_section.type */
#define SECT_NULL     0u
#define SECT_PROGBITS 1u
#define SECT_SYMTAB   2u
#define SECT_STRTAB   3u
#define SECT_RELA     4u
#define SECT_NOTE     7u
#define SECT_NOBITS   8u
#define SECT_REL      9u
#define SECT_UNWIND   0x70000001u /* of x86-64 */

/* file_section.flags */
#define FLAG_WRITE   0x1u
#define FLAG_ALLOC   0x2u
#define FLAG_EXEC    0x4u
#define FLAG_MERGE   0x10u
#define FLAG_STRINGS 0x20u
#define FLAG_INFO    0x40u
#define FLAG_ORDER   0x80u
#define FLAG_GROUP   0x200u
#define FLAG_RETAIN  0x200000u
#define FLAGS_KNOWN                                                           \
    (FLAG_WRITE | FLAG_ALLOC | FLAG_EXEC | FLAG_MERGE | FLAG_STRINGS |        \
     FLAG_INFO | FLAG_ORDER | FLAG_GROUP | FLAG_RETAIN)

/* Section indexes with a meaning of their own. */
#define INDEX_UNDEF   0u
#define INDEX_RESERVE 0xff00u
#define INDEX_ABS     0xfff1u
#define INDEX_COMMON  0xfff2u

/* file_symbol.info */
#define BIND_LOCAL   0u
#define BIND_GLOBAL  1u
#define BIND_WEAK    2u
#define TYPE_NONE    0u
#define TYPE_OBJECT  1u
#define TYPE_FUNC    2u
#define TYPE_SECTION 3u
#define TYPE_FILE    4u
#define TYPE_COMMON  5u

#endif /* ENGINE_CORE_ELF_FORMAT_H */
