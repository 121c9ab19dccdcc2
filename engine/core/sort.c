/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sort.h"

/* By words, without calls: this is most of what sorting costs. */
void cf_check sort_swap(void *a, void *b, size_t size)
{
    uint8_t *x = a, *y = b, byte;
    uint64_t s, t;

    for ( ; size >= sizeof(s); size -= sizeof(s) )
    {
        memcpy(&s, x, sizeof(s));
        memcpy(&t, y, sizeof(t));
        memcpy(x, &t, sizeof(t));
        memcpy(y, &s, sizeof(s));
        x += sizeof(s);
        y += sizeof(s);
    }
    while ( size-- )
    {
        byte = *x;
        *x++ = *y;
        *y++ = byte;
    }
}

static bool in_order(const uint8_t *base, size_t n, size_t size,
                     int (*cmp)(const void *a, const void *b))
{
    while ( n > 1 && cmp(base, base + size) <= 0 )
    {
        base += size;
        n--;
    }
    return n <= 1;
}

/* Lets the element at 'root' of a heap of n sink to its place. */
static void sink(uint8_t *base, size_t root, size_t n, size_t size,
                 int (*cmp)(const void *a, const void *b),
                 void (*swap)(void *a, void *b, size_t size))
{
    size_t child;

    while ( (child = 2 * root + 1) < n )
    {
        if ( child + 1 < n &&
             cmp(base + child * size, base + (child + 1) * size) < 0 )
            child++;
        if ( cmp(base + root * size, base + child * size) >= 0 )
            break;
        swap(base + root * size, base + child * size, size);
        root = child;
    }
}

void sort_array(void *base, size_t n, size_t size,
                int (*cmp)(const void *a, const void *b),
                void (*swap)(void *a, void *b, size_t size))
{
    size_t i;

    if ( in_order(base, n, size, cmp) )
        return;
    for ( i = n / 2; i > 0; i-- )
        sink(base, i - 1, n, size, cmp, swap);
    for ( i = n; i > 1; i-- )
    {
        swap(base, (uint8_t *)base + (i - 1) * size, size);
        sink(base, 0, i - 1, size, cmp, swap);
    }
}
