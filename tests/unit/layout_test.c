/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types before and after, compiled when the test runs, and compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "builder/findings.h"
#include "builder/layout.h"
#include "builder/sameobject.h"
#include "tests/unit/tempdir.h"

static struct differ_result found;
static const char *dir;

/* The source's name is always the same: it is a symbol of the object. */
static void compile(const char *name, const char *text, const char *options)
{
    char *command = xs_printf("cd %s && gcc -O2 -w %s -c unit.c -o %s.o", dir,
                              options, name);

    put_file(dir, "unit.c", text);
    if ( system(command) )
        fail_msg("%s", command);
    free(command);
}

/* Compares; what is found stays until the next comparison. */
static void compare_with(const char *before, const char *after,
                         const char *options)
{
    struct xs_error err;

    differ_free(&found);
    compile("old", before, options);
    compile("new", after, options);
    if ( layout_check(in_dir(dir, "old.o"), in_dir(dir, "new.o"), "unit.c",
                      before, &found, &err) )
        fail_msg("%s", err.what);
}

static void compare(const char *before, const char *after)
{
    compare_with(before, after, "-g");
}

static void must(enum differ_kind kind, const char *reason, const char *symbol,
                 const char *says)
{
    size_t i;

    for ( i = 0; i < found.nr_findings; i++ )
    {
        const struct differ_finding *f = &found.findings[i];

        if ( f->kind == kind && !strcmp(f->symbol, symbol) &&
             (!reason || (f->reason && !strcmp(f->reason, reason))) &&
             strstr(f->why, says) )
            return;
        print_message("  %s %s: %s\n", f->symbol, f->reason ? f->reason : "",
                      f->why);
    }
    fail_msg("not found: %s %s: %s", symbol, reason ? reason : "", says);
}

static void refused(const char *reason, const char *symbol, const char *says)
{
    must(DIFFER_REFUSED, reason, symbol, says);
}

static void nothing(void)
{
    size_t i;

    for ( i = 0; i < found.nr_findings; i++ )
        print_message("  %s: %s\n", found.findings[i].symbol,
                      found.findings[i].why);
    assert_int_equal(found.nr_findings, 0);
}

static void count_refused(size_t n)
{
    assert_int_equal(findings_count(&found, DIFFER_REFUSED), n);
}

#define S(members) "struct s { " members " }; struct s *p; struct s v;\n"

static void the_same_is_no_change(void **state)
{
    compare(S("int a; char b[3]; struct s *c;"),
            "int unrelated;\n" S("int a; char b[3]; struct s *c;"));
    nothing();
    /* Names of types do not count, nor do qualifiers. */
    compare(S("unsigned int a; char *b;"),
            "typedef unsigned int u32;\n" S("u32 a; const char *volatile b;"));
    nothing();
}

static void members_at_the_end_and_in_the_middle(void **state)
{
    compare(S("long a; long b;"), S("long a; long b; long c;"));
    refused("LAYOUT_CHANGED", "struct s", "member c is new at byte 16");
    count_refused(1);
    compare(S("long a; long b;"), S("long a; long c; long b;"));
    refused("LAYOUT_CHANGED", "struct s", "member c is new at byte 8");
    compare(S("long a; long b; long c;"), S("long a; long c;"));
    refused("LAYOUT_CHANGED", "struct s", "member b goes away");
}

static void padding_has_a_reason_of_its_own(void **state)
{
    compare(S("int a; long b;"), S("int a; int c; long b;"));
    refused("LAYOUT_PADDING", "struct s", "member c is new at byte 4");
    count_refused(1);
    compare("union s { int a; long b; } v;",
            "union s { int a; long b; short c; } v;");
    refused("LAYOUT_PADDING", "union s", "member c is new at byte 0");
    /* Padding that is used by making another member longer. */
    compare(S("int a; long b;"), S("long a; long b;"));
    refused("LAYOUT_CHANGED", "struct s", "member a");
}

