#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signatures on real Xen: a hypervisor with our engine that trusts two keys, in
# each of its policies; and the stock one, which takes signed payloads as well.
. "$(dirname "$0")/../lib.sh"

# make_key NAME KIND...: a private key, its public half, a certificate.
make_key()
{
    openssl genpkey -quiet "${@:2}" -out "$1.pem"
    openssl pkey -in "$1.pem" -pubout -out "$1.pub"
    openssl req -x509 -new -key "$1.pem" -subj "/CN=$1 of the tests" -days 3650 -out "$1.crt"
}

make_keys()
{
    make_key rsa -algorithm RSA -pkeyopt rsa_keygen_bits:3072
    make_key p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
    make_key stranger -algorithm RSA -pkeyopt rsa_keygen_bits:2048
}

# They are kept, since with others the hypervisor is another one, too.
keys=$(kept keys make_key make_keys)

# make_xen NAME [--require]: a hypervisor that trusts two of them.
make_xen()
{
    "$top/lab/build-xen" --engine xsplice --trust "$keys/rsa.crt" --trust "$keys/p256.pub" "${@:2}" -o "$1"
}

sign() { "$bin/control/xen-xsplice" -q sign "$1" --key="$keys/$2.pem" -o "$3"; }

# make_files XEN-SYMS: all that the scenario uses, in the current directory.
make_files()
{
    local id make=$top/tests/payloads/make-payload size plain trailer

    id=$(readelf -n "$1" | sed -n 's/.*Build ID: //p')
    "$make" unsigned id=11 "xen=$id" "depends=$id" function=xen_extra_version text=-signed
    "$make" other id=22 "xen=$id" "depends=$id" function=xen_changeset text=other
    sign unsigned rsa by-rsa
    sign unsigned p256 by-p256
    sign unsigned stranger by-stranger
    size=$(stat -c %s by-rsa) plain=$(stat -c %s unsigned)
    trailer=$((size - plain))
    head -c $((size - 7)) by-rsa >truncated
    { cat by-rsa; echo; } >trailing
    { cat by-rsa; tail -c $trailer by-rsa; } >doubled
    { cat other; tail -c $trailer by-rsa; } >reattached
    head -c 5000 /dev/zero | tr '\0' 'x' >garbage
    # One byte: of the payload, of the signature itself, of the length at the end.
    change by-rsa changed $((plain / 2))
    change by-rsa forged $((plain + 96 + 20))
    change by-rsa damaged $((size - 16))
    # As large as a file may be, but for a little.
    head -c 1900000 /dev/zero >filler
    objcopy --add-section .comment.filler=filler unsigned large.plain
    objcopy --add-section .comment.filler=filler other large-2.plain
    sign large.plain rsa large
    sign large-2.plain p256 large-2
}

# change FILE TO OFFSET: flips a bit of that byte.
change()
{
    local byte

    cp "$1" "$2"
    byte=$(od -An -tu1 -j "$3" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\$(printf %o $((byte ^ 16)))" | dd of="$2" bs=1 seek="$3" conv=notrunc status=none
}

files='unsigned by-rsa by-p256 by-stranger truncated trailing doubled reattached garbage changed forged damaged large large-2'

# boot POLICY XEN-ARGS [--require]
boot()
{
    local f puts=()

    make_xen xen "${@:3}"
    make_files xen/xen-syms
    for f in $files; do puts+=(--put "$f"); done
    lab --xen xen/xen.gz --put "$bin/tests/system/xen-xsplice" \
        --put "$bin/tests/system/probe" "${puts[@]}" --timeout 1200 \
        --xen-args "$2" "$top/tests/system/signatures-scenario" "$1"
    expect_no_match 'Xen (BUG|WARN)|Assertion' console
}

# Without a word on the command line: keys are there.
test_require_is_what_keys_mean()
{
    boot require ''
    expect_match 'xsplice: signatures: require, 2 trusted keys' console
    expect_match 'xsplice: p: signed by rsa of the tests' console
    expect_match 'xsplice: p: signed by p256.pub' console
    # The hypercall was left in the middle, and taken up again.
    expect_match 'signature checked in 3[0-9] steps, .*; gave way [1-9]' console
}

# Of two words the stricter counts, and one that is none is the strictest.
test_warn()
{
    boot warn 'xsplice-signature=off xsplice-signature=warn'
    expect_match 'p: loading it although the payload is not signed' console
    expect_match 'p: loading it although the payload is signed with a key that is not trusted here' console
}

test_off()
{
    boot off 'xsplice-signature=off'
    expect_no_match 'xsplice: .*(signatures|signed)' console
}

# Built with --require: no word on the command line makes it less, and what was
# settled at boot lies where nothing is written afterwards.
test_a_requirement_that_is_built_in_stays()
{
    boot built-in 'xsplice-signature=off' --require
    expect_match 'xsplice: signatures: require, 2 trusted keys' console
    objdump -t "xen/tree/xen/common/xsplice/engine/core/trust.o" >symbols
    expect_match '\.data\.ro_after_init\s+[0-9a-f]+ policy$' symbols
}

test_stock_xen_takes_signed_payloads()
{
    local target

    target=$("$top/builder/debian-target" --no-build)
    make_files "$target/xen-syms"
    cat >scenario <<'SCENARIO'
for f in by-rsa by-p256; do
    xen-livepatch upload p $f && xen-livepatch apply p || exit 1
    case $(cat /sys/hypervisor/version/extra) in -signed) ;; *) exit 2 ;; esac
    xen-livepatch revert p && xen-livepatch unload p || exit 3
    xen-xsplice load p $f && xen-xsplice revert p && xen-xsplice unload p || exit 4
done
SCENARIO
    sed -i '1i #!/bin/sh' scenario
    lab --xen "$target/xen.gz" --put "$bin/tests/system/xen-xsplice" --put by-rsa --put by-p256 --timeout 300 ./scenario
}

run_tests
