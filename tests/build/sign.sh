#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Signing at the desk: with what xsplice-build makes, with a key in a TPM, and
# the keys that a hypervisor is built to trust.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

tool=$bin/control/xen-xsplice
trusted() { "$top/engine/xen/trusted-keys" "$@"; }

key() { openssl genpkey -quiet "${@:2}" -out "$1.pem"; openssl pkey -in "$1.pem" -pubout -out "$1.pub"; }
rsa() { key "$1" -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" "${@:3}"; }
p256() { key "$1" -algorithm EC -pkeyopt ec_paramgen_curve:P-256; }
cert() { openssl req -x509 -new -key "$1.pem" -subj "$2" -days 2 -out "$1.crt"; }

test_a_payload_is_built_signed()
{
    rsa release 2048
    cert release '/CN=Release key'
    expect_status 0 "$bin/builder/xsplice-build" --debian -p "$top/tests/patches/function-changed.patch" \
        -o one --sign release.pem --cert release.crt
    expect_match '^Signed +by Release key, key [0-9a-f]{64}$' output
    expect_status 0 "$tool" verify one/function-changed.xsplice --key=release.crt
    # The same again gives the same bytes; without the key, those before the signature.
    expect_status 0 "$bin/builder/xsplice-build" --debian -p "$top/tests/patches/function-changed.patch" \
        -o two --sign release.pem
    expect_same one/function-changed.xsplice two/function-changed.xsplice
    expect_status 0 "$bin/builder/xsplice-build" --debian -p "$top/tests/patches/function-changed.patch" -o plain
    expect_same plain/function-changed.xsplice <(head -c "$(stat -c %s plain/function-changed.xsplice)" one/function-changed.xsplice)
    # A key that cannot be used: no payload, signed or not.
    rsa small 1024
    expect_status 1 "$bin/builder/xsplice-build" --debian -p "$top/tests/patches/function-changed.patch" \
        -o none --sign small.pem
    expect_match 'the RSA key is too small' output
    [ ! -e none/function-changed.xsplice ] || fail "a payload was written"
}

# A TPM (in software) with an RSA and an ECDSA key, neither of which leaves it.
start_tpm()
{
    local pid wait

    mkdir state
    swtpm socket --tpm2 --tpmstate "dir=$PWD/state" --server "type=unixio,path=$PWD/sock" \
        --ctrl "type=unixio,path=$PWD/sock.ctrl" --flags not-need-init,startup-clear >swtpm.log 2>&1 &
    pid=$!
    # shellcheck disable=SC2064
    trap "kill $pid" EXIT
    for ((wait = 0; wait < 600; wait++)); do [ -S sock ] && [ -S sock.ctrl ] && break; sleep 0.1; done
    export TPM2TOOLS_TCTI="swtpm:path=$PWD/sock" TPM2OPENSSL_TCTI="swtpm:path=$PWD/sock"
    tpm2_createprimary -Q -C o -c primary
    tpm_key 0x81000001 rsa2048:rsassa-sha256:null
    tpm_key 0x81000002 ecc256:ecdsa-sha256:null
}

tpm_key()
{
    tpm2_create -Q -C primary -G "$2" -u public -r private \
        -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign'
    tpm2_flushcontext -Q -t
    tpm2_load -Q -C primary -u public -r private -c key
    tpm2_evictcontrol -Q -C o -c key "$1"
    tpm2_flushcontext -Q -t
    tpm2_readpublic -Q -c "$1" -f pem -o "$1.pub"
}

test_a_key_in_a_tpm_signs()
{
    local handle

    # What the provider itself leaks is not ours.
    export ASAN_OPTIONS=detect_leaks=0
    "$top/tests/payloads/make-payload" plain id=11 xen=22 depends=22
    start_tpm
    for handle in 0x81000001 0x81000002; do
        expect_status 0 "$tool" sign plain --provider=tpm2 --key=handle:$handle -o signed
        expect_status 0 "$tool" verify signed --key=$handle.pub
        expect_status 0 "$tool" sign plain --provider=tpm2 --key=handle:$handle --cert=$handle.pub -o signed
        expect_status 0 "$tool" verify signed --key=$handle.pub
    done
    expect_status 1 "$tool" sign plain --provider=tpm2 --key=handle:0x81000001 --cert=0x81000002.pub -o not
    expect_match 'is of another key' output
    expect_status 1 "$tool" sign plain --provider=tpm2 --key=handle:0x81000009 -o not
    expect_match '^xen-xsplice: sign plain: handle:0x81000009: ' output
    [ ! -e not ] || fail "a file was written"
}

# What trusted-keys writes is what the tools say of the same keys.
test_trusted_keys_are_those_of_the_files()
{
    local id

    rsa a 2048
    rsa b 4096
    p256 c
    cert a '/O=Somebody/CN=Release "1" \\ key'
    trusted a.crt b.pub c.pub >keys.c
    expect_match 'xsplice_trusted_count = 3;' keys.c
    expect_match 'default_policy = SIGNATURE_REQUIRE;' keys.c
    expect_match 'least_policy = SIGNATURE_OFF;' keys.c
    expect_match '\.name = "Release _1_ ' keys.c
    expect_match '\.name = "b.pub"' keys.c
    gcc -Wall -Werror -I "$top" -I "$top/include" -c keys.c -o keys.o
    # Compiled, it is the keys: the number of bytes in each array tells.
    cat >main.c <<'MAIN'
#include <stdio.h>
#include "engine/xen/trust.h"
int main(void)
{
    for ( unsigned int i = 0, j; i < xsplice_trusted_count; i++ )
    {
        const struct trusted_key *k = &xsplice_trusted_keys[i];

        printf("%u %u %u ", k->algorithm, k->size, k->exponent);
        for ( j = 0; j < 32; j++ )
            printf("%02x", k->id[j]);
        printf(" ");
        for ( j = 0; j < k->size; j++ )
            printf("%02X", k->key[j]);
        printf("\n");
    }
    return 0;
}
MAIN
    gcc -I "$top" -I "$top/include" main.c keys.o -o main
    ./main >got
    for k in a b; do
        id=$(openssl pkey -pubin -in $k.pub -outform DER | sha256sum | cut -c 1-64)
        echo "1 $(($(openssl rsa -pubin -in $k.pub -noout -modulus | wc -c) / 2 - 4)) 65537 $id" \
            "$(openssl rsa -pubin -in $k.pub -noout -modulus | sed 's/Modulus=//')"
    done >want
    id=$(openssl pkey -pubin -in c.pub -outform DER | sha256sum | cut -c 1-64)
    echo "2 65 0 $id $(openssl pkey -pubin -in c.pub -outform DER | tail -c 65 | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F)" >>want
    expect_same want got
    # And the id is what a signature by that key names.
    "$top/tests/payloads/make-payload" plain id=11 xen=22 depends=22
    expect_status 0 "$tool" sign plain --key=c.pem -o signed
    expect_match "key $id" output
}

test_without_keys_it_is_warn()
{
    trusted >keys.c
    expect_match 'xsplice_trusted_count = 0;' keys.c
    expect_match 'default_policy = SIGNATURE_WARN;' keys.c
    p256 a
    trusted --require a.pub >keys.c
    expect_match 'least_policy = SIGNATURE_REQUIRE;' keys.c
}

# refused PATTERN FILE: with a way out.
refused()
{
    expect_status 1 trusted good.pub "$2"
    expect_match "^trusted-keys: .*$1" output
}

test_a_key_that_cannot_be_used_is_an_error()
{
    p256 good
    rsa small 1024
    rsa three 2048 -pkeyopt rsa_keygen_pubexp:3
    key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
    key ed -algorithm ED25519
    key pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048
    openssl pkey -in good.pem -pubout -ec_conv_form compressed -out compressed.pub
    openssl pkey -in good.pem -pubout -outform DER -out good.der
    cat good.pub good.pub >two.pub
    sed '2s/^..../AAAA/' good.pub >damaged.pub
    : >empty.pub
    refused 'too small' small.pub
    refused 'exponent' three.pub
    refused 'neither an RSA key nor an ECDSA key' p384.pub
    refused 'neither an RSA key nor an ECDSA key' ed.pub
    refused 'neither an RSA key nor an ECDSA key' pss.pub
    refused 'compressed point' compressed.pub
    refused 'in PEM' good.der
    refused 'more than one thing' two.pub
    refused 'cannot be read as a public key' damaged.pub
    refused 'in PEM' empty.pub
    refused 'is a private key' good.pem
    refused 'cannot be read' nowhere.pub
}

run_tests