static void a_new_name_is_no_change_but_a_swap_is(void **state)
{
    compare(S("int a; int b;"), S("int a; int c;"));
    nothing();
    compare(S("int a; int b;"), S("int b; int a;"));
    refused("LAYOUT_CHANGED", "struct s",
            "member a moves from byte 0 to byte 4");
    /* A new name at a new place. */
    compare(S("char a; int b;"), S("char : 8; char c; int b;"));
    refused("LAYOUT_CHANGED", "struct s", "member c is new at byte 1");
}

static void types_of_members(void **state)
{
    compare(S("int a;"), S("float a;"));
    refused("LAYOUT_CHANGED", "struct s",
            "member a changes its type from int to float");
    compare("struct x { int i; }; struct y { int i; };\n" S("struct x *a;"),
            "struct x { int i; }; struct y { int i; };\n" S("struct y *a;"));
    refused("LAYOUT_CHANGED", "struct s", "from struct x * to struct y *");
    compare(S("char a[4]; int b;"), S("char a[3]; int b;"));
    refused("LAYOUT_CHANGED", "struct s", "from char[4] to char[3]");
    compare(S("unsigned char a;"), S("_Bool a;"));
    refused("LAYOUT_CHANGED", "struct s", "member a");
    /* A type that is wider than its name says. */
    compare("typedef int t;\n" S("t a; char b;"),
            "typedef long t;\n" S("t a; char b;"));
    refused("LAYOUT_CHANGED", "struct s",
            "member a changes its type from int to long");
}

static void signs_and_signatures_are_noted(void **state)
{
    compare(S("int a;"), S("unsigned int a;"));
    must(DIFFER_NOTED, NULL, "struct s", "from int to unsigned int");
    count_refused(0);
    compare(S("int (*f)(int);"), S("int (*f)(int, void *);"));
    must(DIFFER_NOTED, NULL, "struct s", "int (int, void *)");
    count_refused(0);
}

static void bit_fields(void **state)
{
    static const char *const dwarfs[] = { "-g", "-g -gdwarf-4",
                                          "-g -gdwarf-2 -gstrict-dwarf" };
    size_t i;

    for ( i = 0; i < 3; i++ )
    {
        compare_with(S("unsigned a:3, b:5;"), S("unsigned a:4, b:5;"),
                     dwarfs[i]);
        refused("LAYOUT_CHANGED", "struct s",
                "member a has 3 bits and gets 4");
        compare_with(S("unsigned a:3, b:5;"), S("unsigned a:3, c:1, b:5;"),
                     dwarfs[i]);
        refused("LAYOUT_CHANGED", "struct s",
                "member c is new at byte 0, bit 3");
        compare_with(S("unsigned a:3, b:5;"), S("unsigned a:3, b:5, c:1;"),
                     dwarfs[i]);
        refused("LAYOUT_PADDING", "struct s", "member c is new at byte 1");
        compare_with(S("unsigned a:3, b:5;"), S("unsigned a:3, d:5;"),
                     dwarfs[i]);
        nothing();
    }
}

static void inner_types(void **state)
{
    compare("struct i { int x; };\n" S("struct i a; int b;"),
            "struct i { int x, y; };\n" S("struct i a; int b;"));
    refused("LAYOUT_CHANGED", "struct i", "member y is new");
    refused("LAYOUT_CHANGED", "struct s",
            "member a has 32 bits and gets 64 (3 differences in all)");
    count_refused(2);
    compare(S("struct { int x, y; } a;"), S("struct { int y, x; } a;"));
    refused("LAYOUT_CHANGED", "struct s", "member a.x moves");
    compare(S("int a; union { int b; char c; };"),
            S("int a; union { int b; long c; };"));
    refused("LAYOUT_CHANGED", "struct s", "member");
    /* Into an unnamed union at the same place: no byte moves. */
    compare(S("int a; int b;"), S("int a; union { int b; };"));
    nothing();
    compare(S("struct { int x, y; } a[2];"), S("struct { int y, x; } a[2];"));
    refused("LAYOUT_CHANGED", "struct s", "member a changes its type");
}

