/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"

size_t answer_filled(const struct answer *a)
{
    size_t behind = a->size > a->from ? a->size - a->from : 0;

    return behind < a->room ? behind : a->room;
}

void answer_put(struct answer *a, const void *bytes, size_t len)
{
    const uint8_t *b = bytes;
    size_t i;

    for ( i = 0; i < len; i++, a->size++ )
    {
        /* FNV-1a, begun with its offset when there is nothing yet. */
        a->digest = ((a->size ? a->digest : 0x811c9dc5u) ^ b[i]) * 0x01000193u;
        if ( a->size >= a->from && a->size - a->from < a->room )
            a->text[a->size - a->from] = b[i];
    }
}

void answer_string(struct answer *a, const char *s)
{
    answer_put(a, s, strlen(s));
}

void answer_end(struct answer *a)
{
    answer_put(a, "", 1);
}

void answer_pair(struct answer *a, const char *key, const char *value)
{
    answer_string(a, key);
    answer_string(a, "=");
    answer_string(a, value);
    answer_end(a);
}

void answer_number(struct answer *a, const char *key, int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    answer_pair(a, key, text);
}

void answer_reason(struct answer *a, const struct refusal *why)
{
    if ( why->reason == XSPLICE_REASON_NONE )
        return;
    answer_pair(a, "reason-id", reason_id(why->reason));
    answer_string(a, "reason=");
    answer_string(a, reason_sentence(why->reason));
    answer_string(a, ": ");
    answer_string(a, why->detail);
    answer_end(a);
    if ( *reason_hint(why->reason) )
        answer_pair(a, "hint", reason_hint(why->reason));
}
