#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The demo tells the truth, and notices when something is not as it says.
. "$(dirname "$0")/../lib.sh"

# What differs from run to run: times, sizes, build-ids, what the cache has.
alike() { sed -E 's/ +[0-9]+\.[0-9]+ s$//; s/[0-9]+ compiler runs?( \([0-9]+ cached\))?/N compiler runs/; s/[0-9]+ bytes/N bytes/; s/[0-9a-f]{40}/ID/g'; }

# readme_shows ENGINE FILE: each line of the README's blocks that are marked
# "demo ENGINE" is in FILE, in that order.
readme_shows()
{
    local line printed

    sed -n '/^```demo '"$1"'$/,/^```$/{/^```/d;p}' "$top/README.md" | alike >shown
    [ "$(wc -l <shown)" -gt 10 ] || fail "the README has lost its transcript"
    exec 3< <(alike <"$2")
    while IFS= read -r line; do
        while IFS= read -r -u 3 printed; do
            [ "$printed" != "$line" ] || continue 2
        done
        fail "the demo does not print, there: $line"
    done <shown
}

test_the_whole_story_with_the_stock_engine()
{
    expect_status 0 "$top/scripts/demo" --engine stock
    expect_match '^demo: everything went as said' output
    expect_match 'do_poll\+0x[0-9a-f]+/0x[0-9a-f]+ \[test2\]' output
    expect_match '^engine +stock Xen$' output
    readme_shows stock output
}

# The default. It makes its key and its hypervisor once, and then uses them again;
# what the first clone has made serves the others.
test_the_whole_story_with_our_engine()
{
    local own=$top/out/demo/xsplice first=$cache/tests/demo

    mkdir -p "$own"
    [ -e "$own/release.crt" ] || [ ! -d "$first" ] || cp -p "$first"/release.* "$own"
    expect_status 0 "$top/scripts/demo"
    [ -d "$first" ] || keep "$first" cp -p "$own"/release.* .
    expect_match '^demo: everything went as said' output
    expect_match 'do_poll\+0x[0-9a-f]+/0x[0-9a-f]+ \[test2\]' output
    expect_match '^engine +xsplice 1$' output
    expect_match '^xen-xsplice: upload unsigned: the payload is not signed' output
    expect_match "^xen-xsplice: check test4: .* it depends on 'test2'" output
    expect_match 'test1: not confirmed in time, taking it back' output
    readme_shows xsplice output
}

test_another_engine_than_said()
{
    expect_status 1 lab --put "$bin/tests/system/xen-xsplice" --put "$bin/tests/system/probe" \
        "$top/scripts/demo-in-dom0" xsplice
    expect_match "^NOT AS SAID: the engine is not 'xsplice 1'" output
}

test_an_engine_that_nobody_has()
{
    expect_status 64 "$top/scripts/demo" --engine nobodys
}

# The payloads change their names: each step still succeeds for the tool.
test_payloads_that_do_something_else()
{
    local out=$top/out/demo/stock

    cp "$out/test3.xsplice" test1.xsplice
    cp "$out/test1.xsplice" test3.xsplice
    expect_status 1 lab --put "$bin/tests/system/xen-xsplice" --put "$bin/tests/system/probe" \
        --put test1.xsplice --put "$out/test2.xsplice" --put test3.xsplice \
        --put "$out/test4.xsplice" --put "$out/unsigned.xsplice" "$top/scripts/demo-in-dom0" stock
    expect_match "^NOT AS SAID: the answer should have been '\.5\+test1'" output
}

test_a_payload_that_is_not_there()
{
    expect_status 1 lab --put "$bin/tests/system/xen-xsplice" --put "$bin/tests/system/probe" \
        "$top/scripts/demo-in-dom0" stock
    expect_match '^NOT AS SAID: xen-xsplice upload unsigned unsigned.xsplice ended with status [1-9]' output
}

run_tests
