/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads that lie: each field of the headers, tables, notes and special
 * sections of a payload that the compiler has made says something false, one
 * at a time.  Each lie is refused with the reason meant for it, and the
 * payload as it was made is accepted.
 */
#include "tests/unit/engine_case.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum where {
    HEADER,  /* at offset 'at' of the ELF header */
    SECTION, /* of the section header of 'in' */
    CONTENT, /* of the bytes of section 'in' */
    SYMBOL,  /* of entry 'nr' of the symbol table; 'in' may name it */
    RELOC,   /* of entry 'nr' of the relocations for section 'in' */
};

enum how {
    SET,  /* the field becomes the value */
    ADD,  /* the value is added to it */
    NAME, /* the field becomes the name of the section 'other' */
};

#define F_SH_NAME  0, 4
#define F_SH_TYPE  4, 4
#define F_SH_FLAGS 8, 8
#define F_SH_OFF   24, 8
#define F_SH_SIZE  32, 8
#define F_SH_LINK  40, 4
#define F_SH_INFO  44, 4
#define F_SH_ALIGN 48, 8
#define F_SH_ENT   56, 8
#define F_NAME     0, 4
#define F_INFO     4, 1
#define F_SHNDX    6, 2
#define F_VALUE    8, 8
#define F_SIZE     16, 8
#define R_OFF      0, 8
#define R_TYPE     8, 4
#define R_SYM      12, 4
#define R_ADDEND   16, 8

#define FUNCS    ".livepatch.funcs"
#define ID       ".note.gnu.build-id"
#define DEPENDS  ".livepatch.depends"
#define XEN      ".livepatch.xen_depends"
#define ALT      ".altinstructions"
#define KINDS    ".xsplice.shadows"
#define ONE_MORE ".comment" /* of no use to the engine */

struct lie {
    const char *file;
    enum where where;
    const char *in;
    unsigned int nr, at, len;
    enum how how;
    uint64_t value;
    enum xsplice_reason reason;
    const char *other;
};

#define WHY(id) XSPLICE_REASON_##id
#define NONE    XSPLICE_REASON_NONE

