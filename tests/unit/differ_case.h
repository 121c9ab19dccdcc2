/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A case for the differ: a unit in two versions, compiled as Xen would be, and
 * a little hypervisor linked from the old one.
 */
#ifndef TESTS_DIFFER_CASE_H
#define TESTS_DIFFER_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "builder/differ.h"
#include "xsplice/payload.h"

/* Whose options are used; the default are those of Debian's Xen. */
enum case_tools {
    CASE_DEBIAN,
    CASE_DEBUG, /* gcc, CONFIG_DEBUG=y */
    CASE_CLANG,
    CASE_ARM64, /* gcc, and Debian's cross compiler */
};

struct differ_case {
    enum case_tools tools;
    const char *before; /* the source; NULL: the unit is new */
    const char *after;  /* NULL: the unit goes away */
    const char *image;  /* what the hypervisor is made of; NULL: BEFORE */
    /*
     * A second unit, or NULL.  Its file has the name of the first one's, so
     * that their static symbols are hard to tell apart.
     */
    const char *second_before, *second_after;
    const char *second_file; /* another name for it */
    const char *unit;        /* default "unit.c" */
    const char *depends;     /* a build-id, "own": the hypervisor's, or NULL */
    const char *on[2];       /* payload files to build upon, lowest first */
    const char *modinfo[2];  /* metadata, key=value */
    bool landing_pads;       /* the hypervisor has functions with ENDBR64 */
    bool library;            /* the first unit is of a library */
};

/*
 * Compiles, links, compares.  A compiler that fails fails the test, and so
 * does differ_run() with an error.  The result is released by the next case
 * or by case_end().
 */
struct differ_result *case_run(const struct differ_case *c);
void case_end(void);

/* Whether there is a finding; SYMBOL and REASON may be NULL (any). */
bool case_has(const struct differ_result *r, enum differ_kind kind,
              const char *symbol, const char *reason);

/* The same with everything printed and the test failed if there is none. */
void case_must(const struct differ_result *r, enum differ_kind kind,
               const char *symbol, const char *reason);
void case_verdict(const struct differ_result *r, enum differ_verdict verdict);

/* The payload has a symbol of this name: 1 undefined, 2 defined, 4 absolute. */
int case_symbol(const struct differ_result *r, const char *name);

/* The size of a section of the payload, 0 if there is none. */
size_t case_section(const struct differ_result *r, const char *name);

/* How many relocations of SECTION lead to the symbol. */
size_t case_relocs(const struct differ_result *r, const char *section,
                   const char *symbol);

/* An entry of .livepatch.funcs, as it is in the file. */
struct xsplice_func case_function(const struct differ_result *r, size_t entry);

/*
 * The bytes of the payload that the relocation of a field leads to, which must
 * be in the payload.  LESS is taken off the addend.
 */
const uint8_t *case_leads_to(const struct differ_result *r,
                             const char *section, uint64_t offset,
                             int64_t less);

#endif /* TESTS_DIFFER_CASE_H */
