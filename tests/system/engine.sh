#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Our engine on a real Xen, as far as nothing else shows it: engine-scenario says
# what. The answers are those of the hypervisor; dom0's tools are looked at in
# control.sh.
. "$(dirname "$0")/../lib.sh"

# payload NAME ID WORD...: as make-payload has them.
payload() { "$top/tests/payloads/make-payload" "$1.xsplice" "id=$2" "xen=$id" "depends=$id" "${@:3}"; }

# refused NAME SENTENCE WORD...: a file that the engine must refuse for that reason.
refused()
{
    [ $# = 2 ] || payload "$1" 99 "${@:3}"
    echo "$1 $2" >>stages
    puts+=(--put "$1.xsplice")
}

# In the order in which the engine comes to them.
make_refused()
{
    head -c 4000 /dev/zero | tr '\0' x >garbage.xsplice
    refused garbage 'this is not an ELF file'
    payload whole 99 text=-whole
    head -c 600 whole.xsplice >truncated.xsplice
    refused truncated 'the section headers lie outside the file'
    refused no-depends 'does not say what it depends on' broken_no_depends
    refused foreign 'hypervisor' xen=bb
    refused two-ids 'build-id' broken_two_ids
    refused no-symbol 'uses a symbol that neither the hypervisor' unknown_symbol=there_is_none
    refused version "a function's entry is of another version" broken_version
    refused funcs 'does not hold whole entries' broken_funcs
    refused no-function 'is not in the hypervisor' function=there_is_none
    refused init-function 'was freed after boot' function=__start_xen
    refused too-short 'too short to hold the jump' old_size=4
    refused engine "is part of the live-patching engine" function=operation_act
    refused nothing 'there is no symbol table' broken_nothing
    refused metadata 'metadata' broken_metadata
    refused test1 'the same build-id' metadata=test1
}

# What runs in the stop, in NMIs, in machine checks; what never ends; entry code.
unpatchable='memcpy runs while the CPUs are stopped
do_nmi NMIs, which are served during the stop
nmi_watchdog_tick NMIs, which are served
do_machine_check machine checks, which are served
mcheck_cmn_handler machine checks
operation_act part of the live-patching engine
check_for_livepatch_work part of the live-patching engine
nmi on the entry path'

make_payloads()
{
    local f

    puts=()
    : >stages
    payload test1 11 text=-one metadata=test1
    make_refused
    payload test1 11 text=-one metadata=test1
    payload test2 22 function=xen_changeset text=two metadata=test2
    payload child 44 depends=11 function=xen_compile_date text=child metadata=child
    payload orphan 45 depends=98 function=xen_changeset text=orphan metadata=orphan
    payload expects 46 function=xen_compile_time expect=0x01 metadata=expects
    payload rival 47 text=-rival metadata=rival
    payload says-no 48 function=xen_compiler text=no hook=preapply hook_answer=-22 hook_times=1000000
    payload hurry 54 function=xen_changeset text=hurry
    payload more 49 function=xen_changeset text=more
    payload pad 50 function=common/keyhandler.c#read_clocks old_size=64
    payload behind-pad 51 function=common/keyhandler.c#read_clocks old_size=64 expect=0xf3,0x0f,0x1e,0xfa,0xe9
    payload warner 52 warn function=xen_changeset text=warned
    payload traps 53 text=-traps traps=1
    echo "$unpatchable" >unpatchable
    while read -r f _; do
        payload "not-$f" 97 "function=$f" old_size=64
        puts+=(--put "not-$f.xsplice")
    done <unpatchable
    for f in test1 test2 child orphan expects rival says-no more hurry pad behind-pad warner traps; do
        puts+=(--put "$f.xsplice")
    done
}

test_on_real_xen()
{
    local id puts

    "$top/lab/build-xen" --engine xsplice -o xen
    id=$(readelf -n xen/xen-syms | sed -n 's/.*Build ID: //p')
    make_payloads
    # The unasked NMIs are the test's own.
    expect_status 0 lab --xen xen/xen.gz --xen-args 'mce_verbosity=verbose' --put "$bin/tests/system/xen-xsplice" \
        --put "$bin/tests/system/probe" --put "$bin/tests/system/hammer" --put stages --put unpatchable "${puts[@]}" "$top/tests/system/engine-scenario"
    expect_no_match 'Xen BUG|Assertion' console
}

run_tests
