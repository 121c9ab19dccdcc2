/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The store of results: what is found is whole, what is too much goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "builder/cache.h"
#include "tests/unit/tempdir.h"

static struct cache cache;

static int setup(void **state)
{
    if ( tempdir_make(state) )
        return -1;
    cache_open(&cache, in_dir(*state, "objects"));
    return 0;
}

static int teardown(void **state)
{
    cache_close(&cache);
    return tempdir_remove(state);
}

static struct digest key_of(const char *text)
{
    return digest_of(text, strlen(text));
}

static void put(const char *name, const char *text)
{
    struct digest key = key_of(name);

    cache_put(&cache, &key, text, strlen(text));
}

static bool has(const char *name, const char *text)
{
    struct digest key = key_of(name);
    char *bytes;
    size_t size;
    bool same;

    if ( !cache_get(&cache, &key, &bytes, &size) )
        return false;
    same = size == strlen(text) && !memcmp(bytes, text, size + 1);
    free(bytes);
    return same;
}

/* The file of an entry. */
static const char *file_of(const char *name)
{
    static char path[4096];
    struct digest key = key_of(name);
    char hex[DIGEST_HEX];

    digest_hex(&key, hex);
    snprintf(path, sizeof(path), "%s/%.2s/%s", cache.dir, hex, hex + 2);
    return path;
}

static void used_at(const char *name, time_t when)
{
    const struct timespec times[2] = { { when, 0 }, { when, 0 } };

    assert_int_equal(utimensat(AT_FDCWD, file_of(name), times, 0), 0);
}

static struct cache_status status(void)
{
    struct cache_status now;
    struct xs_error err;

    assert_int_equal(cache_status(cache.dir, &now, &err), 0);
    return now;
}

static void pieces_of_a_digest_keep_their_borders(void **state)
{
    struct digester d;
    struct digest a, b;

    digester_begin(&d);
    digester_add_text(&d, "ab");
    digester_add_text(&d, "c");
    a = digester_end(&d);
    digester_begin(&d);
    digester_add_text(&d, "a");
    digester_add_text(&d, "bc");
    b = digester_end(&d);
    assert_memory_not_equal(a.byte, b.byte, DIGEST_SIZE);
}

static void what_was_put_is_found(void **state)
{
    assert_false(has("a", "one"));
    put("a", "one");
    put("b", "");
    assert_true(has("a", "one"));
    assert_true(has("b", ""));
    assert_false(has("c", ""));
    put("a", "two");
    assert_true(has("a", "two"));
}

/* Each way in which a file can go bad: it is not taken, and gone. */
static void damaged(const char *how, const char *command)
{
    char *line = xs_printf("F='%s'; %s", file_of("a"), command);

    put("a", "some bytes that are worth keeping");
    assert_int_equal(system(line), 0);
    free(line);
    if ( has("a", "some bytes that are worth keeping") ||
         !access(file_of("a"), F_OK) )
        fail_msg("%s", how);
}

static void what_is_damaged_is_dropped(void **state)
{
    damaged("a byte changed", "printf X | dd bs=1 seek=45 conv=notrunc "
                              "status=none of=$F");
    damaged("the sum changed", "printf X | dd bs=1 seek=12 conv=notrunc "
                               "status=none of=$F");
    damaged("cut short", "truncate -s 50 $F");
    damaged("cut in the head", "truncate -s 20 $F");
    damaged("empty", "truncate -s 0 $F");
    damaged("longer", "echo more >>$F");
    damaged("another form", "sed -i 1s/xsplobj1/xsplobj0/ $F");
    assert_int_equal(cache.dropped, 7);
    put("a", "some bytes");
    assert_true(has("a", "some bytes"));
}

static void an_entry_under_another_name_is_damaged(void **state)
{
    char *from, *to;
    struct xs_error err;

    put("a", "of a");
    put("b", "of b");
    from = xs_strdup(file_of("a"));
    to = xs_strdup(file_of("b"));
    assert_int_equal(fs_copy(from, to, &err), 0);
    assert_false(has("b", "of a"));
    assert_true(has("a", "of a"));
    free(from);
    free(to);
}

