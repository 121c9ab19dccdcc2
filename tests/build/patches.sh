#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: patches.sh [NAME...]
#
# Builds a payload for Debian's hypervisor from each diff in tests/patches (or
# the ones named), and compares verdict, functions and reasons with what the
# preamble of the diff says. The payloads stay in out/patches, where the system
# test takes them from. With XSPLICE_TREE, the built tree of a hypervisor with
# our engine, they are for that one instead.
set -u
export LC_ALL=C
top=$(cd "$(dirname "$0")/../.." && pwd)
patches=$top/tests/patches
out=${XSPLICE_OUT:-$top/out}/patches
build=${XSPLICE_BUILD:-$top/build}
target=(--debian)
[ -z "${XSPLICE_TREE-}" ] || target=(-s "$XSPLICE_TREE")
# shellcheck source=tests/patches/expect
. "$patches/expect"

# Whether the hypervisor lacks the engine that a diff needs.
no_engine() { [ -z "${XSPLICE_TREE-}" ] && expect_our_engine "$1"; }

report() { jq -r "$2" "$1/report.json"; }

# Says what is wrong, with the difference: expected on the left.
differs()
{
    echo "$1:"
    diff <(echo "$2") <(echo "$3") | sed -n 's/^< /  missing: /p; s/^> /  not expected: /p'
}

# Compares symbols of one kind of findings with those of the preamble.
same_symbols()
{
    local patch=$1 dir=$2 key=$3 kind=$4 want have

    want=$(expect_symbols "$patch" "$key")
    have=$(report "$dir" ".findings[] | select(.kind == \"$kind\") | .unit + \" \" + .symbol" | sort -u)
    [ "$want" = "$have" ] || differs "$kind functions" "$want" "$have"
}

# The preamble need not name what is noted in full.
noted()
{
    local line have
    have=$(report "$2" '.findings[] | select(.kind == "noted") | .unit + " " + .symbol')
    while read -r line; do
        grep -qxF -- "$line" <<<"$have" || echo "not noted: $line"
    done < <(expect_symbols "$1" Noted)
}

# An id without a symbol stands for that reason with any symbol.
same_reasons()
{
    local patch=$1 dir=$2 want have id

    want=$(expect_lines "$patch" Reason | sort)
    ! no_engine "$patch" || want=NEEDS_ENGINE
    have=$(report "$dir" '.findings[] | select(.kind == "refused") | .reason + " " + .symbol')
    for id in $(grep -v ' ' <<<"$want"); do
        have=$(sed "s/^$id .*/$id/" <<<"$have")
    done
    have=$(sort -u <<<"$have")
    [ "$want" = "$have" ] || differs reasons "$want" "$have"
    report "$dir" '.findings[] | select(.kind == "refused") |
        select((.hint // "") == "" or .why == "" or
            (.unit == "" and .symbol == "")) |
        "a refusal without place, cause or way out: " + (.reason // "?")'
}

# An error says what was expected of it, and it names the tool's own words.
same_error()
{
    local line
    while read -r line; do
        jq -e --arg text "$line" '.error | tostring | contains($text)' "$2/report.json" >/dev/null ||
            echo "the error does not say: $line"
    done < <(expect_lines "$1" Says)
}

# The payload of a diff, made for another one: name, directory.  Same input,
# same bytes, so that it is the one of the diff's own test.
below()
{
    "$build/builder/xsplice-build" "${target[@]}" -p "$patches/$1.patch" -n "$1" \
        -o "$2" -j 1 >"$2/$1.log" 2>&1 || echo "no payload $1: $(tail -n 3 "$2/$1.log")"
}

# The payloads below that it has found to be needed.
same_dependencies()
{
    local want have name

    want=$(expect_lines "$1" Depends | sort)
    have=$(for name in $(expect_lines "$1" On); do
        id=$("$build/control/xen-xsplice" inspect --json "$2/below/$name.xsplice" | jq -r .build_id)
        ! report "$2" '.depends[]' | grep -qxF "$id" || echo "$name"
    done | sort)
    [ "$want" = "$have" ] || differs dependencies "$want" "$have"
}

# Builds one diff; prints what is wrong with the result, nothing if all is well.
check()
{
    local name=$1 patch=$patches/$1.patch dir=$out/$1 status want args=() other

    rm -rf "$dir"
    mkdir -p "$dir/below"
    want=$(expect_status "$patch") || { echo "$want"; return; }
    ! no_engine "$patch" || want=2
    for other in $(expect_lines "$patch" After); do
        args+=(-p "$patches/$other.patch")
    done
    for other in $(expect_lines "$patch" On); do
        below "$other" "$dir/below"
        args+=(--on "$dir/below/$other.xsplice")
    done
    "$build/builder/xsplice-build" "${target[@]}" "${args[@]}" -p "$patch" -n "$name" -o "$dir" \
        -j 1 --json >"$dir/report.json" 2>"$dir/log"
    status=$?
    if ! jq -e .status "$dir/report.json" >/dev/null 2>&1; then
        echo "exit status $status and no report: $(tail -n 3 "$dir/log")"
        return
    fi
    [ "$status" = "$want" ] ||
        echo "exit status $status instead of $want: $(report "$dir" '.error.what // .status')"
    [ "$status" = "$(report "$dir" .exit)" ] || echo "exit status $status, but the report says $(report "$dir" .exit)"
    if [ "$want" = 0 ]; then
        same_symbols "$patch" "$dir" Functions changed
        same_symbols "$patch" "$dir" Added added
        same_dependencies "$patch" "$dir"
    fi
    noted "$patch" "$dir"
    same_reasons "$patch" "$dir"
    same_error "$patch" "$dir"
    if [ "$want" = 0 ]; then
        [ -s "$dir/$name.xsplice" ] || echo "no payload"
    elif [ -e "$dir/$name.xsplice" ]; then
        echo "a payload, in spite of all"
    fi
}

# One line for each diff, and what is wrong with it.
one()
{
    local wrong
    wrong=$(check "$1")
    if [ -z "$wrong" ]; then
        echo "ok $1"
    else
        echo "not ok $1: $(head -n 1 <<<"$wrong")"
        while IFS= read -r line; do echo "    | $line"; done <<<"$wrong"
        return 1
    fi
}

if [ "${1:-}" = --one ]; then
    mkdir -p "$out"
    one "$2" >"$out/$2.result"
    status=$?
    cat "$out/$2.result"
    exit $status
fi

if [ $# = 0 ]; then
    for f in "$patches"/*.patch; do
        set -- "$@" "$(basename "$f" .patch)"
    done
fi
mkdir -p "$out"
exec 9>"$out/.lock"
flock 9
printf '%s\n' "$@" | xargs -P 2 -n 1 "$0" --one
failed=$(for n in "$@"; do cat "$out/$n.result"; done | grep -c '^not ok')
echo "1..$#"
[ "$failed" = 0 ]
