#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The report of xsplice-build on Debian's hypervisor: its page, its document, what
# explain makes of them; and that the same inputs give the same bytes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

build=$bin/builder/xsplice-build
patches=$top/tests/patches

# What the preamble of a diff says: expected FUNCTION PATCH [KEY]; its names are
# others than those of lib.sh.
expected()
(
    # shellcheck source=tests/patches/expect
    . "$patches/expect"
    "$@"
)

# report_of NAME STATUS [ARG]...: builds tests/patches/NAME.patch in out/.
report_of()
{
    expect_status "$2" "$build" --debian -p "$patches/$1.patch" -o out --report "${@:3}"
}

# The text of a page whose structure is right, in the file `text`.
page_text()
{
    "$top/tests/build/page-check" "$1" >text || fail "the page is not well made"
}

# Page and text tell what the document says: build NAME in out/, page in `text`.
# Tables of code are long, and the text has them one below the other.
forms_agree()
{
    local said

    jq -r '.name, .verdict, .target, .tool, .version, .compiler, .xen_build_id, .depends[],
        (.payload | select(.) | .file, .build_id, .sha256), .inputs[].sha256, .patches[].subject,
        .units[].object, .hunks[].file, .outside[],
        (.functions[] | .symbol, .object, .because, .hunks[].how),
        (.pieces[] | .name, .because), (.findings[] | .symbol, .why, .hint)
        | select(. != null and . != "")' "out/$1.report.json" | sort -u >says
    [ "$(wc -l <says)" -ge 8 ] || fail "the document says little"
    while IFS= read -r said; do
        grep -qF -- "$said" text || fail "the page does not say: $said"
        grep -qF -- "$said" "out/$1.report.txt" || fail "the text does not say: $said"
    done <says
}

# Where the checker itself must see something: a page with this sed script done.
page_check_sees()
{
    sed "$2" "$1" >broken.html
    ! cmp -s "$1" broken.html || fail "nothing is broken by $2"
    ! "$top/tests/build/page-check" broken.html >/dev/null 2>&1 || fail "not seen: $2"
}

test_a_payload_is_explained()
{
    report_of several-units 0
    page_text out/several-units.report.html
    while read -r unit symbol; do
        expect_match "^$symbol\$" text
        "$build" explain out "$symbol" >explained
        expect_match "^$symbol +\\($unit, " explained
        # A compat unit is made of the other one's file.
        expect_match '^    hunk      [^ ]+\.c @@ .* changes its code' explained
        expect_match '^    first     .* -> ' explained
        expect_match '^    because   it changed' explained
    done < <(expected expect_symbols "$patches/several-units.patch" Functions)
    forms_agree several-units
    jq -e '.format == 1 and (.inputs | map(.what) == ["patch", "image", "configuration"])' \
        out/several-units.report.json
    [ "$(jq -r '.inputs[0].sha256' out/several-units.report.json)" = \
        "$(sha256sum <"$patches/several-units.patch" | cut -d' ' -f1)" ] ||
        fail "not the hash of the patch"
    [ "$(jq -r '.payload.sha256' out/several-units.report.json)" = \
        "$(sha256sum <out/several-units.xsplice | cut -d' ' -f1)" ] ||
        fail "not the hash of the payload"
    expect_same out/several-units.report.txt <("$build" explain out/several-units.xsplice)
    expect_status 1 "$build" explain out no_such_function
    expect_match 'says nothing of no_such_function' output
    page_check_sees out/several-units.report.html 's/href="#functions"/href="#nothing"/'
    page_check_sees out/several-units.report.html 's/<h1>/<h1 onclick="x">/'
    page_check_sees out/several-units.report.html 's,</main>,<script>x</script></main>,'
    page_check_sees out/several-units.report.html 's,</header>,,'
}

# A static inline of a header: each function says by whom the hunk comes in.
test_what_is_inlined_is_told()
{
    report_of inlined-into-several 0
    jq -r '.functions[] | select(.change == "changed") |
        "\(.symbol): \(.hunks_sure) \(.hunks[].how)"' out/*.report.json >how
    cat how
    [ "$(wc -l <how)" -ge 2 ] || fail "not several functions"
    expect_match 'true changes .*\(\), which is inlined into it' how
    expect_no_match ': false' how
}