/* clang-format off */
static const struct lie lies[] = {
    /* ---- the ELF header ---- */
    { "third", HEADER, "", 0, 0, 1, SET, 0, WHY(ELF_MAGIC) },
    { "third", HEADER, "", 0, 3, 1, SET, 'f', WHY(ELF_MAGIC) },
    { "third", HEADER, "", 0, 4, 1, SET, 1, WHY(ELF_CLASS) },
    { "third", HEADER, "", 0, 5, 1, SET, 2, WHY(ELF_CLASS) },
    { "third", HEADER, "", 0, 6, 1, SET, 0, WHY(ELF_CLASS) },
    { "third", HEADER, "", 0, 7, 1, SET, 3, WHY(ELF_OSABI) },
    { "third", HEADER, "", 0, 7, 1, SET, 9, NONE },
    { "third", HEADER, "", 0, 8, 1, SET, 1, WHY(ELF_OSABI) },
    { "third", HEADER, "", 0, 16, 2, SET, ET_EXEC, WHY(ELF_TYPE) },
    { "third", HEADER, "", 0, 16, 2, SET, ET_DYN, WHY(ELF_TYPE) },
    { "third", HEADER, "", 0, 18, 2, SET, EM_AARCH64, WHY(ELF_MACHINE) },
    { "third", HEADER, "", 0, 20, 4, SET, 2, WHY(ELF_CLASS) },
    { "third", HEADER, "", 0, 24, 8, SET, ~0ull, NONE }, /* e_entry */
    { "third", HEADER, "", 0, 32, 8, SET, ~0ull, NONE }, /* e_phoff */
    { "third", HEADER, "", 0, 40, 8, SET, 0, WHY(SECTION_NULL) },
    { "third", HEADER, "", 0, 40, 8, SET, ~0ull, WHY(ELF_SHOFF) },
    { "third", HEADER, "", 0, 40, 8, SET, ~0ull - 700, WHY(ELF_SHOFF) },
    { "third", HEADER, "", 0, 40, 8, ADD, 64, WHY(ELF_SHOFF) },
    { "third", HEADER, "", 0, 52, 2, SET, 63, WHY(ELF_EHSIZE) },
    { "third", HEADER, "", 0, 56, 2, SET, 1, WHY(ELF_PHNUM) },
    { "third", HEADER, "", 0, 58, 2, SET, 40, WHY(ELF_SHENTSIZE) },
    { "third", HEADER, "", 0, 60, 2, SET, 0, WHY(ELF_SHNUM) },
    { "third", HEADER, "", 0, 60, 2, SET, 0xff00, WHY(ELF_SHNUM) },
    { "third", HEADER, "", 0, 60, 2, ADD, 1, WHY(ELF_SHOFF) },
    { "third", HEADER, "", 0, 62, 2, SET, 0, WHY(ELF_SHSTRNDX) },
    { "third", HEADER, "", 0, 62, 2, SET, 0xffff, WHY(ELF_SHSTRNDX) },
    { "third", HEADER, "", 0, 62, 2, SET, 1, WHY(STRTAB) },
    /* ---- section headers ---- */
    { "third", SECTION, "", 0, F_SH_TYPE, SET, SHT_PROGBITS, WHY(SECTION_NULL) },
    { "third", SECTION, "", 0, F_SH_SIZE, SET, 1, WHY(SECTION_NULL) },
    { "third", SECTION, ".text", 0, F_SH_NAME, SET, ~0u, WHY(SECTION_NAME) },
    { "third", SECTION, ".text", 0, F_SH_TYPE, SET, SHT_DYNAMIC, WHY(SECTION_TYPE) },
    { "third", SECTION, ".text", 0, F_SH_TYPE, SET, SHT_NULL, WHY(SYMBOL_VALUE) },
    { "third", SECTION, ".text", 0, F_SH_FLAGS, SET, 0x406, WHY(SECTION_FLAGS) },
    { "third", SECTION, ".text", 0, F_SH_FLAGS, SET, 7, WHY(SECTION_WX) },
    { "third", SECTION, ".text", 0, F_SH_FLAGS, SET, 2, WHY(FUNC_NEW) },
    { "third", SECTION, ".text", 0, F_SH_FLAGS, SET, 0, WHY(RELOC_UNLOADED) },
    { "third", SECTION, ".text", 0, F_SH_OFF, SET, ~0ull, WHY(SECTION_BOUNDS) },
    { "third", SECTION, ".text", 0, F_SH_OFF, SET, ~0ull - 3, WHY(SECTION_BOUNDS) }, /* defect 3 */
    { "third", SECTION, ".text", 0, F_SH_SIZE, SET, 1 << 20, WHY(SECTION_BOUNDS) },
    { "third", SECTION, ".text", 0, F_SH_SIZE, SET, ~0ull, WHY(SECTION_SIZE) },
    { "third", SECTION, ".text", 0, F_SH_SIZE, SET, 5, WHY(SYMBOL_VALUE) },
    { "third", SECTION, ".text", 0, F_SH_ALIGN, SET, 0, NONE }, /* defect 4: taken as 1 */
    { "third", SECTION, ".text", 0, F_SH_ALIGN, SET, 3, WHY(SECTION_ALIGN) },
    { "third", SECTION, ".text", 0, F_SH_ALIGN, SET, 8192, WHY(SECTION_ALIGN) },
    { "third", SECTION, ".text", 0, F_SH_ALIGN, SET, 1ull << 32, WHY(SECTION_ALIGN) },
    { "third", SECTION, ".text", 0, F_SH_ALIGN, SET, 1ull << 63, WHY(SECTION_ALIGN) }, /* defect 5 */
    { "third", SECTION, ".bss", 0, F_SH_SIZE, SET, 1ull << 40, WHY(SECTION_SIZE) },
    { "third", SECTION, FUNCS, 0, F_SH_FLAGS, SET, 0, WHY(SECTION_UNLOADED) }, /* defect 7 */
    { "third", SECTION, FUNCS, 0, F_SH_SIZE, ADD, -1, WHY(SYMBOL_VALUE) },
    { "third", SECTION, FUNCS, 0, F_SH_SIZE, ADD, 8, WHY(SECTION_ENTRIES) },
    { "third", SECTION, FUNCS, 0, F_SH_NAME, SET, 0, WHY(NOTHING_TO_DO) },
    { "third", SECTION, ONE_MORE, 0, F_SH_NAME, NAME, 0, WHY(SECTION_TWICE), FUNCS },
    { "third", SECTION, ONE_MORE, 0, F_SH_NAME, NAME, 0, WHY(SECTION_TWICE), XEN },
    { "third", SECTION, ONE_MORE, 0, F_SH_NAME, SET, 0, NONE },
    { "third", SECTION, ONE_MORE, 0, F_SH_TYPE, SET, SHT_NULL, NONE },
    { "third", SECTION, ONE_MORE, 0, F_SH_TYPE, SET, SHT_SYMTAB, WHY(SYMTAB_TWICE) },
    /* ---- string and symbol tables ---- */
    { "third", SECTION, ".symtab", 0, F_SH_TYPE, SET, SHT_PROGBITS, WHY(SYMTAB_MISSING) },
    { "third", SECTION, ".symtab", 0, F_SH_LINK, SET, 0, WHY(SYMTAB_LINK) }, /* defect 1 */
    { "third", SECTION, ".symtab", 0, F_SH_LINK, SET, 9999, WHY(SYMTAB_LINK) },
    { "third", SECTION, ".symtab", 0, F_SH_LINK, SET, 1, WHY(STRTAB) },
    { "third", SECTION, ".symtab", 0, F_SH_ENT, SET, 0, WHY(SYMTAB_SIZE) },
    { "third", SECTION, ".symtab", 0, F_SH_ENT, SET, 23, WHY(SYMTAB_SIZE) },
    { "third", SECTION, ".symtab", 0, F_SH_SIZE, ADD, -1, WHY(SYMTAB_SIZE) },
    { "third", SECTION, ".symtab", 0, F_SH_SIZE, SET, 0, WHY(SYMTAB_SIZE) },
    { "third", SECTION, ".symtab", 0, F_SH_SIZE, SET, 48, WHY(RELOC_SYMBOL) },
    { "third", SECTION, ".strtab", 0, F_SH_TYPE, SET, SHT_PROGBITS, WHY(STRTAB) },
    { "third", SECTION, ".strtab", 0, F_SH_SIZE, ADD, -1, WHY(STRTAB) },
    { "third", SECTION, ".strtab", 0, F_SH_SIZE, SET, 0, WHY(STRTAB) },
    { "third", CONTENT, ".strtab", 0, 0, 1, SET, 'x', WHY(STRTAB) },
    { "third", SYMBOL, "", 0, F_VALUE, SET, 1, WHY(SYMBOL_NULL) },
    { "third", SYMBOL, "", 0, F_SHNDX, SET, 1, WHY(SYMBOL_NULL) },
    { "third", SYMBOL, "new_third", 0, F_NAME, SET, ~0u, WHY(SYMBOL_NAME) },
    { "third", SYMBOL, "new_third", 0, F_INFO, SET, 0x1f, WHY(SYMBOL_TYPE) },
    { "third", SYMBOL, "new_third", 0, F_INFO, SET, 0xa2, WHY(SYMBOL_TYPE) },
    { "third", SYMBOL, "new_third", 0, F_INFO, SET, 0x15, WHY(SYMBOL_COMMON) },
    { "third", SYMBOL, "new_third", 0, F_SHNDX, SET, 0, WHY(SYMBOL_UNKNOWN) },
    { "third", SYMBOL, "new_third", 0, F_SHNDX, SET, SHN_COMMON, WHY(SYMBOL_COMMON) },
    { "third", SYMBOL, "new_third", 0, F_SHNDX, SET, SHN_ABS, WHY(NOP_SPLITS) } /* new_addr 0 */,
    { "third", SYMBOL, "new_third", 0, F_SHNDX, SET, 0xfeff, WHY(SYMBOL_SECTION) },
    { "third", SYMBOL, "new_third", 0, F_VALUE, SET, ~0ull, WHY(SYMBOL_VALUE) },
    { "third", SYMBOL, "new_third", 0, F_VALUE, SET, 7, WHY(SYMBOL_VALUE) },
    { "third", SYMBOL, "new_third", 0, F_SIZE, SET, ~0ull, WHY(SYMBOL_VALUE) },
    { "third", SYMBOL, "new_third", 0, F_SIZE, ADD, 1, WHY(SYMBOL_VALUE) },
    /* ---- relocations ---- */
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_TYPE, SET, SHT_REL, WHY(RELOC_REL) },
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_INFO, SET, 0, WHY(RELOC_SECTION) }, /* defect 2 */
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_INFO, SET, 9999, WHY(RELOC_SECTION) },
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_INFO, SET, 3, WHY(RELOC_SECTION) }, /* .bss */
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_INFO, SET, 1, WHY(RELOC_OFFSET) }, /* .text */
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_LINK, SET, 0, WHY(RELOC_LINK) },
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_LINK, SET, 1, WHY(RELOC_LINK) },
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_ENT, SET, 0, WHY(RELOC_SIZE) },
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_SIZE, ADD, -1, WHY(RELOC_SIZE) },
    { "third", SECTION, ".rela" FUNCS, 0, F_SH_FLAGS, SET, 2, WHY(SECTION_TYPE) },
    { "third", RELOC, FUNCS, 0, R_OFF, SET, ~0ull, WHY(RELOC_OFFSET) },
    { "third", RELOC, FUNCS, 0, R_OFF, SET, 97, WHY(RELOC_OFFSET) },
    { "third", RELOC, FUNCS, 0, R_TYPE, SET, 99, WHY(RELOC_TYPE) },
    { "third", RELOC, FUNCS, 0, R_TYPE, SET, 9, WHY(RELOC_TYPE) }, /* GOTPCREL */
    { "third", RELOC, FUNCS, 0, R_SYM, SET, 0, WHY(RELOC_SYMBOL) },
    { "third", RELOC, FUNCS, 0, R_SYM, SET, 9999, WHY(RELOC_SYMBOL) },
    { "answer", RELOC, ".text", 0, R_ADDEND, SET, 1ull << 40, WHY(RELOC_OVERFLOW) },
    { "answer", RELOC, ".text", 0, R_ADDEND, SET, 1ull << 63, WHY(RELOC_OVERFLOW) },
    /* ---- identity ---- */
    { "third", SECTION, XEN, 0, F_SH_NAME, SET, 0, WHY(XEN_DEPENDS_MISSING) },
    { "third", SECTION, XEN, 0, F_SH_TYPE, SET, SHT_NOBITS, WHY(XEN_DEPENDS_MISSING) },
    { "third", SECTION, DEPENDS, 0, F_SH_NAME, SET, 0, WHY(DEPENDS_MISSING) },
    { "third", SECTION, ID, 0, F_SH_NAME, SET, 0, WHY(BUILD_ID_MISSING) },
    { "third", CONTENT, XEN, 0, 16, 1, SET, 0, WHY(XEN_DEPENDS) },
    { "third", CONTENT, XEN, 0, 35, 1, SET, 0, WHY(XEN_DEPENDS) },
    { "third", CONTENT, XEN, 0, 4, 4, SET, 16, WHY(NOTE_COUNT) },
    { "third", CONTENT, XEN, 0, 0, 4, SET, 5, WHY(NOTE_OWNER) },
    { "third", CONTENT, XEN, 0, 0, 4, SET, ~0u, WHY(NOTE_OWNER) },
    { "third", CONTENT, XEN, 0, 12, 1, SET, 'X', WHY(NOTE_OWNER) },
    { "third", CONTENT, XEN, 0, 8, 4, SET, 1, WHY(NOTE_TYPE) },
    { "third", CONTENT, XEN, 0, 4, 4, SET, 0, WHY(NOTE_LENGTH) },
    { "third", CONTENT, XEN, 0, 4, 4, SET, 65, WHY(NOTE_LENGTH) },
    { "third", CONTENT, XEN, 0, 4, 4, SET, ~0u, WHY(NOTE_LENGTH) },
    { "third", CONTENT, XEN, 0, 4, 4, SET, 21, WHY(NOTE_SIZE) },
    { "third", SECTION, XEN, 0, F_SH_SIZE, SET, 11, WHY(NOTE_SIZE) },
    { "third", SECTION, XEN, 0, F_SH_SIZE, SET, 15, WHY(NOTE_SIZE) },
    { "third", SECTION, XEN, 0, F_SH_SIZE, SET, 35, WHY(NOTE_SIZE) },
    { "third", SECTION, ID, 0, F_SH_SIZE, SET, 35, WHY(NOTE_SIZE) },
    { "third", CONTENT, DEPENDS, 0, 8, 4, SET, 4, WHY(NOTE_TYPE) },
    { "third", SECTION, DEPENDS, 0, F_SH_SIZE, ADD, 4, WHY(NOTE_COUNT) },
    /* ---- functions ---- */
    { "third", CONTENT, FUNCS, 0, 16, 8, SET, 1, WHY(FUNC_OLD) },
    { "third", CONTENT, FUNCS, 0, 16, 8, SET, 0x40003000, WHY(FUNC_OLD) },
    { "third", CONTENT, FUNCS, 0, 16, 8, SET, ~0ull, WHY(FUNC_OLD) },
    { "third", CONTENT, FUNCS, 0, 16, 8, SET, 0x40002000, WHY(FUNC_OLD_INIT) },
    { "third", CONTENT, FUNCS, 0, 24, 4, SET, 0, WHY(FUNC_NEW) },
    /* Nobody reads it; Xen's own samples have it wrong. */
    { "third", CONTENT, FUNCS, 0, 24, 4, SET, ~0u, NONE },
    { "third", CONTENT, FUNCS, 0, 28, 4, SET, 0, WHY(FUNC_TOO_SHORT) },
    { "third", CONTENT, FUNCS, 0, 28, 4, SET, 4, WHY(FUNC_TOO_SHORT) },
    { "endbr", CONTENT, FUNCS, 0, 28, 4, SET, 8, WHY(FUNC_TOO_SHORT) },
    { "third", CONTENT, FUNCS, 0, 28, 4, SET, ~0u, WHY(FUNC_OLD) },
    { "third", CONTENT, FUNCS, 0, 32, 1, SET, 1, WHY(FUNC_VERSION) },
    { "third", CONTENT, FUNCS, 0, 32, 1, SET, 3, WHY(FUNC_VERSION) },
    { "third", RELOC, FUNCS, 0, R_ADDEND, SET, 1 << 20, WHY(FUNC_NAME) },
    { "third", RELOC, FUNCS, 0, R_ADDEND, SET, 8, WHY(FUNC_NAME) }, /* "" */
    { "third", RELOC, FUNCS, 0, R_TYPE, SET, 0, WHY(FUNC_NAME) },
    { "third", CONTENT, ".rodata.str1.1", 0, 0, 1, SET, 'x', WHY(FUNC_UNKNOWN) },
    { "third", SECTION, ".rodata.str1.1", 0, F_SH_SIZE, ADD, -1, WHY(FUNC_NAME) },
    { "third", RELOC, FUNCS, 1, R_ADDEND, SET, -1, WHY(FUNC_NEW) },
    { "third", RELOC, FUNCS, 1, R_ADDEND, SET, 6, WHY(FUNC_NEW) },
    { "answer_more", CONTENT, FUNCS, 0, 104 + 28, 4, SET, 3, WHY(FUNC_TOO_SHORT) },
    { "answer_more", RELOC, FUNCS, 2, R_ADDEND, ADD, -10, WHY(FUNC_TWICE) }, /* defect 18 */
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 0, WHY(NOP_SIZE) },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 32, WHY(NOP_SIZE) },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, ~0u, WHY(NOP_SIZE) },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 14, WHY(NOP_SIZE) },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 6, WHY(NOP_SPLITS) },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 11, WHY(NOP_SPLITS) },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 12, NONE },
    { "nops", CONTENT, FUNCS, 0, 24, 4, SET, 13, WHY(NOP_FALLS_OFF) },
    { "expecting", CONTENT, FUNCS, 0, 72, 1, SET, 1, WHY(EXPECT_SIZE) },
    { "expecting", CONTENT, FUNCS, 0, 72, 1, SET, 1 | 14 << 1, WHY(EXPECT_SIZE) },
    { "expecting", CONTENT, FUNCS, 0, 72, 1, SET, 1 | 7 << 1 | 1 << 6, WHY(EXPECT_SIZE) },
    /* ---- hooks ---- */
    { "hooks", RELOC, ".livepatch.hooks.load", 0, R_ADDEND, SET, 1 << 20, WHY(HOOK_TARGET) },
    { "hooks", RELOC, ".livepatch.hooks.load", 0, R_TYPE, SET, 0, WHY(HOOK_TARGET) },
    { "hooks", RELOC, ".livepatch.hooks.unload", 0, R_ADDEND, SET, -1, WHY(HOOK_TARGET) },
    { "hooks", RELOC, ".livepatch.hooks.preapply", 0, R_ADDEND, SET, 1 << 20, WHY(HOOK_TARGET) },
    { "hooks", RELOC, ".livepatch.hooks.postrevert", 0, R_ADDEND, SET, 1 << 20, WHY(HOOK_TARGET) },
    { "hooks", SECTION, ".livepatch.hooks.load", 0, F_SH_SIZE, ADD, 8, WHY(HOOK_TARGET) },
    { "hooks", SECTION, ".livepatch.hooks.load", 0, F_SH_FLAGS, SET, 0, WHY(SECTION_UNLOADED) },
    { "hooks", SECTION, ".livepatch.hooks.preapply", 0, F_SH_SIZE, ADD, 8, WHY(HOOK_COUNT) },
    { "hooks", SECTION, ".livepatch.hooks.preapply", 0, F_SH_SIZE, ADD, 1, WHY(SECTION_ENTRIES) },
    { "hooks", SECTION, ".livepatch.hooks.preapply", 0, F_SH_NAME, NAME, 0, WHY(SECTION_TWICE), ".livepatch.hooks.load" },
    /* ---- kinds of shadow variables: entries of 40 bytes ---- */
    { "shadows_larger", SECTION, KINDS, 0, F_SH_SIZE, ADD, 1, WHY(SECTION_ENTRIES) },
    { "shadows_larger", SECTION, KINDS, 0, F_SH_FLAGS, SET, 0, WHY(RELOC_UNLOADED) },
    { "shadows_larger", SECTION, KINDS, 0, F_SH_SIZE, ADD, 63 * 40, WHY(SHADOW_MANY) },
    { "shadows_larger", CONTENT, KINDS, 0, 24, 8, SET, 1, WHY(SHADOW_VERSION) }, /* handle */
    { "shadows_larger", CONTENT, KINDS, 0, 32, 4, SET, 0, WHY(SHADOW_SIZE) },
    { "shadows_larger", CONTENT, KINDS, 0, 32, 4, SET, 65536, NONE },
    { "shadows_larger", CONTENT, KINDS, 0, 32, 4, SET, 65537, WHY(SHADOW_SIZE) },
    { "shadows_larger", CONTENT, KINDS, 0, 36, 4, SET, 0, WHY(SHADOW_VERSION) },
    { "shadows_larger", CONTENT, KINDS, 0, 40 + 36, 4, SET, 2, WHY(SHADOW_VERSION) },
    { "shadows_larger", CONTENT, KINDS, 0, 0, 8, SET, 0x1001, WHY(SHADOW_TWICE) },
    { "shadows_larger", CONTENT, KINDS, 0, 8, 8, SET, 0x40000000, WHY(SHADOW_TARGET) },
    { "shadows_larger", CONTENT, KINDS, 0, 16, 8, SET, 1, WHY(SHADOW_TARGET) },
    { "shadows_larger", RELOC, KINDS, 0, R_ADDEND, SET, 1 << 20, WHY(SHADOW_TARGET) },
    { "shadows_larger", RELOC, KINDS, 1, R_ADDEND, SET, -1, WHY(SHADOW_TARGET) },
    { "shadows_larger", RELOC, KINDS, 0, R_TYPE, SET, 0, NONE }, /* no constructor */
    /* ---- alternatives: entries of 14 bytes ---- */
    { "tables", SECTION, ALT, 0, F_SH_SIZE, ADD, -1, WHY(SECTION_ENTRIES) },
    { "tables", SECTION, ALT, 0, F_SH_FLAGS, SET, 0, WHY(SECTION_UNLOADED) },
    { "tables", SECTION, ".altinstr_replacement", 0, F_SH_NAME, SET, 0, WHY(ALT_REPL) },
    { "tables", RELOC, ALT, 0, R_ADDEND, SET, -1000, WHY(ALT_ORIG) },
    { "tables", RELOC, ALT, 0, R_ADDEND, SET, 39, WHY(ALT_ORIG) },
    { "tables", RELOC, ALT, 1, R_ADDEND, ADD, -1, WHY(ALT_REPL) },
    { "tables", RELOC, ALT, 1, R_ADDEND, ADD, 12, WHY(ALT_REPL) },
    { "tables", CONTENT, ALT, 0, 8, 2, SET, 0x7fff, WHY(ALT_FEATURE) },
    { "tables", CONTENT, ALT, 0, 8, 2, SET, 0xffff, WHY(ALT_FEATURE) },
    { "tables", CONTENT, ALT, 0, 10, 1, SET, 0, WHY(ALT_ORIG) },
    { "tables", CONTENT, ALT, 0, 10, 1, SET, 255, WHY(ALT_ORIG) },
    { "tables", CONTENT, ALT, 0, 11, 1, SET, 6, WHY(ALT_LENGTH) },
    { "tables", CONTENT, ALT, 0, 12, 1, SET, 255, WHY(ALT_ORIG) }, /* defect 10 */
    { "tables", RELOC, ".data.rel.local", 0, R_ADDEND, SET, 1 << 20, WHY(ALT_CALL) },
    { "tables", RELOC, ".text", 0, R_ADDEND, ADD, 1 << 20, WHY(ALT_CALL) },
    /* ---- exception table ---- */
    { "tables", SECTION, ".ex_table", 0, F_SH_SIZE, ADD, -4, WHY(RELOC_OFFSET) },
    { "tables", SECTION, ".ex_table", 0, F_SH_FLAGS, SET, 0, WHY(SECTION_UNLOADED) },
    { "tables", RELOC, ".ex_table", 0, R_ADDEND, SET, 1 << 20, WHY(EXTABLE_ADDR) },
    { "tables", RELOC, ".ex_table", 1, R_ADDEND, SET, 1 << 20, WHY(EXTABLE_CONT) },
    { "tables", RELOC, ".ex_table", 1, R_ADDEND, SET, -(1 << 20), WHY(EXTABLE_CONT) },
    /* ---- bug frames ---- */
    { "tables", RELOC, ".bug_frames.0", 0, R_ADDEND, ADD, 1, WHY(BUG_LOC) },
    { "tables", RELOC, ".bug_frames.0", 0, R_ADDEND, ADD, 4096, WHY(BUG_LOC) },
    { "tables", RELOC, ".bug_frames.0", 1, R_ADDEND, ADD, 1 << 20, WHY(BUG_PTR) },
    { "tables", RELOC, ".bug_frames.1", 0, R_ADDEND, ADD, -1, WHY(BUG_LOC) },
    { "tables", RELOC, ".bug_frames.1", 1, R_ADDEND, ADD, 1 << 20, WHY(BUG_PTR) },
    { "tables", RELOC, ".bug_frames.2", 1, R_ADDEND, ADD, -(1 << 20), WHY(BUG_PTR) },
    { "tables", RELOC, ".bug_frames.3", 2, R_ADDEND, ADD, 1 << 20, WHY(BUG_MSG) },
    { "tables", SECTION, ".bug_frames.3", 0, F_SH_FLAGS, SET, 0, WHY(SECTION_UNLOADED) },
    { "tables", SECTION, ".bug_frames.2", 0, F_SH_NAME, NAME, 0, WHY(SECTION_TWICE), ".bug_frames.1" },
    /* ---- metadata ---- */
    { "answer", CONTENT, ".modinfo", 0, 11, 1, SET, 'x', WHY(MODINFO) },
    { "answer", SECTION, ".modinfo", 0, F_SH_SIZE, SET, 0, WHY(SYMBOL_VALUE) }, /* defect 8 */
    { "answer", SECTION, ".modinfo", 0, F_SH_TYPE, SET, SHT_NOBITS, WHY(MODINFO) },
};
/* clang-format on */