static void types_without_a_tag(void **state)
{
    compare("typedef struct { long a; } t; t v;",
            "typedef struct { long a, b; } t; t v;");
    refused("LAYOUT_CHANGED", "t", "member b is new");
    compare("static struct { int a, b; } v; void *f(void) { return &v; }",
            "static struct { int b, a; } v; void *f(void) { return &v; }");
    refused("LAYOUT_CHANGED", "variable v", "its type changes");
    compare("int f(int i) { struct s { int a; } *p = g(); return p->a; }",
            "int f(int i) { struct s { int b, a; } *p = g(); return p->a; }");
    refused("LAYOUT_CHANGED", "struct s in f()", "member b is new");
}

static void enumerations(void **state)
{
    compare("enum e { A, B } v;", "enum e { Z, A, B } v;");
    refused("ENUM_CHANGED", "enum e", "A was 0 and becomes 1");
    compare("enum e { A, B } v;", "enum e { A } v;");
    refused("ENUM_CHANGED", "enum e", "B (1) goes away");
    /* One that counts the others. */
    compare("enum e { A, B, N } v;", "enum e { A, B, C, N } v;");
    refused("ENUM_CHANGED", "enum e", "N was 2 and becomes 3");
    compare("enum e { A, B } v;", "enum e { A, C } v;");
    nothing();
    compare("enum e { A, B } v;", "enum e { A, B, C } v;");
    must(DIFFER_NOTED, NULL, "enum e", "C = 2 is new");
    count_refused(0);
    compare("enum { A, B }; int f(int x) { return x == B; }",
            "enum { Z, A, B }; int f(int x) { return x == B; }");
    refused("ENUM_CHANGED", "constant B", "B was 1 and becomes 2");
    compare("enum e { A = -1, B } v;", "enum e { A = -2, B = 0 } v;");
    refused("ENUM_CHANGED", "enum e", "A was -1 and becomes -2");
    compare("enum e { A, B } v;", "enum e { A, B, C = 0x100000000 } v;");
    refused("ENUM_CHANGED", "enum e", "size changes from 4 to 8");
}

static void new_and_other_types_are_fine(void **state)
{
    compare("int v;", "struct n { int a; } v2; int v;");
    nothing();
    compare("struct o { int a; } v2; int v;", "int v;");
    nothing();
    /* Only declared: what is in it is nobody's business here. */
    compare("struct s *v;", "struct s { int a; }; struct s *v;");
    nothing();
}

static void variables_keep_their_type(void **state)
{
    compare("int *v;", "long *v;");
    refused("LAYOUT_CHANGED", "variable v", "from int * to long int *");
    compare("int v;", "unsigned v;");
    must(DIFFER_NOTED, NULL, "variable v", "from int to unsigned int");
    count_refused(0);
    /* One that is only wrapped is stored as it was. */
    compare("unsigned long v;", "typedef struct { unsigned long l; } w; w v;");
    must(DIFFER_NOTED, NULL, "variable v", "from long unsigned int to w");
    count_refused(0);
    compare("long v;", "struct w { int l, r; } v;");
    refused("LAYOUT_CHANGED", "variable v", "to struct w");
    compare("long v;", "struct w { int l; } __attribute__((aligned(8))); "
                       "struct w v;");
    refused("LAYOUT_CHANGED", "variable v", "to struct w");
    compare("long v;", "struct w { long l:60; } v;");
    refused("LAYOUT_CHANGED", "variable v", "to struct w");
    /* Another size is what the comparison of data refuses. */
    compare("int v;", "long v;");
    nothing();
}

