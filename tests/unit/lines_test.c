/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Line numbers that a change does not move, judged by the compiler's own
 * preprocessor and not by how the #line directives look.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/lexline.h"
#include "builder/lines.h"

/*
 * L marks a line whose number is looked at.  Between them stands what trips a
 * careless scanner.  (No L stands on a line that ends a comment, a literal or
 * the arguments of a macro: there is no place for a directive before it.)
 */
static const char sample[] = "#define L __LINE__;\n"
                             "int a = L\n"
                             "/* a comment that is\n"
                             "   not \"closed\n"
                             "   at once ' # ( */\n"
                             "int b = L\n"
                             "// a comment that goes on \\\n"
                             "   here ( \" '\n"
                             "int c = L\n"
                             "#define M(x, y) x + \\\n"
                             "    y + ( \\\n"
                             "    __LINE__\n"
                             "int d = L\n"
                             "const char *s = \"a string with /* and ( \\\n"
                             "goes on\";\n"
                             "int e = L\n"
                             "char q = '\"', r = '\\'', p = '('; int f = L\n"
                             "#if 0\n"
                             "dead text that isn't closed (\n"
                             "int dead = L\n"
                             "#elif defined(YES)\n"
                             "int g = L\n"
                             "#else\n"
                             "int h = L\n"
                             "#endif\n"
                             "int i = L\n"
                             "int fn(int x)\n"
                             "{\n"
                             "#ifdef YES\n"
                             "    if ( use(x,\n"
                             "#else\n"
                             "    if ( use(\n"
                             "#endif\n"
                             "             x) )\n"
                             "        return L\n"
                             "    return use(x,\n"
                             "               x)\n"
                             "           + L\n"
                             "}\n"
                             "int j = L\n"
                             "  #  define N /* comment in \\\n"
                             "a directive */ ( \\\n"
                             "   1\n"
                             "int k = L\n"
                             "asm ( \".macro x\\n\"\n"
                             "      \"( \" \")\" );\n"
                             "int l = L\n";

struct temp {
    char dir[32];
    char path[48];
};

