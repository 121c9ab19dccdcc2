#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab itself: what a scenario says and leaves is passed on, and the lab's
# options do what they say. For machines in trouble see trouble.sh.
. "$(dirname "$0")/../lib.sh"

# scenario NAME: a scenario from standard input, as a file in this directory.
scenario() { { echo '#!/bin/sh'; cat; } >"$1"; }

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

# dom0 is alive, and yet it is over.
test_timeout()
{
    scenario sleep <<<'echo begun; sleep 1000'
    expect_status 122 lab --timeout 12 sleep
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

test_processors_of_the_machine_and_of_dom0()
{
    scenario count <<<'echo "dom0 has $(grep -c ^processor /proc/cpuinfo)"'
    expect_status 0 lab --smp 3 --vcpus 2 count
    expect_match '^dom0 has 2$' output
    expect_match '^\(XEN\) Brought up 3 CPUs' console
}

# A machine that has booted is taken up again where the same one is wanted, and
# has the boot's console. One whose state is damaged is booted again, as it is
# with --fresh, that does not look at it. In a cache of the test's own, with what
# is not looked at here.
test_what_has_booted_is_kept()
{
    local n

    mkdir -p own/lab
    ln -s "$cache"/debian own
    ln -s "$cache"/lab/{kernel-*,base-*,xen-tools,kvm-*} own/lab
    export XSPLICE_CACHE=$PWD/own
    # When the kernel made its devices: at another time in each boot.
    scenario look <<<'echo "boot $(stat -c %Z /dev/null)"; ls /lab/work; touch here'
    for n in 1 2; do
        expect_status 0 lab look
        grep '^boot ' output >boot-$n
        expect_no_match '^here$' output
        expect_match '^\(XEN\) .*Xen version' console
        expect_match 'lab: scenario has ended' console
    done
    expect_same boot-1 boot-2
    [ "$(ls -d own/lab/booted-* | wc -l)" = 1 ] || fail "not one machine: $(ls own/lab)"
    truncate -s 1M own/lab/booted-*/state
    expect_status 122 lab --fresh --timeout 1 look
    expect_no_match 'cannot be taken up' output
    expect_status 0 lab look
    expect_match 'cannot be taken up, so it is booted again' output
    expect_no_match "$(cat boot-1)" output
    expect_match '^boot ' output
    [ -z "$(compgen -G 'own/lab/booted-*')" ] || fail "what is damaged is still there"
}

# The kernel's word for it, and the hypervisor's.
test_pvh_dom0()
{
    scenario look <<<'cat /sys/hypervisor/guest_type; xen-livepatch list'
    expect_status 0 lab --pvh look
    expect_match '^PVH$' output
    expect_match '^\(XEN\) \*\*\* Building a PVH Dom0 \*\*\*' console
    expect_status 0 lab look
    expect_match '^PV$' output
}

run_tests
