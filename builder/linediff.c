/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "builder/linediff.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "builder/memory.h"

/*
 * More edits than this are not looked for: the trace needs memory that grows
 * with the square.  What lies between common head and tail is then all new.
 */
#define MAX_EDITS 2000

struct line {
    const char *text;
    size_t len; /* with the line end */
    uint32_t hash;
};

struct side {
    struct line *line;
    size_t n;
};

static struct side split(const char *text)
{
    struct side side = { NULL, 0 };
    size_t i;

    while ( *text )
    {
        const char *end = strchr(text, '\n');
        struct line *line;

        side.line = xs_grow(side.line, side.n, sizeof(*side.line));
        line = &side.line[side.n++];
        line->text = text;
        line->len = end ? end + 1 - text : strlen(text);
        line->hash = 2166136261u;
        for ( i = 0; i < line->len; i++ )
            line->hash = (line->hash ^ (unsigned char)text[i]) * 16777619u;
        text += line->len;
    }
    return side;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->hash == b->hash && a->len == b->len &&
           !memcmp(a->text, b->text, a->len);
}

static void pair(struct linediff *diff, size_t old_line, size_t new_line)
{
    diff->old_of[new_line] = old_line + 1;
    diff->new_of[old_line] = new_line + 1;
}

/* Goes back through the furthest points of each round, pairing as it goes. */
static void trace_back(struct linediff *diff, int **rounds, int d, int n,
                       int m, size_t at)
{
    int x = n, y = m;

    for ( ; d > 0; d-- )
    {
        const int *v = rounds[d - 1] + d; /* index -(d-1) .. d-1, and room */
        int k = x - y;
        bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
        int from_k = down ? k + 1 : k - 1;
        int from_x = v[from_k], from_y = from_x - from_k;

        while ( x > from_x && y > from_y )
            pair(diff, at + --x, at + --y);
        x = from_x;
        y = from_y;
    }
    while ( x > 0 && y > 0 )
        pair(diff, at + --x, at + --y);
}

/*
 * One round: the furthest x on each diagonal with d edits.  Returns whether
 * the end of both texts was reached.
 */
static bool round_of(const struct line *a, int n, const struct line *b, int m,
                     const int *before, int *now, int d)
{
    int k;

    for ( k = -d; k <= d; k += 2 )
    {
        int x, y;

        if ( !d )
            x = 0;
        else if ( k == -d || (k != d && before[k - 1] < before[k + 1]) )
            x = before[k + 1];
        else
            x = before[k - 1] + 1;
        y = x - k;
        while ( x < n && y < m && x >= 0 && y >= 0 && same(&a[x], &b[y]) )
        {
            x++;
            y++;
        }
        now[k] = x;
        if ( x >= n && y >= m )
            return true;
    }
    return false;
}

static void middle(struct linediff *diff, const struct line *a, int n,
                   const struct line *b, int m, size_t at)
{
    int **rounds, d;
    bool done = false;

    if ( !n || !m )
        return;
    rounds = xs_calloc(MAX_EDITS + 1, sizeof(*rounds));
    for ( d = 0; d <= MAX_EDITS && d <= n + m && !done; d++ )
    {
        /* Room for the diagonals -(d+1) .. d+1, centre at d + 1. */
        rounds[d] = xs_calloc(2 * d + 3, sizeof(int));
        done = round_of(a, n, b, m, d ? rounds[d - 1] + d : NULL,
                        rounds[d] + d + 1, d);
    }
    if ( done )
        trace_back(diff, rounds, d - 1, n, m, at);
    while ( d-- > 0 )
        free(rounds[d]);
    free(rounds);
}

void linediff_make(const char *old_text, const char *new_text,
                   struct linediff *out)
{
    struct side a = split(old_text), b = split(new_text);
    size_t head = 0, tail = 0, i;

    out->nr_old = a.n;
    out->nr_new = b.n;
    out->old_of = xs_calloc(b.n, sizeof(*out->old_of));
    out->new_of = xs_calloc(a.n, sizeof(*out->new_of));
    while ( head < a.n && head < b.n && same(&a.line[head], &b.line[head]) )
    {
        pair(out, head, head);
        head++;
    }
    while ( tail < a.n - head && tail < b.n - head &&
            same(&a.line[a.n - tail - 1], &b.line[b.n - tail - 1]) )
        tail++;
    for ( i = 0; i < tail; i++ )
        pair(out, a.n - tail + i, b.n - tail + i);
    middle(out, a.line + head, a.n - head - tail, b.line + head,
           b.n - head - tail, head);
    free(a.line);
    free(b.line);
}

void linediff_free(struct linediff *diff)
{
    free(diff->old_of);
    free(diff->new_of);
    memset(diff, 0, sizeof(*diff));
}
