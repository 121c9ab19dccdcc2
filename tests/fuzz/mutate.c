/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/fuzz/mutate.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#define HV_ID 0xab /* of the fixtures' hypervisor, 20 times */

static uint64_t number(unsigned int *seed)
{
    return (uint64_t)rand_r(seed) << 33 ^ (uint64_t)rand_r(seed) << 16 ^
           rand_r(seed);
}

static unsigned int below(unsigned int *seed, unsigned int n)
{
    return n ? rand_r(seed) % n : 0;
}

/* A value that is likely to meet a boundary. */
static uint64_t edge(unsigned int *seed, uint64_t now, size_t size)
{
    const uint64_t values[] = {
        0,
        1,
        now + 1,
        now - 1,
        size,
        size - 1,
        size + 1,
        -1ull,
        1ull << 63,
        1ull << 31,
        1ull << 32,
        0x7fffffff,
        now ^ (1ull << below(seed, 64)),
        number(seed),
        below(seed, 64),
        now + below(seed, 256) - 128,
        now * 2,
        now & ~7ull,
        4096,
        104,
    };

    return values[below(seed, sizeof(values) / sizeof(values[0]))];
}

/* A field of 'len' bytes at p becomes another. */
static void change(uint8_t *p, unsigned int len, size_t size,
                   unsigned int *seed)
{
    uint64_t value = 0;

    memcpy(&value, p, len);
    value = edge(seed, value, size);
    memcpy(p, &value, len);
}

/* Fields of a structure, as offset and size. */
struct field {
    uint8_t at, len;
};

static const struct field section_fields[] = { { 0, 4 },  { 4, 4 },  { 8, 8 },
                                               { 16, 8 }, { 24, 8 }, { 32, 8 },
                                               { 40, 4 }, { 44, 4 }, { 48, 8 },
                                               { 56, 8 } };
static const struct field symbol_fields[] = { { 0, 4 }, { 4, 1 }, { 5, 1 },
                                              { 6, 2 }, { 8, 8 }, { 16, 8 } };
static const struct field rela_fields[] = {
    { 0, 8 }, { 8, 4 }, { 12, 4 }, { 16, 8 }
};

static void change_record(uint8_t *record, const struct field *fields,
                          unsigned int n, size_t size, unsigned int *seed)
{
    const struct field *f = &fields[below(seed, n)];

    change(record + f->at, f->len, size, seed);
}

/* The header, if sections can be found by it. */
static int header(const uint8_t *bytes, size_t size, Elf64_Ehdr *eh)
{
    if ( size < sizeof(*eh) )
        return 0;
    memcpy(eh, bytes, sizeof(*eh));

    return eh->e_shnum && eh->e_shoff < size &&
           (size - eh->e_shoff) / sizeof(Elf64_Shdr) >= eh->e_shnum;
}

static uint8_t *section(uint8_t *bytes, const Elf64_Ehdr *eh, unsigned int i,
                        Elf64_Shdr *sh)
{
    uint8_t *at = bytes + eh->e_shoff + i * sizeof(*sh);

    memcpy(sh, at, sizeof(*sh));

    return at;
}

static int in_file(const Elf64_Shdr *sh, size_t size)
{
    return sh->sh_type != SHT_NOBITS && sh->sh_size && sh->sh_offset < size &&
           sh->sh_size <= size - sh->sh_offset;
}

/* A relocation of a type that there is more often than any other number. */
static void change_type(uint8_t *rela, unsigned int *seed)
{
    static const uint8_t types[] = { 0, 1, 2, 4, 10, 11, 12, 13, 14, 15, 24 };
    uint32_t type = types[below(seed, sizeof(types))];

    memcpy(rela + 8, &type, sizeof(type));
}