static void what_was_used_longest_ago_goes(void **state)
{
    char big[1000];
    struct xs_error err;

    memset(big, 'x', sizeof(big));
    big[999] = '\0';
    put("old", big);
    put("older", big);
    put("new", big);
    used_at("new", 3000);
    used_at("old", 2000);
    used_at("older", 1000);
    assert_int_equal(cache_limit(cache.dir, 2200, &err), 0);
    assert_true(access(file_of("older"), F_OK));
    assert_true(has("new", big));
    /* 1,980 bytes are wanted then, and two entries have more. */
    assert_false(has("old", big));
    assert_int_equal(status().limit, 2200);
}

static void use_makes_an_entry_new(void **state)
{
    struct xs_error err;

    put("a", "aaaaaaaaaa");
    put("b", "bbbbbbbbbb");
    used_at("a", 1000);
    used_at("b", 2000);
    assert_true(has("a", "aaaaaaaaaa"));
    assert_int_equal(cache_limit(cache.dir, 60, &err), 0);
    assert_true(has("a", "aaaaaaaaaa"));
    assert_false(has("b", "bbbbbbbbbb"));
}

static void closing_makes_room_and_counts(void **state)
{
    char *dir = xs_strdup(cache.dir);
    struct xs_error err;

    assert_int_equal(cache_limit(dir, 100, &err), 0);
    put("a", "aaaaaaaaaa");
    put("b", "bbbbbbbbbb");
    put("c", "cccccccccc");
    assert_int_equal(status().entries, 3);
    cache.hits = 2;
    cache.misses = 3;
    cache_close(&cache);
    cache_open(&cache, dir);
    assert_int_equal(status().entries, 1);
    assert_in_range(status().bytes, 1, 100);
    assert_int_equal(status().hits, 2);
    assert_int_equal(status().misses, 3);
    cache.hits = 5;
    cache_close(&cache);
    cache_open(&cache, dir);
    assert_int_equal(status().hits, 7);
    free(dir);
}

static void half_written_files_go_when_nobody_writes_them(void **state)
{
    const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
    char *dead, *alive;
    struct xs_error err;

    put("a", "one");
    dead = xs_printf("%s.dead", file_of("a"));
    alive = xs_printf("%s.alive", file_of("a"));
    assert_int_equal(fs_copy(file_of("a"), dead, &err), 0);
    assert_int_equal(fs_copy(file_of("a"), alive, &err), 0);
    assert_int_equal(utimensat(AT_FDCWD, dead, old, 0), 0);
    assert_int_equal(status().entries, 1);
    assert_int_equal(cache_limit(cache.dir, CACHE_LIMIT, &err), 0);
    assert_int_not_equal(access(dead, F_OK), 0);
    assert_int_equal(access(alive, F_OK), 0);
    assert_true(has("a", "one"));
    free(dead);
    free(alive);
}

static void clearing_keeps_the_limit_alone(void **state)
{
    struct xs_error err;

    /* Nothing is there yet, and that is no error. */
    assert_int_equal(cache_clear(cache.dir, &err), 0);
    assert_false(fs_is_directory(cache.dir));
    assert_int_equal(cache_limit(cache.dir, 12345, &err), 0);
    put("a", "one");
    assert_int_equal(cache_clear(cache.dir, &err), 0);
    assert_false(has("a", "one"));
    assert_int_equal(status().entries, 0);
    assert_int_equal(status().limit, 12345);
}

static void a_limit_that_is_no_number_is_none(void **state)
{
    assert_int_equal(status().limit, CACHE_LIMIT);
    put_file(*state, "objects/limit", "12 monkeys\n");
    assert_int_equal(status().limit, CACHE_LIMIT);
    put_file(*state, "objects/limit", "");
    assert_int_equal(status().limit, CACHE_LIMIT);
}

