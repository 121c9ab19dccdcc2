#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: samples.sh [--engine stock|xsplice]
#
# The sample payloads of the Xen tree, built there unchanged, on a Xen with our
# engine; applied by Debian's own xen-livepatch.  See samples-scenario.
. "$(dirname "$0")/../lib.sh"
set -eu
engine=xsplice
[ "${1:-}" != --engine ] || engine=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$top/lab/build-xen" --engine "$engine" -o "$work/xen" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
# With what that tree has built, once for each.
make_samples()
{
    cp -a "$work/xen/tree/." tree
    "$top/builder/debian-target" --make tree -C xen tests >"$work/log" 2>&1 ||
        { tail -n 40 "$work/log"; return 1; }
    mv tree/xen/test/livepatch/*.livepatch .
    rm -rf tree
}

samples=$(kept "samples-$(basename "$(readlink "$work/xen/tree")")" make_samples)
puts=()
for f in "$samples"/*.livepatch; do puts+=(--put "$f"); done

status=0
# xen-livepatch gives an operation 30 ms, and looks once: in counted time, that
# does not depend on what else this machine does.
"$top/lab/run" --icount --xen "$work/xen/xen.gz" --console "$work/console" "${puts[@]}" \
    --timeout 600 "$top/tests/system/samples-scenario" || status=$?
# What a hook complained about is a failure, whatever the tool said.
if grep -aE 'Xen (BUG|WARN)|Assertion' "$work/console"; then
    echo "not ok console: a BUG, WARN or ASSERT"
    status=1
else
    echo "ok console"
fi
exit $status