static void change_content(uint8_t *data, const Elf64_Shdr *sh, size_t size,
                           unsigned int *seed)
{
    static const uint8_t lens[] = { 1, 2, 4, 8 };
    unsigned int len = lens[below(seed, 4)];

    switch ( sh->sh_type )
    {
    case SHT_SYMTAB:
        if ( sh->sh_size >= sizeof(Elf64_Sym) )
            change_record(data + below(seed, sh->sh_size / sizeof(Elf64_Sym)) *
                                     sizeof(Elf64_Sym),
                          symbol_fields, 6, size, seed);
        break;
    case SHT_RELA:
        if ( sh->sh_size < sizeof(Elf64_Rela) )
            break;
        data +=
            below(seed, sh->sh_size / sizeof(Elf64_Rela)) * sizeof(Elf64_Rela);
        if ( below(seed, 2) )
            change_record(data, rela_fields, 4, size, seed);
        else
            change_type(data, seed);
        break;
    default:
        if ( sh->sh_size >= len )
            change(data + below(seed, sh->sh_size - len + 1), len, size, seed);
        break;
    }
}

int mutate_field(uint8_t *bytes, size_t size, unsigned int *seed)
{
    Elf64_Ehdr eh;
    Elf64_Shdr sh, other;
    uint8_t *at;

    if ( !header(bytes, size, &eh) )
        return 0;
    at = section(bytes, &eh, below(seed, eh.e_shnum), &sh);
    switch ( below(seed, 8) )
    {
    case 0: /* of the ELF header */
        change(bytes + 16 + 2 * below(seed, 24), 2, size, seed);
        break;
    case 1:
    case 2:
        change_record(at, section_fields, 10, size, seed);
        break;
    case 3: /* two sections change a field between them */
    {
        const struct field *f = &section_fields[below(seed, 10)];
        uint8_t *from = section(bytes, &eh, below(seed, eh.e_shnum), &other);

        memcpy(at + f->at, from + f->at, f->len);
        break;
    }
    default:
        if ( in_file(&sh, size) )
            change_content(bytes + sh.sh_offset, &sh, size, seed);
        break;
    }

    return 1;
}

/* The hypervisor's id where the payload says what it was built for. */
static void repair_id(uint8_t *bytes, size_t size, const Elf64_Ehdr *eh)
{
    static const char name[] = ".livepatch.xen_depends";
    Elf64_Shdr sh, names;
    unsigned int i;

    if ( eh->e_shstrndx >= eh->e_shnum )
        return;
    section(bytes, eh, eh->e_shstrndx, &names);
    if ( !in_file(&names, size) )
        return;
    for ( i = 0; i < eh->e_shnum; i++ )
    {
        section(bytes, eh, i, &sh);
        if ( in_file(&sh, size) && sh.sh_size == 36 &&
             names.sh_size >= sizeof(name) &&
             sh.sh_name <= names.sh_size - sizeof(name) &&
             !memcmp(bytes + names.sh_offset + sh.sh_name, name,
                     sizeof(name)) )
        {
            memcpy(bytes + sh.sh_offset, "\4\0\0\0\24\0\0\0\3\0\0\0GNU", 16);
            memset(bytes + sh.sh_offset + 16, HV_ID, 20);
        }
    }
}

void mutate_repair(uint8_t *bytes, size_t size, unsigned int *seed)
{
    Elf64_Ehdr eh;

    if ( size < sizeof(eh) || !below(seed, 20) )
        return;
    memcpy(&eh, bytes, sizeof(eh));
    memcpy(eh.e_ident, "\177ELF\2\1\1\0\0", 9);
    eh.e_type = ET_REL;
    eh.e_machine = EM_X86_64;
    eh.e_version = 1;
    eh.e_phnum = 0;
    eh.e_ehsize = sizeof(eh);
    eh.e_shentsize = sizeof(Elf64_Shdr);
    memcpy(bytes, &eh, sizeof(eh));
    if ( header(bytes, size, &eh) )
        repair_id(bytes, size, &eh);
}
