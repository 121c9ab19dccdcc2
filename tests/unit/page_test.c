/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page and the text that are made of the report's document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/explain.h"
#include "builder/html.h"
#include "builder/page.h"

static char *text;
static json_t *document;

static int teardown(void **state)
{
    free(text);
    text = NULL;
    json_decref(document);
    document = NULL;
    return 0;
}

static FILE *open_text(void)
{
    static size_t size;

    free(text);
    text = NULL;
    return open_memstream(&text, &size);
}

static void escape(const char *in, size_t n)
{
    FILE *to = open_text();

    html_bytes(to, in, n);
    fclose(to);
}

static void markup_becomes_text(void **state)
{
    static const char in[] = "<script a=\"1\" b='2'>&amp;</script>";

    escape(in, sizeof(in) - 1);
    assert_string_equal(text, "&lt;script a=&quot;1&quot; b=&#39;2&#39;&gt;"
                              "&amp;amp;&lt;/script&gt;");
}

static void what_cannot_be_seen_is_shown(void **state)
{
    /* A right-to-left override; an escape; a zero-width space; a lone byte. */
    static const char in[] = "a\xe2\x80\xae"
                             "b\x1b[2J\xe2\x80\x8b\xc3\xa9\n\xe2";

    escape(in, sizeof(in) - 1);
    assert_string_equal(text, "a[U+202E]b[0x1b][2J[U+200B]\xc3\xa9\n\xe2");
}

/* The same hostile words wherever text comes from outside. */
#define EVIL "</style><script>alert(1)</script><img src=x onerror='y'>\\\"&"

/* Puts the words into each string of a document but those that are ours. */
static void poison(json_t *o)
{
    const char *key;
    void *tmp;
    json_t *value;
    size_t i;

    if ( json_is_array(o) )
        json_array_foreach(o, i, value)
        {
            if ( json_is_string(value) &&
                 strlen(json_string_value(value)) > 9 )
                json_array_set_new(o, i, json_string(EVIL));
            else
                poison(value);
        }
    else
        json_object_foreach_safe(o, tmp, key, value)
        {
            if ( json_is_string(value) && strcmp(key, "kind") &&
                 strcmp(key, "change") && strcmp(key, "status") &&
                 strcmp(key, "result") )
                json_object_set_new(o, key, json_string(EVIL));
            else
                poison(value);
        }
}

static const char built[] =
    "{'name': 'fix', 'status': 'built', 'verdict': 'built', 'target': 'Xen',"
    " 'tool': 'xsplice-build', 'version': '1', 'compiler': 'GCC',"
    " 'xen_build_id': 'aabb', 'depends': ['0123456789'],"
    " 'outside': ['tools/some/file.c'],"
    " 'patches': [{'name': 'fix.patch', 'subject': 'Fix it', 'author': 'A',"
    "  'message': 'At length', 'labels': ['CVE-2030-0001']}],"
    " 'inputs': [{'what': 'patch', 'name': 'fix.patch', 'size': 5,"
    "  'sha256': 'cafe'}],"
    " 'payload': {'file': 'fix.xsplice', 'size': 9, 'functions': 1,"
    "  'build_id': 'ccdd', 'sha256': 'beef'},"
    " 'units': [{'object': 'a.o', 'source': 'a.c', 'result': 'differs',"
    "  'reached_by': ['include/a.h']}],"
    " 'hunks': [{'file': 'a.c', 'old': [3, 7], 'new': [3, 8],"
    "  'heading': 'int f(void)', 'comment': false, 'declares': ['counter'],"
    "  'text': ' same\\n-gone\\n+come\\n'},"
    "  {'file': 'b.h', 'old': [1, 1], 'new': [1, 1], 'heading': '',"
    "  'comment': true, 'declares': [], 'text': '-/* a */\\n+/* b */\\n'}],"
    " 'functions': [{'unit': 'a.c', 'object': 'a.o', 'symbol': 'f',"
    "  'change': 'changed', 'because': 'it changed', 'section': '.text.f',"
    "  'old_size': 10, 'new_size': 12, 'hunks_sure': true,"
    "  'hunks': [{'hunk': 0, 'how': 'changes its code'}],"
    "  'code': [{'part': '', 'rows': ["
    "   ['same', 0, 'push %rbp', 0, 'push %rbp'],"
    "   ['changed', 1, 'cmpl $0x40, %edi', 1, 'cmpl $0x3f, %edi'],"
    "   ['added', null, null, 4, 'nop'], ['gone', 4, 'ud2', null, null]]}]},"
    "  {'unit': 'a.c', 'object': 'a.o', 'symbol': 'g', 'change': 'added',"
    "  'because': 'f needs it', 'section': '.text.g', 'old_size': 0,"
    "  'new_size': 1, 'hunks': [], 'hunks_sure': false,"
    "  'code': [{'part': '', 'rows': [['added', null, null, 0, 'ret']]}]}],"
    " 'pieces': [{'kind': 'variable', 'unit': 'a.c', 'name': 'counter',"
    "  'because': 'f needs it', 'size': 4}],"
    " 'findings': ["
    "  {'kind': 'changed', 'unit': 'a.c', 'symbol': 'f', 'why': 'uses g'},"
    "  {'kind': 'hook', 'unit': 'a.c', 'symbol': 'g', 'why': '.hooks.load'},"
    "  {'kind': 'noted', 'unit': 'a.c', 'symbol': 'h', 'why': 'boot only',"
    "   'reason': 'INIT_ONLY'},"
    "  {'kind': 'ignored', 'unit': 'b.h', 'symbol': '', 'why': 'comments'}]}";

