/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures an engine from dom0.  Each question prints one line "NAME: NUMBER",
 * in ticks of the time-stamp counter: instructions, in a lab that counts them.
 *
 * Hypercalls through libxencall, and memory that is touched before: nothing but
 * the hypercall is measured.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>
#include <xencall.h>

#include "xsplice/control.h"

#define SYSCTL_PHYSINFO   3
#define SYSCTL_DEBUG_KEYS 7
#define INTERFACE         0x15 /* of Xen 4.17, which both engines are in */
#define TIMEOUT_NS        1000000000u
#define CONSOLE_MAX       (1u << 20)
#define PAGE              4096u
#define NEVER             20000000000ull /* ticks: no operation takes so long */

struct physinfo {
    uint32_t before[10];
    uint64_t total_pages, free_pages;
};

struct debug_keys {
    uint64_t keys; /* pointer */
    uint32_t nr_keys;
};

static xencall_handle *xen;
static struct xsplice_sysctl *call; /* the one in use */
static char *name_buffer, *console;

static void die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *buffer(size_t size)
{
    void *p = xencall_alloc_buffer(xen, size);

    if ( !p )
        die("no memory for a hypercall");
    return memset(p, 0, size);
}

static void start(uint32_t cmd)
{
    memset(call, 0, sizeof(*call));
    call->cmd = cmd;
    call->interface_version = INTERFACE;
}

static struct xsplice_op_name wire_name(const char *name)
{
    struct xsplice_op_name n = { (uintptr_t)name_buffer, strlen(name) + 1 };

    strcpy(name_buffer, name);
    return n;
}

/* The hypercall alone; returns its ticks, and its answer in *rc. */
static uint64_t timed(int *rc)
{
    uint64_t before = __rdtsc();

    *rc = xencall1(xen, XSPLICE_HYPERCALL_SYSCTL, (uintptr_t)call);
    return __rdtsc() - before;
}

static void make_call(const char *what)
{
    if ( xencall1(xen, XSPLICE_HYPERCALL_SYSCTL, (uintptr_t)call) < 0 )
        die(what);
}

/* ---- one operation ---- */

static void *payload;
static size_t payload_size;

static void read_payload(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);

    if ( fd < 0 || fstat(fd, &st) )
        die(path);
    payload_size = st.st_size;
    payload = buffer(payload_size);
    if ( read(fd, payload, payload_size) != st.st_size )
        die(path);
    close(fd);
}

static uint64_t upload(const char *name)
{
    uint64_t ticks;
    int rc;

    start(XSPLICE_SYSCTL_LIVEPATCH);
    call->u.livepatch.cmd = XSPLICE_OP_UPLOAD;
    call->u.livepatch.u.upload.name = wire_name(name);
    call->u.livepatch.u.upload.size = payload_size;
    call->u.livepatch.u.upload.payload = (uintptr_t)payload;
    ticks = timed(&rc);
    if ( rc < 0 )
        die(name);
    return ticks;
}

static int status(const char *name)
{
    start(XSPLICE_SYSCTL_LIVEPATCH);
    call->u.livepatch.cmd = XSPLICE_OP_GET;
    call->u.livepatch.u.get.name = wire_name(name);
    make_call("a payload's status");
    return call->u.livepatch.u.get.status.rc;
}

static void start_action(uint32_t cmd, const char *name)
{
    start(XSPLICE_SYSCTL_LIVEPATCH);
    call->u.livepatch.cmd = XSPLICE_OP_ACTION;
    call->u.livepatch.u.action.name = wire_name(name);
    call->u.livepatch.u.action.cmd = cmd;
    call->u.livepatch.u.action.timeout = TIMEOUT_NS;
}

/*
 * Between two operations: in the stock engine a CPU that is late to leave one
 * spins into the next, interrupts off.
 */
static void rest(void)
{
    struct timespec pause = { 0, 30000000 };

    nanosleep(&pause, NULL);
}

