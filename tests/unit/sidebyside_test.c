/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two versions of a function beside each other: listing.c, sidebyside.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "builder/compare.h"
#include "builder/correlate.h"
#include "builder/sidebyside.h"
#include "tests/unit/tempdir.h"

static char *dir;
static struct object *old, *new;
static struct sidebyside code;
static const char *compiler;

static int setup(void **state)
{
    int rc = tempdir_make(state);

    dir = *state;
    old = new = NULL;
    compiler = "gcc";
    return rc;
}

static int teardown(void **state)
{
    sidebyside_free(&code);
    object_free(new);
    object_free(old);
    return tempdir_remove(state);
}

static struct object *compile(const char *name, const char *source)
{
    struct xs_error err = { 0 };
    struct object *obj;
    char command[512];

    put_file(dir, "unit.S", source);
    snprintf(command, sizeof(command), "cd %s && %s -c unit.S -o %s", dir,
             compiler, name);
    if ( system(command) )
        fail_msg("%s", command);
    obj = object_open(in_dir(dir, name), "unit.c", &err);
    if ( !obj )
        fail_msg("%s", err.what);
    return obj;
}

static struct atom *function_of(struct object *obj)
{
    size_t i;

    for ( i = 0; i < obj->nr_atoms; i++ )
        if ( obj->atoms[i]->sym && !strcmp(obj->atoms[i]->sym->name, "f") )
            return obj->atoms[i];
    fail_msg("no function f");
    return NULL;
}

/* A function f with this body, in assembler so that each byte is known. */
static char *function(const char *body, const char *more)
{
    return xs_printf(".section .text.f,\"ax\"\n.globl f\n.type f,@function\n"
                     "f:\n%s\n.size f, .-f\n%s\n",
                     body, more);
}

static void compare(const char *before, const char *more_before,
                    const char *after, const char *more_after)
{
    char *a = function(before, more_before), *b = function(after, more_after);

    old = compile("a.o", a);
    new = compile("b.o", b);
    free(a);
    free(b);
    correlate(old, new);
    compare_twins(function_of(new));
    sidebyside_make(function_of(old), function_of(new), &code);
}

static const struct row *row(size_t part, size_t at)
{
    assert_true(part < code.n);
    assert_true(at < code.part[part].n);
    return &code.part[part].row[at];
}

static void what_moves_is_the_same(void **state)
{
    compare("nop\njz 1f\nadd $1,%eax\n1: ret", "",
            "nop\nnop\nnop\nnop\njz 1f\nadd $1,%eax\n1: ret", "");
    assert_int_equal(code.n, 1);
    assert_int_equal(sidebyside_differing(&code), 3);
    /* The jump leads to another offset, and to the same row. */
    assert_string_equal(row(0, 4)->old_text, "je 6");
    assert_string_equal(row(0, 4)->new_text, "je 9");
    assert_int_equal(row(0, 4)->mark, ROW_SAME);
    assert_int_equal(row(0, 4)->old_at, 1);
    assert_int_equal(row(0, 4)->new_at, 4);
}

static void a_jump_to_another_place_is_a_difference(void **state)
{
    compare("jz 1f\nadd $1,%eax\n1: sub $2,%eax\nret", "",
            "jz 1f\nadd $1,%eax\nsub $2,%eax\n1: ret", "");
    assert_int_equal(sidebyside_differing(&code), 1);
    assert_int_equal(row(0, 0)->mark, ROW_CHANGED);
    assert_string_equal(row(0, 0)->old_text, "je 5");
    assert_string_equal(row(0, 0)->new_text, "je 8");
}

static void lines_that_came_and_went_stand_beside_each_other(void **state)
{
    compare("mov $1,%eax\ncmp $0x40,%edi\nret", "",
            "mov $1,%eax\ncmp $0x3f,%edi\nadd $2,%eax\nret", "");
    assert_int_equal(row(0, 0)->mark, ROW_SAME);
    assert_int_equal(row(0, 1)->mark, ROW_CHANGED);
    assert_string_equal(row(0, 1)->old_text, "cmpl $0x40, %edi");
    assert_string_equal(row(0, 1)->new_text, "cmpl $0x3f, %edi");
    assert_int_equal(row(0, 2)->mark, ROW_ADDED);
    assert_null(row(0, 2)->old_text);
    assert_string_equal(row(0, 2)->new_text, "addl $2, %eax");
    assert_int_equal(row(0, 3)->mark, ROW_SAME);
}

#define STRING(text)                                                          \
    ".section .rodata.str1.1,\"aMS\",@progbits,1\n.LC0: .string \"" text "\"\n"

static void what_is_referred_to_has_its_name(void **state)
{
    static const char body[] = "lea .LC0(%rip),%rdi\ncall printk\n"
                               "mov counter+4(%rip),%eax\n"
                               "movl $1,counter(%rip)\nmov $table,%rdx\n"
                               "jmp other";

    compare(body, STRING("before"), body, STRING("after"));
    assert_string_equal(row(0, 0)->old_text, "leaq (%rip), %rdi  # "
                                             "\"before\"");
    assert_string_equal(row(0, 0)->new_text, "leaq (%rip), %rdi  # \"after\"");
    assert_int_equal(row(0, 0)->mark, ROW_CHANGED);
    assert_string_equal(row(0, 1)->new_text, "callq printk");
    assert_string_equal(row(0, 2)->new_text, "movl counter+0x4(%rip), %eax");
    /* An operand behind the field moves the end of the instruction. */
    assert_string_equal(row(0, 3)->new_text, "movl $1, counter(%rip)");
    assert_string_equal(row(0, 4)->new_text, "movq $0, %rdx  # table");
    assert_string_equal(row(0, 5)->new_text, "jmp other");
    assert_int_equal(sidebyside_differing(&code), 1);
}

