/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/findings.h"

#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

static const struct {
    const char *id, *sentence, *hint;
} reasons[] = {
#define X(i, s, h) { #i, s, h },
    XSPLICE_BUILD_REASONS(X)
#undef X
};

const char *reason_id(enum xsplice_build_reason reason)
{
    return reasons[reason].id;
}

const char *reason_sentence(enum xsplice_build_reason reason)
{
    return reasons[reason].sentence;
}

const char *reason_hint(enum xsplice_build_reason reason)
{
    return reasons[reason].hint;
}

const char *differ_kind_name(enum differ_kind kind)
{
    static const char *const names[] = {
        [DIFFER_CHANGED] = "changed", [DIFFER_ADDED] = "added",
        [DIFFER_DATA] = "data",       [DIFFER_HOOK] = "hook",
        [DIFFER_SPECIAL] = "special", [DIFFER_IGNORED] = "ignored",
        [DIFFER_NOTED] = "noted",     [DIFFER_REFUSED] = "refused",
        [DIFFER_ORIGIN] = "original",
    };

    return names[kind];
}

static struct differ_finding *append(struct differ_result *to,
                                     enum differ_kind kind, const char *unit,
                                     const char *symbol, char *why)
{
    struct differ_finding *f;

    to->findings = xs_grow(to->findings, to->nr_findings, sizeof(*f));
    f = &to->findings[to->nr_findings++];
    memset(f, 0, sizeof(*f));
    f->kind = kind;
    f->unit = xs_strdup(unit ? unit : "");
    f->symbol = xs_strdup(symbol ? symbol : "");
    f->why = why;
    f->hint = xs_strdup("");
    return f;
}

struct differ_finding *findings_add(struct differ_result *to,
                                    enum differ_kind kind, const char *unit,
                                    const char *symbol, const char *fmt, ...)
{
    va_list ap;
    char *why;

    va_start(ap, fmt);
    why = xs_vprintf(fmt, ap);
    va_end(ap);
    return append(to, kind, unit, symbol, why);
}

struct differ_finding *findings_reason(struct differ_result *to,
                                       enum differ_kind kind,
                                       enum xsplice_build_reason reason,
                                       const char *unit, const char *symbol,
                                       const char *detail, ...)
{
    struct differ_finding *f;
    va_list ap;
    char *more;

    va_start(ap, detail);
    more = xs_vprintf(detail, ap);
    va_end(ap);
    f = append(to, kind, unit, symbol,
               xs_printf("%s%s%s", reasons[reason].sentence,
                         more[0] ? ": " : "", more));
    free(more);
    free(f->hint);
    f->hint = xs_strdup(reasons[reason].hint);
    f->reason = reasons[reason].id;
    return f;
}

size_t findings_count(const struct differ_result *of, enum differ_kind kind)
{
    size_t i, n = 0;

    for ( i = 0; i < of->nr_findings; i++ )
        n += of->findings[i].kind == kind;
    return n;
}

static int by_place(const void *a, const void *b)
{
    const struct differ_finding *x = a, *y = b;
    int d = strcmp(x->unit, y->unit);

    if ( !d )
        d = (int)x->kind - (int)y->kind;
    if ( !d )
        d = strcmp(x->symbol, y->symbol);
    return d ? d : strcmp(x->why, y->why);
}

static void clear(struct differ_finding *f)
{
    free(f->unit);
    free(f->symbol);
    free(f->why);
    free(f->hint);
}

void findings_finish(struct differ_result *of)
{
    size_t i, n = 0;

    if ( !of->nr_findings )
        return;
    qsort(of->findings, of->nr_findings, sizeof(*of->findings), by_place);
    for ( i = 1; i < of->nr_findings; i++ )
        if ( by_place(&of->findings[n], &of->findings[i]) )
            of->findings[++n] = of->findings[i];
        else
            clear(&of->findings[i]);
    of->nr_findings = n + 1;
}

void differ_free(struct differ_result *out)
{
    size_t i;

    for ( i = 0; i < out->nr_findings; i++ )
        clear(&out->findings[i]);
    free(out->findings);
    free(out->payload);
    xs_ids_free(&out->depends);
    details_free(&out->details);
    memset(out, 0, sizeof(*out));
}
