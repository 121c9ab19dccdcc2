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
    X(LAYOUT_CHANGED, "the layout of existing objects changes",               \
      "the running hypervisor has objects of the old layout; leave the type " \
      "as it was and attach what is new to the object by a shadow variable, " \
      "or keep it in a variable of its own")                                  \
    X(LAYOUT_PADDING,                                                         \
      "a member is added where existing objects have padding, or "            \
      "another member of a union",                                            \
      "in objects that exist the member holds garbage, unless each of them "  \
      "was allocated zeroed and never copied; use a shadow variable")         \
    X(ENUM_CHANGED, "existing constants of an enumeration change",            \
      "the running hypervisor keeps the old values in its objects and "       \
      "tables; leave the old constants as they were and use #define for a "   \
      "new value that none of them has")                                      \
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
    X(ARCH_UNSUPPORTED, "payloads are made for x86-64 only, so far",          \
      "what changes is listed; boot the fixed hypervisor")                    \
    X(REPLACED_BELOW,                                                         \
      "a payload that this one is to lie upon replaces the function too",     \
      "what that one does to it would be undone; give all of its patches "    \
      "with -p, before this one's")                                           \
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
      "initcalls and the like have run; do it from a load hook")              \
    X(ASSEMBLY, "code written in assembly changes",                           \
      "patch the C functions around it, or boot the fixed hypervisor")        \
    X(SECTION_UNKNOWN,                                                        \
      "a section that xsplice does not understand is "                        \
      "needed or changes",                                                    \
      "report it, with the section's name; until then leave what emits it "   \
      "out of the patch")                                                     \
    X(SECTION_DISCARDED, "a symbol lies in a section that the linker drops",  \
      "leave it out of the patch")                                            \
    X(SECTION_SHARED,                                                         \
      "the function shares its section with others, and the assembler has "   \
      "resolved what they refer to among each other",                         \
      "take the section attribute off, or build with -ffunction-sections "    \
      "(CC_SPLIT_SECTIONS, which LIVEPATCH selects)")                         \
    X(SPECIAL_SHAPE, "a special section does not have the shape expected",    \
      "the compiler or the Xen version is not one that xsplice knows")        \
    X(RELOC_UNKNOWN, "a relocation type that the engine does not take",       \
      "the compiler options differ from those of the hypervisor")             \
    X(SYMBOL_MISSING, "the hypervisor has no such symbol",                    \
      "code that the patch starts to use is not in this hypervisor; bring "   \
      "it along in the patch under a name of its own")                        \
    X(NEEDS_ENGINE,                                                           \
      "the patch uses what only the engine of xsplice has, and this "         \
      "hypervisor has another one",                                           \
      "keep the data elsewhere (docs/data-in-patches.md), or build for a "    \
      "hypervisor with the engine of xsplice (engine/xen/integrate)")         \
    X(SYMBOL_AMBIGUOUS,                                                       \
      "several symbols of the hypervisor answer to this "                     \
      "name",                                                                 \
      "rename the static symbol, or leave it out of the patch")               \
    X(NAME_TAKEN, "a new symbol has a name that the hypervisor has already",  \
      "choose another name; what moves from one unit to another has to stay " \
      "as it is, or to be changed in its old place")                          \
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
    X(BUILD_RULES,                                                            \
      "the patch changes how the hypervisor is configured, "                  \
      "built or linked",                                                      \
      "that was settled when the running hypervisor was built; leave this "   \
      "file out of the patch, or boot a new build")                           \
    X(UNIT_NOT_BUILT, "no rule of the build compiles this new file",          \
      "add its obj-y line to the Makefile of its folder, or put the code "    \
      "into an existing file")                                                \
    X(GENERATED,                                                              \
      "this file is generated from what the patch changes, and "              \
      "cannot be made anew",                                                  \
      "leave out of the patch what it is generated from, or boot a new "      \
      "build")                                                                \
    X(NOT_LINKED,                                                             \
      "this file gets into the hypervisor by other ways than "                \
      "compiling and linking",                                                \
      "it is code for the first steps of booting, which have been made; "     \
      "leave it out of the patch, or boot a new build")                       \
    X(PAYLOAD_TOO_LARGE, "the payload is larger than the hypervisor takes",   \
      "split the patch, or leave large tables out of it")                     \
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

