/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations back to back from several processes: hammer [OPTION]... ROLE...
 *
 * Each role is a process of its own, all begin together:
 *
 *   turn=FILE         applies and reverts the payload
 *   shown=FILE,TEXT   likewise; the hypervisor's version string must be TEXT
 *                     when it is applied, and what it was when it is not
 *   swap=FILE,FILE    replaces one by the other; takes all others away, too
 *   reload=FILE       uploads and unloads it
 *   hurry=FILE        applies it with no time at all: the stop is given up
 *   look              asks for lists, states, reasons; until the others end
 *
 *   --operations N    of each role, default 100
 *   --timeout MS      given to the hypervisor, default 4000
 *   --late N          an operation may run out of that time so often, default 0,
 *                     before it succeeds: on a computer with fewer processors
 *                     than CPUs, for all of these to be running is a matter of
 *                     luck
 *
 * To be told that another operation is under way is no failure: it is tried
 * again.  An operation that ends in any other way than well, whose state is not
 * what it should be then, or that does not end is a failure.  Prints one line
 * for each role; exit status 0 if all went well.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/file.h"
#include "control/engine.h"
#include "control/xen_errno.h"

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull
#define LOST      (120 * NS_PER_S) /* no answer for so long: there is none */
#define BRIEFLY   (NS_PER_MS / 5)
#define NEVER     100000u /* tries */
#define TEXT_MAX  64

static unsigned int operations = 100, most_late;
static uint32_t timeout_ns = 4000 * NS_PER_MS;
static struct hypervisor hv;
static const char *me; /* the role, for messages */

/* Between the processes. */
static volatile struct shared {
    bool begun;
    unsigned int working;
} * shared;

/* What a role has seen. */
static struct {
    unsigned int done, waits, late;
    uint64_t longest; /* ns, from the request to the answer */
} seen;

__attribute__((format(printf, 1, 2), noreturn)) static void
die(const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "hammer: %s: after %u operations: ", me, seen.done);
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static const char *error_name(int rc)
{
    return rc < 0 ? xen_errno_name(-rc) : "success";
}

/* Waits for the end of what is under way; its rc. */
static int settled(const char *name, struct xsplice_op_status *status)
{
    uint64_t start = hv.now(hv.ctx);
    int rc;

    for ( ;; )
    {
        rc = engine_get(&hv, name, status);
        if ( rc )
            die("%s has no status: %s", name, error_name(rc));
        if ( status->rc != -XEN_EAGAIN )
            return status->rc;
        if ( hv.now(hv.ctx) - start > LOST )
            die("the operation on %s is lost", name);
        hv.sleep(hv.ctx, BRIEFLY);
    }
}

/* Asks for it until no other operation is in its way. */
static void request(const char *name, uint32_t action)
{
    unsigned int tries = 0;
    int rc;

    while ( (rc = engine_action(&hv, name, action, timeout_ns, 0)) ==
                -XEN_EBUSY &&
            tries++ < NEVER )
        hv.sleep(hv.ctx, BRIEFLY);
    seen.waits += tries;
    if ( rc )
        die("action %u of %s: %s, after %u tries", action, name,
            error_name(rc), tries);
}

/* One operation, until it is done. */
static void operate(const char *name, uint32_t action, uint32_t state)
{
    struct xsplice_op_status status;
    unsigned int late = 0;
    uint64_t start;
    int rc = 0;

    do
    {
        seen.late += late > 0;
        start = hv.now(hv.ctx);
        request(name, action);
        if ( action != XSPLICE_ACTION_UNLOAD )
            rc = settled(name, &status);
    } while ( rc == -XEN_EBUSY && late++ < most_late );
    if ( rc )
        die("action %u of %s ended with %s", action, name, error_name(rc));
    if ( action != XSPLICE_ACTION_UNLOAD && status.state != state )
        die("after action %u %s is in state %u", action, name, status.state);
    start = hv.now(hv.ctx) - start;
    if ( start > seen.longest )
        seen.longest = start;
    seen.done++;
}

