/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the hypervisor something and prints its answer: what a test in dom0
 * looks at to see how the hypervisor behaves, without believing the tool that
 * patches it.  Any answer is a good answer: the exit status tells only whether
 * the question could be put.
 *
 * Hypercalls through libxencall, which hands arguments over as they are, the
 * wrong ones too.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <xencall.h>

#include "xsplice/control.h"

#define HYPERCALL_SCHED_OP  29 /* __HYPERVISOR_sched_op */
#define SCHEDOP_POLL        3
#define HYPERCALL_DOMCTL    36   /* __HYPERVISOR_domctl */
#define DOMCTL_VERSION      0x15 /* of Xen 4.17 */
#define DOMCTL_CREATE       1
#define DOMCTL_DESTROY      2
#define XENVER_CAPABILITIES 3
#define XENVER_CHANGESET    4
#define XENVER_PLATFORM     5 /* one word is copied to the guest */
#define XENVER_PAGESIZE     7
#define SYSCTL_PHYSINFO     3
#define SYSCTL_DEBUG_KEYS   7
#define ANSWER_MAX          1024 /* the longest: capabilities */
#define CONSOLE_MAX         (1u << 20)
#define NOBODY_MAPS_THIS    ((void *)8)

struct sched_poll {
    uint64_t ports; /* pointer to uint32_t each */
    uint32_t nr_ports;
    uint32_t pad;
    uint64_t timeout;
};

struct domctl {
    uint32_t cmd;
    uint32_t interface_version;
    uint16_t domain; /* 0 when one is created: any; OUT: which */
    uint16_t pad[3];
    union {
        struct {
            uint32_t ssidref;
            uint8_t handle[16];
            uint32_t flags; /* 0: paravirtualised */
            uint32_t iommu_opts;
            uint32_t max_vcpus;
            uint32_t max_evtchn_port;
            int32_t max_grant_frames;
            int32_t max_maptrack_frames;
            uint32_t grant_opts; /* version of grant tables */
            uint32_t vmtrace_size;
            uint32_t cpupool_id;
            uint32_t emulation_flags;
            uint32_t misc_flags;
        } create;
        uint8_t pad[128];
    } u;
};

struct debug_keys {
    uint64_t keys; /* pointer */
    uint32_t nr_keys;
};

struct physinfo {
    uint32_t before[10];
    uint64_t total_pages, free_pages;
};

static xencall_handle *xen;

static void die(const char *what)
{
    fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *buffer(size_t size)
{
    void *p = xencall_alloc_buffer(xen, size);

    if ( !p )
        die("no memory for a hypercall");
    return memset(p, 0, size);
}

/* Xen's error numbers are those of Linux. */
static void print_answer(long rc)
{
    if ( rc < 0 )
        printf("%s\n", strerrorname_np(errno) ?: "unknown");
    else
        printf("%ld\n", rc);
}

/* xen_version() with a text for an answer. */
static void ask_text(unsigned int cmd)
{
    char *text = buffer(ANSWER_MAX);

    if ( xencall2(xen, XSPLICE_HYPERCALL_XEN_VERSION, cmd, (uintptr_t)text) )
        print_answer(-1);
    else
        printf("%.*s\n", ANSWER_MAX, text);
}

static void verb_extraversion(const char *arg)
{
    ask_text(XSPLICE_XENVER_EXTRAVERSION);
}

static void verb_changeset(const char *arg)
{
    ask_text(XENVER_CHANGESET);
}

static void verb_capabilities(const char *arg)
{
    ask_text(XENVER_CAPABILITIES);
}

static void verb_pagesize(const char *arg)
{
    print_answer(
        xencall2(xen, XSPLICE_HYPERCALL_XEN_VERSION, XENVER_PAGESIZE, 0));
}

/* A copy to memory that is not there: the exception table must catch it. */
static void verb_fault(const char *arg)
{
    print_answer(xencall2(xen, XSPLICE_HYPERCALL_XEN_VERSION, XENVER_PLATFORM,
                          (uintptr_t)NOBODY_MAPS_THIS));
}

/*
 * An event that is pending makes the hypervisor answer 0 before it looks at
 * the ports; then it is asked again, a little later.
 */
static void poll_ports(void *ports, unsigned int nr)
{
    struct timespec pause = { 0, 10000000 };
    struct sched_poll *op = buffer(sizeof(*op));
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < 200 && !rc; i++ )
    {
        op->ports = (uintptr_t)ports;
        op->nr_ports = nr;
        op->timeout = 1;
        rc = xencall2(xen, HYPERCALL_SCHED_OP, SCHEDOP_POLL, (uintptr_t)op);
        if ( !rc )
            nanosleep(&pause, NULL);
    }
    print_answer(rc);
}

