/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <gelf.h>

#include "builder/image.h"
#include "tests/unit/differ_case.h"
#include "xsplice/payload.h"

static char dir[64];
static struct differ_result last;

/* What Xen's headers give: hidden visibility, and words used by the cases. */
static const char prelude[] =
    "#pragma GCC visibility push(hidden)\n"
    "#define noinline __attribute__((noinline))\n"
    "#define __init __attribute__((section(\".init.text\")))\n"
    "#define __initdata __attribute__((section(\".init.data\")))\n"
    "#define cf_check __attribute__((cf_check))\n"
    "#define __percpu __attribute__((section(\".bss.percpu\")))\n"
    "#define __used __attribute__((used))\n"
    "#define SETUP __used __attribute__((section(\".init.setup\")))\n"
    "#define PARAMFS __used __attribute__((section(\".data.paramhypfs\")))\n"
    "#define INITCALL __used __attribute__((section(\".initcall1.init\")))\n"
    "#define HOOK(w) __used __attribute__((section(\".livepatch.hooks.\" w)))\n"
    "#define WARN_AT(type, line, file) asm volatile (\"1: ud2\\n\" \\\n"
    "  \".pushsection .bug_frames.\" #type \",\\\"a\\\"\\n.p2align 2\\n\" \\\n"
    "  \"2: .long (1b - 2b) + %c0\\n.long (%c1 - 2b) + %c2\\n\" \\\n"
    "  \".popsection\" :: \"i\" (((line) >> 7) << 24), \"i\" (file), \\\n"
    "  \"i\" (((line) & 127) << 24))\n"
    "#define ALT(old, new, feat) asm volatile (\"1: \" old \"\\n2:\\n\" \\\n"
    "  \".pushsection .altinstructions,\\\"a\\\"\\n\" \\\n"
    "  \".long 1b - ., 3f - .\\n.word \" #feat \"\\n\" \\\n"
    "  \".byte 2b - 1b, 4f - 3f, 0, 0\\n\" \\\n"
    "  \".section .altinstr_replacement,\\\"ax\\\"\\n\" \\\n"
    "  \"3: \" new \"\\n4:\\n.popsection\" ::: \"memory\")\n"
    "#define TRY(p, fail) ({ int r_ = 0; asm volatile (\\\n"
    "  \"1: mov (%1), %k1\\n2:\\n\" \\\n"
    "  \".pushsection .fixup,\\\"ax\\\"\\n3: mov $\" #fail \", %0\\n\" \\\n"
    "  \"jmp 2b\\n.section .ex_table,\\\"a\\\"\\n.balign 4\\n\" \\\n"
    "  \".long 1b - ., 3b - .\\n.popsection\" : \"+r\" (r_), \"+r\" (p)); \\\n"
    "  r_; })\n"
    "int printk(const char *, ...);\n"
    "extern int global_flag;\n"
    "int other(int);\n"
    "#line 1 \"unit.c\"\n";

static const char world[] =
    "#pragma GCC visibility push(hidden)\n"
    "int global_flag;\n"
    "int printk(const char *f, ...) { return f[0]; }\n"
    "int other(int x) { return x * 3 + global_flag; }\n"
    "#ifdef PADS\n"
    "__attribute__((cf_check)) int padded(int x) { return x + global_flag; }\n"
    "#endif\n"
    "#ifdef __x86_64__\n"
    "asm(\".globl __x86_return_thunk\\n.hidden __x86_return_thunk\\n\"\n"
    "    \".type __x86_return_thunk, @function\\n\"\n"
    "    \"__x86_return_thunk: ret\\n.size __x86_return_thunk, 1\\n\");\n"
    "asm(\".globl __x86_indirect_thunk_rax\\n\"\n"
    "    \"__x86_indirect_thunk_rax: jmp *%rax\\n\");\n"
    "asm(\".globl __x86_indirect_thunk_r11\\n\"\n"
    "    \"__x86_indirect_thunk_r11: jmp *%r11\\n\");\n"
    "#endif\n";

#define COMMON_FLAGS                                                          \
    "-std=gnu99 -fno-builtin -fno-common -ffunction-sections "                \
    "-fdata-sections -fno-pie -fno-stack-protector -fno-exceptions "          \
    "-fno-asynchronous-unwind-tables -w "
#define X86_FLAGS "-m64 -fpic -mno-red-zone -mno-sse "
#define GCC_FLAGS                                                             \
    "-mindirect-branch=thunk-extern -mindirect-branch-register "              \
    "-fno-jump-tables -mfunction-return=thunk-extern -fcf-protection=branch " \
    "-mmanual-endbr -mpreferred-stack-boundary=3 "

