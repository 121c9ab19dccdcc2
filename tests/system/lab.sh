#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab itself: what a scenario says is passed on, and a hypervisor in
# trouble is recognised for what it is.
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

test_status_output_and_arguments_pass()
{
    scenario talk <<'END'
echo "first: $1, second: $2, user $(id -u), $(cat /proc/xen/capabilities)"
echo "to stderr" >&2
exit 42
END
    expect_status 42 lab talk "two words" "it's"
    expect_match "^first: two words, second: it's, user 0, control_d" output
    expect_match "^to stderr$" output
    expect_match '^\(XEN\) .*Xen version' console
}

test_files_go_in_and_come_out_unchanged()
{
    head -c 5000000 /dev/urandom >given
    : >empty
    scenario copy <<'END'
cp given result
mkdir deep && cp given deep/too
cp empty nothing
END
    expect_status 0 lab --put given --put empty --get result --get deep/too --get nothing \
        --out back copy
    expect_same given back/result
    expect_same given back/too
    expect_same empty back/nothing
}

test_file_that_was_not_left_is_an_error()
{
    scenario forget <<<"true"
    expect_status 125 lab --get never forget
    expect_match 'left no file never' output
}

test_program_brings_its_libraries()
{
    cp "$(command -v jq)" .
    scenario parse <<<'echo "{\"a\": [1, 7]}" | ./jq .a[1]'
    expect_status 0 lab --put jq parse
    expect_match '^7$' output
}

test_scenario_ended_by_a_signal()
{
    scenario suicide <<<'kill -KILL $$'
    expect_status 137 lab suicide
}

test_background_process_does_not_hold_the_end()
{
    scenario leave <<'END'
sleep 100000 &
echo left
END
    expect_status 0 lab --timeout 300 leave
    expect_match '^left$' output
}

test_status_of_the_lab_is_not_taken_from_the_scenario()
{
    scenario liar <<<'exit 120'
    expect_status 119 lab liar
}

test_hypervisor_panic()
{
    # An NMI that nobody asked for: the lab tells Xen to take it as fatal.
    scenario crash <<<'debug-key N; sleep 1000'
    expect_status 120 lab --timeout 200 crash
    expect_match 'lab: the hypervisor panicked' output
    expect_match 'Panic on CPU' output
}

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
    expect_status 121 lab --timeout 600 --put spin apply-spin
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
i=0; while [ $i -lt 300 ]; do xen-livepatch list >/dev/null; i=$((i + 1)); done
END
    expect_status 0 lab --smp 1 work
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

# dom0 is alive, and yet it is over.
test_timeout()
{
    scenario sleep <<<'echo begun; sleep 1000'
    expect_status 122 lab --timeout 30 sleep
}

test_garbage_is_no_hypervisor()
{
    head -c 100000 /dev/urandom >garbage
    scenario idle <<<"true"
    expect_status 125 lab --xen garbage idle
    expect_match 'QEMU did not run' output
}

test_two_machines_at_once()
{
    scenario who <<<'echo "I am $1"; sleep 3; cp mine answer; exit $1'
    mkdir a b
    echo one >a/mine
    echo two >b/mine
    (cd a && expect_status 1 lab --put mine --get answer --out out ../who 1) &
    (cd b && expect_status 2 lab --put mine --get answer --out out ../who 2)
    wait $! || fail "the first machine's test failed"
    expect_same a/mine a/out/answer
    expect_same b/mine b/out/answer
}

test_counted_instructions_repeat()
{
    scenario count <<'END'
# Counts, on a clock that counts instructions.
a=$(awk '{ print $1 * 100 }' /proc/uptime)
i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done
b=$(awk '{ print $1 * 100 }' /proc/uptime)
echo "ticks $((b - a))"
END
    expect_status 0 lab --icount --smp 1 count
    first=$(sed -n 's/^ticks //p' output)
    expect_status 0 lab --icount --smp 1 count
    second=$(sed -n 's/^ticks //p' output)
    difference=$((first > second ? first - second : second - first))
    [ "$first" -gt 0 ] && [ $((difference * 50)) -le "$first" ] ||
        fail "$first and $second ticks"
}

test_pvh_dom0()
{
    scenario look <<<'dmesg -s 1000000 | grep -i "booting paravirtualized kernel"; xen-livepatch list'
    expect_status 0 lab --pvh look
    expect_match 'kernel on Xen PVH' output
}

run_tests
