#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# xsplice-build's stages before the objects are compared: target, patches, units,
# compile jobs, report. The target is Debian's hypervisor, or a copy of its tree.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

build=$bin/builder/xsplice-build

# The folder of the Debian target: version, xen-syms, src/xen.
target()
{
    [ -e "$shared/target" ] || "$bin/builder/debian-target" >"$shared/target"
    tail -n 1 "$shared/target"
}

# A copy of the built tree, times kept, made once: $shared/tree/xen.
tree()
{
    if [ ! -d "$shared/tree" ]; then
        mkdir "$shared/tree"
        cp -a "$(target)"/src/{Config.mk,config,xen} "$shared/tree"
        cp "$(target)/xen-syms" "$shared/xen-syms"
    fi
    echo "$shared/tree"
}

# A tree of the test's own, ./tree, of which it may change FILE: tree_with FILE.
# The other files are those of tree().
tree_with()
{
    cp -al "$(tree)" tree
    cp -p "tree/xen/$1" own
    mv own "tree/xen/$1"
}

# A cache with nothing in it but the Debian target is in use from now on.
new_cache()
{
    target >/dev/null
    mkdir new-cache
    ln -s "$cache/debian" new-cache/debian
    export XSPLICE_CACHE=$PWD/new-cache
}

# patch_of FILE SED-SCRIPT: a diff of that file of the hypervisor, printed.
patch_of()
{
    local file=$1

    mkdir -p "a/xen/$(dirname "$file")" "b/xen/$(dirname "$file")"
    cp "$(target)/src/xen/$file" "a/xen/$file"
    sed "$2" "a/xen/$file" >"b/xen/$file"
    ! diff -u --label "a/xen/$file" --label "b/xen/$file" "a/xen/$file" "b/xen/$file" ||
        fail "the sed script changes nothing"
    rm -r a b
}

# One function changes, in a file that two units compile.
xen_version_patch() { patch_of common/kernel.c 's/return -ENOSYS;/return -EOPNOTSUPP;/'; }

# What a tree holds: names, times, sizes, contents.
state_of()
{
    find "$1" -printf '%P %T@ %m %s %l\n' | sort
    find "$1" -type f -print0 | sort -z | xargs -0 cat | sha256sum
}

test_usage_errors_end_with_64()
{
    expect_status 64 "$build"
    expect_match 'no target' output
    expect_status 64 "$build" -s . -o out
    expect_match 'no patch' output
    expect_status 64 "$build" --debian -p x.patch
    expect_match 'give -o DIR' output
    expect_status 64 "$build" --debian -s . -p x.patch -o out
    expect_status 64 "$build" --debian -p x.patch -o out --frobnicate
    expect_match 'unknown option --frobnicate' output
    expect_match '^hint: ' output
    [ ! -e out ] || fail "a directory was made"
}

test_help_and_version_end_with_0()
{
    expect_status 0 "$build" --help
    expect_match '^Usage: xsplice-build' output
    expect_status 0 "$build" --version
    expect_match '^xsplice-build [0-9]' output
}

test_what_is_not_there_is_named()
{
    expect_status 1 "$build" -s nowhere -p x.patch -o out
    expect_match 'there is no directory nowhere' output
    mkdir empty
    expect_status 1 "$build" -s empty -p x.patch -o out
    expect_match "empty is not Xen's source" output
    expect_status 1 "$build" -s "$(target)/src" -p x.patch -o out
    expect_match 'cannot open x.patch' output
    xen_version_patch >x.patch
    expect_status 1 "$build" -s "$(target)/src" --xen-syms none -p x.patch -o out
    expect_match 'there is no image none' output
}

test_a_hypervisor_without_livepatch_is_refused()
{
    tree_with .config
    sed -i 's/^CONFIG_LIVEPATCH=y/# CONFIG_LIVEPATCH is not set/' tree/xen/.config
    xen_version_patch >x.patch
    expect_status 1 "$build" -s tree -p x.patch -o out
    expect_match 'without CONFIG_LIVEPATCH' output
}

test_rejected_hunks_are_shown_and_nothing_stays()
{
    mkdir tmp
    xen_version_patch | sed 's/return -ENOSYS;/return -ENOTHERE;/' >x.patch
    TMPDIR=$PWD/tmp expect_status 1 "$build" --debian -p x.patch -o out
    expect_match 'x.patch does not apply' output
    expect_match '^-.*return -ENOTHERE;' output
    expect_match 'common/kernel.c' output
    [ ! -e out ] || fail "an output directory was made"
    [ -z "$(ls tmp)" ] || fail "left behind: $(ls tmp)"
}