/* Until the status says that it is over; ticks as its caller sees them. */
static uint64_t act(uint32_t cmd, const char *name)
{
    uint64_t before;
    int rc;

    start_action(cmd, name);
    before = __rdtsc();
    make_call(name);
    if ( cmd == XSPLICE_ACTION_UNLOAD )
        return __rdtsc() - before;
    do
        rc = status(name);
    while ( rc == -EAGAIN && __rdtsc() - before < NEVER );
    before = __rdtsc() - before;
    errno = -rc;
    if ( rc )
        die(name);
    return before;
}

/* ---- what the hypervisor measured ---- */

static uint32_t console_at;

static void read_console(void)
{
    start(XSPLICE_SYSCTL_READCONSOLE);
    call->u.readconsole.incremental = 1;
    call->u.readconsole.index = console_at;
    call->u.readconsole.buffer = (uintptr_t)console;
    call->u.readconsole.count = CONSOLE_MAX - 1;
    make_call("the console");
    console_at = call->u.readconsole.index;
    console[call->u.readconsole.count] = '\0';
}

/* See stamps.h. */
static uint64_t last_stop(void)
{
    struct debug_keys keys = { (uintptr_t)name_buffer, 1 };
    const char *line;

    rest();
    read_console();
    *name_buffer = '=';
    start(SYSCTL_DEBUG_KEYS);
    memcpy(&call->u, &keys, sizeof(keys));
    make_call("a debug key");
    read_console();
    line = strstr(console, "bench: stop ");
    errno = ENOENT;
    if ( !line )
        die("this hypervisor does not measure its stops");
    return strtoull(line + strlen("bench: stop "), NULL, 10);
}

/*
 * What the engine itself says about its last stop, under 'key'; 0 if it has
 * nothing to say.
 */
static uint64_t own_figure(const char *name, const char *key)
{
    struct xsplice_op_info *info = &call->u.livepatch.u.info;
    const char *at;

    start(XSPLICE_SYSCTL_LIVEPATCH);
    call->u.livepatch.cmd = XSPLICE_OP_INFO;
    info->name = wire_name(name);
    info->text = (uintptr_t)console;
    info->size = CONSOLE_MAX;
    if ( xencall1(xen, XSPLICE_HYPERCALL_SYSCTL, (uintptr_t)call) < 0 )
        return 0;
    for ( at = console; at < console + info->size; at += strlen(at) + 1 )
        if ( !strncmp(at, key, strlen(key)) && at[strlen(key)] == '=' )
            return strtoull(at + strlen(key) + 1, NULL, 10);
    return 0;
}

static uint64_t free_memory(void)
{
    struct physinfo info;

    start(SYSCTL_PHYSINFO);
    make_call("the memory");
    memcpy(&info, &call->u, sizeof(info));
    return info.free_pages * PAGE;
}

/* ---- the guest's view ---- */

/* Shared with the process that watches the time on the other vCPU. */
static volatile struct watch {
    uint64_t forget; /* raised to begin anew */
    uint64_t begun;  /* == forget when that was seen */
    uint64_t longest;
} * watch;

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if ( sched_setaffinity(0, sizeof(set), &set) )
        die("a vCPU of one's own");
}

static void watch_time(void)
{
    uint64_t last = __rdtsc(), now;

    for ( ;; last = now )
    {
        now = __rdtsc();
        if ( watch->begun != watch->forget )
        {
            watch->longest = 0;
            watch->begun = watch->forget;
        }
        else if ( now - last > watch->longest )
            watch->longest = now - last;
    }
}

static void start_watch(void)
{
    pid_t child;

    watch = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if ( watch == MAP_FAILED )
        die("shared memory");
    child = fork();
    if ( child < 0 )
        die("a process");
    if ( !child )
    {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pin(1);
        watch_time();
    }
    pin(0);
}

static void forget_gaps(void)
{
    watch->forget++;
    while ( watch->begun != watch->forget )
        continue;
}

/* ---- questions ---- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

/* An interrupt more or less is the difference between two rounds. */
static uint64_t median(uint64_t *values, unsigned int n)
{
    qsort(values, n, sizeof(*values), by_value);
    return values[n / 2];
}

