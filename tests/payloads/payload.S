/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A payload that replaces one function, as small as it can be; the script
 * make-payload beside it says what can be asked for.  NAME_BYTES are the bytes
 * of a build-id, NAME_TEXT its digits.  BROKEN_*: what a test is about.
 */
#define STRING_(x...) #x
#define STRING(x...) STRING_(x)

        .macro note section, bytes:vararg
        .section \section, "a", @note
        .long 4, 20, 3
        .asciz "GNU"
        .byte \bytes
        .endm

        .text
        /* Local labels: engines refuse a new symbol that is there twice. */
.Lnew_function:
#ifdef WARN
        /* As WARN() of Xen, with a name to be found in the backtrace. */
        .type warning_function, @function
warning_function:
        endbr64
.Lwarn: ud2
        .pushsection .bug_frames.1, "a", @progbits
        .balign 4
.Lframe: .long .Lwarn - .Lframe, .Lfile - .Lframe + (7 << 24)
        .popsection
        .pushsection .rodata.str, "aMS", @progbits, 1
.Lfile: .asciz "warning.S"
        .popsection
#endif
#ifdef TEXT
        lea .Ltext(%rip), %rax
#else
        xor %eax, %eax
#endif
#ifdef UNKNOWN_SYMBOL
        call UNKNOWN_SYMBOL
#endif
        ret
.Lnew_end:
#ifdef WARN
        .size warning_function, .Lnew_end - warning_function
#endif

        note .note.gnu.build-id, ID_BYTES
#ifndef BROKEN_NO_DEPENDS
        note .livepatch.depends, DEPENDS_BYTES
#endif
        note .livepatch.xen_depends, XEN_BYTES
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
#ifdef MORE_BYTES
        note .xsplice.depends, MORE_BYTES
#endif

        .section .rodata.str, "aMS", @progbits, 1
        .asciz "not this one"
.Lname: .asciz STRING(FUNCTION)
#ifdef TEXT
.Ltext: .asciz STRING(TEXT)
#endif

#ifndef BROKEN_NOTHING
        .section .livepatch.funcs, "aw", @progbits
        .quad .Lname, .Lnew_function, 0
        .long .Lnew_end - .Lnew_function, OLD_SIZE
#ifdef BROKEN_VERSION
        .byte 9
#else
        .byte 2
#endif
        .zero 39
#ifdef EXPECT
        /* enabled, so long */
.Lexpect: .byte 1 | (.Lexpect_end - .Lexpect - 1) << 1, EXPECT
.Lexpect_end: .org .Lexpect + 32
#else
        .zero 32
#endif
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
        /*
         * Returns HOOK_ANSWER, a negative error number, the first HOOK_TIMES
         * times, and 0 then.
         */
        .text
.Lhook:
        endbr64
        xor %eax, %eax
        cmpl $0, .Ltimes(%rip)
        je 1f
        decl .Ltimes(%rip)
        mov $HOOK_ANSWER, %eax
1:      ret

        .data
        .balign 4
.Ltimes: .long HOOK_TIMES

        .section .livepatch.hooks.HOOK, "a", @progbits
        .quad .Lhook
#endif

#ifdef TRAPS
        /*
         * A load hook, so all CPUs are stopped with interrupts off.  Sends an
         * NMI to each of the TRAPS others and to itself, waits until they have
         * been served, or for long enough; then has a machine check, of an
         * error that the hardware has corrected, on this one.
         */
        .text
.Ltraps:
        endbr64
        push %rbx
        lea .Lon_nmi(%rip), %rdi
        call set_nmi_callback
        mov %rax, %rbx
        call smp_send_nmi_allbutself
        int $2
        mov $1000000000, %ecx
1:      pause
        cmpl $TRAPS + 1, .Lnmis(%rip)
        je 2f
        dec %ecx
        jnz 1b
2:      mov %rbx, %rdi
        call set_nmi_callback
        lea .Lsaid(%rip), %rdi
        mov .Lnmis(%rip), %esi
        xor %eax, %eax
        call printk
        /* MC0_STATUS: valid, enabled */
        mov $0x401, %ecx
        xor %eax, %eax
        mov $0x90000000, %edx
        wrmsr
        int $18
        pop %rbx
        ret

        /* int callback(const struct cpu_user_regs *, int cpu): it is handled */
.Lon_nmi:
        endbr64
        lock incl .Lnmis(%rip)
        mov $1, %eax
        ret

        .data
        .balign 4
.Lnmis: .long 0

        .section .rodata.str, "aMS", @progbits, 1
.Lsaid: .asciz "traps: %u NMIs served during the stop\n"

        .section .livepatch.hooks.load, "a", @progbits
        .quad .Ltraps
#endif

#ifdef METADATA
        .section .modinfo, "a", @progbits
        .asciz "name=" STRING(METADATA)
        .asciz "build-id=" STRING(ID_TEXT)
        .ascii "depends=" STRING(DEPENDS_TEXT)
#ifdef MORE_TEXT
        .ascii "," STRING(MORE_TEXT)
#endif
        .byte 0
        .asciz "xen-depends=" STRING(XEN_TEXT)
        .asciz "functions=1"
#endif
#ifdef BROKEN_METADATA
        .section .modinfo, "a", @progbits
        .ascii "no-end"
#endif

        .section .note.GNU-stack, "", @progbits