static Elf64_Shdr *header_at(uint8_t *bytes, unsigned int i)
{
    Elf64_Ehdr *eh = (Elf64_Ehdr *)bytes;

    return (Elf64_Shdr *)(bytes + eh->e_shoff) + i;
}

static Elf64_Shdr *header_of(uint8_t *bytes, const char *name)
{
    Elf64_Ehdr *eh = (Elf64_Ehdr *)bytes;
    const char *names =
        (char *)bytes + header_at(bytes, eh->e_shstrndx)->sh_offset;
    unsigned int i;

    for ( i = 0; i < eh->e_shnum; i++ )
        if ( !strcmp(names + header_at(bytes, i)->sh_name, name) )
            return header_at(bytes, i);
    fail_msg("there is no section %s", name);

    return NULL;
}

static uint8_t *symbol_at(uint8_t *bytes, const char *name, unsigned int nr)
{
    Elf64_Shdr *table = header_of(bytes, ".symtab");
    const char *names =
        (char *)bytes + header_at(bytes, table->sh_link)->sh_offset;
    Elf64_Sym *sym = (Elf64_Sym *)(bytes + table->sh_offset);

    if ( *name )
        for ( nr = 0; strcmp(names + sym[nr].st_name, name); nr++ )
            assert_true(nr + 1 < table->sh_size / sizeof(*sym));

    return (uint8_t *)&sym[nr];
}