test_a_macro_is_told()
{
    report_of header-macro 0
    jq -r '.functions[].hunks[].how' out/*.report.json >how
    expect_match 'changes the macro [A-Za-z_]+, which .* uses' how
}

test_a_refusal_tells_all_reasons_with_a_way_out()
{
    local name=refused-several-reasons id
    report_of $name 2
    page_text out/$name.report.html
    expect_match 'Why there is no payload' text
    forms_agree $name
    while read -r id _; do
        expect_match "^$id\$" text
    done < <(expected expect_lines "$patches/$name.patch" Reason)
    [ "$(grep -c 'Way out:' text)" = "$(jq '[.findings[] | select(.kind == "refused")] | length' out/$name.report.json)" ] ||
        fail "a refusal without a way out"
    [ ! -e out/$name.xsplice ] || fail "a payload"
}

test_no_change_is_told()
{
    report_of no-change-rename-local 3
    page_text out/no-change-rename-local.report.html
    expect_match 'Nothing to patch' text
    expect_match 'was compiled before and after' text
    rm -r out
    report_of no-change-comment 3
    page_text out/no-change-comment.report.html
    expect_match 'only comments or white space change' text
    forms_agree no-change-comment
}

# What is left of an older build would tell of another one.
test_an_error_leaves_no_report_behind()
{
    mkdir out
    echo old | tee out/x.report.html out/x.report.json >out/x.report.txt
    sed 's/^-/-no such line/' "$patches/function-changed.patch" >x.patch
    expect_status 1 "$build" --debian -p x.patch -o out --report
    [ -z "$(ls out)" ] || fail "left: $(ls out)"
    expect_status 1 "$build" explain out
    expect_match 'build with --report' output
}

# All that a patch can say, said with markup in it.
test_a_hostile_patch_injects_nothing()
{
    local evil='</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>'

    {
        printf 'From: %s <a@b>\nSubject: [PATCH] %s\n\n%s CVE-2030-0001\n\xe2\x80\xae\n---\n' \
            "$evil" "$evil" "$evil"
        sed -n '/^---/,$p' "$patches/string-changed.patch"
    } | sed -E "/^\+[^+].*\"/ s,\"([^\"]*)\",\"\1$evil\"," >"x<b>.patch"
    grep -q '^+.*<script>' "x<b>.patch" || fail "no string of the code is hostile"
    expect_status 0 "$build" --debian -p "x<b>.patch" -o out --report
    page_text out/*.report.html
    expect_match '<script>alert\(1\)' text
    expect_match '\[U\+202E\]' text
    expect_match '^CVE-2030-0001$' text
}

# Other directories, another number of compilers, a cache that is cold and one
# that is warm, another day.
test_two_runs_give_the_same_bytes()
{
    local name=string-changed f

    mkdir -p one two/deeper tmp1 tmp2/deeper
    cp "$patches/$name.patch" two/deeper
    TMPDIR=$PWD/tmp1 expect_status 0 "$build" --debian -p "$patches/$name.patch" -o one --report -j 1 --no-cache
    (
        cd two
        TMPDIR=$OLDPWD/tmp2/deeper TZ=Asia/Tokyo HOME=/nonexistent XSPLICE_CACHE=$cache \
            expect_status 0 "$build" --debian -p deeper/$name.patch -o deeper/out --report -j 2
    )
    for f in one/*; do
        expect_same "$f" "two/deeper/out/$(basename "$f")"
    done
    [ "$(ls one | wc -l)" = 4 ] || fail "not four files: $(ls one)"
    ! grep -lE "$PWD|/tmp|$HOME/" one/*.report.* || fail "a directory of this machine"
}

test_objects_are_compared()
{
    local target

    target=$("$bin/builder/debian-target" | tail -n 1)
    expect_status 0 "$build" diff "$target/src/xen/common/kernel.o" "$target/src/xen/common/kernel.o"
    expect_status 1 "$build" diff --code "$target/src/xen/common/kernel.o" "$target/src/xen/common/compat/kernel.o"
    expect_match '^Gone +function +do_xen_version: ' output
    expect_status 2 "$build" diff "$patches/string-changed.patch" "$target/src/xen/common/kernel.o"
    expect_status 64 "$build" diff "$target/src/xen/common/kernel.o"
    expect_status 64 "$build" explain
}

# The names in the guide: reasons and examples, with what they are said to be.
test_the_guide_tells_what_the_tests_show()
{
    local guide=$top/docs/writing-patches.md file reason line n=0

    sed -n '/define XSPLICE_BUILD_REASONS/,/^$/p' "$top/include/xsplice/reasons.h" |
        grep -oE 'X\([A-Z_]+,' | tr -d 'X(,' >reasons
    [ "$(wc -l <reasons)" -ge 20 ] || fail "the list of reasons is not found"
    while read -r reason; do
        grep -q "\`$reason\`" "$guide" || fail "the guide does not speak of $reason"
    done <reasons
    grep -oE 'tests/patches/[a-z0-9-]+\.patch' "$guide" | sort -u >files
    while read -r file; do
        [ -e "$top/$file" ] || fail "there is no $file"
    done <files
    while IFS= read -r line; do
        for file in $(grep -oE 'tests/patches/[a-z0-9-]+\.patch' <<<"$line"); do
            case $line in
                '* refused: '*) [ "$(expected expect_lines "$top/$file" Expect)" = refused ] ;;
                '* way out: '*) [ "$(expected expect_lines "$top/$file" Expect)" = built ] ;;
            esac || fail "$file is something else"
            n=$((n + 1))
        done
    done < <(grep -E '^\* (refused|way out): ' "$guide")
    [ $n -ge 15 ] || fail "only $n examples"
    for file in "$patches"/way-out-*.patch; do
        grep -q "tests/patches/$(basename "$file")" files || fail "the guide has not $file"
    done
}

run_tests