test_the_compiler_speaks_of_the_patched_file()
{
    local line

    # Lines that #line hides from the compiler come before the error.
    patch_of common/kernel.c '1i/* four\n * more\n * lines\n */
s/return -ENOSYS;/return no_such_thing;/' >x.patch
    line=$(grep -n 'return -ENOSYS;' "$(target)/src/xen/common/kernel.c" | cut -d: -f1)
    mkdir tmp
    TMPDIR=$PWD/tmp expect_status 1 "$build" --debian -p x.patch -o out
    expect_match "kernel.c:$((line + 4)):.*no_such_thing" output
    expect_match 'kernel.c does not compile with the patch' output
    [ -z "$(ls tmp)" ] || fail "left behind: $(ls tmp)"
}

test_the_tree_is_never_written_to()
{
    local again

    new_cache
    tree >/dev/null
    # A source, a header, a public header (compat headers are generated from
    # it), and a failure.
    xen_version_patch >1.patch
    patch_of include/xen/serial.h 's/serial_tx_interrupt(struct serial_port \*port,/serial_tx_interrupt(struct serial_port *which,/' >2.patch
    patch_of include/public/kexec.h 's/^#define KEXEC_CMD_kexec  .*/&\n#define KEXEC_CMD_new 99/' >4.patch
    patch_of common/kernel.c 's/return -ENOSYS;/return no_such_thing;/' >5.patch
    state_of "$(tree)" >before
    # The second time what the compilers made comes from the cache.
    for again in 1 2; do
        expect_status 0 "$build" -s "$(tree)" --xen-syms "$shared/xen-syms" -p 1.patch -o out --report
        expect_status 3 "$build" -s "$(tree)" --xen-syms "$shared/xen-syms" -p 2.patch -o out
        expect_status 3 "$build" -s "$(tree)" --xen-syms "$shared/xen-syms" -p 4.patch -o out
        expect_status 1 "$build" -s "$(tree)" --xen-syms "$shared/xen-syms" -p 5.patch -o out
    done
    state_of "$(tree)" >after
    expect_same before after
}

# The tree with a counter before each recorded compiler: $shared/counted.
counted()
{
    if [ ! -d "$shared/counted" ]; then
        cp -a "$(tree)" "$shared/counted"
        printf '#!/bin/sh\necho x >>%q\nexec "$@"\n' "$shared/runs" >"$shared/count"
        chmod +x "$shared/count"
        find "$shared/counted" -name '.*.o.cmd' -print0 |
            xargs -0 sed -Ei "s|:= ([^ ]*gcc) |:= $shared/count \\1 |"
        grep -q "$shared/count" "$shared/counted/xen/common/.kernel.o.cmd"
    fi
    : >"$shared/runs"
    echo "$shared/counted"
}

runs() { wc -l <"$shared/runs"; }

test_a_unit_costs_one_run_of_the_compiler()
{
    patch_of common/rangeset.c 's/^bool rangeset_is_empty(/\/* new *\/\n&/; s/return ((r == NULL)/return ((r == (void *)0)/' >same.patch
    patch_of common/rangeset.c 's/r->nr_ranges = limit;/r->nr_ranges = limit + 1;/' >x.patch
    counted >/dev/null
    expect_status 0 "$build" -s "$(counted)" --no-cache --xen-syms "$shared/xen-syms" -p x.patch -o out
    [ "$(runs)" = 1 ] || fail "$(runs) runs of the compiler"
    expect_match 'compile +1 unit, 1 compiler run, 1 differs' output
    expect_status 3 "$build" -s "$(counted)" --no-cache --xen-syms "$shared/xen-syms" -p same.patch -o out
    [ "$(runs)" -le 1 ] || fail "$(runs) runs of the compiler"
}

test_a_comment_costs_none()
{
    patch_of common/kernel.c '1i/* nothing\n * but words */' >x.patch
    counted >/dev/null
    expect_status 3 "$build" -s "$(counted)" --no-cache --xen-syms "$shared/xen-syms" -p x.patch -o out
    [ "$(runs)" = 0 ] || fail "$(runs) runs of the compiler"
    expect_match 'Ignored +common/kernel.c +only comments or white space change' output
}

