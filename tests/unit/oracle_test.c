/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GNU ld as an independent judge of layout and relocation: it links the same
 * object at the same addresses against the same hypervisor, and the bytes must
 * be the same.
 */
#include "tests/unit/engine_case.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static enum region_part part_of(const Elf64_Shdr *sh)
{
    return sh->sh_flags & SHF_EXECINSTR ? PART_RX
           : sh->sh_flags & SHF_WRITE   ? PART_RW
                                        : PART_RO;
}

static int find_region(void *arg, const struct payload *p)
{
    *(struct region *)arg = p->region;

    return 0;
}

/* Where each section must be: by its flags, in file order, aligned. */
static void write_script(const char *path, const uint8_t *bytes,
                         const struct region *r)
{
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *)bytes;
    const Elf64_Shdr *sh = (const Elf64_Shdr *)(bytes + eh->e_shoff);
    const char *names = (const char *)bytes + sh[eh->e_shstrndx].sh_offset;
    size_t used[PART_COUNT] = { 0 };
    FILE *f = fopen(path, "w");
    unsigned int i;

    assert_non_null(f);
    fprintf(f, "SECTIONS\n{\n");
    for ( i = 1; i < eh->e_shnum; i++ )
    {
        enum region_part part = part_of(&sh[i]);
        size_t align = sh[i].sh_addralign ?: 1;

        if ( !(sh[i].sh_flags & SHF_ALLOC) || !sh[i].sh_size )
            continue;
        used[part] = (used[part] + align - 1) / align * align;
        fprintf(f, "  %s %#lx : { *(%s) }\n", names + sh[i].sh_name,
                r->base + r->offset[part] + used[part], names + sh[i].sh_name);
        used[part] += sh[i].sh_size;
    }
    fprintf(f, "}\n");
    fclose(f);
}

/* Each loaded section of the linked file against what the engine made. */
static unsigned int compare(const char *name, const char *linked)
{
    static uint8_t file[1 << 20], now[1 << 16];
    const Elf64_Ehdr *eh = (const Elf64_Ehdr *)file;
    const Elf64_Shdr *sh;
    const char *names;
    FILE *f = fopen(linked, "rb");
    unsigned int i, n = 0;
    size_t k;

    assert_non_null(f);
    assert_true(fread(file, 1, sizeof(file), f) > sizeof(*eh));
    fclose(f);
    sh = (const Elf64_Shdr *)(file + eh->e_shoff);
    names = (const char *)file + sh[eh->e_shstrndx].sh_offset;
    for ( i = 1; i < eh->e_shnum; i++ )
    {
        if ( !(sh[i].sh_flags & SHF_ALLOC) || sh[i].sh_type == SHT_NOBITS )
            continue;
        assert_true(sh[i].sh_size <= sizeof(now));
        port_text_read(sh[i].sh_addr, now, sh[i].sh_size);
        for ( k = 0; k < sh[i].sh_size; k++ )
            if ( now[k] != file[sh[i].sh_offset + k] )
                fail_msg("%s, %s+%#zx: ld has %02x, the engine %02x", name,
                         names + sh[i].sh_name, k, file[sh[i].sh_offset + k],
                         now[k]);
        n++;
    }

    return n;
}

static void run_ld(const char *script, const char *object, const char *out)
{
    char hypervisor[4096], input[4096];
    int status;
    pid_t pid;

    snprintf(hypervisor, sizeof(hypervisor), "--just-symbols=%s",
             fixture_path("hv-syms"));
    snprintf(input, sizeof(input), "%s", fixture_path(object));
    pid = fork();
    if ( !pid )
    {
        execlp("ld", "ld", "-static", "-O0", "-e", "0",
               "--no-warn-rwx-segments", "-z", "norelro", "-z", "noexecstack",
               "-T", script, hypervisor, input, "-o", out, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* No CPU feature is there, so no alternative changes what ld knows. */
static void ld_makes_the_same_bytes(void **state)
{
    static const char *const names[] = { "answer", "tables",    "hooks",
                                         "third",  "writable",  "vetoes",
                                         "nops",   "expecting", "provider",
                                         "actions" };
    char script[] = "/tmp/oracle-XXXXXX", out[64], object[64];
    unsigned int i;

    close(mkstemp(script));
    snprintf(out, sizeof(out), "%s.out", script);
    for ( i = 0; i < sizeof(names) / sizeof(names[0]); i++ )
    {
        struct region r;
        uint8_t *bytes;
        size_t size;

        snprintf(object, sizeof(object), "%s.xsplice", names[i]);
        bytes = fixture_bytes(object, &size);
        loaded(names[i]);
        engine_each(find_region, &r);
        write_script(script, bytes, &r);
        free(bytes);
        run_ld(script, object, out);
        assert_true(compare(names[i], out) >= 4);
        assert_int_equal(act(names[i], UNLOAD), 0);
    }
    unlink(script);
    unlink(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ld_makes_the_same_bytes, case_begin,
                                        case_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
