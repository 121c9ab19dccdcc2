#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Putting the engine into a Xen tree, and taking it out again.
. "$(dirname "$0")/../lib.sh"

integrate() { "$top/engine/xen/integrate" "$@"; }

# The few files of a Xen tree that the command looks at.
some_tree()
{
    mkdir -p "$1"/xen/common "$1"/xen/arch/x86
    printf 'export XEN_VERSION       = 4\nexport XEN_SUBVERSION    = %s\n' "${2:-17}" >"$1/xen/Makefile"
    echo '/* stock */' >"$1/xen/common/livepatch.c"
    printf 'obj-y += kernel.o\nobj-$(CONFIG_LIVEPATCH) += livepatch.o livepatch_elf.o\nobj-y += last.o\n' \
        >"$1/xen/common/Makefile"
    printf 'obj-$(CONFIG_LIVEPATCH) += livepatch.o\nobj-y += msi.o\n' >"$1/xen/arch/x86/Makefile"
    printf 'config LIVEPATCH\n\tbool "x"\n\nconfig FAST_SYMBOL_LOOKUP\n\tbool "y"\n' >"$1/xen/common/Kconfig"
    find "$1" -type f -exec touch -d 2001-02-03 {} +
}

# Content, names, and times to the day.
state()
{
    (cd "$1" && find . -type f -exec sha256sum {} + | sort && find . -type f -printf '%p %TY-%Tm-%Td\n' | sort)
}

test_remove_gives_the_tree_back_byte_for_byte()
{
    some_tree tree
    state tree >before
    integrate tree
    [ -f tree/xen/common/xsplice/engine/core/engine.h ] || fail "no engine in the tree"
    expect_match '^obj-\$\(CONFIG_XSPLICE\) \+= xsplice/$' tree/xen/common/Makefile
    expect_match '^source "common/xsplice/Kconfig"$' tree/xen/common/Kconfig
    integrate --remove tree
    state tree >after
    expect_same before after
}

# Debian's source, built.
test_the_hypervisors_own_tree_comes_back_too()
{
    cp -a "$("$bin/builder/debian-target" | tail -n 1)/src" tree
    state tree >before
    integrate tree
    expect_no_match 'common/xsplice/' before
    state tree >between
    expect_match 'common/xsplice/engine/core/load.c' between
    integrate --remove tree
    state tree >after
    expect_same before after
}

# objects FILE VARIABLE=VALUE...: what make would build.
objects()
{
    local file=$1

    shift
    printf 'include %s\nshow: ; @echo "$(obj-y)"\n' "$file" | make -s -f - "$@" show
}

test_stock_engine_is_built_only_without_ours()
{
    some_tree tree
    integrate tree
    for dir in common arch/x86; do
        objects "tree/xen/$dir/Makefile" CONFIG_LIVEPATCH=y CONFIG_XSPLICE=y >with
        objects "tree/xen/$dir/Makefile" CONFIG_LIVEPATCH=y >without
        expect_no_match 'livepatch' with
        expect_match 'livepatch.o' without
        expect_no_match 'xsplice' without
    done
    objects tree/xen/common/Makefile CONFIG_LIVEPATCH=y CONFIG_XSPLICE=y >with
    expect_match 'kernel.o xsplice/ last.o' with
}

test_again_changes_nothing()
{
    some_tree tree
    integrate tree
    find tree -type f -exec touch -d 2001-02-03 {} +
    state tree >before
    integrate tree
    state tree >after
    expect_same before after
}

test_again_brings_sources_up_to_date()
{
    some_tree tree
    integrate tree
    echo old >tree/xen/common/xsplice/engine/xen/stop.c
    echo gone >tree/xen/common/xsplice/engine/xen/no-more.c
    integrate tree
    expect_same "$top/engine/xen/stop.c" tree/xen/common/xsplice/engine/xen/stop.c
    [ ! -e tree/xen/common/xsplice/engine/xen/no-more.c ] || fail "a source that is gone is still built"
}

test_the_hypervisor_folder_itself_is_taken()
{
    some_tree tree
    integrate tree/xen
    [ -d tree/xen/common/xsplice ] || fail "no engine in the tree"
}

some_key()
{
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
    openssl pkey -in key.pem -pubout -out "$1"
}

test_keys_stay_until_they_are_said_anew()
{
    local keys=tree/xen/common/xsplice/trust/keys.c

    some_tree tree
    integrate tree
    expect_match 'trusted_count = 0;' $keys
    some_key 'my key.pub'
    integrate --trust 'my key.pub' --require tree
    expect_match 'name = "my key.pub"' $keys
    expect_match 'least_policy = SIGNATURE_REQUIRE;' $keys
    cp $keys before
    integrate tree
    expect_same before $keys
    integrate --no-trust tree
    expect_match 'trusted_count = 0;' $keys
    expect_match 'least_policy = SIGNATURE_OFF;' $keys
}

test_a_key_that_cannot_be_used_changes_nothing()
{
    some_tree tree
    some_key key.pub
    integrate --trust key.pub tree
    echo rubbish >bad.pub
    state tree >before
    expect_status 1 integrate --trust key.pub --trust bad.pub tree
    expect_match 'bad.pub is neither a certificate nor a public key' output
    expect_status 1 integrate --trust nowhere.pub tree
    expect_match 'cannot be read' output
    expect_status 1 integrate --require tree
    expect_match 'would load no payload at all' output
    state tree >after
    expect_same before after
}

test_other_sources_of_bearssl()
{
    some_tree tree
    mkdir empty
    state tree >before
    expect_status 1 integrate --bearssl empty tree
    expect_match 'not the sources of BearSSL' output
    state tree >after
    expect_same before after
}

# refused PATTERN: for that reason, with a way out, and nothing is changed.
refused()
{
    state tree >before
    expect_status 1 integrate tree
    expect_match "$1" output
    expect_match '^hint: ' output
    state tree >after
    expect_same before after
}

test_refuses_another_version()
{
    some_tree tree 12
    refused 'Xen 4.12 is not a version'
}

test_refuses_build_files_that_it_does_not_know()
{
    some_tree tree
    sed -i 's/livepatch_elf.o/livepatch_elf.o more.o/' tree/xen/common/Makefile
    refused 'not those of Xen 4.17'
}

test_refuses_what_is_no_xen()
{
    mkdir tree
    refused 'not a Xen source tree'
}

test_refuses_a_folder_of_the_name_that_is_not_ours()
{
    some_tree tree
    mkdir tree/xen/common/xsplice
    echo mine >tree/xen/common/xsplice/file
    refused 'was not made by this command'
}

test_remove_keeps_what_was_changed_since()
{
    some_tree tree
    integrate tree
    echo '# mine' >>tree/xen/common/Makefile
    state tree >before
    expect_status 1 integrate --remove tree
    expect_match 'was changed after' output
    state tree >after
    expect_same before after
}

test_remove_without_engine_is_no_error()
{
    some_tree tree
    state tree >before
    integrate --remove tree
    state tree >after
    expect_same before after
}

run_tests
