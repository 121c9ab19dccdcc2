#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: control.sh [--engine stock|xsplice] [--xen FILE --xen-syms FILE]
#
# The control tool on a real Xen with a real dom0: control-scenario in the lab,
# and then a JSON parser over what it wrote. Default: Debian's hypervisor; with
# --engine xsplice one that is built from Debian's source with our engine.
# $XSPLICE_BUILD is where the tools were built (default: build).
set -eu
export LC_ALL=C
here=$(dirname "$(readlink -f "$0")")
top=$(readlink -f "$here/../..")
build=${XSPLICE_BUILD:-$top/build}
engine=stock xen='' syms=''
while [ $# -gt 0 ]; do
    case $1 in
        --engine) engine=$2; shift ;;
        --xen) xen=$2; shift ;;
        --xen-syms) syms=$2; shift ;;
        *) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 64 ;;
    esac
    shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "$xen" ] && [ "$engine" = xsplice ]; then
    "$top/lab/build-xen" --engine xsplice -o "$work/xen"
    xen=$work/xen/xen.gz syms=$work/xen/xen-syms
elif [ -z "$xen" ]; then
    target=$("$top/builder/debian-target" --no-build)
    xen=$target/xen.gz syms=$target/xen-syms
fi
id=$(readelf -n "$syms" | sed -n 's/.*Build ID: //p')
"$here/control-payloads" "$work" "$id"
puts=()
for f in "$work"/*.xsplice; do puts+=(--put "$f"); done
gets=()
for f in list status info build-id check inspect; do gets+=(--get "json-$f"); done

status=0
"$top/lab/run" --xen "$xen" --put "$build/tests/system/xen-xsplice" "${puts[@]}" \
    "${gets[@]}" --out "$work" --timeout 1800 "$here/control-scenario" "$engine" || status=$?

# Is what must be true of a JSON file true?
json() {
    if jq -e "$2" "$work/json-$1" >/dev/null; then
        echo "ok json_$1"
    else
        echo "not ok json_$1: not $2 in:"
        sed 's/^/    | /' "$work/json-$1"
        status=1
    fi
}
by='tool' name='stock Xen'
[ "$engine" = stock ] || by=engine name='xsplice 1'
json list 'length == 3 and (map(.name) == ["test1", "test2", "bare"])
    and .[0].state == "applied" and .[1].state == "loaded"
    and (.[0].build_id == "11" * 20) and (.[2].build_id == "66" * 20)
    and .[0].metadata.functions == "1"'
json status ".engine == \"$name\" and .build_id == \"$id\" and .loaded == 3 and .applied == 1 and (.payloads | length == 3)"
json info ".name == \"test1\" and .depends == [\"$id\"] and .pending == false and .error == null"
json build-id ". == {build_id: \"$id\"}"
json check ".can_be_applied and (.applied | not) and .checked_by == \"$by\""
json inspect '.functions[0].name == "xen_extra_version" and (.build_id == "66" * 20)'
exit $status