static void upload(const char *name, const char *file)
{
    struct xs_error err;
    uint8_t *bytes;
    size_t size;
    int rc;

    if ( xs_file_read(file, XSPLICE_PAYLOAD_MAX, &bytes, &size, &err) )
        die("%s", err.what);
    rc = engine_upload(&hv, name, bytes, size);
    free(bytes);
    if ( rc )
        die("upload of %s: %s", file, error_name(rc));
}

static void version(char *text)
{
    char *buffer = hv.buffer(hv.ctx, TEXT_MAX);

    if ( !buffer ||
         hv.xen_version(hv.ctx, XSPLICE_XENVER_EXTRAVERSION, buffer) < 0 )
        die("the hypervisor has no version");
    memcpy(text, buffer, TEXT_MAX);
    text[TEXT_MAX - 1] = '\0';
    hv.release(hv.ctx, buffer);
}

static void check_version(const char *want)
{
    char text[TEXT_MAX];

    version(text);
    if ( strcmp(text, want) )
        die("the hypervisor says '%s' instead of '%s'", text, want);
}

/* ---- the roles; 'b' is what follows the comma ---- */

static void turn(const char *a, const char *b)
{
    unsigned int i;

    for ( i = 0; i < operations; i += 2 )
    {
        operate(a, XSPLICE_ACTION_APPLY, XSPLICE_STATE_APPLIED);
        operate(a, XSPLICE_ACTION_REVERT, XSPLICE_STATE_LOADED);
    }
}

static void shown(const char *a, const char *b)
{
    char original[TEXT_MAX];
    unsigned int i;

    version(original);
    for ( i = 0; i < operations; i += 2 )
    {
        operate(a, XSPLICE_ACTION_APPLY, XSPLICE_STATE_APPLIED);
        check_version(b);
        operate(a, XSPLICE_ACTION_REVERT, XSPLICE_STATE_LOADED);
        check_version(original);
    }
}

static void swap(const char *a, const char *b)
{
    unsigned int i;

    for ( i = 0; i < operations; i++ )
        operate(i % 2 ? b : a, XSPLICE_ACTION_REPLACE, XSPLICE_STATE_APPLIED);
    operate(i % 2 ? a : b, XSPLICE_ACTION_REVERT, XSPLICE_STATE_LOADED);
}

static void reload(const char *a, const char *b)
{
    unsigned int i;

    for ( i = 0; i < operations; i += 2 )
    {
        upload("reloaded", a);
        seen.done++;
        operate("reloaded", XSPLICE_ACTION_UNLOAD, 0);
    }
}

static void hurry(const char *a, const char *b)
{
    struct xsplice_op_status status;
    int rc;

    for ( timeout_ns = 1; seen.done < operations; seen.done++ )
    {
        request(a, XSPLICE_ACTION_APPLY);
        rc = settled(a, &status);
        if ( rc != -XEN_EBUSY || status.state != XSPLICE_STATE_LOADED )
            die("a stop without time: %s, state %u", error_name(rc),
                status.state);
    }
}

/* Whatever it asks for, there is an answer, and the list is never torn. */
static void look(const char *a, const char *b)
{
    struct engine_list list;
    size_t i, size;
    uint32_t reason;
    char *text;
    int rc;

    while ( shared->working )
    {
        rc = engine_list(&hv, &list);
        if ( rc == -XEN_EBUSY )
            continue; /* it changed again and again meanwhile */
        if ( rc )
            die("LIST: %s", error_name(rc));
        for ( i = 0; i < list.n; i++ )
        {
            const char *name = list.entry[i].name;

            rc = engine_info(&hv, name, &text, &size);
            if ( rc && rc != -XEN_ENOENT )
                die("INFO of %s: %s", name, error_name(rc));
            if ( !rc )
                free(text);
            engine_check(&hv, name, XSPLICE_ACTION_APPLY, 0, &reason);
            seen.done += 2;
        }
        engine_list_free(&list);
        seen.done++;
        hv.sleep(hv.ctx, BRIEFLY);
    }
}

