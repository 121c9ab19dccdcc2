/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The payload: an ELF relocatable object (ET_REL) whose special sections an
 * engine understands.  Sections with the prefix .livepatch are the format of
 * stock Xen (docs/misc/livepatch.pandoc in the Xen tree) and frozen; those
 * with the prefix .xsplice are ours, and stock Xen passes over them.
 */
#ifndef XSPLICE_PAYLOAD_H
#define XSPLICE_PAYLOAD_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdint.h>
#endif

/* Identity: ELF notes of owner "GNU" and type NT_GNU_BUILD_ID (3). */
#define XSPLICE_SEC_BUILD_ID     ".note.gnu.build-id" /* the payload's own */
#define XSPLICE_SEC_DEPENDS      ".livepatch.depends" /* exactly one id */
#define XSPLICE_SEC_XEN_DEPENDS  ".livepatch.xen_depends" /* the hypervisor's */
/*
 * Further ids that the payload depends on: any number of such notes in one
 * non-allocated section.  Only the tools and the xsplice engine read it.
 */
#define XSPLICE_SEC_MORE_DEPENDS ".xsplice.depends"
#define XSPLICE_NOTE_OWNER       "GNU"
#define XSPLICE_NOTE_TYPE        3u
#define XSPLICE_BUILD_ID_MAX     64u /* 20 from GNU ld, 16 in a PE image */

#define XSPLICE_SEC_FUNCS   ".livepatch.funcs" /* struct xsplice_func[] */
#define XSPLICE_SEC_MODINFO ".modinfo"         /* key=value\0 ... */

/* Hooks: arrays of function pointers; load and unload any number, else one. */
#define XSPLICE_SEC_HOOK_LOAD       ".livepatch.hooks.load"
#define XSPLICE_SEC_HOOK_UNLOAD     ".livepatch.hooks.unload"
#define XSPLICE_SEC_HOOK_PREAPPLY   ".livepatch.hooks.preapply"
#define XSPLICE_SEC_HOOK_APPLY      ".livepatch.hooks.apply"
#define XSPLICE_SEC_HOOK_POSTAPPLY  ".livepatch.hooks.postapply"
#define XSPLICE_SEC_HOOK_PREREVERT  ".livepatch.hooks.prerevert"
#define XSPLICE_SEC_HOOK_REVERT     ".livepatch.hooks.revert"
#define XSPLICE_SEC_HOOK_POSTREVERT ".livepatch.hooks.postrevert"

#define XSPLICE_FUNC_VERSION 2
#define XSPLICE_EXPECT_MAX   31
#define XSPLICE_NOP_MAX      31

/* The bytes that must be at old_addr before the function is patched. */
struct xsplice_expect {
    uint8_t enabled : 1;
    uint8_t len : 5; /* of data, at most XSPLICE_EXPECT_MAX */
    uint8_t rsv : 2; /* zero */
    uint8_t data[XSPLICE_EXPECT_MAX];
};

/* One function to patch: 104 bytes. */
struct xsplice_func {
    uint64_t name;     /* pointer: symbol as the hypervisor names it */
    uint64_t new_addr; /* replacement; 0: make new_size bytes into NOPs */
    uint64_t old_addr; /* 0: look name up */
    uint32_t new_size;
    uint32_t old_size;
    uint8_t version; /* XSPLICE_FUNC_VERSION */
    uint8_t pad[39]; /* the engine's in stock Xen; zero */
    struct xsplice_expect expect;
};

/* Entries of the tables that the compiler's output brings along (x86). */
struct xsplice_x86_alt {
    int32_t orig; /* relative to this field, as all offsets here */
    int32_t repl;
    uint16_t feature; /* bit 15: applied when the feature is absent */
    uint8_t orig_len;
    uint8_t repl_len;
    uint8_t pad_len;
    uint8_t priv; /* zero in the file */
} __attribute__((packed));

struct xsplice_x86_extable {
    int32_t addr;
    int32_t cont;
};

/*
 * .bug_frames.0..2 (run_in_exception_handler, WARN, BUG).  Each field holds a
 * displacement in its low 24 bits and, above, 7 bits of the line number (the
 * sign of the displacement borrows one from it).
 */
struct xsplice_x86_bug {
    int32_t loc; /* of the ud2, relative to the entry; line, high part */
    int32_t ptr; /* file name or handler, likewise; line, low part */
};

/* .bug_frames.3 (ASSERT) */
struct xsplice_x86_bug_msg {
    struct xsplice_x86_bug bug;
    int32_t zero;
    int32_t msg; /* text, relative to the entry */
};

/*
 * A signature lies behind the ELF file, where the engine of stock Xen does not
 * look:
 *
 *     payload, as it was      payload_size bytes
 *     struct xsplice_signature
 *     the signature itself    size bytes
 *     struct xsplice_signature_end
 *
 * Signed is XSPLICE_SIGNATURE_DOMAIN (with its NUL) followed by the struct
 * xsplice_signature, by the algorithm with SHA-256; the digest in there covers
 * every byte of the payload.  All numbers are little-endian; nothing is
 * aligned, nothing lies between the parts or behind the last.
 */
#define XSPLICE_SIGNATURE_DOMAIN  "xsplice payload signature"
#define XSPLICE_SIGNATURE_BEGIN   "xsplice: signed\n" /* 16 bytes */
#define XSPLICE_SIGNATURE_END     "\nend signed\n"    /* 12 bytes */
#define XSPLICE_SIGNATURE_VERSION 1

/* RSASSA-PKCS1-v1_5 (RFC 8017), as long as the modulus: 2048 to 4096 bits. */
#define XSPLICE_SIGNATURE_RSA  1
/* ECDSA on NIST P-256: r and s, big-endian, 32 bytes each. */
#define XSPLICE_SIGNATURE_P256 2

#define XSPLICE_SIGNATURE_RSA_MIN   256u /* bytes */
#define XSPLICE_SIGNATURE_RSA_MAX   512u
#define XSPLICE_SIGNATURE_P256_SIZE 64u

struct xsplice_signature {
    uint8_t begin[16];  /* XSPLICE_SIGNATURE_BEGIN, without NUL */
    uint16_t version;   /* XSPLICE_SIGNATURE_VERSION */
    uint16_t algorithm; /* XSPLICE_SIGNATURE_RSA, ... */
    uint32_t size;      /* bytes of the signature itself */
    uint64_t payload_size;
    uint8_t digest[32]; /* SHA-256 of the payload */
    uint8_t key[32];    /* SHA-256 of the DER SubjectPublicKeyInfo */
};

struct xsplice_signature_end {
    uint32_t size;   /* bytes of all that is behind the payload */
    uint8_t end[12]; /* XSPLICE_SIGNATURE_END, without NUL */
};

#endif /* XSPLICE_PAYLOAD_H */