static uint8_t *record(uint8_t *bytes, const struct lie *lie)
{
    char rela[64];

    switch ( lie->where )
    {
    case SECTION:
        return (uint8_t *)header_of(bytes, lie->in);
    case CONTENT:
        return bytes + header_of(bytes, lie->in)->sh_offset;
    case SYMBOL:
        return symbol_at(bytes, lie->in, lie->nr);
    case RELOC:
        snprintf(rela, sizeof(rela), ".rela%s", lie->in);
        return bytes + header_of(bytes, rela)->sh_offset +
               lie->nr * sizeof(Elf64_Rela);
    default:
        return bytes;
    }
}

static void tell(uint8_t *bytes, const struct lie *lie)
{
    uint8_t *field = record(bytes, lie) + lie->at;
    uint64_t value = 0;

    memcpy(&value, field, lie->len);
    switch ( lie->how )
    {
    case SET:
        value = lie->value;
        break;
    case ADD:
        value += lie->value;
        break;
    case NAME:
        value = header_of(bytes, lie->other)->sh_name;
        break;
    }
    memcpy(field, &value, lie->len);
}

/* Whether lie i was taken for what it is; all are tried, to see all. */
static bool try_one(unsigned int i)
{
    const struct lie *lie = &lies[i];
    struct refusal why = { 0 };
    struct world before;
    char file[64];
    uint8_t *bytes;
    bool taken = true;
    size_t size;
    int rc;

    snprintf(file, sizeof(file), "%s.xsplice", lie->file);
    bytes = fixture_bytes(file, &size);
    tell(bytes, lie);
    world_take(&before);
    rc = engine_upload("liar", bytes, size, &why);
    free(bytes);
    if ( why.reason != lie->reason || !rc != !lie->reason )
    {
        print_error("lie %u (%s, %s, nr %u, offset %u, value %#llx): %s (%s), "
                    "not %s\n",
                    i, lie->file, lie->in, lie->nr, lie->at,
                    (unsigned long long)lie->value, reason_id(why.reason),
                    why.detail, reason_id(lie->reason));
        taken = false;
    }
    if ( !rc )
    {
        assert_int_equal(
            engine_action("liar", XSPLICE_ACTION_UNLOAD, 0, 0, NULL), 0);
    }
    else
    {
        /* It says where, and the same to whoever asks later. */
        struct refusal again;

        assert_true(why.detail[0]);
        engine_last_upload(&again);
        assert_int_equal(again.reason, why.reason);
    }
    world_same(&before, file);

    return taken;
}

