#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Payloads on trial, on a real Xen with our engine: dom0 hangs, and the
# hypervisor takes them back by itself; CHECK, INFO and deps beside it. A Xen that
# is there already is taken with XEN=DIR (xen.gz, xen-syms).
. "$(dirname "$0")/../lib.sh"

payload() { "$top/tests/payloads/make-payload" "$1.xsplice" "id=$2" "xen=$id" "metadata=$1" "${@:3}"; }

test_trials()
{
    local f id puts=() xen=${XEN-}

    if [ -z "$xen" ]; then
        xen=$shared/xen
        "$top/lab/build-xen" --engine xsplice -o "$xen"
    fi
    id=$(readelf -n "$xen/xen-syms" | sed -n 's/.*Build ID: //p')
    payload test1 11 "depends=$id" text=-one
    payload test2 22 "depends=$id" function=xen_changeset text=two
    payload test3 33 "depends=$id" text=-three
    payload on-both 44 depends=11 more=22 function=xen_compile_date text=both
    payload expects 55 "depends=$id" expect=0x01
    for f in *.xsplice; do puts+=(--put "$f"); done
    expect_status 0 lab --xen "$xen/xen.gz" --put "$bin/tests/system/xen-xsplice" \
        --put "$bin/tests/system/probe" "${puts[@]}" "$top/tests/system/trial-scenario"
    expect_match '^ok dom0_hangs_and_the_payload_goes' output
    expect_match 'xsplice: test1: not confirmed in time, taking it back' console
    expect_match 'xsplice: test3: reverted, and applied what it had replaced' console
    expect_no_match 'Xen (BUG|WARN)|Assertion|watchdog' console
}

run_tests
