/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user gets to read: report.c, report_json.c, stages.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "builder/findings.h"
#include "builder/memory.h"
#include "builder/report.h"

static struct outcome out;
static struct stages stages;
static struct options options = { .name = "fix" };
static struct record direct = { .source = "common/a.c" };
static struct record through = { .source = "common/b.c" };

/* Two units, one by a header; one function changed, one refusal if asked. */
static int setup(void **state)
{
    static struct unit unit[3];

    memset(&out, 0, sizeof(out));
    memset(unit, 0, sizeof(unit));
    memset(&stages, 0, sizeof(stages));
    unit[0] = (struct unit){ .record = &direct, .direct = true };
    unit[1] = (struct unit){ .record = &through };
    unit[2] = (struct unit){ .record = &through, .skipped = true };
    unit[0].object = unit[1].object = unit[2].object = "x.o";
    unit[0].new_path = unit[1].new_path = "x";
    strv_free(&through.deps);
    strv_add(&through.deps, "include/h.h");
    changes_set(&out.changes, "include/h.h", xs_strdup("a"), xs_strdup("b"));
    changes_set(&out.changes, "include/other.h", xs_strdup("a"), NULL);
    out.units.v = unit;
    out.units.n = 3;
    out.stages = &stages;
    strcpy(out.back.xen_build_id, "aabb");
    return 0;
}

static int teardown(void **state)
{
    strv_free(&through.deps);
    changes_free(&out.changes);
    differ_free(&out.front);
    differ_free(&out.back);
    stages_free(&stages);
    return 0;
}

static void built(void)
{
    struct xs_build_id id;
    struct differ_finding *f;

    f = findings_add(&out.back, DIFFER_CHANGED, "common/a.c", "f",
                     "now uses g");
    f->old_size = 10;
    f->new_size = 12;
    findings_add(&out.back, DIFFER_ADDED, "common/a.c", "g", "f needs it");
    xs_build_id_set(&id, "\x01\x02", 2);
    xs_ids_add(&out.back.depends, &id);
    out.status = BUILD_DONE;
    out.payload_path = "out/fix.xsplice";
    out.back.payload_size = 2048;
    strcpy(out.back.build_id, "ccdd");
}

static char *text_of(void)
{
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);

    report_text(to, &options, &out);
    fclose(to);
    return text;
}

static json_t *json_of(const struct xs_error *err)
{
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);
    json_t *root;

    report_json(to, &options, &out, err);
    fclose(to);
    root = json_loads(text, 0, NULL);
    assert_non_null(root);
    free(text);
    return root;
}