static void each_lie_is_refused_for_what_it_is(void **state)
{
    unsigned int i, missed = 0;

    host_cpu_feature(35, true);
    host_cpu_feature(36, true);
    host_cpu_feature(0x60, true);
    for ( i = 0; i < sizeof(lies) / sizeof(lies[0]); i++ )
        missed += !try_one(i);
    assert_int_equal(missed, 0);
}

/* At every length: nothing is read behind the end (ASan watches). */
static void a_file_cut_anywhere_is_refused(void **state)
{
    struct refusal why;
    size_t size, cut;
    uint8_t *bytes = fixture_bytes("tables.xsplice", &size);

    for ( cut = 0; cut < size; cut++ )
    {
        uint8_t *part = malloc(cut ?: 1);

        memcpy(part, bytes, cut);
        memset(&why, 0, sizeof(why));
        if ( !engine_upload("cut", part, cut, &why) )
            fail_msg("accepted with %zu of %zu bytes", cut, size);
        assert_true(why.reason == XSPLICE_REASON_ELF_SIZE ||
                    why.reason == XSPLICE_REASON_ELF_SHOFF);
        free(part);
    }
    free(bytes);
}

/* Defect 6: many sections of zeroes, each of which would pass alone. */
static void the_sum_of_all_sections_is_limited(void **state)
{
    struct refusal why = { 0 };
    size_t size;
    uint8_t *bytes = fixture_bytes("tables.xsplice", &size);
    const char *const grown[] = { ".comment", ".bss", ".note.GNU-stack",
                                  ".data", ".rodata.str1.1" };
    unsigned int i;
    int rc;

    for ( i = 0; i < sizeof(grown) / sizeof(grown[0]); i++ )
    {
        Elf64_Shdr *sh = header_of(bytes, grown[i]);

        sh->sh_type = SHT_NOBITS;
        sh->sh_flags = SHF_ALLOC | SHF_WRITE;
        sh->sh_size = 4u << 20;
    }
    rc = engine_upload("large", bytes, size, &why);
    free(bytes);
    assert_int_equal(rc, -EINVAL);
    assert_int_equal(why.reason, XSPLICE_REASON_TOO_LARGE);
}

