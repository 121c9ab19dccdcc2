/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions of Xen that must not be patched while it runs, by the names that
 * its symbol table has for them; for the port to Xen and for verify.
 *
 * While bytes are being written, one CPU runs the engine, the others spin in
 * it, and any of them may take an NMI or a machine check.  So the engine, what
 * it calls during the stop, and the paths of NMIs and machine checks must not
 * be half-written.  Other functions are on the list because a patch of them
 * would never take effect.
 *
 * A name that a build does not have (configured out, inlined) is no matter.
 * Besides these, all of the entry code and of the engine itself is forbidden.
 */
#ifndef ENGINE_ARCH_X86_UNPATCHABLE_H
#define ENGINE_ARCH_X86_UNPATCHABLE_H

/* clang-format off */
#define UNPATCHABLE_IN_STOP "it runs while the CPUs are stopped"
#define UNPATCHABLE_IN_NMI \
    "NMIs, which are served during the stop, run it"
#define UNPATCHABLE_IN_MCE \
    "machine checks, which are served during the stop, run it"
#define UNPATCHABLE_IN_ENTRY \
    "it is on the entry path, which NMIs and machine checks take"
#define UNPATCHABLE_IN_ENGINE "it is part of the live-patching engine"
#define UNPATCHABLE_NEVER_LEFT \
    "every CPU is inside it during the stop, and it never returns"

/* X(name, why) */
#define UNPATCHABLE_FUNCTIONS(X) \
    X("memcpy", UNPATCHABLE_IN_STOP) \
    X("memset", UNPATCHABLE_IN_STOP) \
    X("get_s_time", UNPATCHABLE_IN_STOP) \
    X("get_s_time_fixed", UNPATCHABLE_IN_STOP) \
    X("modify_xen_mappings_lite", UNPATCHABLE_IN_STOP) \
    X("relax_virtual_region_perms", UNPATCHABLE_IN_STOP) \
    X("tighten_virtual_region_perms", UNPATCHABLE_IN_STOP) \
    X("flush_area_local", UNPATCHABLE_IN_STOP) \
    X("arch/x86/flushtlb.c#do_tlb_flush", UNPATCHABLE_IN_STOP) \
    X("arch/x86/flushtlb.c#pre_flush", UNPATCHABLE_IN_STOP) \
    X("arch/x86/flushtlb.c#post_flush", UNPATCHABLE_IN_STOP) \
    X("__x86_return_thunk", UNPATCHABLE_IN_STOP) \
    X("__x86_indirect_thunk_rax", UNPATCHABLE_IN_STOP) \
    X("arch/x86/domain.c#idle_loop", UNPATCHABLE_NEVER_LEFT) \
    X("do_nmi", UNPATCHABLE_IN_NMI) \
    X("arch/x86/traps.c#pci_serr_error", UNPATCHABLE_IN_NMI) \
    X("arch/x86/traps.c#io_check_error", UNPATCHABLE_IN_NMI) \
    X("arch/x86/traps.c#unknown_nmi_error", UNPATCHABLE_IN_NMI) \
    X("arch/x86/traps.c#nmi_hwdom_report", UNPATCHABLE_IN_NMI) \
    X("arch/x86/traps.c#dummy_nmi_callback", UNPATCHABLE_IN_NMI) \
    X("nmi_watchdog_tick", UNPATCHABLE_IN_NMI) \
    X("arch/x86/nmi.c#cpu_nmi_callback", UNPATCHABLE_IN_NMI) \
    X("arch/x86/crash.c#do_nmi_crash", UNPATCHABLE_IN_NMI) \
    X("arch/x86/oprofile/nmi_int.c#nmi_callback", UNPATCHABLE_IN_NMI) \
    X("do_double_fault", UNPATCHABLE_IN_ENTRY) \
    X("do_machine_check", UNPATCHABLE_IN_MCE) \
    X("mcheck_cmn_handler", UNPATCHABLE_IN_MCE) \
    X("mcheck_mca_logout", UNPATCHABLE_IN_MCE) \
    X("mcheck_mca_clearbanks", UNPATCHABLE_IN_MCE) \
    X("mc_panic", UNPATCHABLE_IN_MCE) \
    X("mce_barrier", UNPATCHABLE_IN_MCE) \
    X("mce_barrier_enter", UNPATCHABLE_IN_MCE) \
    X("mce_barrier_exit", UNPATCHABLE_IN_MCE) \
    X("mctelem_reserve", UNPATCHABLE_IN_MCE) \
    X("mctelem_commit", UNPATCHABLE_IN_MCE) \
    X("mctelem_dismiss", UNPATCHABLE_IN_MCE) \
    X("mctelem_dataptr", UNPATCHABLE_IN_MCE) \
    X("mctelem_defer", UNPATCHABLE_IN_MCE) \
    X("mctelem_has_deferred", UNPATCHABLE_IN_MCE) \
    X("intpose_lookup", UNPATCHABLE_IN_MCE) \
    X("x86_mcinfo_reserve", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#unexpected_machine_check", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mce_spin_lock", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mce_urgent_action", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mce_action", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mca_init_bank", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mca_init_global", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mcabank_clear", UNPATCHABLE_IN_MCE) \
    X("arch/x86/cpu/mcheck/mce.c#mcinfo_clear", UNPATCHABLE_IN_MCE)
/* clang-format on */

#endif /* ENGINE_ARCH_X86_UNPATCHABLE_H */