static void say(const char *what, const char *of, uint64_t value)
{
    printf("%s%s%s: %llu\n", what, *of ? " " : "", of,
           (unsigned long long)value);
}

#define ROUNDS     5
#define GAP_ROUNDS 51

/* FILE: uploads it some times. */
static void ask_upload(char **arg)
{
    uint64_t ticks[ROUNDS];
    unsigned int i;

    read_payload(arg[0]);
    for ( i = 0; i < ROUNDS; i++ )
    {
        ticks[i] = upload(arg[0]);
        act(XSPLICE_ACTION_UNLOAD, arg[0]);
        /* Our engine frees it a little later: not in the next one's time. */
        rest();
    }
    say("upload,", arg[0], median(ticks, ROUNDS));
}

/* FILE: applies and reverts it some times. */
static void ask_stop(char **arg)
{
    uint64_t seen[2][ROUNDS], stop[2][ROUNDS], wait[ROUNDS], own[ROUNDS];
    unsigned int i;

    read_payload(arg[0]);
    upload(arg[0]);
    last_stop();
    for ( i = 0; i < ROUNDS; i++ )
    {
        seen[0][i] = act(XSPLICE_ACTION_APPLY, arg[0]);
        stop[0][i] = last_stop();
        wait[i] = own_figure(arg[0], "wait-ns");
        own[i] = own_figure(arg[0], "stop-ns");
        seen[1][i] = act(XSPLICE_ACTION_REVERT, arg[0]);
        stop[1][i] = last_stop();
    }
    act(XSPLICE_ACTION_UNLOAD, arg[0]);
    say("stop of apply,", arg[0], median(stop[0], ROUNDS));
    say("stop of revert,", arg[0], median(stop[1], ROUNDS));
    if ( median(own, ROUNDS) )
    {
        say("INFO's stop-ns,", arg[0], median(own, ROUNDS));
        say("INFO's wait-ns,", arg[0], median(wait, ROUNDS));
    }
    say("caller's wait for apply,", arg[0], median(seen[0], ROUNDS));
    say("caller's wait for revert,", arg[0], median(seen[1], ROUNDS));
}

/* WHAT BY FILE...: applies the files, one after the other, then replaces them. */
static void ask_replace(char **arg)
{
    uint64_t seen[ROUNDS], stop[ROUNDS];
    unsigned int i, k;

    for ( i = 0; i < ROUNDS; i++ )
    {
        for ( k = 2; arg[k]; k++ )
        {
            read_payload(arg[k]);
            upload(arg[k]);
            rest();
            act(XSPLICE_ACTION_APPLY, arg[k]);
        }
        read_payload(arg[1]);
        upload(arg[1]);
        last_stop();
        seen[i] = act(XSPLICE_ACTION_REPLACE, arg[1]);
        stop[i] = last_stop();
        act(XSPLICE_ACTION_REVERT, arg[1]);
        for ( k = 1; arg[k]; k++ )
            act(XSPLICE_ACTION_UNLOAD, arg[k]);
    }
    say("stop of replace,", arg[0], median(stop, ROUNDS));
    say("caller's wait for replace,", arg[0], median(seen, ROUNDS));
}

/* FILE: what the other vCPU sees of apply and revert, and without them. */
static void ask_gap(char **arg)
{
    static uint64_t gap[3][GAP_ROUNDS];
    unsigned int i, k;

    read_payload(arg[0]);
    upload(arg[0]);
    start_watch();
    for ( i = 0; i < GAP_ROUNDS; i++ )
    {
        rest();
        forget_gaps();
        act(XSPLICE_ACTION_APPLY, arg[0]);
        gap[0][i] = watch->longest;
        rest();
        forget_gaps();
        act(XSPLICE_ACTION_REVERT, arg[0]);
        gap[1][i] = watch->longest;
        rest();
        forget_gaps();
        for ( k = 0; k < 100; k++ )
            status(arg[0]);
        gap[2][i] = watch->longest;
    }
    act(XSPLICE_ACTION_UNLOAD, arg[0]);
    say("longest gap in apply,", arg[0], median(gap[0], GAP_ROUNDS));
    say("longest gap in revert,", arg[0], median(gap[1], GAP_ROUNDS));
    say("longest gap in 100 questions for the status,", arg[0],
        median(gap[2], GAP_ROUNDS));
}