#define TABLE(last)                                                           \
    ".section .rodata.t,\"a\"\n.type t,@object\nt: .long 1, 2, " last         \
    "\n.size t, 12\n"

static void the_same_words_need_not_mean_the_same(void **state)
{
    compare("lea t(%rip),%rdx\nret", TABLE("3"), "lea t(%rip),%rdx\nret",
            TABLE("4"));
    assert_int_equal(row(0, 0)->mark, ROW_CHANGED);
    assert_string_equal(row(0, 0)->old_text, "leaq t(%rip), %rdx");
    assert_string_equal(row(0, 0)->new_text,
                        "leaq t(%rip), %rdx  # not what it was");
}

#define EXTABLE(value)                                                        \
    ".section .fixup,\"ax\"\n3: mov $" value ",%eax\njmp 2b\n"                \
    ".section .ex_table,\"a\"\n.balign 4\n.long 1b - ., 3b - .\n"

static void parts_and_special_entries_come_along(void **state)
{
    compare("1: mov (%rdi),%eax\n2: ret", EXTABLE("5"),
            "1: mov (%rdi),%eax\n2: ret", EXTABLE("7"));
    assert_int_equal(code.n, 3);
    assert_string_equal(code.part[0].name, "");
    assert_string_equal(code.part[1].name, "fixup code");
    assert_string_equal(row(1, 0)->old_text, "movl $5, %eax");
    assert_string_equal(row(1, 0)->new_text, "movl $7, %eax");
    assert_string_equal(row(1, 1)->new_text, "jmp f+0x2");
    assert_int_equal(row(1, 1)->mark, ROW_SAME);
    assert_string_equal(code.part[2].name, "special entries");
    assert_string_equal(row(2, 0)->new_text,
                        "exception table entry: continues at fixup code, 0");
    assert_int_equal(row(2, 0)->mark, ROW_SAME);
    assert_int_equal(sidebyside_differing(&code), 1);
}

#define ALT(new, feature)                                                     \
    ".section .altinstructions,\"a\"\n.long 1b - ., 3f - .\n.word " feature   \
    "\n.byte 3, 4f - 3f, 0, 0\n.section .altinstr_replacement,\"ax\"\n"       \
    "3: " new "\n4:\n"

static void a_change_of_an_alternative_alone_is_seen(void **state)
{
    compare("1: nop\nnop\nnop\nret", ALT("stac", "0x123"),
            "1: nop\nnop\nnop\nret", ALT("clac", "0x123"));
    assert_int_equal(sidebyside_differing(&code), 1);
    assert_int_equal(row(1, 0)->mark, ROW_CHANGED);
    assert_string_equal(row(1, 0)->old_text,
                        "alternative: stac  # 23 01 03 03 00 00");
    assert_string_equal(row(1, 0)->new_text,
                        "alternative: clac  # 23 01 03 03 00 00");
}

static void bytes_that_are_no_code_are_shown(void **state)
{
    compare("ret\n.byte 0x06", "", "ret\n.byte 0x07", "");
    assert_string_equal(row(0, 1)->old_text, ".byte 06");
    assert_string_equal(row(0, 1)->new_text, ".byte 07");
    assert_int_equal(row(0, 1)->mark, ROW_CHANGED);
}

static void a_new_function_has_one_side(void **state)
{
    char *text = function("ret", "");

    new = compile("b.o", text);
    free(text);
    sidebyside_make(NULL, function_of(new), &code);
    assert_int_equal(row(0, 0)->mark, ROW_ADDED);
    assert_string_equal(row(0, 0)->new_text, "retq");
    assert_null(row(0, 0)->old_text);
}

static void arm64_is_listed_as_well(void **state)
{
    static const char body[] = "cbz w0, 1f\nbl printk\nadrp x1, table\n"
                               "mov w0, #%d\n1: ret";
    char before[200], after[200];

    compiler = "aarch64-linux-gnu-gcc";
    snprintf(before, sizeof(before), body, 3);
    snprintf(after, sizeof(after), body, 4);
    compare(before, "", after, "");
    assert_int_equal(sidebyside_differing(&code), 1);
    assert_string_equal(row(0, 0)->new_text, "cbz w0, #0x10");
    assert_int_equal(row(0, 0)->mark, ROW_SAME);
    assert_string_equal(row(0, 1)->new_text, "bl printk");
    assert_string_equal(row(0, 2)->new_text, "adrp x1, #0  # table");
    assert_string_equal(row(0, 3)->old_text, "movz w0, #0x3");
    assert_string_equal(row(0, 3)->new_text, "movz w0, #0x4");
    assert_int_equal(row(0, 3)->mark, ROW_CHANGED);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_moves_is_the_same),
        CASE(a_jump_to_another_place_is_a_difference),
        CASE(lines_that_came_and_went_stand_beside_each_other),
        CASE(what_is_referred_to_has_its_name),
        CASE(the_same_words_need_not_mean_the_same),
        CASE(parts_and_special_entries_come_along),
        CASE(a_change_of_an_alternative_alone_is_seen),
        CASE(bytes_that_are_no_code_are_shown),
        CASE(a_new_function_has_one_side),
        CASE(arm64_is_listed_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