static const struct {
    const char *cc, *ld;
} tools[] = {
    [CASE_DEBIAN] = { "gcc -O2 -fomit-frame-pointer " COMMON_FLAGS X86_FLAGS
                          GCC_FLAGS,
                      "ld" },
    [CASE_DEBUG] = { "gcc -O1 -fno-omit-frame-pointer -g " COMMON_FLAGS
                         X86_FLAGS GCC_FLAGS,
                     "ld" },
    [CASE_CLANG] = { "clang -O2 -fomit-frame-pointer " COMMON_FLAGS X86_FLAGS
                     "-mretpoline-external-thunk -fcf-protection=none",
                     "ld" },
    [CASE_ARM64] = { "aarch64-linux-gnu-gcc -O2 -fomit-frame-pointer "
                     "-mcpu=generic -mgeneral-regs-only -mno-outline-atomics " COMMON_FLAGS,
                     "aarch64-linux-gnu-ld" },
};

/* Of the case that is run. */
static enum case_tools with;

static void shell(const char *fmt, ...)
{
    char command[2048];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(command, sizeof(command), fmt, ap);
    va_end(ap);
    assert_in_range(n, 1, sizeof(command) - 1);
    if ( system(command) )
        fail_msg("%s", command);
}

static const char *path_of(const char *name)
{
    static char paths[8][128];
    static unsigned int next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
    return path;
}

/* FOLDER keeps the versions apart, so that the file's name stays the same. */
static void compile(const char *folder, const char *file, const char *text,
                    const char *before, const char *extra)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, folder);
    shell("mkdir -p %s", path);
    snprintf(path, sizeof(path), "%s/%s/%s", dir, folder, file);
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%s%s\n", before, text);
    fclose(f);
    shell("cd %s/%s && %s %s -c %s -o out.o", dir, folder, tools[with].cc,
          extra, file);
}

static const char *own_id(const char *xen_syms, char *hex)
{
    struct xs_error err;
    struct image *img = image_open(xen_syms, &err);

    assert_non_null(img);
    xs_build_id_hex(&img->id, hex);
    image_free(img);
    return hex;
}

struct differ_result *case_run(const struct differ_case *c)
{
    struct differ_unit units[2] = {
        { .source = c->unit ? c->unit : "unit.c", .object = "unit.o" },
        { .source = "second.c", .object = "second.o" },
    };
    struct differ_input in = { .units = units,
                               .nr_units = c->second_before ? 2 : 1,
                               .name = "case" };
    struct xs_error err;
    const char *image = c->image ? c->image : c->before, *depends = c->depends;
    char hex[XS_HEX_MAX];

    case_end();
    with = c->tools;
    strcpy(dir, "/tmp/differ-XXXXXX");
    assert_non_null(mkdtemp(dir));
    compile("world", "world.c", world, "", c->landing_pads ? "-DPADS" : "");
    if ( c->before )
        compile("old", "unit.c", c->before, prelude, "");
    if ( c->after )
        compile("new", "unit.c", c->after, prelude, "");
    if ( image )
        compile("image", "unit.c", image, prelude, "");
    if ( c->second_before )
    {
        const char *name = c->second_file ? c->second_file : "unit.c";

        compile("old2", name, c->second_before, prelude, "");
        compile("new2", name, c->second_after, prelude, "");
        units[1].old_path = path_of("old2/out.o");
        units[1].new_path = path_of("new2/out.o");
    }
    shell("cd %s && %s -static -no-pie --build-id=sha1 -e 0 -z noexecstack "
          "--no-warnings -o xen-syms world/out.o %s %s",
          dir, tools[with].ld, image ? "image/out.o" : "",
          c->second_before ? "old2/out.o" : "");
    units[0].old_path = c->before ? path_of("old/out.o") : NULL;
    units[0].new_path = c->after ? path_of("new/out.o") : NULL;
    units[0].library = c->library;
    in.xen_syms = path_of("xen-syms");
    if ( c->depends && !strcmp(c->depends, "own") )
        depends = own_id(in.xen_syms, hex);
    in.depends = &depends;
    in.nr_depends = c->depends != NULL;
    in.on = c->on;
    in.nr_on = !!c->on[0] + !!c->on[1];
    in.modinfo = c->modinfo;
    in.nr_modinfo = !!c->modinfo[0] + !!c->modinfo[1];
    if ( differ_run(&in, &last, &err) )
        fail_msg("%s", err.what);
    return &last;
}

void case_end(void)
{
    differ_free(&last);
    if ( dir[0] )
        shell("rm -rf %s", dir);
    dir[0] = '\0';
}

bool case_has(const struct differ_result *r, enum differ_kind kind,
              const char *symbol, const char *reason)
{
    size_t i;

    for ( i = 0; i < r->nr_findings; i++ )
    {
        const struct differ_finding *f = &r->findings[i];

        if ( f->kind == kind && (!symbol || !strcmp(f->symbol, symbol)) &&
             (!reason || (f->reason && !strcmp(f->reason, reason))) )
            return true;
    }
    return false;
}

static void print_all(const struct differ_result *r)
{
    size_t i;

    for ( i = 0; i < r->nr_findings; i++ )
        print_message("  %s %s %s: %s\n",
                      differ_kind_name(r->findings[i].kind),
                      r->findings[i].symbol,
                      r->findings[i].reason ? r->findings[i].reason : "",
                      r->findings[i].why);
}

