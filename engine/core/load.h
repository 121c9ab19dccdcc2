/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the steps of loading hand to each other.  Each step takes the loader,
 * returns 0 or -errno with the reason, and leaves what it allocated in the
 * payload or the loader, where load.c finds it again on every way out.
 */
#ifndef ENGINE_CORE_LOAD_H
#define ENGINE_CORE_LOAD_H

#include "elf.h"
#include "payload.h"

struct loader {
    struct elf elf;
    struct payload *p;
    struct refusal *why;
    struct elf_section **order; /* those with bytes in memory, by address */
    unsigned int norder;
    /* Relocations relative to their place in .altinstr_replacement, by fill
     * offset from the section's start; they move with what is copied. */
    uint32_t *moving;
    unsigned int nmoving;
};

int identity_read(struct loader *l);   /* notes: who, on what, for whom */
int layout_plan(struct loader *l);     /* sections to parts; the region */
int layout_fill(struct loader *l);     /* bytes into the region */
int symbols_resolve(struct loader *l); /* each symbol gets its address */
int symbols_keep(struct loader *l);    /* what is needed after loading */
int link_relocate(struct loader *l);
int funcs_read(struct loader *l); /* functions to patch, as sites */
int hooks_read(struct loader *l);
int kinds_read(struct loader *l); /* of shadow variables */
/* Would the NOPs of this site end where an instruction ends, as text is now? */
int site_check_nops(const struct site *site, struct refusal *why);
int special_read(struct loader *l); /* extable, bug frames, metadata */

/* The section as loaded whole entries; *out is NULL when there is none. */
int load_table(struct loader *l, const char *name, size_t entry,
               struct elf_section **out);

/* The loaded section that holds [addr, addr + len); NULL. */
const struct elf_section *load_section_at(const struct loader *l,
                                          unsigned long addr, size_t len);

/*
 * May the engine call what is at addr?  It must be code of the payload, else
 * 'target' is the reason, and have a landing pad where the CPU wants one.
 * 'what' is who names it.
 */
int load_callee(struct loader *l, unsigned long addr,
                enum xsplice_reason target, const char *what, unsigned int i);

/* Is there a NUL-terminated string at addr, in data of the payload? */
const char *load_string_at(const struct loader *l, unsigned long addr);

#endif /* ENGINE_CORE_LOAD_H */
