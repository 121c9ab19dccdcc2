/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every refusal that xsplice knows, each in one line of an X-macro list:
 *
 *     X(ID, "sentence without full stop", "what to do about it")
 *
 * The id is stable: scripts may compare it and tests do.  In sentence and hint
 * stands no name; the place (unit, symbol) is printed beside them.  One list
 * for each program that refuses, so that each can expand its own alone.
 */
#ifndef XSPLICE_REASONS_H
#define XSPLICE_REASONS_H

/* Why xsplice-build makes no payload of a change. */
#define XSPLICE_BUILD_REASONS(X)                                              \
    X(DATA_CHANGED, "the initial value of existing data changes",             \
      "the running hypervisor has its own value by now; set the new one "     \
      "from a hook (LIVEPATCH_LOAD_HOOK) and leave the initialiser alone")    \
    X(RODATA_CHANGED, "an existing read-only table changes",                  \
      "change the functions that read the table, or write it from a hook")    \
    X(DATA_RESIZED, "existing data changes its size",                         \
      "keep the old variable and put what is new into a variable of its "     \
      "own, or into a shadow variable")                                       \
    X(DATA_MOVED, "existing data moves to another kind of section",           \
      "leave the attributes of the variable as they were")                    \
    X(PERCPU_CHANGED, "existing per-CPU data changes",                        \
      "the per-CPU areas are laid out at boot; use a new global array "       \
      "indexed by CPU instead")                                               \
    X(PERCPU_NEW, "a new per-CPU variable is needed",                         \
      "the per-CPU areas are laid out at boot; use an array indexed by CPU")  \
    X(TOO_SHORT,                                                              \
      "the function is too short to hold the jump to its "                    \
      "replacement",                                                          \
      "patch its callers instead")                                            \
    X(NEVER_PATCH, "this function must not be replaced while Xen runs",       \
      "patch one of its callers, or boot the fixed hypervisor")               \
    X(INIT_ONLY, "only code that runs at boot changes",                       \
      "it was freed after boot; do at run time, from a hook, what it would "  \
      "have done")                                                            \
    X(INIT_NEEDED,                                                            \
      "code of the payload refers to something that was freed "               \
      "after boot",                                                           \
      "take __init or __initdata off what is needed at run time, under a "    \
      "new name")                                                             \
    X(INIT_REGISTRATION,                                                      \
      "something that is registered at boot is new or "                       \
      "changes",                                                              \
      "initcalls, command line parameters and the like have run; do it "      \
      "from a load hook")                                                     \
    X(ASSEMBLY, "code written in assembly changes",                           \
      "patch the C functions around it, or boot the fixed hypervisor")        \
    X(SECTION_UNKNOWN,                                                        \
      "a section that xsplice does not understand is "                        \
      "needed or changes",                                                    \
      "report it, with the section's name; until then leave what emits it "   \
      "out of the patch")                                                     \
    X(SECTION_DISCARDED, "a symbol lies in a section that the linker drops",  \
      "leave it out of the patch")                                            \
    X(SPECIAL_SHAPE, "a special section does not have the shape expected",    \
      "the compiler or the Xen version is not one that xsplice knows")        \
    X(RELOC_UNKNOWN, "a relocation type that the engine does not take",       \
      "the compiler options differ from those of the hypervisor")             \
    X(SYMBOL_MISSING, "the hypervisor has no such symbol",                    \
      "code that the patch starts to use is not in this hypervisor; bring "   \
      "it along in the patch under a name of its own")                        \
    X(SYMBOL_AMBIGUOUS,                                                       \
      "several symbols of the hypervisor answer to this "                     \
      "name",                                                                 \
      "rename the static symbol, or leave it out of the patch")               \
    X(NAME_TAKEN, "a new symbol has a name that the hypervisor has already",  \
      "choose another name")                                                  \
    X(NO_ENDBR,                                                               \
      "the address of a new function is taken, and the function "             \
      "does not begin with ENDBR64",                                          \
      "mark the function cf_check")                                           \
    X(HOOK_BAD, "a hook section does not hold what it must",                  \
      "use the LIVEPATCH_*_HOOK macros; only load and unload hooks may be "   \
      "more than one")                                                        \
    X(COMMON_SYMBOL, "a symbol is neither defined nor undefined (common)",    \
      "compile with -fno-common")                                             \
    X(UNIT_REMOVED, "the patch removes a whole unit",                         \
      "leave the unit in place; its code is simply no longer called")         \
    X(NOT_UNDERSTOOD,                                                         \
      "the objects hold something that xsplice does not "                     \
      "understand",                                                           \
      "report it together with the patch")                                    \
    X(ORIGIN_CODE, "the original code is not the code in the hypervisor",     \
      "build from the hypervisor's own source, config and compiler")          \
    X(ORIGIN_MISSING, "the hypervisor does not have this function",           \
      "build from the hypervisor's own source, config and compiler")

#define XSPLICE_REASON_ENUM(id, sentence, hint) XSPLICE_BUILD_##id,
enum xsplice_build_reason {
    XSPLICE_BUILD_REASONS(XSPLICE_REASON_ENUM) XSPLICE_BUILD_REASON_COUNT
};
#undef XSPLICE_REASON_ENUM

#endif /* XSPLICE_REASONS_H */
