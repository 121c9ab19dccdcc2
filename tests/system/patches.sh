#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: patches.sh [--engine DIR] [NAME...]
#
# Takes the payloads of all diffs in tests/patches of which one can be built (or
# of the ones named) to Debian's hypervisor: each is uploaded, applied, reverted
# and unloaded while dom0 looks on. Several boots, of many payloads each. With
# --engine, to a hypervisor with our engine, which lab/build-xen has put into DIR.
set -u
export LC_ALL=C
top=$(cd "$(dirname "$0")/../.." && pwd)
patches=$top/tests/patches
out=${XSPLICE_OUT:-$top/out}/patches
build=${XSPLICE_BUILD:-$top/build}
per_boot=24
boots=()
newer=()
if [ "${1-}" = --engine ]; then
    export XSPLICE_TREE=$2/tree XSPLICE_OUT=${XSPLICE_OUT:-$top/out}/engine
    out=$XSPLICE_OUT/patches
    boots=(--xen "$2/xen.gz")
    newer=("$2/tree/xen/xen-syms")
    shift 2
fi
# shellcheck source=tests/patches/expect
. "$patches/expect"

if [ $# = 0 ]; then
    for f in "$patches"/*.patch; do
        [ "$(expect_lines "$f" Expect)" != built ] ||
            { [ -z "${XSPLICE_TREE-}" ] && expect_our_engine "$f"; } || set -- "$@" "$(basename "$f" .patch)"
    done
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# What the build test has left is taken, if nothing has changed since. It may
# still be at it.
mkdir -p "$out"
flock "$out/.lock" true
stale=()
for name in "$@"; do
    for f in "$patches/$name.patch" "$build/builder/xsplice-build" "${newer[@]}"; do
        [ "$out/$name/$name.xsplice" -nt "$f" ] || { stale+=("$name"); break; }
    done
done
[ ${#stale[@]} -eq 0 ] || XSPLICE_BUILD=$build "$top/tests/build/patches.sh" "${stale[@]}" >"$log"
for name in "$@"; do
    [ -s "$out/$name/$name.xsplice" ] && continue
    echo "not ok $name: no payload was built"
done
echo "1..$#"

# Runs the payloads named in one boot. What has no result afterwards has died,
# or was not reached.
boot()
{
    local names=("$@") puts=() name status below

    for name in "${names[@]}"; do
        puts+=(--put "$out/$name/$name.xsplice" --put "$patches/$name.patch")
        for below in $(expect_lines "$patches/$name.patch" On); do
            puts+=(--put "$out/$name/below/$below.xsplice")
        done
    done
    "$top/lab/run" "${boots[@]}" --put "$build/tests/system/xen-xsplice" --put "$build/tests/system/probe" \
        "${puts[@]}" --console "$out/console" \
        "$top/tests/system/patches-scenario" "${names[@]}" >"$log" 2>&1 </dev/null
    status=$?
    grep -E '^(ok |not ok |    \| )' "$log"
    for name in "${names[@]}"; do
        grep -qE "^(ok|not ok) $name(:|\$)" "$log" && continue
        if [ "$(grep '^# ' "$log" | tail -n 1)" = "# $name" ]; then
            echo "not ok $name: the lab ended with status $status"
            tail -n 20 "$log" | sed 's/^/    | /'
        else
            echo "not ok $name: not reached"
        fi
    done
    [ $status = 0 ] || failed=1
}

failed=0
names=()
for name in "$@"; do
    if [ -s "$out/$name/$name.xsplice" ]; then
        names+=("$name")
    else
        failed=1
    fi
done
for ((i = 0; i < ${#names[@]}; i += per_boot)); do
    boot "${names[@]:i:per_boot}"
done
exit $failed