# header_runs FILE SED-SCRIPT LEAST-UNITS: of a header that not half the
# hypervisor includes, for the time's sake.
header_runs()
{
    local units reached n

    patch_of "$1" "$2" >x.patch
    counted >/dev/null
    "$build" -s "$(counted)" --no-cache --xen-syms "$shared/xen-syms" -p x.patch -o out --json >json || [ $? = 3 ]
    units=$(jq '.units | length' json)
    # Whoever includes it and uses nothing of what changes is not compiled.
    reached=$(jq '[.units[] | select(.result != "not-reached")] | length' json)
    n=$(runs)
    echo "$n runs for $units units, $reached of them reached"
    [ "$units" -ge "$3" ] || fail "only $units units"
    [ "$reached" -gt 0 ] && [ "$reached" -lt "$units" ] || fail "$reached of $units units are reached"
    [ "$n" -ge "$reached" ] || fail "$n runs counted for $reached units"
    [ "$n" -le $((2 * units)) ] || fail "$n runs of the compiler for $units units"
    # The report counts them too, and generators, which are not counted here.
    [ "$(jq .compiler_runs json)" -ge "$n" ] || fail "the report says $(jq .compiler_runs json), not $n"
}

test_a_macro_costs_at_most_two_runs_for_each_unit()
{
    header_runs arch/x86/include/asm/debugreg.h \
        's/^#define DR_CONTROL_RESERVED_ONE  (0x00000400ul)/#define DR_CONTROL_RESERVED_ONE  (0x00000400ul | 0)/' 8
}

test_a_declaration_costs_at_most_two_runs_for_each_unit()
{
    header_runs include/xen/serial.h 's/serial_tx_interrupt(struct serial_port \*port,/serial_tx_interrupt(struct serial_port *which,/' 3
}

test_same_input_same_bytes()
{
    xen_version_patch >x.patch
    mkdir tmp1 tmp2
    TMPDIR=$PWD/tmp1 expect_status 0 "$build" --debian --no-cache -p x.patch -o out1 -j 1
    sleep 1
    TMPDIR=$PWD/tmp2 expect_status 0 "$build" --debian --no-cache -p "$PWD/x.patch" -o out2/deep -j 7
    expect_same out1/x.xsplice out2/deep/x.xsplice
    [ -z "$(ls tmp1 tmp2 | grep -v :)" ] || fail "a working directory was left"
}

test_several_patches_make_one_payload()
{
    xen_version_patch >1.patch
    # On top of the first, and in another unit.
    sed 's/return -ENOSYS;/return -EOPNOTSUPP;/; s/+    return -EOPNOTSUPP;/+    return -EPERM;/' 1.patch >2.patch
    patch_of common/rangeset.c 's/r->nr_ranges = limit;/r->nr_ranges = limit + 1;/' >>2.patch
    expect_status 0 "$build" --debian -p 1.patch -p 2.patch -o out -n both
    expect_match 'Changed +do_xen_version' output
    expect_match 'Changed +rangeset_limit' output
    [ -s out/both.xsplice ] || fail "no payload"
    # In the other order the first does not apply, and is the one named.
    expect_status 1 "$build" --debian -p 2.patch -p 1.patch -o out2
    expect_match 'xsplice-build: 2.patch does not apply' output
}

test_json_is_one_document_and_nothing_else()
{
    xen_version_patch >x.patch
    "$build" --debian --no-cache -p x.patch -o out --json >json 2>log
    jq -e '.status == "built" and .exit == 0 and .payload.path == "out/x.xsplice" and
           .payload.size > 1000 and (.payload.build_id | length) == 40 and
           (.units | length) == 2 and .compiler_runs == 2 and
           ([.findings[] | select(.kind == "changed") | .symbol] |
            sort == ["compat_xen_version", "do_xen_version"]) and
           ([.stages[].name] == ["target", "patch", "units", "compile", "payload"])' json
    [ "$(jq -s length json)" = 1 ] || fail "more than one document"
    expect_match '^\[5/5\] payload' log

    sed 's/return -ENOSYS;/return -ENOTHERE;/' x.patch >bad.patch
    expect_status 1 "$build" --debian -p bad.patch -o out2 --json
    "$build" --debian -p bad.patch -o out2 --json >json 2>log || [ $? = 1 ]
    jq -e '.status == "error" and (.error.what | test("does not apply")) and
           (.error.rejects | test("ENOTHERE")) and (has("payload") | not)' json

    "$build" --debian -p "$top/tests/patches/no-change-comment.patch" -o out3 --json >json 2>log || [ $? = 3 ]
    jq -e '.status == "no-change" and .exit == 3' json
    [ ! -e out3 ] || fail "something was written"
}