static void make(const char *json)
{
    char *copy = strdup(json), *p;
    json_error_t err;

    for ( p = copy; (p = strchr(p, '\'')); )
        *p = '"';
    document = json_loads(copy, 0, &err);
    free(copy);
    if ( !document )
        fail_msg("%s", err.text);
}

static void print(void)
{
    FILE *to = open_text();

    page_print(to, document);
    fclose(to);
}

static size_t times(const char *what)
{
    const char *p = text;
    size_t n = 0;

    while ( (p = strstr(p, what)) )
    {
        n++;
        p++;
    }
    return n;
}

static void has(const char *what)
{
    if ( !strstr(text, what) )
        fail_msg("the page does not have: %s", what);
}

static void the_page_tells_what_the_document_does(void **state)
{
    make(built);
    print();
    has("<title>fix: built</title>");
    has("<span class=\"verdict built\">built</span>");
    has("<h3>Fix it</h3>");
    has("<span class=\"tag\">CVE-2030-0001</span>");
    has("At length");
    has("<dt>functions replaced</dt><dd>1</dd>");
    has("A hook of the patch runs");
    has("Code or data that is used at boot only changes as well.");
    has("It is built on top of another payload");
    has("A file of the patch is outside");
    has("<details class=\"fn\" id=\"f0\"");
    has("href=\"#h0\"");
    has("<span class=\"del\">-gone</span><span class=\"add\">+come</span>");
    has("cmpl <mark>$0x40</mark>, %edi");
    has("cmpl <mark>$0x3f</mark>, %edi");
    has("No line of code changes here.");
    has("f needs it");
    has("cafe");
    has("beef");
    /* The one hunk of code has a function and a variable: nothing is lost. */
    assert_null(strstr(text, "leads to no function"));
}

static void a_hunk_without_effect_is_pointed_out(void **state)
{
    json_t *hunk;

    make(built);
    hunk = json_array_get(json_object_get(document, "hunks"), 1);
    json_object_set_new(hunk, "comment", json_false());
    print();
    has("A hunk leads to no function or variable of the payload");
}

static void nothing_from_outside_becomes_markup(void **state)
{
    make(built);
    poison(document);
    print();
    assert_int_equal(times("<script"), 0);
    assert_int_equal(times("<img"), 0);
    assert_int_equal(times("</style>"), 1);
    assert_true(times("&lt;script&gt;alert(1)&lt;/script&gt;") > 20);
    assert_int_equal(times("onerror="), times("onerror=&#39;y&#39;&gt;"));
}

static void a_refusal_has_place_cause_and_way_out(void **state)
{
    make("{'name': 'fix', 'status': 'cannot', 'verdict': 'this cannot be',"
         " 'findings': [{'kind': 'refused', 'unit': 'a.c', 'symbol': 'limit',"
         " 'why': 'the initial value changes', 'hint': 'set it from a hook',"
         " 'reason': 'DATA_CHANGED'}]}");
    print();
    has("<h2>Why there is no payload</h2>");
    has("<code>limit</code> <span class=\"dim\">in a.c</span>");
    has("the initial value changes.");
    has("<strong>Way out:</strong> set it from a hook.");
    has("DATA_CHANGED");
    has("<dt>reasons against it</dt><dd>1</dd>");
}

static void no_change_is_said(void **state)
{
    make("{'name': 'fix', 'status': 'no-change', 'verdict': 'no change',"
         " 'units': [{'object': 'a.o', 'result': 'same'}]}");
    print();
    has("<h2>Nothing to patch</h2>");
    has("was compiled before and after");
    assert_null(strstr(text, "class=\"facts\""));
    json_object_set_new(document, "units", json_array());
    print();
    has("touches no code that is compiled");
}

static void explain(const char *symbol, bool found)
{
    FILE *to = open_text();

    if ( symbol )
        assert_int_equal(explain_symbol(to, document, symbol), found);
    else
        explain_all(to, document);
    fclose(to);
}

static void the_chain_is_told_in_order(void **state)
{
    make(built);
    explain("f", true);
    assert_string_equal(
        text, "f  (a.c, a.o)\n"
              "    hunk      a.c @@ -3,7 +3,8 @@ changes its code\n"
              "       same\n"
              "      -gone\n"
              "      +come\n"
              "    changed   12 bytes, was 10\n"
              "    changed   uses g\n"
              "    first     +0x1: cmpl $0x40, %edi -> cmpl $0x3f, %edi\n"
              "    code      3 lines differ\n"
              "           0  push %rbp\n"
              "      -    1  cmpl $0x40, %edi\n"
              "      -    4  ud2\n"
              "      +    1  cmpl $0x3f, %edi\n"
              "      +    4  nop\n"
              "    because   it changed\n\n");
}

static void other_names_are_known_too(void **state)
{
    make(built);
    explain("counter", true);
    has("f needs it");
    explain("h", true);
    has("boot only");
    explain("nobody", false);
    explain(NULL, true);
    has("fix: built\n");
    has("Pieces of the payload\n");
    has("Noted\n    h (a.c): boot only\n");
}

#define CASE(test) cmocka_unit_test_teardown(test, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(markup_becomes_text),
        CASE(what_cannot_be_seen_is_shown),
        CASE(the_page_tells_what_the_document_does),
        CASE(a_hunk_without_effect_is_pointed_out),
        CASE(nothing_from_outside_becomes_markup),
        CASE(a_refusal_has_place_cause_and_way_out),
        CASE(no_change_is_said),
        CASE(the_chain_is_told_in_order),
        CASE(other_names_are_known_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