/* Old and new definition, and then the functions that go with both. */
static void on_stack(const char *functions, bool fine)
{
    char *before = xs_printf("struct s { int a; };\n"
                             "struct holder { int b; };\n"
                             "void use(const void *); void *get(int);\n%s",
                             functions);
    char *after = xs_printf("struct s { int a, c; };\n"
                            "struct holder { int b; };\n"
                            "void use(const void *); void *get(int);\n%s",
                            functions);

    print_message("%s\n", functions);
    compare(before, after);
    if ( fine )
    {
        must(DIFFER_NOTED, NULL, "struct s", "variables of functions");
        count_refused(0);
    }
    else
        refused("LAYOUT_CHANGED", "struct s", "member c is new");
    free(before);
    free(after);
}

#define ON_STACK "void g(void) { struct s x = { 1 }; use(&x); }\n"

static void objects_of_functions_only_may_change(void **state)
{
    on_stack(ON_STACK, true);
    on_stack(
        "static int f(int n, const struct s *p) { return p->a + n; }\n"
        "int g(int n) { if ( n ) { struct s x[2]; use(x); n = x[1].a;\n"
        "  } return n; }\n"
        "int h(void) { struct s x = { 3 }; const char *t = \"{struct s\";\n"
        "  use(t); use(&x); return f(1, &x); }",
        true);
    on_stack(
        "void g(void) { struct s x, y; struct s *p = &x; use(p); use(&y);\n"
        "  do { struct s z; use(&z); } while ( 0 ); }",
        true);
}

static void objects_that_may_be_elsewhere_may_not(void **state)
{
    on_stack(ON_STACK "struct s global;", false);
    on_stack("void g(void) { static struct s x; use(&x); }", false);
    on_stack(ON_STACK "struct outer { struct s s; }; struct outer o;", false);
    on_stack(ON_STACK "typedef struct s t; t x;", false);
    on_stack(ON_STACK "int f(void) { struct s *p = get(4); return p->a; }",
             false);
    on_stack(ON_STACK "int f(void *p) { return ((struct s *)p)->a; }", false);
    on_stack(ON_STACK "void *f(void) { return get(sizeof(struct s)); }",
             false);
    on_stack(ON_STACK "void *xmalloc(int);\n"
                      "struct s; int f(struct s *p) {\n"
                      "  p = xmalloc(sizeof(*p)); return p->a; }",
             false);
    on_stack(ON_STACK "struct s *list; int f(void) { return list->a; }",
             false);
    on_stack(ON_STACK "#define S struct s\nS v;", false);
    /* Nobody has one: then it may be a picture of something else. */
    on_stack("int f(const struct s *p) { return p->a; }", false);
}

static void one_type_is_told_once(void **state)
{
    struct xs_error err;

    compare(S("long a;"), S("long a; long b;"));
    assert_int_equal(layout_check(in_dir(dir, "old.o"), in_dir(dir, "new.o"),
                                  "other.c", NULL, &found, &err),
                     0);
    count_refused(1);
}

static void what_has_no_dwarf_is_an_error(void **state)
{
    struct xs_error err;

    differ_free(&found);
    compile("old", S("int a;"), "-g0");
    compile("new", S("int a;"), "-g");
    assert_int_equal(layout_check(in_dir(dir, "old.o"), in_dir(dir, "new.o"),
                                  "unit.c", NULL, &found, &err),
                     -1);
    assert_non_null(strstr(err.what, "cannot read the types in"));
    put_file(dir, "garbage.o", "\177ELF and no more");
    assert_int_equal(layout_check(in_dir(dir, "new.o"),
                                  in_dir(dir, "garbage.o"), "unit.c", NULL,
                                  &found, &err),
                     -1);
    assert_int_equal(layout_check(in_dir(dir, "none.o"), in_dir(dir, "new.o"),
                                  "unit.c", NULL, &found, &err),
                     -1);
}

