# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the programs in tests/build and tests/system share. Such a program is
#
#   #!/bin/bash
#   . "$(dirname "$0")/../lib.sh"
#   test_something_happens() { ...; }
#   run_tests
#
# Each function test_* is one test. It runs in a process of its own with
# `set -eu -o pipefail`, in an empty directory; it passes if it returns. What it
# prints is shown if it fails. `fail` says why; a command that fails is enough.
#
# The program prints `ok NAME` or `not ok NAME: reason` for each test and closes
# with `1..N`. Arguments are names (without test_) of the tests to run.
#
# In a test: $top is the repository, $bin the directory with what was built,
# $cache the cache (see docs), $shared a directory that lives as long as the
# program, for what several tests need.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${XSPLICE_BUILD:-$top/build}
# shellcheck disable=SC2034
cache=${XSPLICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xsplice}
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C

# Ends the test: it has failed, and why.
fail()
{
    echo "$*" >"$reason_file"
    echo "FAILED: $*"
    exit 1
}

# expect_status N COMMAND...: it must end with status N. What it prints is left
# in the file `output`, and shown.
expect_status()
{
    local want=$1 got=0

    shift
    "$@" >output 2>&1 || got=$?
    echo "\$ $*"
    cat output
    [ "$got" = "$want" ] || fail "status $got instead of $want: $(basename "$1") ${*:2}"
}

# expect_match PATTERN FILE: a line matches (grep -E).
expect_match()
{
    grep -qaE -e "$1" "$2" || { cat "$2"; fail "no line matches '$1' in $(basename "$2")"; }
}

# expect_no_match PATTERN FILE
expect_no_match()
{
    [ -e "$2" ] || fail "there is no $2"
    ! grep -aE -e "$1" "$2" || fail "a line matches '$1' in $(basename "$2")"
}

# expect_same FILE FILE: byte for byte.
expect_same()
{
    cmp "$1" "$2" || fail "$(basename "$1") and $(basename "$2") differ"
}

# keep DIR COMMAND...: makes DIR of the cache, by COMMAND run in it; whole or not
# at all. Another program may be quicker.
keep()
{
    local new status

    mkdir -p "$(dirname "$1")"
    new=$(mktemp -d "$(dirname "$1")/.new.XXXXXX")
    # Not as a condition, where the shell would not stop at a failure.
    (set -e; cd "$new"; "${@:2}" >&2)
    status=$?
    [ $status = 0 ] || { rm -rf "$new"; return 1; }
    mv -T "$new" "$1" 2>/dev/null || rm -rf "$new"
}

# kept NAME FUNCTION...: a directory of the cache, for what is made once and used
# by all runs; the last FUNCTION fills it, those before it are used by that one.
# Written otherwise they make it anew. After a month without use it is removed.
kept()
{
    local dir

    dir=$cache/tests/$1-$(declare -f "${@:2}" | sha256sum | cut -c 1-16)
    if [ ! -d "$dir" ]; then
        keep "$dir" "${@: -1}"
        [ -d "$dir" ] || return
    fi
    touch "$dir"
    find "$cache/tests" -mindepth 1 -maxdepth 1 -mtime +30 -exec rm -rf {} +
    echo "$dir"
}

# lab ARG...: a boot. The console is left in the file `console`.
lab() { "$top/lab/run" --console "$PWD/console" "$@"; }

# Runs one test function; prints its line.
run_one()
{
    local name=${1#test_} status

    rm -rf "$scratch/dir" "$reason_file"
    mkdir "$scratch/dir"
    (
        set -eu -o pipefail
        cd "$scratch/dir"
        "$1"
    ) >"$scratch/log" 2>&1 </dev/null
    status=$?
    if [ $status = 0 ]; then
        echo "ok $name"
        return
    fi
    [ -e "$reason_file" ] ||
        echo "status $status; last line: $(tail -n 1 "$scratch/log")" >"$reason_file"
    echo "not ok $name: $(head -n 1 "$reason_file")"
    sed 's/^/    | /' "$scratch/log"
    failed=1
}

run_tests()
{
    local tests=() name

    # In the order in which they are written.
    mapfile -t tests < <(sed -nE 's/^(test_[A-Za-z0-9_]+)\(\).*/\1/p' "$0")
    # Of two with one name the shell knows only the second.
    name=$(printf '%s\n' "${tests[@]}" | sort | uniq -d)
    [ -z "$name" ] || { echo "not ok ${name#test_}: written twice"; exit 1; }
    if [ ${#arguments[@]} -gt 0 ]; then
        tests=()
        for name in "${arguments[@]}"; do
            declare -F "test_$name" >/dev/null || { echo "there is no test $name" >&2; exit 64; }
            tests+=("test_$name")
        done
    fi
    scratch=$(mktemp -d)
    reason_file=$scratch/reason
    shared=$scratch/shared
    mkdir "$shared"
    trap 'rm -rf "$scratch"' EXIT
    failed=0
    for name in "${tests[@]}"; do
        run_one "$name"
    done
    echo "1..${#tests[@]}"
    exit $failed
}

arguments=("$@")
