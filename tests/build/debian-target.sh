#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's hypervisor as a target, in a cache of the test's own: fetched once
# whatever happens meanwhile, from sources in either format, and kept for times
# without a network. And the lab's rebuild of it is what was shipped.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

target() { "$top/builder/debian-target" --no-build "$@"; }

# The package lists are fetched once for all tests: $shared/lists.
lists()
{
    if [ ! -d "$shared/lists" ]; then
        XSPLICE_CACHE=$shared/lists target 0-none >log 2>&1 || true
        [ -e "$shared/lists/apt/fresh" ] || fail "no package lists: $(cat log)"
    fi
}

# A new cache with the lists in it, in use from now on.
new_cache()
{
    lists
    cp -a "$shared/lists" new-cache
    # It names the directory that it is in.
    sed -i "s|$shared/lists|$PWD/new-cache|" new-cache/apt/apt.conf
    export XSPLICE_CACHE=$PWD/new-cache
}

# Keeps the new cache, in which a target stands now, for full_cache.
keep_cache()
{
    mv new-cache "$shared/full"
    sed -i "s|$PWD/new-cache|$shared/full|" "$shared/full/apt/apt.conf"
}

# A cache in which a target stands is in use from now on.
full_cache()
{
    if [ ! -d "$shared/full" ]; then
        new_cache
        target
        keep_cache
    fi
    export XSPLICE_CACHE=$shared/full
}

# sources FILE: the machine's apt has its sources in FILE alone, from now on.
sources()
{
    mkdir -p no-parts
    printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "%s";\n' \
        "$PWD/$1" "$PWD/no-parts" >apt.conf
    export APT_CONFIG=$PWD/apt.conf
}

# whole DIR: a complete target, and nothing half done beside it.
whole()
{
    local v

    v=$(cat "$1/version")
    [ "$(basename "$1")" = "$v" ] || fail "$1 holds $v"
    [ "$(dpkg-parsechangelog -l "$1/src/debian/changelog" -SVersion)" = "$v" ] ||
        fail "the source is not of $v"
    readelf -n "$1/xen-syms" | grep -q 'Build ID: [0-9a-f]\{40\}' || fail "no build-id"
    gzip -t "$1/xen.gz"
    expect_match '^CONFIG_LIVEPATCH=y' "$1/config"
    [ -d "$1/src/xen/common" ] || fail "no source"
    [ -z "$(ls -d "$XSPLICE_CACHE"/debian/.new* 2>/dev/null)" ] ||
        fail "left: $(ls -d "$XSPLICE_CACHE"/debian/.new*)"
}

test_two_at_once_fetch_once()
{
    local pid

    new_cache
    target >1 2>log1 &
    pid=$!
    target >2 2>log2
    wait $pid
    expect_same 1 2
    whole "$(cat 1)"
    [ "$(cat log1 log2 | grep -c ': unpacking ')" = 1 ] || fail "$(cat log1 log2)"
    keep_cache
}

test_interrupted_run_is_done_again()
{
    local pid i

    new_cache
    # Killed while it fetches or unpacks: as soon as anything is there.
    setsid "$top/builder/debian-target" --no-build >/dev/null 2>&1 &
    pid=$!
    while kill -0 $pid && ! compgen -G "$XSPLICE_CACHE/debian/.new*/get/*.deb" >/dev/null; do
        sleep 0.05
    done
    kill -KILL -- "-$pid" || fail "it was too quick to be interrupted"
    wait $pid || true
    [ -z "$(ls -d "$XSPLICE_CACHE"/debian/*/version 2>/dev/null)" ] || fail "half a target"
    expect_status 0 target
    whole "$(tail -n 1 output)"
}

test_what_is_cached_serves_without_a_network()
{
    full_cache
    echo 'deb http://127.0.0.1:9/debian none main' >dead.list
    sources dead.list
    # Not asked for at all while the choice is fresh.
    expect_status 0 target
    whole "$(tail -n 1 output)"
    [ "$(wc -l <output)" = 1 ] || fail "it said something"
    cp output first
    # Asked for again: no answer, so the same.
    expect_status 0 target --refresh
    expect_match 'taking .* from the cache' output
    expect_same first <(tail -n 1 output)
    # By its name, it needs no list.
    expect_status 0 target "$(basename "$(cat first)")"
    expect_same first output
}

test_nothing_cached_and_no_network_is_an_error()
{
    export XSPLICE_CACHE=$PWD/empty
    echo 'deb http://127.0.0.1:9/debian none main' >dead.list
    sources dead.list
    expect_status 1 target
    expect_match 'the package lists cannot be fetched' output
    expect_match 'no target is in the cache. Run it once with a network' output
    expect_no_match '^/' output
}

test_unknown_version_is_refused_with_those_that_there_are()
{
    local version

    new_cache
    version=$(apt-cache -c new-cache/apt/apt.conf showsrc --only-source xen |
              sed -n 's/^Version: //p' | head -n 1)
    expect_status 1 target 1:4.17.99-1
    expect_match "1:4.17.99-1 cannot be had: .*Versions known: .*${version//+/\\+}" output
    [ -z "$(ls "$XSPLICE_CACHE/debian")" ] || fail "left: $(ls "$XSPLICE_CACHE/debian")"
    expect_status 64 target ../../etc
    expect_status 64 target 4.17 4.18
    expect_status 64 target --frobnicate
}

# The same sources in the older format, as apt itself names them.
test_sources_of_one_line_are_understood()
{
    apt-get indextargets --format 'deb [arch=amd64] $(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' | sort -u >one-line.list
    [ -s one-line.list ] || fail "no sources"
    echo '# deb http://127.0.0.1:9/debian none main' >>one-line.list
    sources one-line.list
    export XSPLICE_CACHE=$PWD/new-cache
    expect_status 1 target 0-none
    expect_match 'Versions known: [0-9]' output
}

test_rebuilt_hypervisor_is_the_shipped_one()
{
    local dir

    dir=$("$top/builder/debian-target" | tail -n 1)
    expect_status 0 "$top/lab/build-xen" --engine stock -o xen
    # The build-id is a sum over the whole hypervisor.
    readelf -n xen/xen-syms | grep 'Build ID' >built
    readelf -n "$dir/xen-syms" | grep 'Build ID' >shipped
    expect_same shipped built
    gzip -t xen/xen.gz
    [ -e xen/tree/xen/common/kernel.o ] || fail "no built tree"
}

run_tests
