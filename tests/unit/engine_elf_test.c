/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The engine's view of an object: a real one, compiled here, is taken; one that
 * lies about any of its fields is refused with the reason meant for that.
 */
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/core/elf.h"

static unsigned int blocks; /* not given back */

void *port_alloc(size_t size)
{
    blocks++;
    return calloc(1, size);
}

void port_free(void *p)
{
    blocks -= p != NULL;
    free(p);
}

static const char source[] =
    "int global = 1; static int zeroes[8]; extern int outside(int *);\n"
    "const char *const name __attribute__((section(\".rodata.name\"))) = "
    "\"name\";\n"
    "int code(int i) { return outside(&zeroes[i]) + global; }\n"
    "asm(\".pushsection .livepatch.depends,\\\"a\\\"; .long 0; .popsection\");"
    "\nasm(\".pushsection .modinfo,\\\"a\\\"; .asciz \\\"a=b\\\"; "
    ".popsection\");\n";

static uint8_t *object;
static size_t object_size;

static int compile(void **state)
{
    char c[] = "/tmp/engine-elf-XXXXXX.c", o[] = "/tmp/engine-elf-XXXXXX.o";
    char command[200];
    int fd = mkstemps(c, 2);
    FILE *f;

    memcpy(o, c, sizeof(o) - 3);
    if ( fd < 0 || write(fd, source, sizeof(source) - 1) < 0 )
        return -1;
    close(fd);
    snprintf(command, sizeof(command),
             "cc -O1 -fno-pie -fno-asynchronous-unwind-tables -c -o %s %s", o,
             c);
    if ( system(command) )
        return -1;
    f = fopen(o, "rb");
    object = malloc(1 << 16);
    object_size = fread(object, 1, 1 << 16, f);
    object = realloc(object, object_size); /* so that a byte more is found */
    fclose(f);
    unlink(c);
    unlink(o);
    return 0;
}

static int forget(void **state)
{
    free(object);
    return 0;
}

/* ---- what the tests change ---- */

static Elf64_Ehdr *header(uint8_t *b)
{
    return (Elf64_Ehdr *)b;
}

static Elf64_Shdr *section(uint8_t *b, unsigned int i)
{
    return (Elf64_Shdr *)(b + header(b)->e_shoff) + i;
}

static Elf64_Shdr *find(uint8_t *b, uint32_t type, const char *name)
{
    Elf64_Shdr *names = section(b, header(b)->e_shstrndx);
    unsigned int i;

    for ( i = 1; i < header(b)->e_shnum; i++ )
        if ( section(b, i)->sh_type == type &&
             (!name ||
              !strcmp((char *)b + names->sh_offset + section(b, i)->sh_name,
                      name)) )
            return section(b, i);
    fail_msg("no section of type %u", type);
    return NULL;
}

static Elf64_Sym *symbol(uint8_t *b, unsigned int i)
{
    return (Elf64_Sym *)(b + find(b, SHT_SYMTAB, NULL)->sh_offset) + i;
}

/* Last symbol of the table: a global one. */
static Elf64_Sym *last(uint8_t *b)
{
    Elf64_Shdr *table = find(b, SHT_SYMTAB, NULL);

    return symbol(b, table->sh_size / sizeof(Elf64_Sym) - 1);
}

#define CASE(reason, statement)                                               \
    static void lie_##reason(uint8_t *b)                                      \
    {                                                                         \
        statement;                                                            \
    }