/* Too many ports are refused before any is looked at. */
static void verb_poll(const char *arg)
{
    poll_ports(NULL, strtoul(arg, NULL, 0));
}

static void verb_poll_port(const char *arg)
{
    uint32_t *port = buffer(sizeof(*port));

    *port = strtoul(arg, NULL, 0);
    poll_ports(port, 1);
}

static void verb_poll_fault(const char *arg)
{
    poll_ports(NOBODY_MAPS_THIS, 1);
}

/* Creates a domain of nothing but its structure, and destroys it. */
static void verb_domain(const char *arg)
{
    struct domctl *op = buffer(sizeof(*op));
    int rc;

    op->cmd = DOMCTL_CREATE;
    op->interface_version = DOMCTL_VERSION;
    op->u.create.max_vcpus = 1;
    op->u.create.max_evtchn_port = 1023;
    op->u.create.max_grant_frames = op->u.create.max_maptrack_frames = -1;
    op->u.create.grant_opts = 1;
    rc = xencall1(xen, HYPERCALL_DOMCTL, (uintptr_t)op);
    if ( rc )
    {
        print_answer(rc);
        return;
    }
    op->cmd = DOMCTL_DESTROY;
    memset(&op->u, 0, sizeof(op->u));
    rc = xencall1(xen, HYPERCALL_DOMCTL, (uintptr_t)op);
    if ( rc )
        print_answer(rc);
    else
        printf("created and destroyed\n");
}

/* Finds the version of the sysctl interface, as xen-xsplice does. */
static int sysctl(struct xsplice_sysctl *op)
{
    int rc = -1;

    for ( op->interface_version = 0x15; op->interface_version < 0x40;
          op->interface_version++ )
    {
        rc = xencall1(xen, XSPLICE_HYPERCALL_SYSCTL, (uintptr_t)op);
        if ( rc >= 0 || errno != EACCES )
            break;
    }
    return rc;
}

/* Reads the console from *index on, prints it, and moves *index. */
static void read_console(uint32_t *index, int print)
{
    char *text = buffer(CONSOLE_MAX);
    struct xsplice_sysctl *op = buffer(sizeof(*op));

    op->cmd = XSPLICE_SYSCTL_READCONSOLE;
    op->u.readconsole.incremental = *index != 0;
    op->u.readconsole.index = *index;
    op->u.readconsole.buffer = (uintptr_t)text;
    op->u.readconsole.count = CONSOLE_MAX;
    if ( sysctl(op) )
        die("the console cannot be read");
    if ( print )
        fwrite(text, op->u.readconsole.count, 1, stdout);
    *index = op->u.readconsole.index;
    xencall_free_buffer(xen, text);
    xencall_free_buffer(xen, op);
}

static void verb_console(const char *arg)
{
    uint32_t index = 0;

    read_console(&index, 1);
}

/* Where the console ends now, for console-since. */
static void verb_console_end(const char *arg)
{
    uint32_t index = 0;

    read_console(&index, 0);
    printf("%u\n", index);
}

static void verb_console_since(const char *arg)
{
    uint32_t index = strtoul(arg, NULL, 0);

    read_console(&index, 1);
}

/* Presses a debug key; what the hypervisor says goes to its console. */
static void verb_key(const char *arg)
{
    struct xsplice_sysctl *op = buffer(sizeof(*op));
    struct debug_keys keys = { 0, 1 };
    char *key = buffer(1);

    *key = *arg;
    keys.keys = (uintptr_t)key;
    memcpy(&op->u, &keys, sizeof(keys));
    op->cmd = SYSCTL_DEBUG_KEYS;
    if ( sysctl(op) )
        die("the key cannot be pressed");
}

