#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Payloads that are installed, over three real boots of Debian's hypervisor: the
# first one ends without a confirmation.
. "$(dirname "$0")/../lib.sh"

boot()
{
    local puts=(--put "$bin/tests/system/xen-xsplice" --put test1.xsplice --put date.xsplice)

    [ ! -d xsplice ] || puts+=(--put xsplice)
    expect_status 0 lab "${puts[@]}" --get xsplice --out "$PWD/got" "$top/tests/system/restore-scenario" "$1"
    expect_match "^boot '$1' went as said" output
    rm -rf xsplice
    mv got/xsplice .
}

test_three_boots()
{
    local target id

    target=$("$top/builder/debian-target" --no-build)
    id=$(readelf -n "$target/xen-syms" | sed -n 's/.*Build ID: //p')
    "$top/tests/payloads/make-payload" test1.xsplice id=11 "xen=$id" "depends=$id" metadata=test1 text=-one
    "$top/tests/payloads/make-payload" date.xsplice id=47 "xen=$id" "depends=$id" metadata=date \
        function=xen_compile_date text=date
    boot first
    expect_match '^state=trying' "xsplice/$id/test1.state"
    expect_match '^state=good' "xsplice/$id/date.state"
    boot crashed
    boot again
    expect_match '^state=good' "xsplice/$id/test1.state"
}

run_tests