#define TEXT find(b, SHT_PROGBITS, ".text")
#define DATA find(b, SHT_PROGBITS, ".data")
#define RELA find(b, SHT_RELA, ".rela.text")
#define SYMS find(b, SHT_SYMTAB, NULL)
#define STRS section(b, SYMS->sh_link)
#define LIES(X)                                                               \
    X(ELF_MAGIC, header(b)->e_ident[3] = 'f')                                 \
    X(ELF_CLASS, header(b)->e_ident[EI_CLASS] = ELFCLASS32)                   \
    X(ELF_OSABI, header(b)->e_ident[EI_OSABI] = 3)                            \
    X(ELF_TYPE, header(b)->e_type = ET_EXEC)                                  \
    X(ELF_MACHINE, header(b)->e_machine = EM_AARCH64)                         \
    X(ELF_PHNUM, header(b)->e_phnum = 1)                                      \
    X(ELF_EHSIZE, header(b)->e_ehsize = 63)                                   \
    X(ELF_SHENTSIZE, header(b)->e_shentsize = 63)                             \
    X(ELF_SHNUM, header(b)->e_shnum = 0)                                      \
    X(ELF_SHOFF, header(b)->e_shoff = -64)                                    \
    X(ELF_SHSTRNDX, header(b)->e_shstrndx = 0)                                \
    X(SECTION_NULL, section(b, 0)->sh_type = SHT_PROGBITS)                    \
    X(SECTION_NAME, TEXT->sh_name = 0x7fffffff)                               \
    X(SECTION_BOUNDS, TEXT->sh_offset = -16)                                  \
    X(SECTION_SIZE, find(b, SHT_NOBITS, ".bss")->sh_size = 1ull << 32)        \
    X(SECTION_ALIGN, DATA->sh_addralign = 1ull << 63)                         \
    X(SECTION_TYPE, DATA->sh_type = SHT_DYNAMIC)                              \
    X(SECTION_FLAGS, DATA->sh_flags |= SHF_TLS)                               \
    X(SECTION_WX, TEXT->sh_flags |= SHF_WRITE)                                \
    X(SECTION_TWICE,                                                          \
      find(b, SHT_PROGBITS, ".modinfo")->sh_name =                            \
          find(b, SHT_PROGBITS, ".livepatch.depends")->sh_name)               \
    X(STRTAB, b[STRS->sh_offset + STRS->sh_size - 1] = 'x')                   \
    X(SYMTAB_MISSING, SYMS->sh_type = SHT_PROGBITS)                           \
    X(SYMTAB_TWICE, DATA->sh_flags = 0; DATA->sh_type = SHT_SYMTAB)           \
    X(SYMTAB_SIZE, SYMS->sh_size -= 1)                                        \
    X(SYMTAB_LINK, SYMS->sh_link = 0)                                         \
    X(SYMBOL_NULL, symbol(b, 0)->st_value = 1)                                \
    X(SYMBOL_NAME, last(b)->st_name = 0x7fffffff)                             \
    X(SYMBOL_SECTION, last(b)->st_shndx = 0xfe00)                             \
    X(SYMBOL_VALUE, symbol(b, 2)->st_shndx = 1; symbol(b, 2)->st_info = 0;    \
      symbol(b, 2)->st_value = -1)                                            \
    X(SYMBOL_COMMON, last(b)->st_shndx = SHN_COMMON)                          \
    X(SYMBOL_TYPE, last(b)->st_info = ELF64_ST_INFO(STB_GLOBAL, STT_TLS))     \
    X(RELOC_SIZE, RELA->sh_entsize = 16)                                      \
    X(RELOC_LINK, RELA->sh_link = 0)                                          \
    X(RELOC_SECTION, RELA->sh_info = 0)                                       \
    X(RELOC_REL, RELA->sh_type = SHT_REL)
LIES(CASE)

/* Further values of fields, for reasons that have been seen above. */
CASE(no_version, header(b)->e_version = 0)
CASE(osabi_version, header(b)->e_ident[EI_ABIVERSION] = 1)
CASE(many_sections, header(b)->e_shnum = 0xfeff)
CASE(names_out, header(b)->e_shstrndx = header(b)->e_shnum)
CASE(names_no_strings, section(b, header(b)->e_shstrndx)->sh_type = 1)
CASE(size_wraps, TEXT->sh_size = 0xffffff)
CASE(align_odd, DATA->sh_addralign = 3)
CASE(align_huge, DATA->sh_addralign = 8192)
CASE(no_symbols, SYMS->sh_size = 0)
CASE(symbols_entry, SYMS->sh_entsize = 0)
CASE(link_out, SYMS->sh_link = 0xffff)
CASE(link_other, SYMS->sh_link = 1)
CASE(symbol_long, symbol(b, 2)->st_shndx = 1; symbol(b, 2)->st_info = 0;
     symbol(b, 2)->st_size = -1)
CASE(symbol_nameless, last(b)->st_name = 0; last(b)->st_shndx = 0)
CASE(reloc_out, RELA->sh_info = 0xffffffff)
CASE(reloc_bss, RELA->sh_info = find(b, SHT_NOBITS, ".bss") - section(b, 0))

static void check(const char *what, void (*lie)(uint8_t *b),
                  enum xsplice_reason reason)
{
    uint8_t *b = malloc(object_size);
    struct refusal why = { 0 };
    struct elf elf;
    int rc;

    memcpy(b, object, object_size);
    lie(b);
    rc = elf_open(&elf, b, object_size, &why);
    if ( rc >= 0 || why.reason != reason )
        fail_msg("%s: %d, %s (%s)", what, rc, reason_id(why.reason),
                 why.detail);
    assert_int_not_equal(why.detail[0], 0);
    assert_int_equal(blocks, 0);
    free(b);
}

