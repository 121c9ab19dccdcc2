/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/expect.h"

#include <string.h>

#include "builder/arch.h"
#include "builder/special.h"

void expect_fill(struct xsplice_expect *expect, const struct atom *old)
{
    const uint8_t *code = old->sec->data + old->start;
    uint64_t len = 0, end;

    memset(expect, 0, sizeof(*expect));
    if ( old->obj->arch->has_landing_pad(code, old->size) )
        return;
    end = old->size < XSPLICE_EXPECT_MAX ? old->size : XSPLICE_EXPECT_MAX;
    if ( old->nr_relocs && old->relocs[0].offset - old->start < end )
        end = old->relocs[0].offset - old->start;
    while ( len < end && !special_covers(old, len, len + 1) )
        len++;
    if ( !len )
        return;
    expect->enabled = 1;
    expect->len = len;
    memcpy(expect->data, code, len);
}