/*
 * Defect 11: NOPs over an ENDBR64 only; the bytes left would be less than
 * none.
 */
static void nops_no_longer_than_an_endbr_are_refused(void **state)
{
    unsigned int size_of_nops;

    for ( size_of_nops = 0; size_of_nops <= 4; size_of_nops++ )
    {
        struct refusal why = { 0 };
        struct lie none = { "endbr", RELOC, FUNCS, 1, R_TYPE, SET, 0 };
        struct lie few = {
            "endbr", CONTENT, FUNCS, 0, 24, 4, SET, size_of_nops
        };
        size_t size;
        uint8_t *bytes = fixture_bytes("endbr.xsplice", &size);

        tell(bytes, &none); /* new_addr stays 0: a patch of NOPs */
        tell(bytes, &few);
        assert_int_equal(engine_upload("nop", bytes, size, &why), -EINVAL);
        assert_int_equal(why.reason, XSPLICE_REASON_NOP_SIZE);
        free(bytes);
    }
}

/*
 * Defect 9: the file is never written to, nor needed any more once it is loaded.
 */
static void the_file_is_only_read(void **state)
{
    size_t size;
    uint8_t *bytes = fixture_bytes("tables.xsplice", &size);
    uint8_t *copy = fixture_bytes("tables.xsplice", &size);

    assert_int_equal(engine_upload("tables", bytes, size, NULL), 0);
    assert_memory_equal(bytes, copy, size);
    free(copy);
    memset(bytes, 0xff, size);
    free(bytes);
    assert_int_equal(act("tables", APPLY), 0);
    assert_int_equal(act("tables", REVERT), 0);
}