static const char *string_at(json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static void what_changed_and_why_is_there_to_read(void **state)
{
    char *text;

    built();
    text = text_of();
    assert_string_equal(
        text,
        "Units     2 rebuilt, 2 differ\n"
        "Reached   common/b.c               it includes include/h.h, which "
        "the patch changes\n"
        "Changed   f                        common/a.c: 12 bytes, was 10: now "
        "uses g\n"
        "Added     g                        common/a.c: f needs it\n"
        "Depends   xen aabb\n"
        "          payload 0102\n"
        "Payload   out/fix.xsplice 2.0 KiB, build-id ccdd\n");
    free(text);
}

static void a_refusal_has_place_cause_and_way_out(void **state)
{
    char *text;

    findings_reason(&out.front, DIFFER_REFUSED, XSPLICE_BUILD_BUILD_RULES,
                    "Rules.mk", "", "%s", "");
    findings_reason(&out.back, DIFFER_REFUSED, XSPLICE_BUILD_TOO_SHORT,
                    "common/a.c", "f", "3 bytes");
    out.status = BUILD_CANNOT;
    text = text_of();
    assert_non_null(strstr(text, "\nRefused   Rules.mk                 the "
                                 "patch changes how"));
    assert_non_null(strstr(text, "\nRefused   f                        "
                                 "common/a.c: the function is too short"));
    assert_non_null(strstr(text, ": 3 bytes\n"));
    assert_non_null(strstr(text, " hint: patch its callers instead\n"));
    assert_non_null(
        strstr(text, "\nPayload   none: this change cannot be live-patched"));
    assert_null(strstr(text, "Depends"));
    free(text);
}

static void each_verdict_has_its_words(void **state)
{
    static const struct {
        enum build_status status;
        const char *text, *json;
    } verdicts[] = {
        { BUILD_ERROR, "none: error", "error" },
        { BUILD_CANNOT, "cannot be live-patched", "cannot" },
        { BUILD_NO_CHANGE, "none: no functional change", "no-change" },
        { BUILD_ORIGINAL, "none: the original differs", "original-differs" },
    };
    size_t i;

    for ( i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++ )
    {
        char *text;
        json_t *root;

        out.status = verdicts[i].status;
        text = text_of();
        root = json_of(NULL);
        assert_non_null(strstr(text, verdicts[i].text));
        assert_string_equal(string_at(root, "status"), verdicts[i].json);
        assert_int_equal(json_integer_value(json_object_get(root, "exit")),
                         verdicts[i].status);
        assert_null(json_object_get(root, "payload"));
        assert_null(json_object_get(root, "error"));
        json_decref(root);
        free(text);
    }
}

static void json_has_what_the_manual_says(void **state)
{
    json_t *root, *o;

    built();
    root = json_of(NULL);
    assert_string_equal(string_at(root, "status"), "built");
    assert_string_equal(string_at(root, "name"), "fix");
    assert_string_equal(string_at(root, "xen_build_id"), "aabb");
    o = json_object_get(root, "depends");
    assert_int_equal(json_array_size(o), 1);
    assert_string_equal(json_string_value(json_array_get(o, 0)), "0102");
    o = json_object_get(root, "payload");
    assert_string_equal(string_at(o, "path"), "out/fix.xsplice");
    assert_int_equal(json_integer_value(json_object_get(o, "size")), 2048);
    o = json_object_get(root, "units");
    assert_int_equal(json_array_size(o), 3);
    assert_string_equal(string_at(json_array_get(o, 0), "result"), "differs");
    assert_string_equal(string_at(json_array_get(o, 2), "result"),
                        "not-reached");
    o = json_array_get(json_object_get(root, "findings"), 0);
    assert_string_equal(string_at(o, "kind"), "changed");
    assert_string_equal(string_at(o, "symbol"), "f");
    assert_int_equal(json_integer_value(json_object_get(o, "old_size")), 10);
    assert_null(json_object_get(o, "reason"));
    json_decref(root);
}

static void an_error_is_in_the_document_whatever_its_bytes(void **state)
{
    struct xs_error err = { 0 };
    json_t *root, *o;

    xs_fail(&err, XS_FAILED, "it went \"wrong\"\n");
    xs_hint(&err, "do not");
    out.changes.rejects = xs_strdup("hunk \xff\xfe end");
    out.status = BUILD_ERROR;
    root = json_of(&err);
    o = json_object_get(root, "error");
    assert_string_equal(string_at(o, "what"), "it went \"wrong\"\n");
    assert_string_equal(string_at(o, "hint"), "do not");
    /* What is no UTF-8 does not take the document down. */
    assert_string_equal(string_at(o, "rejects"), "hunk ?? end");
    assert_null(json_object_get(o, "compiler"));
    json_decref(root);
}

static void stages_are_numbered_and_kept(void **state)
{
    char *text = NULL;
    size_t n;

    stages.to = open_memstream(&text, &n);
    stage_begin(&stages, "one");
    stage_end(&stages, "%d things", 3);
    stage_begin(&stages, "two");
    stage_fail(&stages);
    fclose(stages.to);
    assert_true(strstr(text, "[1/") == text);
    assert_non_null(strstr(text, "] one      3 things"));
    assert_non_null(strstr(text, " s\n[2/"));
    assert_string_equal(text + n - 1, "\n");
    assert_string_equal(stages.stage[0].detail, "3 things");
    assert_null(stages.stage[1].detail);
    assert_true(stages.stage[0].seconds >= 0);
    free(text);
}

static void stages_leave_room_for_other_lines(void **state)
{
    char *text = NULL;
    size_t n;

    stages.to = open_memstream(&text, &n);
    stages.apart = true;
    stage_begin(&stages, "one");
    fputs("+ command\n", stages.to);
    stage_end(&stages, "done");
    stage_begin(&stages, "two");
    stage_fail(&stages);
    fclose(stages.to);
    assert_non_null(strstr(text, "] one     \n+ command\n"));
    assert_null(strstr(text, "\n\n"));
    free(text);
}

static void many_changes_do_not_hide_the_reasons(void **state)
{
    unsigned int i;
    char *text;

    built();
    for ( i = 0; i < 30; i++ )
    {
        char name[] = { 'a' + i % 26, 'a' + i / 26, '\0' };

        findings_add(&out.back, DIFFER_CHANGED, "common/a.c", name, "moved");
    }
    text = text_of();
    assert_non_null(strstr(text, "Changed   ab  "));
    free(text);
    findings_reason(&out.back, DIFFER_REFUSED, XSPLICE_BUILD_LAYOUT_CHANGED,
                    "common/a.c", "struct s", "it grows");
    out.status = BUILD_CANNOT;
    text = text_of();
    assert_non_null(strstr(text, "Changed   31, which --json lists\n"));
    assert_null(strstr(text, "Changed   ab  "));
    assert_non_null(strstr(text, "Added     g "));
    assert_non_null(strstr(text, "Refused   struct s"));
    free(text);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_changed_and_why_is_there_to_read),
        CASE(a_refusal_has_place_cause_and_way_out),
        CASE(many_changes_do_not_hide_the_reasons),
        CASE(each_verdict_has_its_words),
        CASE(json_has_what_the_manual_says),
        CASE(an_error_is_in_the_document_whatever_its_bytes),
        CASE(stages_are_numbered_and_kept),
        CASE(stages_leave_room_for_other_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
