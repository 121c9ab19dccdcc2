/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The linked hypervisor (xen-syms): its symbols by name, and its bytes. */
#ifndef BUILDER_IMAGE_H
#define BUILDER_IMAGE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "builder/arch.h"
#include "common/build_id.h"
#include "common/error.h"

struct image_symbol {
    const char *name;
    const char *file; /* "" for globals */
    uint64_t addr, size;
    unsigned char type;
};

struct image {
    const struct arch *arch;
    char *path;
    int fd;
    Elf *elf;
    struct image_symbol *syms; /* sorted by name, file, address */
    size_t nr_syms;
    struct xs_build_id id;
    const char *comment; /* compilers that made it; "" if not said */
};

/* Reads xen-syms.  Returns NULL with the error set; release with _free(). */
struct image *image_open(const char *path, struct xs_error *err);
void image_free(struct image *img);

/*
 * The symbols that the hypervisor knows under one name: global if FILE is "",
 * else "FILE#NAME".  Returns how many with different addresses there are and
 * sets *FIRST to the first of them (they are adjacent).
 */
size_t image_find(const struct image *img, const char *file, const char *name,
                  const struct image_symbol **first);

/* Any symbol of this name, local or global, or NULL. */
const struct image_symbol *image_find_any(const struct image *img,
                                          const char *name);

/* Bytes of the image, or NULL if they are not all in one section's data. */
const uint8_t *image_bytes(const struct image *img, uint64_t addr,
                           uint64_t len);

/* Whether an address lies in what is freed after boot. */
bool image_is_init(const struct image *img, uint64_t addr);

#endif /* BUILDER_IMAGE_H */