static void temp_make(struct temp *t)
{
    strcpy(t->dir, "/tmp/lines-test.XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    snprintf(t->path, sizeof(t->path), "%s/x.c", t->dir);
}

static void temp_remove(struct temp *t)
{
    unlink(t->path);
    rmdir(t->dir);
}

/* What the preprocessor makes of a text, less blank lines and markers. */
static char *preprocess(struct temp *t, const char *text, const char *options)
{
    char command[200], *out = NULL, *line = NULL;
    size_t size = 0, room = 0;
    FILE *f = fopen(t->path, "w"), *to, *from;

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    snprintf(command, sizeof(command), "gcc -E -P -w %s %s", options, t->path);
    from = popen(command, "r");
    to = open_memstream(&out, &size);
    while ( getline(&line, &room, from) > 0 )
        if ( strspn(line, " \t\r\n") != strlen(line) )
            fputs(line, to);
    free(line);
    fclose(to);
    assert_int_equal(pclose(from), 0);
    return out;
}

/* The sample with blank lines before line `at` (from 0); fresh memory. */
static char *with_blank_lines(const char *text, unsigned int at,
                              unsigned int count)
{
    char *out = calloc(strlen(text) + count + 1, 1);
    const char *p = text;

    while ( at-- )
        p = strchr(p, '\n') + 1;
    memcpy(out, text, p - text);
    while ( count-- )
        strcat(out, "\n");
    strcat(out, p);
    return out;
}

static unsigned int count_lines(const char *text)
{
    unsigned int n = 0;

    for ( ; *text; text++ )
        n += *text == '\n';
    return n;
}

/* Whether a blank line here changes the text itself and not only numbers. */
static bool splits_something(const char *text, unsigned int at)
{
    while ( at > 1 )
    {
        text = strchr(text, '\n') + 1;
        at--;
    }
    text = strchr(text, '\n');
    return text[-1] == '\\';
}

static void check_everywhere(const char *options)
{
    struct temp t;
    unsigned int at, n = count_lines(sample);
    char *expected;

    temp_make(&t);
    expected = preprocess(&t, sample, options);
    for ( at = 0; at <= n; at++ )
    {
        char *changed, *kept, *got;

        if ( at && splits_something(sample, at) )
            continue;
        changed = with_blank_lines(sample, at, 3);
        kept = lines_keep(sample, changed);
        got = preprocess(&t, kept, options);
        if ( strcmp(got, expected) )
            print_message("blank lines before line %u\n", at + 1);
        assert_string_equal(got, expected);
        free(got);
        free(kept);
        free(changed);
    }
    free(expected);
    temp_remove(&t);
}

static void blank_lines_anywhere_move_no_number(void **state)
{
    check_everywhere("");
}

static void nor_with_the_other_branches(void **state)
{
    check_everywhere("-DYES");
}

/* The sample less line `at`, and less all L lines that this takes along. */
static void a_line_less_moves_no_number_behind(void **state)
{
    static const char old_text[] = "int x;\nint y;\n#if 1\nint u;\n#endif\n"
                                   "int z = __LINE__;\n";
    static const char new_text[] =
        "int y;\n#if 1\n#endif\nint z = __LINE__;\n";
    char *kept = lines_keep(old_text, new_text), *got;
    struct temp t;

    temp_make(&t);
    got = preprocess(&t, kept, "");
    assert_string_equal(got, "int y;\nint z = 6;\n");
    temp_remove(&t);
    free(got);
    free(kept);
}

static void a_branch_not_compiled_does_not_set_the_number(void **state)
{
    static const char old_text[] = "#if 0\nint a;\nint b;\n#endif\n"
                                   "int z = __LINE__;\n";
    static const char new_text[] = "#if 0\nint a;\nint n;\nint b;\n#endif\n"
                                   "int z = __LINE__;\n";
    char *kept = lines_keep(old_text, new_text), *got;
    struct temp t;

    temp_make(&t);
    got = preprocess(&t, kept, "");
    assert_string_equal(got, "int z = 5;\n");
    temp_remove(&t);
    free(got);
    free(kept);
}

static void no_directive_between_the_arguments_of_a_macro(void **state)
{
    static const char old_text[] = "M(1,\n  2);\nint z;\n";
    static const char new_text[] = "M(1,\n  7,\n  2);\nint z;\n";
    char *kept = lines_keep(old_text, new_text);

    assert_string_equal(kept, "M(1,\n  7,\n  2);\n#line 3\nint z;\n");
    free(kept);
}

static void less_the_directives_it_is_the_new_text(void **state)
{
    unsigned int at, n = count_lines(sample);

    for ( at = 0; at <= n; at++ )
    {
        char *changed = with_blank_lines(sample, at, 2);
        char *kept = lines_keep(sample, changed), *p = kept, *out;
        char *rest = calloc(strlen(kept) + 1, 1);

        for ( out = rest; *p; )
        {
            size_t len = strcspn(p, "\n") + 1;

            if ( strncmp(p, "#line ", 6) )
            {
                memcpy(out, p, len);
                out += len;
            }
            p += len;
        }
        assert_string_equal(rest, changed);
        free(rest);
        free(kept);
        free(changed);
    }
}

static void an_unchanged_text_stays_as_it_is(void **state)
{
    char *kept = lines_keep(sample, sample);

    assert_string_equal(kept, sample);
    free(kept);
}

static void a_text_without_a_last_line_end(void **state)
{
    char *kept = lines_keep("a\nb", "x\na\nb");

    assert_string_equal(kept, "x\n#line 1\na\nb");
    free(kept);
}

static void check_code(const char *a, const char *b, bool same)
{
    char *x = lexline_code(a), *y = lexline_code(b);

    if ( (strcmp(x, y) == 0) != same )
        print_message("<%s>\n<%s>\n", x, y);
    assert_int_equal(strcmp(x, y) == 0, same);
    free(x);
    free(y);
}

static void comments_and_white_space_are_no_code(void **state)
{
    check_code("int a;\n", "/* new */\nint   a; // more\n\n", true);
    check_code("int a;\n#define X 1\n", "int a; /* b\n c */\n# define X 1\n",
               false);
    check_code("#define X 1 /* was\n 2 */\nint b;\n",
               "#define X 1\n\nint b;\n", true);
    check_code("f(a, b);\n", "f(a, /* the b */\n  b);\n", true);
}

static void literals_and_operators_are_code(void **state)
{
    check_code("char *s = \"a  b\";\n", "char *s = \"a b\";\n", false);
    check_code("char *s = \"/* x */\";\n", "char *s = \"\";\n", false);
    check_code("int a;\n", "int b;\n", false);
    check_code("#define X 1\nint a;\n", "#define X 1 int a;\n", false);
    check_code("a = '\"'; b = 1;\n", "a = '\"'; b = 2;\n", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blank_lines_anywhere_move_no_number),
        cmocka_unit_test(nor_with_the_other_branches),
        cmocka_unit_test(a_line_less_moves_no_number_behind),
        cmocka_unit_test(a_branch_not_compiled_does_not_set_the_number),
        cmocka_unit_test(no_directive_between_the_arguments_of_a_macro),
        cmocka_unit_test(less_the_directives_it_is_the_new_text),
        cmocka_unit_test(an_unchanged_text_stays_as_it_is),
        cmocka_unit_test(a_text_without_a_last_line_end),
        cmocka_unit_test(comments_and_white_space_are_no_code),
        cmocka_unit_test(literals_and_operators_are_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
