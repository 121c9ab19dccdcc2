#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What `meson install` puts where, and that it finds itself there.
. "$(dirname "$0")/../lib.sh"

# installed: below the directory `at`, as a package would have it.
installed()
{
    DESTDIR=$PWD/at meson install --no-rebuild --quiet -C "$bin"
    prefix=$(meson introspect --buildoptions "$bin" | jq -r '.[] | select(.name == "prefix").value')
    usr=$PWD/at$prefix
}

test_everything_is_where_it_belongs()
{
    installed
    (cd "$usr" && find . -type f | sort) >have
    sort >want <<'END'
./bin/xsplice-build
./lib/systemd/system/xsplice-confirm.service
./lib/systemd/system/xsplice-confirm.timer
./lib/systemd/system/xsplice-restore.service
./libexec/xsplice/debian-archive
./libexec/xsplice/debian-target
./sbin/xen-xsplice
./share/bash-completion/completions/xen-xsplice
./share/man/man1/xsplice-build.1
./share/man/man8/xen-xsplice.8
END
    diff want have || fail "other files than said"
    expect_status 0 "$usr/sbin/xen-xsplice" --version
    expect_match '^\.TH "xsplice-build" "1"' "$usr/share/man/man1/xsplice-build.1"
    expect_match '^\.TH "xen-xsplice" "8"' "$usr/share/man/man8/xen-xsplice.8"
}

# Each unit starts the program that was installed, with a verb that it has; and
# systemd understands them.
test_units_start_what_is_there()
{
    local unit program verb

    installed
    for unit in restore confirm; do
        program=$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$usr/lib/systemd/system/xsplice-$unit.service")
        verb=$(sed -n 's/^ExecStart=.* //p' "$usr/lib/systemd/system/xsplice-$unit.service")
        [ -x "at$program" ] || fail "$unit starts $program, which is not there"
        "at$program" help "$verb" >help || fail "there is no verb $verb"
    done
    # Where they will be, so that systemd finds the program.
    sed -i "s,^ExecStart=,&$PWD/at," "$usr"/lib/systemd/system/*.service
    SYSTEMD_UNIT_PATH="$usr/lib/systemd/system:" expect_status 0 systemd-analyze verify --man=no \
        "$usr"/lib/systemd/system/xsplice-{restore.service,confirm.service,confirm.timer}
    expect_no_match 'xsplice-' output
}

run_tests
