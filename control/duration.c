/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/duration.h"

#include <stddef.h>
#include <string.h>

#define LONGEST (24 * 60 * 60 * NS_PER_S)

static bool unit_value(const char *unit, uint64_t *ns)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {
        { "", NS_PER_S },         { "ms", NS_PER_MS },
        { "s", NS_PER_S },        { "m", 60 * NS_PER_S },
        { "min", 60 * NS_PER_S }, { "h", 3600 * NS_PER_S },
    };
    size_t i;

    for ( i = 0; i < sizeof(units) / sizeof(units[0]); i++ )
        if ( !strcmp(unit, units[i].name) )
        {
            *ns = units[i].ns;
            return true;
        }
    return false;
}

/* In whole numbers: with strtod() the decimal point depends on the locale. */
bool duration_parse(const char *text, uint64_t *ns)
{
    uint64_t whole = 0, unit, part, sum = 0;
    const char *fraction = NULL;
    const char *end = text;

    for ( ; *end >= '0' && *end <= '9'; end++ )
    {
        whole = whole * 10 + (*end - '0');
        if ( whole > LONGEST )
            return false;
    }
    if ( end == text )
        return false;
    if ( *end == '.' )
    {
        fraction = ++end;
        while ( *end >= '0' && *end <= '9' )
            end++;
        if ( end == fraction )
            return false;
    }
    if ( !unit_value(end, &unit) || whole > LONGEST / unit )
        return false;
    sum = whole * unit;
    for ( part = unit; fraction && fraction < end && part; fraction++ )
    {
        part /= 10;
        sum += (*fraction - '0') * part;
    }
    if ( sum > LONGEST )
        return false;
    *ns = sum;
    return true;
}

void backoff_begin(struct backoff *b, uint64_t now, uint64_t timeout,
                   uint64_t first, uint64_t most)
{
    *b = (struct backoff){ now + timeout, first, most };
}

uint64_t backoff_next(struct backoff *b, uint64_t now)
{
    uint64_t wait = b->next;

    if ( now >= b->deadline )
        return 0;
    if ( wait > b->deadline - now )
        wait = b->deadline - now;
    b->next = 2 * b->next < b->most ? 2 * b->next : b->most;
    return wait;
}
