/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The growing list of what was found, and the sentences of the reasons. */
#ifndef BUILDER_FINDINGS_H
#define BUILDER_FINDINGS_H

#include "builder/differ.h"
#include "xsplice/reasons.h"

/*
 * Appends a finding with a sentence of its own.  Unit and symbol may be NULL.
 * Returns the finding, to fill in sizes (valid until the next one).
 */
struct differ_finding *findings_add(struct differ_result *to,
                                    enum differ_kind kind, const char *unit,
                                    const char *symbol, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/*
 * Appends a finding for a reason of the list: the sentence and the hint are
 * the reason's; DETAIL, if not empty, follows the sentence after ": ".
 */
struct differ_finding *
findings_reason(struct differ_result *to, enum differ_kind kind,
                enum xsplice_build_reason reason, const char *unit,
                const char *symbol, const char *detail, ...)
    __attribute__((format(printf, 6, 7)));

/* How many findings there are of a kind. */
size_t findings_count(const struct differ_result *of, enum differ_kind kind);

/*
 * Sorts by unit, kind and symbol, and drops findings that are the same in
 * everything.
 */
void findings_finish(struct differ_result *of);

/* Texts of a reason; the id is its name in the list. */
const char *reason_id(enum xsplice_build_reason reason);
const char *reason_sentence(enum xsplice_build_reason reason);
const char *reason_hint(enum xsplice_build_reason reason);

#endif /* BUILDER_FINDINGS_H */
