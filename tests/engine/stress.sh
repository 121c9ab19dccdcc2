#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Operations back to back on hot functions while dom0 works, on 1, 2, 4 and 8
# CPUs, from a PV and from a PVH dom0. Run on demand, not by scripts/test: it
# takes long, and with 2 CPUs in counted time the lab has seen a hang of which
# the cause is not known yet.
#
#   OPERATIONS=10000 tests/engine/stress.sh      more of each
. "$(dirname "$0")/../lib.sh"

# In counted time how long an operation has to wait does not depend on what else
# this machine does: none may time out.
counted()
{
    stress "$@" --icount
    expect_no_match 'did not all stop' console
}

# With real time and more processors than this machine has, some do, when QEMU
# does not run them all: then they are tried again, and none may be lost.
stress()
{
    local operations=$1 words=$2 hot

    shift 2
    if [ ! -e "$shared/xen/xen.gz" ]; then
        "$top/lab/build-xen" --engine xsplice -o "$shared/xen"
        # The hypercall path, memory management; the scheduler and its timers;
        # exceptions and events.
        "$top/tests/payloads/detour" "$shared/hot1.livepatch" "$shared/xen/xen-syms" \
            do_xen_version do_mmu_update do_memory_op pv_hypercall do_multicall
        "$top/tests/payloads/detour" "$shared/hot2.livepatch" "$shared/xen/xen-syms" \
            context_switch set_timer stop_timer vcpu_wake do_sched_op
        "$top/tests/payloads/detour" "$shared/hot3.livepatch" "$shared/xen/xen-syms" \
            do_page_fault do_event_channel_op update_cr3 send_guest_vcpu_virq do_vcpu_op
    fi
    for hot in hot1 hot2 hot3; do puts+=(--put "$shared/$hot.livepatch"); done
    # shellcheck disable=SC2086
    expect_status 0 lab --xen "$shared/xen/xen.gz" "${puts[@]}" --timeout 1500 "$@" \
        "$top/tests/engine/stress-scenario" "${OPERATIONS:-$operations}" $words
    expect_no_match 'Xen (BUG|WARN)|Assertion|watchdog' console
}

test_1_cpu() { counted 60 '' --smp 1; }
test_2_cpus() { counted 200 '' --smp 2; }
test_4_cpus() { stress 120 '' --smp 4; }
test_8_cpus() { stress 60 '' --smp 8; }
test_pvh_dom0() { counted 60 '' --pvh --smp 2; }

run_tests
