/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not be patched, and why.
 *
 * While bytes are being written, one CPU runs the engine, the others spin in
 * it, and any of them may take an NMI or a machine check.  So the engine, what
 * it calls during the stop, and the paths of NMIs and machine checks must not
 * be half-written.  Other functions are on the list because a patch of them
 * would never take effect.
 *
 * A name that a build does not have (configured out, inlined) is no matter.
 */
#include <xen/init.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/symbols.h>

#include <asm/processor.h>

#include "engine/core/engine.h"
#include "engine/core/port.h"
#include "engine/xen/xen.h"

static const char in_stop[] = "it runs while the CPUs are stopped";
static const char in_nmi[] = "NMIs, which are served during the stop, run it";
static const char in_mce[] =
    "machine checks, which are served during the stop, run it";
static const char in_entry[] =
    "it is on the entry path, which NMIs and machine checks take";
static const char in_engine[] = "it is part of the live-patching engine";
static const char never_left[] =
    "every CPU is inside it during the stop, and it never returns";

static struct {
    const char *name;
    const char *why;
    unsigned long addr; /* filled in at boot */
} list[] = {
    { "memcpy", in_stop },
    { "memset", in_stop },
    { "get_s_time", in_stop },
    { "get_s_time_fixed", in_stop },
    { "modify_xen_mappings_lite", in_stop },
    { "relax_virtual_region_perms", in_stop },
    { "tighten_virtual_region_perms", in_stop },
    { "flush_area_local", in_stop },
    { "arch/x86/flushtlb.c#do_tlb_flush", in_stop },
    { "arch/x86/flushtlb.c#pre_flush", in_stop },
    { "arch/x86/flushtlb.c#post_flush", in_stop },
    { "__x86_return_thunk", in_stop },
    { "__x86_indirect_thunk_rax", in_stop },
    { "arch/x86/domain.c#idle_loop", never_left },
    { "do_nmi", in_nmi },
    { "arch/x86/traps.c#pci_serr_error", in_nmi },
    { "arch/x86/traps.c#io_check_error", in_nmi },
    { "arch/x86/traps.c#unknown_nmi_error", in_nmi },
    { "arch/x86/traps.c#nmi_hwdom_report", in_nmi },
    { "arch/x86/traps.c#dummy_nmi_callback", in_nmi },
    { "nmi_watchdog_tick", in_nmi },
    { "arch/x86/nmi.c#cpu_nmi_callback", in_nmi },
    { "arch/x86/crash.c#do_nmi_crash", in_nmi },
    { "arch/x86/oprofile/nmi_int.c#nmi_callback", in_nmi },
    { "do_double_fault", in_entry },
    { "do_machine_check", in_mce },
    { "mcheck_cmn_handler", in_mce },
    { "mcheck_mca_logout", in_mce },
    { "mcheck_mca_clearbanks", in_mce },
    { "mc_panic", in_mce },
    { "mce_barrier", in_mce },
    { "mce_barrier_enter", in_mce },
    { "mce_barrier_exit", in_mce },
    { "mctelem_reserve", in_mce },
    { "mctelem_commit", in_mce },
    { "mctelem_dismiss", in_mce },
    { "mctelem_dataptr", in_mce },
    { "mctelem_defer", in_mce },
    { "mctelem_has_deferred", in_mce },
    { "intpose_lookup", in_mce },
    { "x86_mcinfo_reserve", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#unexpected_machine_check", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mce_spin_lock", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mce_urgent_action", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mce_action", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mca_init_bank", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mca_init_global", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mcabank_clear", in_mce },
    { "arch/x86/cpu/mcheck/mce.c#mcinfo_clear", in_mce },
};

/* The linker puts the entry code between these (xen.lds.S). */
extern const char _stextentry[], _etextentry[];

static bool in_range(unsigned long addr, const void *start, const void *end)
{
    return addr >= (unsigned long)start && addr < (unsigned long)end;
}

/* Where the function that holds 'addr' begins. */
static unsigned long function_start(unsigned long addr)
{
    char name[KSYM_NAME_LEN + 1];
    unsigned long size, offset;

    return symbols_lookup(addr, &size, &offset, name) ? addr - offset : addr;
}

const char *port_unpatchable(unsigned long addr)
{
    unsigned long start;
    unsigned int i;

    if ( in_range(addr, _stextentry, _etextentry) )
        return in_entry;
    if ( in_range(addr, xsplice_text_start, xsplice_text_end) )
        return in_engine;
    start = function_start(addr);
    for ( i = 0; i < ARRAY_SIZE(list); i++ )
        if ( list[i].addr && list[i].addr == start )
            return list[i].why;
    return NULL;
}

void __init xsplice_unpatchable_init(void)
{
    unsigned int i;

    for ( i = 0; i < ARRAY_SIZE(list); i++ )
        list[i].addr = symbols_lookup_by_name(list[i].name);

    /* The marks rely on the linker's order: see that it kept it. */
    if ( !in_range((unsigned long)operation_act, xsplice_text_start,
                   xsplice_text_end) ||
         !in_range((unsigned long)port_run_stopped, xsplice_text_start,
                   xsplice_text_end) )
        port_log(PORT_ERR,
                 "xsplice: the engine does not lie between its marks: it "
                 "cannot tell its own functions");
}