static void a_store_that_cannot_be_is_said_once_and_does_no_harm(void **state)
{
    struct cache none;
    struct digest key = key_of("a");
    struct xs_error err;
    char *bytes, *dir;
    size_t size;

    put_file(*state, "file", "");
    dir = xs_strdup(in_dir(*state, "file/objects"));
    cache_open(&none, dir);
    cache_put(&none, &key, "x", 1);
    assert_non_null(none.trouble);
    cache_put(&none, &key, "x", 1);
    assert_false(cache_get(&none, &key, &bytes, &size));
    none.misses = 1;
    cache_close(&none);
    assert_int_equal(cache_limit(dir, 1, &err), -1);
    free(dir);
}

/* Stores, finds and makes room, as fast as it can. */
static void hammer(const char *dir, unsigned int seed)
{
    struct cache mine;
    struct xs_error err;
    char text[200];
    unsigned int i;

    cache_open(&mine, dir);
    for ( i = 0; i < 400; i++ )
    {
        unsigned int n = (seed * 7 + i) % 10;
        struct digest key = digest_of(&n, sizeof(n));
        char *bytes;
        size_t size;

        memset(text, 'a' + n, sizeof(text));
        if ( !cache_get(&mine, &key, &bytes, &size) )
            cache_put(&mine, &key, text, sizeof(text));
        else
        {
            if ( size != sizeof(text) || memcmp(bytes, text, size) )
                _exit(1);
            free(bytes);
        }
        if ( i % 50 == seed && cache_limit(dir, 1000, &err) )
            _exit(2);
    }
    /* A file that another one sees half written would be dropped. */
    i = mine.dropped || mine.trouble ? 3 : 0;
    cache_close(&mine);
    _exit(i);
}

static void many_may_use_it_at_once(void **state)
{
    unsigned int i;
    pid_t pid[4];

    for ( i = 0; i < 4; i++ )
    {
        pid[i] = fork();
        if ( !pid[i] )
            hammer(cache.dir, i);
    }
    for ( i = 0; i < 4; i++ )
    {
        int wait = -1;

        assert_int_equal(waitpid(pid[i], &wait, 0), pid[i]);
        assert_int_equal(wait, 0);
    }
    assert_in_range(status().entries, 1, 10);
}

static uint64_t size_of(const char *text)
{
    uint64_t bytes = 99;

    return cache_parse_size(text, &bytes) ? -1 : bytes;
}

static void sizes_are_read(void **state)
{
    static const char *const bad[] = {
        "",
        "K",
        "-1",
        "1.5G",
        "1KB",
        "1 K",
        "x",
        "1X",
        "9007199254740992K",
        "1234567890123456789",
    };
    size_t i;

    assert_int_equal(size_of("0"), 0);
    assert_int_equal(size_of("12"), 12);
    assert_int_equal(size_of("3k"), 3072);
    assert_int_equal(size_of("500M"), (uint64_t)500 << 20);
    assert_int_equal(size_of("2G"), (uint64_t)2 << 30);
    assert_int_equal(size_of("1T"), (uint64_t)1 << 40);
    for ( i = 0; i < sizeof(bad) / sizeof(*bad); i++ )
        assert_int_equal(size_of(bad[i]), (uint64_t)-1);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(pieces_of_a_digest_keep_their_borders),
        CASE(what_was_put_is_found),
        CASE(what_is_damaged_is_dropped),
        CASE(an_entry_under_another_name_is_damaged),
        CASE(what_was_used_longest_ago_goes),
        CASE(use_makes_an_entry_new),
        CASE(closing_makes_room_and_counts),
        CASE(half_written_files_go_when_nobody_writes_them),
        CASE(clearing_keeps_the_limit_alone),
        CASE(a_limit_that_is_no_number_is_none),
        CASE(a_store_that_cannot_be_is_said_once_and_does_no_harm),
        CASE(many_may_use_it_at_once),
        CASE(sizes_are_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
