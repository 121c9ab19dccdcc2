/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What must not be patched; engine/arch/x86/unpatchable.h says why. */
#include <xen/init.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/symbols.h>

#include <asm/processor.h>

#include "engine/arch/x86/unpatchable.h"
#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/core/sort.h"
#include "engine/xen/xen.h"

/* By address, once they are known; those that are not there come first. */
static struct forbidden {
    const char *name;
    const char *why;
    unsigned long start, end;
} list[] = {
#define LIST_ENTRY(name, why) { name, why, 0, 0 },
    UNPATCHABLE_FUNCTIONS(LIST_ENTRY)
#undef LIST_ENTRY
};

/* The linker puts the entry code between these (xen.lds.S). */
extern const char _stextentry[], _etextentry[];

static bool in_range(unsigned long addr, const void *start, const void *end)
{
    return addr >= (unsigned long)start && addr < (unsigned long)end;
}

const char *port_unpatchable(unsigned long addr)
{
    unsigned int low = 0, high = ARRAY_SIZE(list);

    if ( in_range(addr, _stextentry, _etextentry) )
        return UNPATCHABLE_IN_ENTRY;
    if ( in_range(addr, xsplice_text_start, xsplice_text_end) )
        return UNPATCHABLE_IN_ENGINE;
    while ( low < high ) /* the first that ends behind it */
    {
        unsigned int mid = (low + high) / 2;

        if ( list[mid].end <= addr )
            low = mid + 1;
        else
            high = mid;
    }
    return low < ARRAY_SIZE(list) && addr >= list[low].start ? list[low].why
                                                             : NULL;
}

static int cf_check by_address(const void *a, const void *b)
{
    const struct forbidden *x = a, *y = b;

    return x->end < y->end ? -1 : x->end > y->end;
}

/* Looking an address up is dear, so it is done once and for all. */
void __init xsplice_unpatchable_init(void)
{
    char name[KSYM_NAME_LEN + 1];
    unsigned long size, offset;
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(list); i++ )
    {
        list[i].start = symbols_lookup_by_name(list[i].name);
        if ( list[i].start &&
             symbols_lookup(list[i].start, &size, &offset, name) )
            list[i].end = list[i].start + size;
    }
    sort_array(list, ARRAY_SIZE(list), sizeof(list[0]), by_address, sort_swap);

    /* The marks rely on the linker's order: see that it kept it. */
    if ( !in_range((unsigned long)operation_act, xsplice_text_start,
                   xsplice_text_end) ||
         !in_range((unsigned long)port_run_stopped, xsplice_text_start,
                   xsplice_text_end) )
        port_log(PORT_ERR,
                 "xsplice: the engine does not lie between its marks: it "
                 "cannot tell its own functions");
}