/* Gives the payload in memory a build-id of its own; the first note is it. */
static void change_id(uint32_t n)
{
    static const char note[] = "\4\0\0\0\24\0\0\0\3\0\0\0GNU";
    char *at = memmem(payload, payload_size, note, sizeof(note));

    errno = EINVAL;
    if ( !at )
        die("the payload's build-id");
    memcpy(at + sizeof(note), &n, sizeof(n));
}

/* FILE TIMES: uploads it so often, and says what one takes. */
static void ask_memory(char **arg)
{
    unsigned int i, n = strtoul(arg[1], NULL, 0);
    uint64_t before;
    char name[32];

    read_payload(arg[0]);
    /* Page tables are made once and kept. */
    upload("first");
    act(XSPLICE_ACTION_UNLOAD, "first");
    rest();
    before = free_memory();
    for ( i = 0; i < n; i++ )
    {
        snprintf(name, sizeof(name), "copy-%u", i);
        change_id(i);
        upload(name);
    }
    say("memory of a payload,", arg[0], (before - free_memory()) / n);
    for ( i = 0; i < n; i++ )
    {
        snprintf(name, sizeof(name), "copy-%u", i);
        act(XSPLICE_ACTION_UNLOAD, name);
    }
    /* It is freed a little later: when no CPU can be looking at it. */
    for ( i = 0; i < 50 && free_memory() < before; i++ )
        rest();
    say("memory lost by that,", arg[0], before - free_memory());
}

/* FILE-1 FILE-2 N: payloads whose hooks do 1 and N+1 checks, and refuse. */
static void ask_check(char **arg)
{
    uint64_t ticks[2][ROUNDS];
    unsigned int i, k, n = strtoul(arg[2], NULL, 0);
    int rc;

    for ( k = 0; k < 2; k++ )
    {
        read_payload(arg[k]);
        upload(arg[k]);
        for ( i = 0; i < ROUNDS; i++ )
        {
            start_action(XSPLICE_ACTION_APPLY, arg[k]);
            ticks[k][i] = timed(&rc);
            if ( rc >= 0 || errno != EINVAL )
                die("the hook did not refuse");
        }
        act(XSPLICE_ACTION_UNLOAD, arg[k]);
        /* The smallest: without an interrupt, if there is one such. */
        qsort(ticks[k], ROUNDS, sizeof(uint64_t), by_value);
    }
    /* Two instructions of the loop do not count; call and return do. */
    say("check for work, instructions", "",
        (ticks[1][0] - ticks[0][0] + n / 2) / n - 2);
}

static const struct question {
    const char *name;
    int words;
    bool more;
    void (*ask)(char **arg);
} questions[] = {
    { "upload", 1, false, ask_upload },  { "stop", 1, false, ask_stop },
    { "replace", 3, true, ask_replace }, { "gap", 1, false, ask_gap },
    { "memory", 2, false, ask_memory },  { "check", 3, false, ask_check },
};

int main(int argc, char **argv)
{
    size_t i;

    for ( i = 0; i < sizeof(questions) / sizeof(*questions); i++ )
    {
        const struct question *q = &questions[i];

        if ( argc < 2 || strcmp(argv[1], q->name) ||
             (q->more ? argc - 2 < q->words : argc - 2 != q->words) )
            continue;
        xen = xencall_open(NULL, 0);
        if ( !xen )
            die("no hypercalls");
        call = buffer(sizeof(*call));
        name_buffer = buffer(XSPLICE_NAME_MAX);
        console = buffer(CONSOLE_MAX);
        q->ask(argv + 2);
        xencall_close(xen);
        return 0;
    }
    fprintf(stderr, "usage: bench QUESTION FILE...; see bench.c\n");
    return 64;
}
