/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/verbs.h"

#define CHANGES (TAKES_DRY_RUN | TAKES_TIMEOUT | TAKES_FORCE)

const struct verb verbs[] = {
    { "upload", "NAME FILE", 2, 2, true, TAKES_DRY_RUN | TAKES_TIMEOUT,
      "hand a payload to the hypervisor; nothing is patched yet",
      "The file is examined first: a damaged one, or one that is built for\n"
      "another hypervisor, is refused before the hypervisor sees it.\n"
      "Uploading the same payload again is no error; a different payload\n"
      "under a name that is in use is refused.",
      verb_upload },
    { "load", "[NAME] FILE", 1, 2, true, CHANGES | TAKES_CONFIRM,
      "upload, check and apply in one; safe to repeat",
      "Without NAME it is the file's, less its ending.  If the payload cannot\n"
      "be applied, what this call uploaded is unloaded again.",
      verb_load },
    { "check", "NAME", 1, 1, true, TAKES_JSON | TAKES_FORCE | TAKES_TIMEOUT,
      "say whether 'apply' would succeed now",
      "Changes nothing.  With an engine that cannot answer that itself (the\n"
      "one in stock Xen), the tool compares build-ids and dependencies, and\n"
      "says that it did.",
      verb_check },
    { "apply", "NAME", 1, 1, true, CHANGES | TAKES_CONFIRM,
      "patch the hypervisor",
      "Everything that the payload depends on must be there: the hypervisor,\n"
      "or applied payloads.  Applying what is applied is no error.\n"
      "With --confirm-within the hypervisor itself reverts the payload unless\n"
      "'confirm' comes in time, even if this system hangs.",
      verb_apply },
    { "replace", "NAME", 1, 1, true, CHANGES | TAKES_CONFIRM,
      "revert all applied payloads and apply this one, in one step",
      "The payload may depend on the hypervisor alone.  With --confirm-within\n"
      "what was applied before comes back unless 'confirm' comes in time.",
      verb_replace },
    { "confirm", "[NAME]", 0, 1, true, TAKES_TIMEOUT,
      "keep what was applied with --confirm-within, or at boot",
      "Exit status 3 when it was taken back already.  Without NAME it is for\n"
      "all that wait for it.",
      verb_confirm },
    { "revert", "NAME", 1, 1, true, CHANGES,
      "take the patch out of the hypervisor; the payload stays loaded",
      "Refused while an applied payload depends on it.  The engine in stock\n"
      "Xen reverts only the payload that was applied last.",
      verb_revert },
    { "unload", "NAME", 1, 1, true, CHANGES,
      "remove a payload that is not applied",
      "Unloading what is not there is no error.", verb_unload },
    { "list", "", 0, 0, true, TAKES_JSON, "show the payloads as a table",
      "The table is the one of xen-livepatch, for programs that parse it;\n"
      "new programs better take --json.",
      verb_list },
    { "status", "[NAME]", 0, 1, true, TAKES_JSON,
      "show the state of the hypervisor's patches, or of one payload",
      "Of one payload: 'applied' or 'loaded', and exit status 3 when it is\n"
      "not there.",
      verb_status },
    { "info", "[NAME]", 0, 1, true, TAKES_JSON,
      "show everything known about a payload, or about the hypervisor", "",
      verb_info },
    { "deps", "[NAME|FILE]", 0, 1, true, TAKES_JSON,
      "draw who depends on whom, or what one payload needs",
      "The tree grows from the hypervisor to what is built upon it; what is\n"
      "missing is named, with the file that has it where one is found.  Of one\n"
      "payload, loaded or in a file, the tree shows what it needs.",
      verb_deps },
    { "wait", "NAME", 1, 1, true, TAKES_TIMEOUT | TAKES_FOR,
      "wait until a payload is in a state",
      "Exit status 2 when it is not by the end of --timeout.", verb_wait },
    { "is-applied", "NAME", 1, 1, true, 0,
      "say by the exit status (0 or 3) whether a payload is applied", "",
      verb_is_applied },
    { "build-id", "", 0, 0, true, TAKES_JSON,
      "print the running hypervisor's build-id", "", verb_build_id },
    { "inspect", "FILE", 1, 1, false, TAKES_JSON,
      "show what is in a payload file; needs no Xen", "", verb_inspect },
    { "verify", "FILE [FILE-BELOW...]", 1, 64, false,
      TAKES_JSON | TAKES_AGAINST | TAKES_KEY,
      "have the engine load a payload at the desk; needs no Xen",
      "Says what the hypervisor that the xen-syms belongs to would say: what\n"
      "is patched, or why the payload is refused (exit status 5).  Payloads\n"
      "that it builds upon are given behind it, the lowest first.  With --key,\n"
      "which may stand alone, the signature must be that of the key.",
      verb_verify },
    { "sign", "FILE", 1, 1, false, TAKES_KEY | TAKES_SIGNING,
      "sign a payload file; needs no Xen",
      "The file becomes the signed one, unless --output names another.  Keys\n"
      "are RSA of 2048 to 4096 bits, or ECDSA on P-256, in a file or in a\n"
      "token.  What is signed already is refused.",
      verb_sign },
    { "install", "[NAME] FILE", 1, 2, false, TAKES_DRY_RUN | TAKES_FORCE,
      "have a payload applied at every boot of its hypervisor",
      "Nothing is applied now.  Installing what is installed makes it new: it\n"
      "will be tried again if it had failed.",
      verb_install },
    { "uninstall", "NAME", 1, 1, false, TAKES_DRY_RUN | TAKES_FORCE,
      "have it no longer applied at boot", "What is applied now stays so.",
      verb_uninstall },
    { "installed", "", 0, 0, false, TAKES_JSON,
      "show what is installed, and what became of it", "", verb_installed },
    { "restore", "", 0, 0, true, CHANGES | TAKES_RETRY,
      "apply what is installed for the hypervisor that runs",
      "Called at boot.  What failed, or was applied at an earlier boot that\n"
      "nobody confirmed, is not tried again (--retry does).",
      verb_restore },
    { "help", "[VERB]", 0, 1, false, 0, "show this, or the help of a verb", "",
      verb_help },
};

const size_t n_verbs = sizeof(verbs) / sizeof(verbs[0]);

const char *const wanted_names[WANT_COUNT] = {
    [WANT_APPLIED] = "applied",
    [WANT_LOADED] = "loaded",
    [WANT_GONE] = "gone",
};