static void names_are_checked(void **state)
{
    struct refusal why = { 0 };
    char name[XSPLICE_NAME_MAX + 1];
    size_t size;
    uint8_t *bytes = fixture_bytes("third.xsplice", &size);

    assert_int_equal(engine_upload("", bytes, size, &why), -EINVAL);
    assert_int_equal(why.reason, XSPLICE_REASON_NAME_BAD);
    assert_int_equal(engine_upload("a\nb", bytes, size, NULL), -EINVAL);
    memset(name, 'n', sizeof(name));
    name[XSPLICE_NAME_MAX] = '\0';
    assert_int_equal(engine_upload(name, bytes, size, NULL), -EINVAL);
    name[XSPLICE_NAME_MAX - 1] = '\0';
    assert_int_equal(engine_upload(name, bytes, size, NULL), 0);
    memset(&why, 0, sizeof(why));
    assert_int_equal(engine_upload(name, bytes, size, &why), -EEXIST);
    assert_int_equal(why.reason, XSPLICE_REASON_NAME_TAKEN);
    memset(&why, 0, sizeof(why));
    assert_int_equal(engine_upload("other", bytes, size, &why), -EEXIST);
    assert_int_equal(why.reason, XSPLICE_REASON_ID_TAKEN);
    free(bytes);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, case_begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_lie_is_refused_for_what_it_is),
        TEST(a_file_cut_anywhere_is_refused),
        TEST(the_sum_of_all_sections_is_limited),
        TEST(nops_no_longer_than_an_endbr_are_refused),
        TEST(the_file_is_only_read),
        TEST(names_are_checked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
