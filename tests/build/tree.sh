#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A tree that is not built: it is copied to the cache and built there, once. It
# is all that the Debian target is not: a debug build, and clang's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

build=$bin/builder/xsplice-build

# Debian's source, not built, and a configuration with little in it.
source_tree()
{
    local dir option

    dir=$(XSPLICE_CACHE=$cache "$bin/builder/debian-target" | tail -n 1)
    mkdir src
    cp -a "$dir"/src/{Config.mk,config,xen} src
    make -s -C src/xen distclean >/dev/null
    cp "$dir/src/xen/.config" config
    for option in HVM PV32 PV_SHIM XSM TRACEBUFFER KEXEC TBOOT XENOPROF ARGO VIDEO; do
        sed -i "s/^CONFIG_$option=y/# CONFIG_$option is not set/" config
    done
    sed -i 's/^# CONFIG_DEBUG is not set/CONFIG_DEBUG=y/' config
    export clang=y
}

# From here on all is in one place, empty: where a tree is gets into its generated
# headers, and what clang has made of the same source, ccache keeps.
settle()
{
    mkdir -p "$cache/tests"
    exec 9>"$cache/tests/.lock-tree"
    flock 9
    rm -rf "$cache/tests/tree"
    mkdir "$cache/tests/tree"
    cd "$cache/tests/tree"
    trap 'rm -rf "$PWD"' EXIT
    export XSPLICE_CACHE=$PWD/cache
    mkdir wrapped
    ln -s "$(command -v ccache)" wrapped/clang
    export PATH=$PWD/wrapped:$PATH
}

state_of() { find "$1" -printf '%P %T@ %m %s\n' | sort; }

test_a_tree_that_is_not_built_is_built_in_the_cache()
{
    settle
    source_tree
    state_of src >before
    sed -n '/^---$/,$p' "$top/tests/patches/function-changed.patch" | sed 1d >x.patch

    expect_status 1 "$build" -s src -p x.patch -o out
    expect_match 'neither built nor configured' output

    expect_status 0 "$build" -s src -c config --xen-debug -p x.patch -o out --report
    expect_match '^\[1/5\] target .*built in the cache' output
    expect_match '^Changed +do_xen_version ' output
    [ -s out/x.xsplice ] || fail "no payload"
    jq -e '.compiler | test("clang")' out/x.report.json
    ls -d "$XSPLICE_CACHE"/trees/*/.complete >copies

    # The second time it is there already: nothing is compiled but the unit.
    expect_status 0 "$build" -s src/xen -c config -p x.patch -o out2
    expect_same out/x.xsplice out2/x.xsplice
    ls -d "$XSPLICE_CACHE"/trees/*/.complete >copies2
    expect_same copies copies2
    state_of src >after
    expect_same before after

    # What is beside xen/ counts, too; a tree that does not build leaves nothing behind.
    echo '$(error broken)' >>src/Config.mk
    expect_status 1 "$build" -s src -c config -p x.patch -o out3
    expect_match 'configuring failed' output
    expect_match 'Config.mk:.* broken' output
    [ "$(ls -d "$XSPLICE_CACHE"/trees/*/ | wc -l)" = 1 ] || fail "a broken copy was left"
}

run_tests