static void every_lie_has_its_reason(void **state)
{
#define CHECK(reason, statement)                                              \
    check(#reason, lie_##reason, XSPLICE_REASON_##reason);
    LIES(CHECK)
#define AGAIN(lie, reason) check(#lie, lie_##lie, XSPLICE_REASON_##reason)
    AGAIN(no_version, ELF_CLASS);
    AGAIN(osabi_version, ELF_OSABI);
    AGAIN(many_sections, ELF_SHOFF);
    AGAIN(names_out, ELF_SHSTRNDX);
    AGAIN(names_no_strings, STRTAB);
    AGAIN(size_wraps, SECTION_BOUNDS);
    AGAIN(align_odd, SECTION_ALIGN);
    AGAIN(align_huge, SECTION_ALIGN);
    AGAIN(no_symbols, SYMTAB_SIZE);
    AGAIN(symbols_entry, SYMTAB_SIZE);
    AGAIN(link_out, SYMTAB_LINK);
    AGAIN(link_other, STRTAB);
    AGAIN(symbol_long, SYMBOL_VALUE);
    AGAIN(symbol_nameless, SYMBOL_NAME);
    AGAIN(reloc_out, RELOC_SECTION);
    AGAIN(reloc_bss, RELOC_SECTION);
}

static void every_truncation_is_refused(void **state)
{
    size_t size;

    for ( size = 0; size < object_size; size++ )
    {
        uint8_t *b = malloc(size ? size : 1);
        struct refusal why = { 0 };
        struct elf elf;

        memcpy(b, object, size);
        assert_true(elf_open(&elf, b, size, &why) < 0);
        assert_int_not_equal(why.reason, XSPLICE_REASON_NONE);
        free(b);
    }
    assert_int_equal(blocks, 0);
}

static void an_object_is_taken(void **state)
{
    struct refusal why = { 0 };
    struct elf_section *s;
    struct elf_reloc r;
    struct elf elf;
    size_t i, relocs = 0;

    assert_int_equal(elf_open(&elf, object, object_size, &why), 0);
    s = elf_find(&elf, ".text");
    assert_true(s && s->kind == SECTION_LOADED && s->exec && !s->write);
    s = elf_find(&elf, ".bss");
    assert_true(s && s->zeroes && !s->data && s->size == 32 && s->write);
    assert_null(elf_find(&elf, ".text.other"));
    for ( i = 1; i < elf.nsections; i++ )
        if ( elf.sections[i].kind == SECTION_RELA )
        {
            size_t k;

            for ( k = 0; k < elf_relocs(&elf.sections[i]); k++, relocs++ )
                assert_int_equal(
                    elf_reloc(&elf, &elf.sections[i], k, &r, &why), 0);
        }
    assert_true(relocs >= 4); /* zeroes, outside, global, the string */
    assert_string_equal(elf.symbols[0].name, "");
    elf_close(&elf);
    assert_int_equal(blocks, 0);
}

/* A section that is not in use has no name, whatever the header says. */
static void an_unused_section_is_passed_over(void **state)
{
    uint8_t *b = malloc(object_size);
    struct refusal why = { 0 };
    struct elf elf;

    memcpy(b, object, object_size);
    section(b, header(b)->e_shnum - 1)->sh_name = 0;
    find(b, SHT_PROGBITS, ".note.GNU-stack")->sh_type = SHT_NULL;
    find(b, SHT_PROGBITS, ".comment")->sh_type = SHT_NULL;
    assert_int_equal(elf_open(&elf, b, object_size, &why), 0);
    assert_null(elf_find(&elf, ".comment"));
    elf_close(&elf);
    free(b);
}

static void relocations_lie(void **state)
{
    uint8_t *b = malloc(object_size);
    struct refusal why = { 0 }, again = { 0 };
    struct elf_reloc r;
    struct elf elf;
    Elf64_Rela *rela;
    unsigned int i;

    memcpy(b, object, object_size);
    rela = (Elf64_Rela *)(b + RELA->sh_offset);
    rela[0].r_offset = TEXT->sh_size;
    rela[1].r_info = ELF64_R_INFO(SYMS->sh_size / sizeof(Elf64_Sym), 2);
    i = RELA - section(b, 0);
    assert_int_equal(elf_open(&elf, b, object_size, &why), 0);
    assert_int_equal(elf_reloc(&elf, &elf.sections[i], 0, &r, &why), -EINVAL);
    assert_int_equal(why.reason, XSPLICE_REASON_RELOC_OFFSET);
    assert_int_equal(elf_reloc(&elf, &elf.sections[i], 1, &r, &again),
                     -EINVAL);
    assert_int_equal(again.reason, XSPLICE_REASON_RELOC_SYMBOL);
    elf_close(&elf);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_taken),
        cmocka_unit_test(every_lie_has_its_reason),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(an_unused_section_is_passed_over),
        cmocka_unit_test(relocations_lie),
    };

    return cmocka_run_group_tests(tests, compile, forget);
}
