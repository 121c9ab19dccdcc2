#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What control.sh tests, on a Xen with our engine.
exec bash "$(dirname "$0")/control.sh" --engine xsplice "$@"
