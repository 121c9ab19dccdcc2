#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab recognises a machine in trouble for what it is: panics, hangs, resets;
# and takes no busy machine for a hanging one.
. "$(dirname "$0")/../lib.sh"

# scenario NAME: a scenario from standard input, as a file in this directory.
scenario() { { echo '#!/bin/sh'; cat; } >"$1"; }

# payload NAME: a payload for the hypervisor that the lab boots, which runs the
# instructions from standard input in the hypervisor when it is applied (hook
# preapply: in the hypercall, interrupts on). Written down by hand, so that the
# lab's tests stand on nothing but the lab.
payload()
{
    local id note section

    id=$(readelf -n "$("$top/builder/debian-target" --no-build)/xen-syms" | sed -n 's/.*Build ID: //p')
    note="    .long 4, ${#id} / 2, 3
    .asciz \"GNU\"
    .byte 0x$(sed 's/../&, 0x/g; s/, 0x$//' <<<"$id")"
    {
        for section in .livepatch.depends .livepatch.xen_depends; do
            printf '    .section %s, "a", @note\n%s\n' "$section" "$note"
        done
        printf '    .section .livepatch.hooks.preapply, "aw", @progbits\n    .quad hook\n'
        printf '    .text\n    .globl hook\n    .type hook, @function\nhook:\n    endbr64\n'
        cat
        printf '    .size hook, . - hook\n'
    } >"$1.s"
    as -o "$1.o" "$1.s"
    ld -r --build-id=sha1 -o "$1" "$1.o"
    scenario "apply-$1" <<END
xen-livepatch upload $1 $1 || exit 3
echo uploaded
xen-livepatch apply $1
sleep 1000
END
}

# panics OPTION...: of the lab. The hypervisor is made to, and that is recognised.
panics()
{
    payload trap <<<'    ud2'
    expect_status 120 lab --put trap "$@" apply-trap
    expect_match '^uploaded' output
    expect_match 'lab: the hypervisor panicked' output
    expect_match 'Panic on CPU' output
}

test_hypervisor_panic() { panics --timeout 200; }
# Through hardware virtualisation.
test_hypervisor_panic_under_a_pvh_dom0() { panics --pvh --timeout 600; }
# On the clock that counts instructions.
test_hypervisor_panic_in_counted_time() { panics --icount --timeout 600; }

# The stack is gone: no handler can run on it.
test_hypervisor_double_fault()
{
    payload fault <<'END'
    mov $0xdead0000dead0000, %rsp
    push %rax
END
    expect_status 120 lab --timeout 300 --put fault apply-fault
    expect_match '^uploaded' output
    expect_match 'DOUBLE FAULT' output
}

test_hypervisor_triple_fault()
{
    payload fault <<'END'
    push $0
    push $0
    lidt (%rsp)
    ud2
END
    expect_status 120 lab --timeout 300 --put fault apply-fault
    expect_match 'lab: the machine was reset' output
}

# The other processor and half of dom0 go on.
test_hypervisor_hang_with_interrupts_off()
{
    payload spin <<'END'
    cli
1:  pause
    jmp 1b
END
    expect_status 121 lab --timeout 600 --vcpus 2 --put spin apply-spin
    expect_match '^uploaded' output
    expect_match 'lab: the hypervisor hangs: processor [01] runs in Xen with interrupts off' output
}

# Xen's timers still tick, but nothing else gets on.
test_hypervisor_hang_with_interrupts_on()
{
    payload spin <<'END'
1:  pause
    jmp 1b
END
    expect_status 121 lab --timeout 600 --smp 1 --put spin apply-spin
    expect_match 'lab: the hypervisor hangs: processor 0 does not leave Xen' output
    # Where it came from, by the symbols beside the hypervisor; and what Xen's own
    # console says when asked.
    expect_match '^ +ffff82d0[0-9a-f]{8} do_sysctl' output
    expect_match "'d' pressed" console
}

test_hypervisor_halted()
{
    payload halt <<'END'
    cli
1:  hlt
    jmp 1b
END
    expect_status 121 lab --timeout 600 --smp 1 --put halt apply-halt
    expect_match 'lab: the hypervisor hangs: all processors are halted' output
}

# Hard work of dom0 and of Xen is no hang: a processor that is always busy,
# hypercalls without end.
test_busy_machine_is_no_hang()
{
    scenario work <<'END'
(while :; do :; done) &
(while :; do xen-livepatch list >/dev/null; done) &
i=0; while [ $i -lt 45 ]; do xen-livepatch list >/dev/null; i=$((i + 1)); done
END
    expect_status 0 lab --smp 1 work
}

# On a busy computer, signs of life are rare in counted time, and what is between
# them is looked at. The judgement alone, on what processors might be seen at.
test_rare_signs_of_life_are_no_hang()
{
    (
        # shellcheck source=lab/watch
        . "$top/lab/watch"
        SECONDS=0
        # Booting, it may take its time.
        sample() { state=(xen xen) where=(ffff82d040200000 0) ticks=($((n * 100)) $((n * 100))) total=$((n * 100)); }
        for n in {1..50}; do
            ! find_hang || fail "$hang, at sample $n"
        done
        # A processor in Xen, one in dom0, and much time used.
        sample() { state=(xen guest) where=(ffff82d040200000 0) ticks=($((n * 200)) $((n * 200))) total=$((n * 200)); }
        sign_of_life
        for n in {1..400}; do
            SECONDS=$((n * 5))
            [ $((n % 10)) != 0 ] || sign_of_life
            ! find_hang || fail "$hang, at sample $n"
        done
        for n in {401..440}; do
            SECONDS=$((n * 5))
            ! find_hang || break
        done
        [[ $hang == "processor 0 does not leave Xen"* ]] || fail "no hang is seen: $hang"
        sign_of_life
        sample() { state=(guest idle) where=(0 0) ticks=($((n * 200)) 0) total=$((n * 200)); }
        for n in {441..490}; do
            SECONDS=$((n * 5))
            ! find_hang || break
        done
        [[ $hang == "dom0 has given no sign of life"* ]] || fail "no silence is heard: $hang"
    )
}

# The kernel's own reboot: the machine goes away under the scenario.
test_machine_reset()
{
    scenario reset <<<'reboot -f; sleep 1000'
    expect_status 120 lab --timeout 200 reset
    expect_match 'lab: the machine was reset' output
}

test_dom0_kernel_panic()
{
    scenario oops <<<'echo c >/proc/sysrq-trigger; sleep 1000'
    expect_status 123 lab --timeout 200 oops
    expect_match '^lab: the dom0 kernel died' output
}

run_tests
