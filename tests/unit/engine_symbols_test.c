/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine's table of the hypervisor's symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/core/list.h"
#include "engine/core/symbols.h"

#define SYMBOLS 5000
#define BASE    0xffff82d040200000ul

static unsigned int blocks, fail_at; /* allocations: not given back; to fail */

void *port_alloc(size_t size)
{
    if ( fail_at && --fail_at == 0 )
        return NULL;
    blocks++;
    return calloc(1, size);
}

void port_free(void *p)
{
    blocks -= p != NULL;
    free(p);
}

const uint8_t *port_hypervisor_id(unsigned int *len)
{
    *len = 0;
    return NULL;
}

/* No payload is loaded here. */
struct payload *payload_first(void)
{
    return NULL;
}

static unsigned int twins; /* how many names are there twice, and differ */

int port_symbols_each(int (*fn)(void *arg, const char *name,
                                unsigned long addr),
                      void *arg)
{
    char name[32];
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < SYMBOLS && !rc; i++ )
    {
        snprintf(name, sizeof(name), "file%u.c#symbol_%u", i % 7, i);
        rc = fn(arg, name, BASE + 16 * i);
        if ( !rc && i < twins )
            rc = fn(arg, name, BASE + 16 * i + 8);
        if ( !rc && i == SYMBOLS - 1 ) /* an alias of itself */
            rc = fn(arg, name, BASE + 16 * i);
    }
    return rc;
}

static void each_symbol_is_found(void **state)
{
    char name[32];
    unsigned long addr;
    unsigned int i;

    twins = 3;
    assert_int_equal(symbols_init(), 0);
    for ( i = 0; i < SYMBOLS; i++ )
    {
        enum symbol_found found;

        snprintf(name, sizeof(name), "file%u.c#symbol_%u", i % 7, i);
        found = symbols_hypervisor(symbol_hash(name, 0), &addr);
        assert_int_equal(found, i < twins ? SYMBOL_MANY : SYMBOL_ONE);
        if ( found == SYMBOL_ONE )
            assert_int_equal(addr, BASE + 16 * i);
    }
    for ( i = 0; i < SYMBOLS; i++ )
    {
        snprintf(name, sizeof(name), "symbol_%u", i);
        assert_int_equal(symbols_hypervisor(symbol_hash(name, 0), &addr),
                         SYMBOL_NONE);
    }
    symbols_exit();
    assert_int_equal(blocks, 0);
    assert_int_equal(symbols_hypervisor(symbol_hash("x", 0), &addr),
                     SYMBOL_NONE);
}

static void no_memory_leaves_nothing(void **state)
{
    unsigned int i;

    for ( i = 1; i <= 4; i++ )
    {
        fail_at = i;
        assert_int_equal(symbols_init(), -ENOMEM);
        assert_int_equal(blocks, 0);
    }
}

/* What is behind a name, and how much may be read, is not part of it. */
static void a_hash_is_of_the_name_alone(void **state)
{
    static const char text[] = "a_function_with_a_name";
    size_t len, room;

    for ( len = 0; len < sizeof(text); len++ )
    {
        uint64_t want;
        char exact[sizeof(text)];

        memcpy(exact, text, len);
        exact[len] = '\0';
        want = symbol_hash(exact, 0);
        for ( room = len + 1; room <= sizeof(text) + 20; room++ )
        {
            char *b = malloc(room); /* a byte more is found by ASan */

            memset(b, 0x80, room);
            memcpy(b, exact, len + 1);
            assert_true(symbol_hash(b, room) == want);
            memset(b + len + 1, 0x01, room - len - 1);
            assert_true(symbol_hash(b, room) == want);
            free(b);
        }
        exact[len] = 'x';
        exact[len + (len < sizeof(exact) - 1)] = '\0';
        if ( len < sizeof(exact) - 1 )
            assert_true(symbol_hash(exact, 0) != want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_symbol_is_found),
        cmocka_unit_test(no_memory_leaves_nothing),
        cmocka_unit_test(a_hash_is_of_the_name_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