/*
 * Why the engine refuses: X(ID, errno, sentence, hint).  A reason's
 * number is on the wire, so new ones go to the end.
 */
/* clang-format off */
#define XSPLICE_ENGINE_REASONS(X) \
    X(NO_MEMORY, ENOMEM, \
      "the hypervisor has no memory for it", \
      "unload payloads that are not needed") \
    X(NO_REGION, ENOMEM, \
      "there is no room for it near the hypervisor's text", \
      "unload payloads that are not needed") \
    X(TOO_LARGE, EINVAL, \
      "the payload would take more memory than a payload may", \
      "split the patch") \
    X(ELF_SIZE, EINVAL, \
      "the file is shorter than an ELF header", \
      "build the payload again with xsplice-build") \
    X(ELF_MAGIC, EINVAL, \
      "this is not an ELF file", \
      "build the payload again with xsplice-build") \
    X(ELF_CLASS, EOPNOTSUPP, \
      "the file is not a 64-bit little-endian ELF file of version 1", \
      "build the payload again with xsplice-build") \
    X(ELF_OSABI, EOPNOTSUPP, \
      "the file has a foreign ABI", \
      "build the payload again with xsplice-build") \
    X(ELF_TYPE, EOPNOTSUPP, \
      "the file is not a relocatable object", \
      "build the payload again with xsplice-build") \
    X(ELF_MACHINE, EOPNOTSUPP, \
      "the file is for another machine", \
      "build the payload for this hypervisor's architecture") \
    X(ELF_PHNUM, EOPNOTSUPP, \
      "the file has program headers", \
      "build the payload again with xsplice-build") \
    X(ELF_EHSIZE, EINVAL, \
      "the size of the ELF header is wrong", \
      "build the payload again with xsplice-build") \
    X(ELF_SHENTSIZE, EINVAL, \
      "the size of a section header is wrong", \
      "build the payload again with xsplice-build") \
    X(ELF_SHNUM, EINVAL, \
      "the number of sections is out of range", \
      "build the payload again with xsplice-build") \
    X(ELF_SHOFF, EINVAL, \
      "the section headers lie outside the file", \
      "build the payload again with xsplice-build") \
    X(ELF_SHSTRNDX, EINVAL, \
      "there is no table of section names", \
      "build the payload again with xsplice-build") \
    X(SECTION_NULL, EINVAL, \
      "the first section is not empty", \
      "build the payload again with xsplice-build") \
    X(SECTION_NAME, EINVAL, \
      "the name of a section lies outside the table", \
      "build the payload again with xsplice-build") \
    X(SECTION_BOUNDS, EINVAL, \
      "a section lies outside the file", \
      "build the payload again with xsplice-build") \
    X(SECTION_SIZE, EINVAL, \
      "a section is too large", \
      "build the payload again with xsplice-build") \
    X(SECTION_ALIGN, EINVAL, \
      "the alignment of a section is no power of two up to a page", \
      "build the payload again with xsplice-build") \
    X(SECTION_TYPE, EOPNOTSUPP, \
      "a loaded section has a type that is not understood", \
      "build the payload again with xsplice-build") \
    X(SECTION_FLAGS, EOPNOTSUPP, \
      "a loaded section has flags that are not understood", \
      "build the payload again with xsplice-build") \
    X(SECTION_WX, EINVAL, \
      "a section is both writable and executable", \
      "keep code and data in sections of their own") \
    X(SECTION_TWICE, EINVAL, \
      "a special section is there more than once", \
      "build the payload again with xsplice-build") \
    X(SECTION_UNLOADED, EINVAL, \
      "a special section is not a loaded one", \
      "build the payload again with xsplice-build") \
    X(SECTION_ENTRIES, EINVAL, \
      "a special section does not hold whole entries", \
      "build the payload again with xsplice-build") \
    X(STRTAB, EINVAL, \
      "a string table is not one, or its last string has no end", \
      "build the payload again with xsplice-build") \
    X(SYMTAB_MISSING, EINVAL, \
      "there is no symbol table", \
      "do not strip payloads") \
    X(SYMTAB_TWICE, EINVAL, \
      "there are two symbol tables", \
      "build the payload again with xsplice-build") \
    X(SYMTAB_SIZE, EINVAL, \
      "the symbol table does not hold whole entries", \
      "build the payload again with xsplice-build") \
    X(SYMTAB_LINK, EINVAL, \
      "the symbol table does not name its string table", \
      "build the payload again with xsplice-build") \
    X(SYMBOL_NULL, EINVAL, \
      "the first symbol is not the empty one", \
      "build the payload again with xsplice-build") \
    X(SYMBOL_NAME, EINVAL, \
      "the name of a symbol lies outside its table", \
      "build the payload again with xsplice-build") \
    X(SYMBOL_SECTION, EINVAL, \
      "a symbol is in a section that there is not", \
      "build the payload again with xsplice-build") \
    X(SYMBOL_VALUE, EINVAL, \
      "a symbol lies outside its section", \
      "build the payload again with xsplice-build") \
    X(SYMBOL_COMMON, EINVAL, \
      "a symbol is neither defined nor undefined (common)", \
      "compile with -fno-common") \
    X(SYMBOL_TYPE, EOPNOTSUPP, \
      "a symbol is of a type that is not understood", \
      "build the payload again with xsplice-build") \
    X(RELOC_SIZE, EINVAL, \
      "a relocation section does not hold whole entries", \
      "build the payload again with xsplice-build") \
    X(RELOC_LINK, EINVAL, \
      "a relocation section does not name the symbol table", \
      "build the payload again with xsplice-build") \
    X(RELOC_SECTION, EINVAL, \
      "a relocation section is for a section that there is not, or that " \
      "has no bytes", \
      "build the payload again with xsplice-build") \
    X(RELOC_REL, EOPNOTSUPP, \
      "relocations without addend are not understood", \
      "build the payload again with xsplice-build") \
    X(RELOC_OFFSET, EINVAL, \
      "a relocation lies outside its section", \
      "build the payload again with xsplice-build") \
    X(RELOC_SYMBOL, EINVAL, \
      "a relocation refers to a symbol that there is not", \
      "build the payload again with xsplice-build") \
    X(RELOC_UNLOADED, EINVAL, \
      "a relocation refers to a symbol that is not loaded", \
      "build the payload again with xsplice-build") \
    X(RELOC_TYPE, EOPNOTSUPP, \
      "a relocation is of a type that is not understood", \
      "compile with the options of the hypervisor") \
    X(RELOC_OVERFLOW, EOVERFLOW, \
      "the value of a relocation does not fit", \
      "build the payload again with xsplice-build") \
    X(BUILD_ID_MISSING, EINVAL, \
      "the payload has no build-id", \
      "link it with --build-id") \
    X(DEPENDS_MISSING, EINVAL, \
      "the payload does not say what it depends on", \
      "build the payload again with xsplice-build") \
    X(XEN_DEPENDS_MISSING, EINVAL, \
      "the payload does not say for which hypervisor it was built", \
      "build the payload again with xsplice-build") \
    X(NOTE_SIZE, EINVAL, \
      "a build-id note is cut off", \
      "build the payload again with xsplice-build") \
    X(NOTE_OWNER, EINVAL, \
      "a build-id note has another owner than GNU", \
      "build the payload again with xsplice-build") \
    X(NOTE_TYPE, EINVAL, \
      "a build-id note is of another type", \
      "build the payload again with xsplice-build") \
    X(NOTE_LENGTH, EINVAL, \
      "a build-id is empty or too long", \
      "build the payload again with xsplice-build") \
    X(NOTE_COUNT, EINVAL, \
      "there is more than one build-id where one belongs", \
      "build the payload again with xsplice-build") \
    X(DEPENDS_MANY, EINVAL, \
      "the payload depends on too many others", \
      "combine the patches into one payload") \
    X(DEPENDS_SELF, EINVAL, \
      "the payload depends on itself", \
      "build the payload again with xsplice-build") \
    X(XEN_DEPENDS, EINVAL, \
      "the payload was built for another hypervisor", \
      "build it for the one that runs") \
    X(ID_TAKEN, EEXIST, \
      "a payload with the same build-id is loaded", \
      "it is the same payload: use the one that is there") \
    X(SYMBOL_UNKNOWN, ENOENT, \
      "the payload uses a symbol that neither the hypervisor nor a loaded " \
      "payload has", \
      "load the payload that it builds upon first") \
    X(SYMBOL_AMBIGUOUS, EINVAL, \
      "several symbols answer to a name that the payload uses", \
      "rename the static symbol, or have the payload depend on the one " \
      "that is meant") \
    X(NOTHING_TO_DO, EINVAL, \
      "the payload has neither functions nor hooks", \
      "build the payload again with xsplice-build") \
    X(FUNC_VERSION, EOPNOTSUPP, \
      "a function's entry is of another version", \
      "build the payload again with xsplice-build") \
    X(FUNC_NAME, EINVAL, \
      "the name of a function is not a string of the payload", \
      "build the payload again with xsplice-build") \
    X(FUNC_UNKNOWN, ENOENT, \
      "a function to patch is not in the hypervisor nor in a loaded " \
      "payload", \
      "load the payload that it builds upon first") \
    X(FUNC_OLD, EINVAL, \
      "a function to patch is not code", \
      "build the payload again with xsplice-build") \
    X(FUNC_OLD_INIT, EINVAL, \
      "a function to patch was freed after boot", \
      "leave it out of the patch") \
    X(FUNC_NEW, EINVAL, \
      "a replacement is not in the payload's own code", \
      "build the payload again with xsplice-build") \
    X(FUNC_TOO_SHORT, EINVAL, \
      "a function is too short to hold the jump to its replacement", \
      "patch its callers instead") \
    X(FUNC_TOO_FAR, EOVERFLOW, \
      "a replacement is out of a jump's reach", \
      "build the payload again with xsplice-build") \
    X(FUNC_UNPATCHABLE, EINVAL, \
      "a function must not be patched while Xen runs", \
      "patch one of its callers, or boot the fixed hypervisor") \
    X(FUNC_TWICE, EINVAL, \
      "two entries patch the same bytes", \
      "leave one of them out") \
    X(NOP_SIZE, EINVAL, \
      "the number of bytes to make into NOPs is out of range", \
      "at most 31, more than an ENDBR64, less than the function") \
    X(NOP_SPLITS, EINVAL, \
      "NOPs would end in the middle of an instruction", \
      "choose a size that ends where an instruction ends (with return " \
      "thunks the last one is five bytes long)") \
    X(NOP_FALLS_OFF, EINVAL, \
      "NOPs would cover the whole function, and control would run into " \
      "the next one", \
      "leave the return in place") \
    X(EXPECT_SIZE, EINVAL, \
      "the bytes expected at a function are too many or none", \
      "build the payload again with xsplice-build") \
    X(EXPECT_MISMATCH, EINVAL, \
      "the function does not hold the bytes expected", \
      "the payload was built for other code, or another payload patches " \
      "it") \
    X(HOOK_COUNT, EINVAL, \
      "there is more than one hook where one belongs", \
      "only load and unload hooks may be more") \
    X(HOOK_UNKNOWN, EOPNOTSUPP, \
      "a hook is of a kind that is not understood", \
      "use the LIVEPATCH_*_HOOK macros") \
    X(HOOK_TARGET, EINVAL, \
      "a hook is not in the payload's own code", \
      "build the payload again with xsplice-build") \
    X(ALT_ORIG, EINVAL, \
      "an alternative's site is not in one section of the payload's code", \
      "build the payload again with xsplice-build") \
    X(ALT_REPL, EINVAL, \
      "an alternative's replacement is not in .altinstr_replacement", \
      "build the payload again with xsplice-build") \
    X(ALT_LENGTH, EINVAL, \
      "an alternative's replacement is longer than its site", \
      "build the payload again with xsplice-build") \
    X(ALT_FEATURE, EINVAL, \
      "an alternative names a CPU feature that there is not", \
      "build the payload again with xsplice-build") \
    X(ALT_CALL, EINVAL, \
      "an alternative call goes through something that is no function " \
      "pointer", \
      "build the payload again with xsplice-build") \
    X(ALT_REACH, EOVERFLOW, \
      "a branch of an alternative is out of reach", \
      "build the payload again with xsplice-build") \
    X(EXTABLE_ADDR, EINVAL, \
      "an exception table entry is not about the payload's own code", \
      "build the payload again with xsplice-build") \
    X(EXTABLE_CONT, EINVAL, \
      "an exception table entry does not go on in the payload's own code", \
      "build the payload again with xsplice-build") \
    X(BUG_LOC, EINVAL, \
      "a bug frame is not about an UD2 of the payload's own code", \
      "build the payload again with xsplice-build") \
    X(BUG_PTR, EINVAL, \
      "a bug frame's file name or handler is not one", \
      "build the payload again with xsplice-build") \
    X(BUG_MSG, EINVAL, \
      "a bug frame's message is not a string of the payload", \
      "build the payload again with xsplice-build") \
    X(MODINFO, EINVAL, \
      "the last string of the metadata has no end", \
      "build the payload again with xsplice-build") \
    X(NAME_BAD, EINVAL, \
      "the name of a payload is empty, too long or not printable", \
      "choose another name") \
    X(NAME_TAKEN, EEXIST, \
      "a payload of this name is loaded", \
      "choose another name, or unload it") \
    X(NO_SUCH_PAYLOAD, ENOENT, \
      "there is no payload of this name", \
      "see what is there: xen-xsplice list") \
    X(ACTION_UNKNOWN, EOPNOTSUPP, \
      "this action is not known", \
      "") \
    X(BUSY, EBUSY, \
      "another operation is under way", \
      "try again") \
    X(UNLOAD_APPLIED, EINVAL, \
      "the payload is applied", \
      "revert it first") \
    X(UNLOAD_USED, EBUSY, \
      "another payload uses its symbols", \
      "unload that one first") \
    X(DEPENDS_ABSENT, EINVAL, \
      "what the payload depends on is not applied", \
      "apply that one first, in the right order") \
    X(USES_UNAPPLIED, EINVAL, \
      "the payload uses symbols of one that is not applied", \
      "apply that one first") \
    X(OVERLAP, EINVAL, \
      "an applied payload patches the same function, and this one does " \
      "not depend on it", \
      "revert that one first, use replace, or build this one on top of it") \
    X(OVERLAP_PART, EINVAL, \
      "an applied payload patches a part of the same bytes", \
      "revert that one first") \
    X(REVERT_DEPENDS, EBUSY, \
      "an applied payload depends on it", \
      "revert that one first") \
    X(REVERT_USED, EBUSY, \
      "an applied payload uses its symbols", \
      "revert that one first") \
    X(REVERT_COVERED, EBUSY, \
      "an applied payload patches the same function on top of it", \
      "revert that one first") \
    X(UNCONFIRMED, EBUSY, \
      "another payload is on trial and not confirmed yet", \
      "confirm that one, or revert it, first") \
    X(NOT_ON_TRIAL, EINVAL, \
      "the payload does not wait for a confirmation", \
      "it was confirmed or taken back before: see xen-xsplice info") \
    X(UNLOAD_AWAITED, EBUSY, \
      "the payload comes back unless the one that replaced it is confirmed", \
      "confirm that one, or revert it, first") \
    X(TRIAL_HOOKS, EINVAL, \
      "a payload that would have to come back has hooks and data, and its " \
      "hooks cannot be run on the data again", \
      "replace without --confirm-within, or revert that one first") \
    X(TRIAL_TIME, EINVAL, \
      "the time for the confirmation is too long", \
      "give a day or less") \
    X(TRIAL_LATE, EINVAL, \
      "the payload is applied already, and not on trial", \
      "revert it first, to apply it on trial") \
    X(REAPPLY_DATA, EINVAL, \
      "the payload was applied before and its data has changed since", \
      "unload and load it again") \
    X(REPLACE_HOOKS, EOPNOTSUPP, \
      "replace cannot undo hooks that may fail", \
      "revert and apply one by one") \
    X(REPLACE_USES, EINVAL, \
      "the payload uses symbols of one that replace would take away", \
      "build it for the hypervisor alone") \
    X(SITE_CHANGED, EINVAL, \
      "the bytes at a function are not those that the engine put there", \
      "something else writes the hypervisor's text; boot anew") \
    X(HOOK_VETO, EINVAL, \
      "the payload's own hook said no", \
      "") \
    X(HOOK_FAILED, EINVAL, \
      "the payload's own hook failed", \
      "") \
    X(HOOK_PARTIAL, EINVAL, \
      "the payload's own hook did a part of its work only", \
      "revert the payload") \
    X(TIMEOUT, EBUSY, \
      "the CPUs did not all stop in time; nothing was changed", \
      "try again, or allow more time") \
    X(WAITQUEUE, EBUSY, \
      "a virtual CPU waits with a stack of its own; nothing was changed", \
      "try again") \
    X(STOP_FAILED, EBUSY, \
      "the CPUs could not be stopped; nothing was changed", \
      "try again") \
    X(SIGNATURE_MISSING, EBADMSG, \
      "the payload is not signed", \
      "sign it with a key that this hypervisor trusts: xen-xsplice sign") \
    X(SIGNATURE_TRUNCATED, EBADMSG, \
      "the payload's signature is cut off", \
      "fetch the file again, or sign the payload again") \
    X(SIGNATURE_TRAILING, EBADMSG, \
      "something follows the payload's signature", \
      "fetch the file again, or sign the payload again") \
    X(SIGNATURE_DAMAGED, EBADMSG, \
      "the lengths in the payload's signature contradict each other", \
      "fetch the file again, or sign the payload again") \
    X(SIGNATURE_VERSION, EBADMSG, \
      "the payload's signature is of a version that is not known", \
      "sign the payload with the tools that belong to this engine") \
    X(SIGNATURE_ALGORITHM, EBADMSG, \
      "the payload's signature is of an algorithm that is not known", \
      "sign it with an RSA or an ECDSA P-256 key") \
    X(SIGNATURE_KEY_SMALL, EBADMSG, \
      "the payload is signed with a key that is too small", \
      "use an RSA key of 2048 to 4096 bits") \
    X(SIGNATURE_KEY_LARGE, EBADMSG, \
      "the payload is signed with a key that is too large", \
      "use an RSA key of 2048 to 4096 bits") \
    X(SIGNATURE_DOUBLED, EBADMSG, \
      "the payload is signed twice", \
      "sign the payload as it was built, once") \
    X(SIGNATURE_OTHER_BYTES, EBADMSG, \
      "the signature was made for other bytes than these", \
      "the file was changed after it was signed, or carries the signature " \
      "of another one; fetch it again, or sign it again") \
    X(SIGNATURE_KEY_UNKNOWN, EBADMSG, \
      "the payload is signed with a key that is not trusted here", \
      "sign it with a key that this hypervisor was built to trust") \
    X(SIGNATURE_KEY_OTHER, EBADMSG, \
      "the signature is not of the kind that its key makes", \
      "sign the payload again") \
    X(SIGNATURE_WRONG, EBADMSG, \
      "the signature was not made with the key that it names", \
      "somebody may have forged it; take the payload from its origin") \
    X(SIGNATURE_NO_KEYS, EBADMSG, \
      "a key that this hypervisor was built to trust cannot be used", \
      "build the hypervisor again with sound keys; see its boot messages") \
    X(LANDING_PAD, EINVAL, \
      "a function that the engine would call does not begin with ENDBR64, " \
      "and this CPU enforces it", \
      "write hooks with the macros of xsplice/patch.h, or declare them " \
      "cf_check") \
    X(SHADOW_VERSION, EOPNOTSUPP, \
      "a kind of shadow variables is declared in a way that is not known", \
      "build the payload again with xsplice-build") \
    X(SHADOW_SIZE, EINVAL, \
      "shadow variables of this size cannot be had", \
      "at least 1 byte and at most 64 KiB; attach a pointer to what is larger") \
    X(SHADOW_MANY, EINVAL, \
      "there are too many kinds of shadow variables", \
      "put several into one structure") \
    X(SHADOW_TARGET, EINVAL, \
      "a constructor or destructor is not in the payload's own code", \
      "build the payload again with xsplice-build") \
    X(SHADOW_TWICE, EINVAL, \
      "two kinds of shadow variables have the same id", \
      "give one of them another id, or use one for both") \
    X(SHADOW_OTHER, EEXIST, \
      "another payload has shadow variables of this id and another size", \
      "choose another id for the new layout, or unload that one first")
/* clang-format on */

#define XSPLICE_REASON_ENUM(id, error, sentence, hint) XSPLICE_REASON_##id,
enum xsplice_reason {
    XSPLICE_REASON_NONE,
    XSPLICE_ENGINE_REASONS(XSPLICE_REASON_ENUM) XSPLICE_REASON_COUNT
};
#undef XSPLICE_REASON_ENUM

#endif /* XSPLICE_REASONS_H */