static const struct role {
    const char *name;
    unsigned int words;
    bool loads[2]; /* is the word a payload to begin with? */
    void (*run)(const char *a, const char *b);
} roles[] = {
    { "turn", 1, { true, false }, turn },
    { "shown", 2, { true, false }, shown },
    { "swap", 2, { true, true }, swap },
    { "reload", 1, { false, false }, reload },
    { "hurry", 1, { true, false }, hurry },
    { "look", 0, { false, false }, look },
};

static const struct role *find_role(char *word, char *arg[2])
{
    unsigned int i, n = 0;
    char *rest = strchr(word, '=');

    if ( rest )
        *rest++ = '\0';
    for ( ; n < 2 && rest; n++ )
    {
        arg[n] = rest;
        rest = strchr(rest, ',');
        if ( rest )
            *rest++ = '\0';
    }
    for ( i = 0; i < sizeof(roles) / sizeof(*roles); i++ )
        if ( !strcmp(word, roles[i].name) && n == roles[i].words && !rest )
            return &roles[i];
    return NULL;
}

/* A process: a payload is loaded under the name of its file. */
static void play(const struct role *role, char *arg[2])
{
    struct xs_error err;
    unsigned int i;

    me = role->name;
    if ( hypercall_open(&hv, &err) )
        die("%s", err.what);
    for ( i = 0; i < role->words; i++ )
        if ( role->loads[i] )
            upload(arg[i], arg[i]);
    while ( !shared->begun )
        hv.sleep(hv.ctx, BRIEFLY);
    role->run(arg[0], arg[1]);
    for ( i = 0; i < role->words; i++ )
        if ( role->loads[i] )
            operate(arg[i], XSPLICE_ACTION_UNLOAD, 0);
    printf(
        "%s%s%s: %u operations, told to wait %u times, out of time %u times,"
        " longest %llu us\n",
        me, role->words ? " " : "", role->words ? arg[0] : "", seen.done,
        seen.waits, seen.late, (unsigned long long)(seen.longest / 1000));
    hypercall_close(&hv);
    exit(0);
}

static int usage(void)
{
    fprintf(stderr,
            "usage: hammer [--operations N] [--timeout MS] [--late N] ROLE...;"
            " see hammer.c\n");
    return 64;
}

int main(int argc, char **argv)
{
    unsigned int lookers = 0;
    pid_t looker[8];
    int status, failed = 0;
    pid_t child;

    for ( argv++; *argv && !strncmp(*argv, "--", 2) && argv[1]; argv += 2 )
        if ( !strcmp(*argv, "--operations") )
            operations = strtoul(argv[1], NULL, 0);
        else if ( !strcmp(*argv, "--timeout") )
            timeout_ns = strtoul(argv[1], NULL, 0) * NS_PER_MS;
        else if ( !strcmp(*argv, "--late") )
            most_late = strtoul(argv[1], NULL, 0);
        else
            return usage();
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if ( !*argv || shared == MAP_FAILED )
        return usage();
    for ( ; *argv; argv++ )
    {
        char *arg[2] = { "", "" };
        const struct role *role = find_role(*argv, arg);
        bool looks = role && role->run == look;

        if ( !role || (looks && lookers == 8) )
            return usage();
        child = fork();
        if ( !child )
        {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            play(role, arg);
        }
        if ( looks )
            looker[lookers++] = child;
        else
            shared->working++;
    }
    shared->begun = true;
    while ( (child = wait(&status)) > 0 )
    {
        unsigned int i;

        failed |= status != 0;
        for ( i = 0; i < lookers && looker[i] != child; i++ )
            ;
        if ( i == lookers )
            shared->working--;
    }
    return failed;
}
