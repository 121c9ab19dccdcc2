/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The back half of xsplice-build: object files in, payload out.
 *
 * The front half decides what to compile and compiles it; it hands over pairs
 * of objects, one pair for each unit that may differ, and gets back what was
 * found, a verdict, and the bytes of the payload if there is one.  Nothing
 * here reads source, runs a program, or writes a file.
 */
#ifndef BUILDER_DIFFER_H
#define BUILDER_DIFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "builder/details.h"
#include "common/build_id.h"
#include "common/error.h"

/* One unit, compiled before and after the change. */
struct differ_unit {
    const char *source;   /* as the build names it: "common/domain.c" */
    const char *object;   /* its object: "arch/x86/mm/guest_walk_2.o" */
    const char *old_path; /* object file; NULL: the change adds the unit */
    const char *new_path; /* object file; NULL: the change removes the unit */
    bool library; /* linked if another unit uses it: maybe it is not there */
};

struct differ_input {
    const struct differ_unit *units;
    size_t nr_units;
    const char *xen_syms; /* the linked hypervisor with its symbols */
    const char *name;     /* of the payload: letters, digits, - . _ */
    /*
     * Build-ids (hexadecimal) of payloads that this one is built on top of.
     * The hypervisor's own id among them says nothing more.  No other: it
     * depends on the hypervisor alone, and expectations are set.
     */
    const char *const *depends;
    size_t nr_depends;
    /*
     * Files of payloads that may be below this one, lowest first.  It may use
     * what they add, and depends on those of which it does.  What one of them
     * replaces it may replace only if it is made of that one's patches too
     * ("patch-sha256=" in the metadata of both), and depends on it then.
     */
    const char *const *on;
    size_t nr_on;
    /*
     * Metadata, "key=value" each, put into .modinfo in this order after
     * name=, xsplice=, functions=, which the differ writes itself.
     */
    const char *const *modinfo;
    size_t nr_modinfo;
    bool details; /* fill in the result's details: costs a little time */
};

enum differ_kind {
    DIFFER_CHANGED, /* function: replaced by the payload */
    DIFFER_ADDED,   /* function: new */
    DIFFER_DATA,    /* variable, string, constant: new, in the payload */
    DIFFER_HOOK,    /* entry of a .livepatch.hooks.* section */
    DIFFER_SPECIAL, /* special entries taken along (count in why) */
    DIFFER_IGNORED, /* differs, and harmless: why says so */
    DIFFER_NOTED,   /* differs, not in the payload: why says so */
    DIFFER_REFUSED, /* why no payload can be made of this */
    DIFFER_ORIGIN,  /* old code that is not the code in the image */
};

struct differ_finding {
    enum differ_kind kind;
    const char *reason; /* stable id of XSPLICE_BUILD_REASONS, or NULL */
    char *unit;         /* source of the unit, or "" */
    char *symbol;       /* function, variable or section, or "" */
    char *why;          /* one sentence without full stop */
    char *hint;         /* what to do, or "" */
    /* For changed functions: bytes old and new, where they first differ. */
    uint32_t old_size, new_size, offset;
};

/* In this order: when several hold, the greater one wins. */
enum differ_verdict {
    DIFFER_NO_CHANGE, /* nothing functional differs */
    DIFFER_BUILT,     /* payload is set */
    DIFFER_CANNOT,    /* cannot be live-patched: see the refused findings */
    DIFFER_ORIGINAL,  /* original differs from the image: see DIFFER_ORIGIN */
};

struct differ_result {
    enum differ_verdict verdict;
    struct differ_finding *findings; /* by unit, then by kind, then symbol */
    size_t nr_findings;
    uint8_t *payload; /* bytes of the ELF file; NULL unless built */
    size_t payload_size;
    char build_id[XS_HEX_MAX];     /* of the payload, hexadecimal */
    char xen_build_id[XS_HEX_MAX]; /* of the hypervisor, hexadecimal */
    struct xs_ids depends;         /* payloads that it is built on top of */
    size_t nr_functions;           /* entries in .livepatch.funcs */
    struct details details;        /* empty unless asked for */
};

/*
 * Compares all units, and makes the payload if the answer allows it.  The same
 * input gives the same bytes.  Returns 0 with the result filled in (release it
 * with differ_free()), or -1 with the error set when no answer can be given
 * (a file that cannot be read, no memory); the result is then empty.
 */
int differ_run(const struct differ_input *in, struct differ_result *out,
               struct xs_error *err);

/* Releases what differ_run() allocated.  An empty (zeroed) result is fine. */
void differ_free(struct differ_result *out);

/* The word for a kind, as reports print it: "changed", "added", ... */
const char *differ_kind_name(enum differ_kind kind);

#endif /* BUILDER_DIFFER_H */
