/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shadow variables and several CPUs at once, under the sanitizer that looks for
 * races: of those who attach to one object one constructs, and all get the
 * same; what one finds was constructed before; the table grows meanwhile.
 */
#include "tests/unit/engine_case.h"

#include <pthread.h>
#include <string.h>

#include "engine/core/shadow.h"

#define CPUS    4
#define OBJECTS 600
#define ROUNDS  20

static struct xsplice_shadow_kind declared;
static struct shadow_kind *kind;
static char objects[OBJECTS];
static uint64_t *got[CPUS][OBJECTS];
static unsigned int constructed, destroyed, unmade;

/* Stands for constructor and destructor; a plain store on purpose. */
static int construct(unsigned long fn, void *object, void *variable, void *arg)
{
    if ( fn == kind->destroy )
        __atomic_add_fetch(&destroyed, 1, __ATOMIC_RELAXED);
    else
    {
        *(uint32_t *)variable = (uint32_t)((char *)object - objects) + 1;
        __atomic_add_fetch(&constructed, 1, __ATOMIC_RELAXED);
    }

    return 0;
}

static int take_kind(void *arg, const struct payload *p)
{
    kind = &p->shadows[0];
    declared.handle = (unsigned long)kind;

    return 1;
}

static int begin(void **state)
{
    int rc = case_begin(state);

    host_shadow_handler(construct);
    applied("shadows_heir");
    engine_each(take_kind, NULL);
    xsplice_shadow_detach_all(&declared); /* of its load hook */
    constructed = destroyed = unmade = 0;

    return rc;
}

static void on_all_cpus(void *(*fn)(void *))
{
    pthread_t thread[CPUS];
    unsigned long i;

    for ( i = 0; i < CPUS; i++ )
        assert_int_equal(pthread_create(&thread[i], NULL, fn, (void *)i), 0);
    for ( i = 0; i < CPUS; i++ )
        pthread_join(thread[i], NULL);
}

static void *attach_everywhere(void *arg)
{
    unsigned long cpu = (unsigned long)arg;
    unsigned int i;

    for ( i = 0; i < OBJECTS; i++ )
    {
        uint32_t *v =
            xsplice_shadow_get_or_attach(&declared, &objects[i], NULL);

        /* Whoever constructed it: it is whole. */
        if ( !v || *v != i + 1 )
            abort();
        got[cpu][i] = (uint64_t *)v;
    }

    return NULL;
}

static void one_of_several_constructs(void **state)
{
    unsigned int round, i, cpu;

    for ( round = 0; round < ROUNDS; round++ )
    {
        on_all_cpus(attach_everywhere);
        for ( i = 0; i < OBJECTS; i++ )
            for ( cpu = 1; cpu < CPUS; cpu++ )
                assert_ptr_equal(got[cpu][i], got[0][i]);
        xsplice_shadow_detach_all(&declared);
    }
    assert_int_equal(destroyed, ROUNDS * OBJECTS);
    /* What was thrown away by who came second was never constructed. */
    assert_int_equal(constructed, ROUNDS * OBJECTS);
}

/* Each CPU comes and goes with its own objects, and looks at one of all. */
static void *come_and_go(void *arg)
{
    unsigned long cpu = (unsigned long)arg;
    unsigned int round, i;

    for ( round = 0; round < ROUNDS; round++ )
    {
        for ( i = 1 + cpu; i < OBJECTS; i += CPUS )
            if ( !xsplice_shadow_attach(&declared, &objects[i], NULL) )
                abort();
        for ( i = 1 + cpu; i < OBJECTS; i += CPUS )
        {
            uint32_t *all = xsplice_shadow_get(&declared, &objects[0]);

            if ( !all || *all != 1 )
                abort();
            xsplice_shadow_detach(&declared, &objects[i]);
        }
    }

    return NULL;
}

static void others_come_and_go_unharmed(void **state)
{
    assert_non_null(xsplice_shadow_attach(&declared, &objects[0], NULL));
    on_all_cpus(come_and_go);
    assert_int_equal(kind->count, 1);
    assert_int_equal(destroyed, ROUNDS * (OBJECTS - 1));
    assert_int_equal(constructed, destroyed + 1);
}

/* Attaching goes on while the payload is reverted: nothing stays behind. */
static volatile bool reverting;

static void *attach_for_ever(void *arg)
{
    unsigned int i;

    for ( i = 0; !__atomic_load_n(&reverting, __ATOMIC_RELAXED) || i < 2000;
          i++ )
        xsplice_shadow_attach(
            &declared, &objects[(i * 7 + (unsigned long)arg) % OBJECTS], NULL);

    return NULL;
}

static void nothing_is_attached_behind_a_revert(void **state)
{
    pthread_t thread[2];
    unsigned long i;

    __atomic_store_n(&reverting, false, __ATOMIC_RELAXED);
    for ( i = 0; i < 2; i++ )
        pthread_create(&thread[i], NULL, attach_for_ever, (void *)i);
    while ( __atomic_load_n(&constructed, __ATOMIC_RELAXED) < 50 )
        ;
    assert_int_equal(act("shadows_heir", REVERT), 0);
    __atomic_store_n(&reverting, true, __ATOMIC_RELAXED);
    for ( i = 0; i < 2; i++ )
        pthread_join(thread[i], NULL);
    assert_int_equal(kind->count, 0);
    assert_int_equal(constructed, destroyed);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, case_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_of_several_constructs),
        TEST(others_come_and_go_unharmed),
        TEST(nothing_is_attached_behind_a_revert),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
