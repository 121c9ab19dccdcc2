/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A payload that patches one function, as small as it can be.  Ids are one
 * byte repeated: ID (its own), XEN, DEPENDS, and MORE (a further dependency).
 * METADATA: it says so in .modinfo, too.  BROKEN_*: what a test is about.
 */
#define STRING_(x) #x
#define STRING(x) STRING_(x)

        .macro note section, byte
        .section \section, "a", @note
        .long 4, 20, 3
        .asciz "GNU"
        .fill 20, 1, 0x\byte
        .endm

        .macro hex byte
        .rept 20
        .ascii "\byte"
        .endr
        .endm

        .text
        .globl new_function
new_function:
        xor %eax, %eax
        ret
        .size new_function, . - new_function

        note .note.gnu.build-id, ID
#ifndef BROKEN_NO_DEPENDS
        note .livepatch.depends, DEPENDS
#endif
        note .livepatch.xen_depends, XEN
#ifdef BROKEN_NOTE
        .long 4, 24, 3
        .asciz "GNU"
        .fill 20, 1, 0x12
#endif
#ifdef BROKEN_TWO_IDS
        .long 4, 20, 3
        .asciz "GNU"
        .fill 20, 1, 0x12
#endif
#ifdef MORE
        note .xsplice.depends, MORE
#endif

        .section .rodata.str, "aMS", @progbits, 1
        .asciz "not this one"
name:   .asciz "xen_extra_version"

#ifndef BROKEN_NOTHING
        .section .livepatch.funcs, "aw", @progbits
        .quad name, new_function, 0
        .long 3, 12
#ifdef BROKEN_VERSION
        .byte 9
#else
        .byte 2
#endif
        .zero 39
        .zero 32
#ifdef BROKEN_FUNCS
        .zero 7
#endif
#ifdef NOP
        .quad 0, 0, 0x1234
        .long 9, 10
        .byte 2
        .zero 39
        .zero 32
#endif
#endif

#ifdef HOOK
        .section .livepatch.hooks.load, "a", @progbits
        .quad new_function
#endif

#ifdef METADATA
        .section .modinfo, "a", @progbits
        .asciz "name=" STRING(METADATA)
        .ascii "build-id="
        hex ID
        .byte 0
        .ascii "depends="
        hex DEPENDS
#ifdef MORE
        .ascii ","
        hex MORE
#endif
        .byte 0
        .ascii "xen-depends="
        hex XEN
        .byte 0
        .asciz "functions=1"
#endif
#ifdef BROKEN_METADATA
        .section .modinfo, "a", @progbits
        .ascii "no-end"
#endif