/* Whether old.o and new.o are the same but for DWARF. */
static bool same(void)
{
    size_t na, nb;
    char *a, *b;
    struct xs_error err;
    bool answer;

    assert_int_equal(fs_read(in_dir(dir, "old.o"), &a, &na, &err), 0);
    assert_int_equal(fs_read(in_dir(dir, "new.o"), &b, &nb, &err), 0);
    answer = object_same(a, na, b, nb);
    assert_true(answer == object_same(b, nb, a, na));
    free(a);
    free(b);
    return answer;
}

static void objects_are_compared_without_dwarf(void **state)
{
    static const char text[] =
        "int x = 1; static int y; extern int z(int *); const char *s = \"s\";\n"
        "int f(void) { return z(&x) + z(&y); }\n";

    compile("old", text, "-ffunction-sections");
    compile("new", text, "-ffunction-sections -g");
    assert_true(same());
    /* Code, data, a relocation, a name, a size without bytes. */
    compile(
        "new",
        "int x = 1; static int y; extern int z(int *); const char *s = \"s\";\n"
        "int f(void) { return z(&x) - z(&y); }\n",
        "-ffunction-sections -g");
    assert_false(same());
    compile(
        "new",
        "int x = 2; static int y; extern int z(int *); const char *s = \"s\";\n"
        "int f(void) { return z(&x) + z(&y); }\n",
        "-ffunction-sections -g");
    assert_false(same());
    compile(
        "new",
        "int x = 1; static int y; extern int w(int *); const char *s = \"s\";\n"
        "int f(void) { return w(&x) + w(&y); }\n",
        "-ffunction-sections -g");
    assert_false(same());
    compile(
        "new",
        "int x = 1; static int t; extern int z(int *); const char *s = \"s\";\n"
        "int f(void) { return z(&x) + z(&t); }\n",
        "-ffunction-sections -g");
    assert_false(same());
    compile(
        "new",
        "int x = 1; static int y; extern int z(int *); const char *s = \"s\";\n"
        "int f(void) { return z(&x) + z(&y); } int more[3];\n",
        "-ffunction-sections -g");
    assert_false(same());
}

static void the_sections_of_relocations_count(void **state)
{
#define BOTH "__attribute__((used)) static int y, t; extern int z(int *);\n"
    compile("old", BOTH "int f(void) { return z(&y); }\n", "-fdata-sections");
    compile("new", BOTH "int f(void) { return z(&y); }\n",
            "-fdata-sections -g");
    assert_true(same());
    compile("new", BOTH "int f(void) { return z(&t); }\n",
            "-fdata-sections -g");
    assert_false(same());
#undef BOTH
}

static int setup(void **state)
{
    int rc = tempdir_make(state);

    dir = *state;
    return rc;
}

static int teardown(void **state)
{
    differ_free(&found);
    return tempdir_remove(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_is_no_change),
        cmocka_unit_test(members_at_the_end_and_in_the_middle),
        cmocka_unit_test(padding_has_a_reason_of_its_own),
        cmocka_unit_test(a_new_name_is_no_change_but_a_swap_is),
        cmocka_unit_test(types_of_members),
        cmocka_unit_test(signs_and_signatures_are_noted),
        cmocka_unit_test(bit_fields),
        cmocka_unit_test(inner_types),
        cmocka_unit_test(types_without_a_tag),
        cmocka_unit_test(enumerations),
        cmocka_unit_test(new_and_other_types_are_fine),
        cmocka_unit_test(variables_keep_their_type),
        cmocka_unit_test(objects_of_functions_only_may_change),
        cmocka_unit_test(objects_that_may_be_elsewhere_may_not),
        cmocka_unit_test(one_type_is_told_once),
        cmocka_unit_test(what_has_no_dwarf_is_an_error),
        cmocka_unit_test(objects_are_compared_without_dwarf),
        cmocka_unit_test(the_sections_of_relocations_count),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