/* The hypervisor's free memory, in pages. */
static void verb_memory(const char *arg)
{
    struct xsplice_sysctl *op = buffer(sizeof(*op));
    struct physinfo info;

    op->cmd = SYSCTL_PHYSINFO;
    if ( sysctl(op) )
        die("the memory is not told");
    memcpy(&info, &op->u, sizeof(info));
    printf("%llu\n", (unsigned long long)info.free_pages);
}

static uint64_t seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* Takes this CPU for itself until then: nothing else of dom0 runs on it. */
static void spin(int cpu, uint64_t until)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if ( sched_setaffinity(0, sizeof(one), &one) )
        die("the CPU cannot be had");
    while ( seconds_now() < until )
        continue;
}

/*
 * dom0 hangs: each of its CPUs spins in a task that goes before all others.  At
 * the end of it, before any other task has run, asks for the version string, so
 * that what it was by then is known for certain.
 */
static void verb_hang(const char *arg)
{
    struct sched_param first = { .sched_priority = 99 };
    uint64_t until = seconds_now() + strtoul(arg, NULL, 0);
    int cpu, n = sysconf(_SC_NPROCESSORS_ONLN);
    FILE *limit = fopen("/proc/sys/kernel/sched_rt_runtime_us", "w");
    char *text = buffer(ANSWER_MAX);

    if ( !limit || fprintf(limit, "-1") < 0 || fclose(limit) ||
         mlockall(MCL_CURRENT | MCL_FUTURE) ||
         sched_setscheduler(0, SCHED_FIFO, &first) )
        die("this cannot go before all other tasks");
    for ( cpu = 1; cpu < n; cpu++ )
        if ( !fork() )
        {
            spin(cpu, until + 2);
            _exit(0);
        }
    spin(0, until);
    if ( xencall2(xen, XSPLICE_HYPERCALL_XEN_VERSION,
                  XSPLICE_XENVER_EXTRAVERSION, (uintptr_t)text) )
        die("the hypervisor does not answer");
    while ( wait(NULL) > 0 )
        continue;
    printf("%s\n", text);
}

static const struct verb {
    const char *name;
    void (*run)(const char *arg);
    const char *help; /* of the argument; NULL: it has none */
} verbs[] = {
    { "extraversion", verb_extraversion, NULL },
    { "changeset", verb_changeset, NULL },
    { "capabilities", verb_capabilities, NULL },
    { "pagesize", verb_pagesize, NULL },
    { "fault", verb_fault, NULL },
    { "poll", verb_poll, "NUMBER-OF-PORTS" },
    { "poll-port", verb_poll_port, "PORT" },
    { "poll-fault", verb_poll_fault, NULL },
    { "domain", verb_domain, NULL },
    { "console", verb_console, NULL },
    { "console-end", verb_console_end, NULL },
    { "console-since", verb_console_since, "END" },
    { "key", verb_key, "KEY" },
    { "memory", verb_memory, NULL },
    { "hang", verb_hang, "SECONDS" },
};

static const struct verb *find_verb(int argc, char **argv)
{
    size_t i;

    for ( i = 0; argc > 0 && i < sizeof(verbs) / sizeof(*verbs); i++ )
        if ( !strcmp(argv[0], verbs[i].name) &&
             argc == 1 + (verbs[i].help != NULL) )
            return &verbs[i];
    return NULL;
}

static int usage(void)
{
    size_t i;

    fprintf(stderr, "usage: probe [console-of] QUESTION, one of the following."
                    "  With console-of,\n"
                    "prints what the hypervisor says on its console meanwhile:"
                    "\n");
    for ( i = 0; i < sizeof(verbs) / sizeof(*verbs); i++ )
        fprintf(stderr, "  %s %s\n", verbs[i].name, verbs[i].help ?: "");
    return 64;
}

int main(int argc, char **argv)
{
    struct timespec pause = { 0, 200000000 }; /* some handlers work later */
    int console = argc > 1 && !strcmp(argv[1], "console-of");
    const struct verb *verb =
        find_verb(argc - 1 - console, argv + 1 + console);
    uint32_t index = 0;

    if ( !verb )
        return usage();
    xen = xencall_open(NULL, 0);
    if ( !xen )
        die("no hypercalls");
    if ( console )
        read_console(&index, 0);
    verb->run(argv[2 + console]);
    if ( console )
    {
        nanosleep(&pause, NULL);
        read_console(&index, 1);
    }
    xencall_close(xen);
    return 0;
}
