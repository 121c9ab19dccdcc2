/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"
#include "refusal.h"

static const struct {
    int error;
    const char *id;
    const char *sentence;
    const char *hint;
} reasons[] = { { 0, "NONE", "nothing was refused", "" },
#define REASON(id, error, sentence, hint) { error, #id, sentence, hint },
                XSPLICE_ENGINE_REASONS(REASON)
#undef REASON
};

int refuse(struct refusal *why, enum xsplice_reason reason, const char *fmt,
           ...)
{
    va_list args;

    if ( why && why->reason == XSPLICE_REASON_NONE )
    {
        why->reason = reason;
        va_start(args, fmt);
        vsnprintf(why->detail, sizeof(why->detail), fmt, args);
        va_end(args);
    }
    return -reasons[reason].error;
}

int found(struct findings *f, enum xsplice_reason reason, const char *fmt, ...)
{
    struct refusal one = { .reason = reason };
    va_list args;

    va_start(args, fmt);
    vsnprintf(one.detail, sizeof(one.detail), fmt, args);
    va_end(args);
    if ( !f->n++ )
    {
        *f->first = one;
        f->rc = -reasons[reason].error;
    }
    if ( !f->all )
        return f->rc;
    answer_reason(f->all, &one);
    return 0;
}

const char *reason_id(enum xsplice_reason reason)
{
    return reason < XSPLICE_REASON_COUNT ? reasons[reason].id : "UNKNOWN";
}

const char *reason_sentence(enum xsplice_reason reason)
{
    return reason < XSPLICE_REASON_COUNT ? reasons[reason].sentence
                                         : "a reason that is not known";
}

const char *reason_hint(enum xsplice_reason reason)
{
    return reason < XSPLICE_REASON_COUNT ? reasons[reason].hint : "";
}
