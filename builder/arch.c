/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/arch.h"

#include <string.h>

static const struct arch *const all[] = { &arch_x86, &arch_arm64 };

const struct arch *arch_of(uint16_t machine)
{
    size_t i;

    for ( i = 0; i < sizeof(all) / sizeof(all[0]); i++ )
        if ( all[i]->machine == machine )
            return all[i];
    return NULL;
}

bool arch_rest_equal(const struct arch_reloc *how, const uint8_t *a,
                     const uint8_t *b)
{
    uint32_t x, y;

    if ( !how || !how->keeps || !a || !b )
        return true;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return !((x ^ y) & how->keeps);
}

bool arch_has_table(const struct arch *arch, const char *section)
{
    size_t i;

    for ( i = 0; i < arch->nr_tables; i++ )
        if ( !strcmp(section, arch->tables[i].section) )
            return true;
    return false;
}
