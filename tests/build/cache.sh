#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the compilers made is kept: found again, never wrong, not too much of it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

build=$bin/builder/xsplice-build
# Two units compile what it changes.
patch=$top/tests/patches/function-changed.patch

# A cache with nothing in it but the Debian target is in use from now on.
new_cache()
{
    "$bin/builder/debian-target" >/dev/null
    mkdir new-cache
    ln -s "$cache/debian" new-cache/debian
    export XSPLICE_CACHE=$PWD/new-cache
}

objects() { find "$XSPLICE_CACHE" -path '*/objects/??/*' -type f; }

test_same_payload_with_and_without_it()
{
    new_cache
    expect_status 0 "$build" --debian --no-cache -p "$patch" -o out1
    expect_match '2 compiler runs, 2 differ' output
    [ ! -e new-cache/objects ] || fail "--no-cache has left something"
    expect_status 0 "$build" --debian -p "$patch" -o out2
    expect_match '2 compiler runs, 2 differ' output
    expect_status 0 "$build" --debian -p "$patch" -o out3
    expect_match '0 compiler runs \(2 cached\), 2 differ' output
    expect_same out1/function-changed.xsplice out2/function-changed.xsplice
    expect_same out1/function-changed.xsplice out3/function-changed.xsplice
    "$build" --debian -p "$patch" -o out4 --json >json 2>log
    jq -e '.compiler_runs == 0 and .cached == 2' json
    # It is there, and not asked for.
    expect_status 0 "$build" --debian --no-cache -p "$patch" -o out5
    expect_match '2 compiler runs, 2 differ' output
}

test_two_at_once_do_not_disturb_each_other()
{
    local pid

    new_cache
    "$build" --debian -p "$patch" -o out1 >1 2>&1 &
    pid=$!
    expect_status 0 "$build" --debian -p "$patch" -o out2
    wait $pid
    expect_same out1/function-changed.xsplice out2/function-changed.xsplice
    expect_status 0 "$build" --debian -p "$patch" -o out3
    expect_match '0 compiler runs \(2 cached\)' output
}

test_damage_is_noticed_and_mended()
{
    local f

    new_cache
    expect_status 0 "$build" --debian -p "$patch" -o out1
    [ -n "$(objects)" ] || fail "nothing is kept"
    for f in $(objects); do printf X | dd of="$f" bs=1 seek=100 conv=notrunc status=none; done
    expect_status 0 "$build" --debian -p "$patch" -o out2
    expect_match '2 compiler runs, 2 differ' output
    expect_same out1/function-changed.xsplice out2/function-changed.xsplice
    expect_status 0 "$build" --debian -p "$patch" -o out3
    expect_match '0 compiler runs \(2 cached\)' output
}

test_status_limit_and_clear()
{
    new_cache
    expect_status 0 "$build" cache
    expect_match 'Objects +0, 0 bytes of at most 1.0 GiB' output
    expect_status 0 "$build" --debian -p "$patch" -o out1
    expect_status 0 "$build" --debian -p "$patch" -o out2
    "$build" cache status --json >json
    jq -e --arg dir "$XSPLICE_CACHE/objects" '.directory == $dir and .entries >= 1 and
        .bytes > 1000 and .limit == 1073741824 and .hits == 2 and .misses == 2' json
    "$build" cache clear --json >json
    jq -e '.entries == 0 and .bytes == 0 and .hits == 0 and .limit == 1073741824' json
    [ -z "$(objects)" ] || fail "objects are left"
    "$build" cache limit 10K --json >json
    jq -e '.limit == 10240' json
    expect_status 0 "$build" --debian -p "$patch" -o out3
    expect_match '2 compiler runs, 2 differ' output
    "$build" cache --json >json
    jq -e '.limit == 10240 and .bytes <= 10240' json
    # No room at all: it works all the same.
    expect_status 0 "$build" cache limit 0
    expect_match 'Objects +0, 0 bytes of at most 0 bytes' output
    expect_status 0 "$build" --debian -p "$patch" -o out4
    expect_same out1/function-changed.xsplice out4/function-changed.xsplice
    [ -z "$(objects)" ] || fail "more is kept than the limit allows"
}

test_wrong_words_are_usage_errors()
{
    export XSPLICE_CACHE=$PWD/none
    expect_status 64 "$build" cache frobnicate
    expect_status 64 "$build" cache limit
    expect_status 64 "$build" cache limit 12Q
    expect_match 'not a size: 12Q' output
    expect_match '^hint: ' output
    expect_status 64 "$build" cache clear everything
    expect_status 64 "$build" cache --frobnicate
    expect_status 0 "$build" cache --help
    expect_match '^Usage: xsplice-build cache' output
    [ ! -e none ] || fail "a directory was made"
}

test_a_cache_that_cannot_be_written_is_said_and_harms_nothing()
{
    new_cache
    : >new-cache/objects
    expect_status 0 "$build" --debian -p "$patch" -o out
    expect_match 'xsplice-build: the cache is of no use: .*objects' output
    [ -s out/function-changed.xsplice ] || fail "no payload"
}

run_tests
