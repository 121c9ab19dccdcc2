#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What patches.sh does, on a hypervisor with our engine, for the diffs that have
# to do with what the engine adds: payloads that use each other, shadow
# variables, and the hooks of xsplice/patch.h.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$top/lab/build-xen" --engine xsplice -o "$work/xen" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
bash "$top/tests/system/patches.sh" --engine "$work/xen" payload-upon-payload payload-below-unused \
    payload-replaces-again shadow-variable-of-domain hooks-of-patch-h hooks-that-stand-in
