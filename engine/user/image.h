/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hypervisor image in an ordinary process, laid out from a xen-syms file.
 *
 * The bytes live in a memfd.  'view' is what the hypervisor's CPUs would see,
 * with the rights that each part has there; writable aliases are further
 * mappings of the same pages, as they are in the hypervisor.  The image
 * is followed by an arena from which payload regions are taken.
 *
 * Addresses of the engine are run addresses: those the image was linked for.
 * An image linked for addresses that a process can have is mapped right there
 * (in_place), and its code can be called; Xen's own addresses are not such, and
 * are translated.
 */
#ifndef ENGINE_USER_IMAGE_H
#define ENGINE_USER_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "engine/core/port.h"

#define IMAGE_PAGE  4096ul
#define IMAGE_ARENA (64ul << 20) /* room for payloads, bytes */

struct host_image_symbol {
    char *name; /* as the hypervisor's own table has it: locals file#name */
    unsigned long addr;
    size_t size;
    bool function;
};

struct host_image_span {
    unsigned long start, end;
    enum text_kind kind;
};

struct host_image {
    unsigned long base; /* run address of the first byte; whole pages */
    size_t size;        /* of the hypervisor itself */
    size_t total;       /* with the arena behind it */
    int fd;
    uint8_t *view; /* as the CPUs see it */
    uint8_t *edit; /* all of it, writable: for reading and poking */
    bool in_place;
    struct host_image_span *spans; /* sorted, adjacent ones of a kind merged */
    unsigned int nr_spans;
    struct host_image_symbol *symbols; /* sorted by address */
    unsigned int nr_symbols;
    uint8_t id[64];
    unsigned int id_len;
};

/*
 * Reads 'path', an x86-64 ET_EXEC with a symbol table and a build-id note.
 * Whatever is at fault is said in err (XS_FAILED).
 */
int host_image_open(struct host_image *img, const char *path,
                    struct xs_error *err);
void host_image_close(struct host_image *img);

enum text_kind host_image_kind(const struct host_image *img,
                               unsigned long addr, size_t len);
/* Exact name; NULL when absent. */
const struct host_image_symbol *host_image_symbol(const struct host_image *img,
                                                  const char *name);
/* The function symbol that covers addr; NULL for none. */
const struct host_image_symbol *
host_image_function_at(const struct host_image *img, unsigned long addr);

/* Another mapping of the pages that hold [addr, addr + len); NULL: failed. */
void *host_image_map(const struct host_image *img, unsigned long addr,
                     size_t len);
void host_image_unmap(void *at, size_t len);

#endif /* ENGINE_USER_IMAGE_H */
