/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Relocations of x86-64 (psABI, table 4.9), those that code may contain. */
#include "engine/core/arch.h"

enum {
    R_NONE = 0,
    R_64 = 1,
    R_PC32 = 2,
    R_PLT32 = 4,
    R_32 = 10,
    R_32S = 11,
    R_16 = 12,
    R_PC16 = 13,
    R_8 = 14,
    R_PC8 = 15,
    R_PC64 = 24,
};

static const struct kind {
    uint8_t size; /* 0: not taken */
    bool relative;
} kinds[] = {
    [R_64] = { 8 },         [R_PC32] = { 4, true }, [R_PLT32] = { 4, true },
    [R_32] = { 4 },         [R_32S] = { 4 },        [R_16] = { 2 },
    [R_PC16] = { 2, true }, [R_8] = { 1 },          [R_PC8] = { 1, true },
    [R_PC64] = { 8, true },
};

unsigned int arch_reloc_size(uint32_t type, bool *relative)
{
    *relative = type < ARRAY_SIZE(kinds) && kinds[type].relative;
    if ( type >= ARRAY_SIZE(kinds) )
        return 0;
    return kinds[type].size;
}

/* Does the value survive in so many bytes?  The ABI says how it is read. */
static bool fits(uint32_t type, uint64_t value)
{
    switch ( type )
    {
    case R_PC32:
    case R_PLT32:
    case R_32S:
        return (int64_t)value == (int32_t)value;
    case R_32:
        return value == (uint32_t)value;
    case R_PC16:
        return (int64_t)value == (int16_t)value;
    case R_16:
        return value == (uint16_t)value;
    case R_PC8:
        return (int64_t)value == (int8_t)value;
    case R_8:
        return value == (uint8_t)value || (int64_t)value == (int8_t)value;
    }
    return true;
}

/* Little-endian: the low bytes.  Of a size that the compiler knows, or it calls
 * memcpy(). */
static void store(uint8_t *to, uint64_t value, unsigned int size)
{
    switch ( size )
    {
    case 8:
        memcpy(to, &value, 8);
        break;
    case 4:
        memcpy(to, &value, 4);
        break;
    case 2:
        memcpy(to, &value, 2);
        break;
    default:
        *to = value;
    }
}

int arch_reloc_apply(uint32_t type, uint8_t *fill, unsigned long place,
                     unsigned long symbol, int64_t addend)
{
    uint64_t value = (uint64_t)symbol + (uint64_t)addend;

    if ( kinds[type].relative )
        value -= place;
    if ( !fits(type, value) )
        return -EOVERFLOW;
    store(fill, value, kinds[type].size);
    return 0;
}