void case_must(const struct differ_result *r, enum differ_kind kind,
               const char *symbol, const char *reason)
{
    if ( case_has(r, kind, symbol, reason) )
        return;
    print_all(r);
    fail_msg("no finding: %s %s %s", differ_kind_name(kind),
             symbol ? symbol : "", reason ? reason : "");
}

void case_verdict(const struct differ_result *r, enum differ_verdict verdict)
{
    if ( r->verdict == verdict )
        return;
    print_all(r);
    fail_msg("verdict %d, expected %d", r->verdict, verdict);
}

static Elf *payload_elf(const struct differ_result *r)
{
    assert_non_null(r->payload);
    elf_version(EV_CURRENT);
    return elf_memory((char *)r->payload, r->payload_size);
}

static Elf_Scn *find(Elf *elf, const char *name, uint32_t type, GElf_Shdr *sh)
{
    Elf_Scn *scn = NULL;
    size_t names;

    elf_getshdrstrndx(elf, &names);
    while ( (scn = elf_nextscn(elf, scn)) )
        if ( gelf_getshdr(scn, sh) && (!type || sh->sh_type == type) &&
             (!name || !strcmp(elf_strptr(elf, names, sh->sh_name), name)) )
            return scn;
    return NULL;
}

int case_symbol(const struct differ_result *r, const char *name)
{
    Elf *elf = payload_elf(r);
    GElf_Shdr sh;
    Elf_Data *data = elf_getdata(find(elf, NULL, SHT_SYMTAB, &sh), NULL);
    GElf_Sym sym;
    int answer = 0, i;

    for ( i = 1; gelf_getsym(data, i, &sym); i++ )
        if ( !strcmp(elf_strptr(elf, sh.sh_link, sym.st_name), name) )
            answer |= sym.st_shndx == SHN_UNDEF ? 1
                      : sym.st_shndx == SHN_ABS ? 4
                                                : 2;
    elf_end(elf);
    return answer;
}

size_t case_section(const struct differ_result *r, const char *name)
{
    Elf *elf = payload_elf(r);
    GElf_Shdr sh;
    size_t size = find(elf, name, 0, &sh) ? sh.sh_size : 0;

    elf_end(elf);
    return size;
}

size_t case_relocs(const struct differ_result *r, const char *section,
                   const char *symbol)
{
    Elf *elf = payload_elf(r);
    GElf_Shdr sh, sym_sh;
    Elf_Data *syms = elf_getdata(find(elf, NULL, SHT_SYMTAB, &sym_sh), NULL);
    Elf_Scn *scn = find(elf, section, SHT_RELA, &sh);
    size_t n = 0;
    GElf_Rela rela;
    GElf_Sym sym;
    int i;

    for ( i = 0; scn && gelf_getrela(elf_getdata(scn, NULL), i, &rela); i++ )
        n += gelf_getsym(syms, GELF_R_SYM(rela.r_info), &sym) &&
             !strcmp(elf_strptr(elf, sym_sh.sh_link, sym.st_name), symbol);
    elf_end(elf);
    return n;
}

struct xsplice_func case_function(const struct differ_result *r, size_t entry)
{
    Elf *elf = payload_elf(r);
    GElf_Shdr sh;
    Elf_Data *data = elf_rawdata(find(elf, XSPLICE_SEC_FUNCS, 0, &sh), NULL);
    struct xsplice_func f;

    assert_true((entry + 1) * sizeof(f) <= data->d_size);
    memcpy(&f, (const char *)data->d_buf + entry * sizeof(f), sizeof(f));
    elf_end(elf);
    return f;
}

const uint8_t *case_leads_to(const struct differ_result *r,
                             const char *section, uint64_t offset,
                             int64_t less)
{
    Elf *elf = payload_elf(r);
    GElf_Shdr sh, sym_sh;
    Elf_Data *syms = elf_getdata(find(elf, NULL, SHT_SYMTAB, &sym_sh), NULL);
    Elf_Scn *scn = find(elf, section, SHT_RELA, &sh);
    const uint8_t *at = NULL;
    GElf_Rela rela;
    GElf_Sym sym;
    int i;

    assert_non_null(scn);
    for ( i = 0; gelf_getrela(elf_getdata(scn, NULL), i, &rela); i++ )
        if ( rela.r_offset == offset )
        {
            assert_non_null(gelf_getsym(syms, GELF_R_SYM(rela.r_info), &sym));
            assert_in_range(sym.st_shndx, 1, SHN_LORESERVE - 1);
            gelf_getshdr(elf_getscn(elf, sym.st_shndx), &sh);
            assert_in_range(sym.st_value + rela.r_addend - less, 0,
                            sh.sh_size - 1);
            at = r->payload + sh.sh_offset + sym.st_value + rela.r_addend -
                 less;
        }
    elf_end(elf);
    assert_non_null(at);
    return at;
}