test_files_beside_the_hypervisor_are_noted()
{
    printf '%s\n' '--- a/tools/libs/call/core.c' '+++ b/tools/libs/call/core.c' '@@ -1 +1 @@' '-a' '+b' >x.patch
    expect_status 3 "$build" --debian -p x.patch -o out
    expect_match 'Noted +tools/libs/call/core.c +not part of the hypervisor' output
}

test_configuration_and_build_rules_are_refused()
{
    patch_of common/Kconfig '1i# new' >1.patch
    patch_of arch/x86/Makefile '1iCFLAGS-y += -O3' >2.patch
    patch_of arch/x86/xen.lds.S 's/ENTRY(efi_start)/ENTRY(start)/; 1i/* */ #define NEW' >3.patch
    expect_status 2 "$build" --debian -p 1.patch -p 2.patch -p 3.patch -o out
    expect_match 'Refused +common/Kconfig +the patch changes how' output
    expect_match 'Refused +arch/x86/Makefile +the patch changes how' output
    expect_match 'Refused +arch/x86/xen.lds.S +the patch changes how' output
    [ ! -e out ] || fail "something was written"
}

test_a_new_file_that_nothing_compiles_is_refused()
{
    printf '%s\n' '--- /dev/null' '+++ b/xen/common/lonely.c' '@@ -0,0 +1 @@' '+int lonely;' >x.patch
    expect_status 2 "$build" --debian -p x.patch -o out
    expect_match 'Refused +common/lonely.c +no rule of the build compiles' output
}

test_a_stale_object_is_compiled_from_its_source()
{
    tree_with common/rangeset.c
    touch tree/xen/common/rangeset.c
    patch_of common/rangeset.c 's/r->nr_ranges = limit;/r->nr_ranges = limit + 1;/' >x.patch
    expect_status 0 "$build" -s tree --no-cache --xen-syms "$shared/xen-syms" -p x.patch -o out
    expect_match '1 unit, 2 compiler runs, 1 differs' output
    expect_status 0 "$build" -s "$(tree)" --xen-syms "$shared/xen-syms" -p x.patch -o out2
    expect_same out/x.xsplice out2/x.xsplice
}

test_another_source_than_the_images_is_found_out()
{
    tree_with common/rangeset.c
    sed -i 's/r->nr_ranges = limit;/r->nr_ranges = limit + 7;/' tree/xen/common/rangeset.c
    patch_of common/rangeset.c 's/r->nr_ranges = limit;/r->nr_ranges = limit + 1;/' |
        sed 's/^-\(.*\) = limit;/-\1 = limit + 7;/' >x.patch
    expect_status 4 "$build" -s tree --xen-syms "$shared/xen-syms" -p x.patch -o out
    expect_match 'rangeset_limit' output
    [ ! -e out ] || fail "something was written"
}

test_another_compiler_than_the_trees_is_found_out()
{
    tree_with common/rangeset.o
    objcopy --remove-section .comment --add-section .comment=<(printf 'GCC: (Other) 1.2.3\0') tree/xen/common/rangeset.o
    patch_of common/rangeset.c 's/r->nr_ranges = limit;/r->nr_ranges = limit + 1;/' >x.patch
    expect_status 4 "$build" -s tree --xen-syms "$shared/xen-syms" -p x.patch -o out
    expect_match 'compiled by "GCC: \(Other\) 1.2.3"' output
}

test_the_image_can_be_demanded()
{
    xen_version_patch >x.patch
    expect_status 4 "$build" --debian --xen-depends 00112233 -p x.patch -o out
    expect_match 'not 00112233' output
    [ ! -e out ] || fail "something was written"
}

test_keep_keeps_the_working_directory()
{
    mkdir tmp
    xen_version_patch >x.patch
    TMPDIR=$PWD/tmp expect_status 0 "$build" --debian --keep -p x.patch -o out
    expect_match "kept $PWD/tmp/xsplice-build" output
    [ -e tmp/*/new/common/kernel.o ] || fail "no object there"
}

run_tests
