#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Operations back to back on hot functions, on real Xen with our engine, while
# dom0 works: on 1, 2, 4 and 8 CPUs, CPUs that come and go, from a PV and from a
# PVH dom0. None is lost, none times out, and the console has nothing to say.
#
#   OPERATIONS=10000 tests/system/stress.sh      as many of each, on demand
#
# Without it, 500. XEN=DIR takes a hypervisor that lab/build-xen has put there.
. "$(dirname "$0")/../lib.sh"

# From where the caller is; the tests are elsewhere.
[ -z "${XEN-}" ] || XEN=$(readlink -f "$XEN")

# What is patched: the hypercall path and memory management; the scheduler, its
# timers and softirqs; exceptions, interrupts, events, and where VMs exit.
hot1='do_xen_version do_mmu_update do_memory_op pv_hypercall hvm_hypercall do_multicall do_mmuext_op
    do_update_va_mapping'
hot2='context_switch vcpu_wake vcpu_block do_sched_op set_timer stop_timer common/timer.c#timer_softirq_action
    common/timer.c#execute_timer common/sched/core.c#schedule common/sched/core.c#sched_slave
    common/sched/core.c#vcpu_periodic_timer_fn common/sched/credit2.c#csched2_schedule call_rcu cpu_raise_softirq'
hot3='do_page_fault do_general_protection do_device_not_available do_event_channel_op update_cr3 send_guest_vcpu_virq
    do_vcpu_op evtchn_send vcpu_mark_events_pending send_guest_pirq svm_vmexit_handler svm_intr_assist
    hvm_interrupt_blocked vlapic_has_pending_irq handle_pio'

make_payloads()
{
    local id

    if [ -n "${XEN-}" ]; then
        ln -s "$XEN" xen
    else
        "$top/lab/build-xen" --engine xsplice -o xen
    fi
    for hot in hot1 hot2 hot3; do
        # shellcheck disable=SC2086
        "$top/tests/payloads/detour" $hot xen/xen-syms ${!hot}
    done
    # shellcheck disable=SC2086
    "$top/tests/payloads/detour" all1 xen/xen-syms $hot1 $hot2 $hot3
    # shellcheck disable=SC2086
    "$top/tests/payloads/detour" all2 xen/xen-syms $hot3 $hot2 $hot1
    id=$(readelf -n xen/xen-syms | sed -n 's/.*Build ID: //p')
    "$top/tests/payloads/make-payload" shown id=11 "xen=$id" "depends=$id" text=-hot
    "$top/tests/payloads/make-payload" again id=12 "xen=$id" "depends=$id" function=xen_changeset text=again
}

# stress WORDS OPTION...: for the scenario, and for the lab.
stress()
{
    local words=$1 f puts=()

    shift
    # There is none for a PVH dom0.
    [[ " $* " == *" --pvh "* ]] || puts+=(--disk 16)
    if [ ! -e "$shared/xen/xen.gz" ]; then
        (cd "$shared" && make_payloads)
    fi
    for f in hot1 hot2 hot3 all1 all2 shown again; do puts+=(--put "$shared/$f"); done
    # shellcheck disable=SC2086
    expect_status 0 lab --xen "$shared/xen/xen.gz" --put "$bin/tests/system/hammer" "${puts[@]}" \
        --timeout 3000 "$@" "$top/tests/system/stress-scenario" "${OPERATIONS:-500}" real $words
    expect_match '^swap all1: ' output
    sed -n '/lab: scenario begins/,$p' console >said
    expect_match 'applied in place of all others' said
    expect_no_match 'Xen (BUG|WARN)|Assertion|[Ww]atchdog|[Ee]rror|[Ff]ail' said
    # All that the engine may have to say.
    grep -a 'xsplice: ' said |
        grep -avE ': ((un)?loaded|loading it although|applied|reverted|another operation is under way)' >complaints || true
    [ ! -s complaints ] || fail "$(head -n 1 complaints)"
}

test_1_cpu() { stress '' --smp 1; }
test_2_cpus() { stress '' --smp 2 --vcpus 2; }
test_4_cpus_that_come_and_go() { stress hotplug --smp 4 --vcpus 4; }
# Half of them idle: what each change of a page table costs in emulation grows
# with the vCPUs that are told.
test_8_cpus() { stress '' --smp 8 --vcpus 4; }
test_pvh_dom0_and_cpus_that_come_and_go() { stress hotplug --pvh --smp 2 --vcpus 2; }

run_tests
