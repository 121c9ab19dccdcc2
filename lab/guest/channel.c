/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dom0's end of the channel between a lab machine and the host.
 *
 * The channel is a piece of memory that both see: for the host a file, for the
 * machine the memory of a PCI device (ivshmem).  No driver, no DMA and no
 * interrupt takes part, so it works under a hypervisor that is ill, for a PV
 * and a PVH dom0 alike, and does not disturb instruction counts.
 *
 *   channel beat           count up for ever: dom0 lives
 *   channel take           write the archive that the host gives to standard output
 *   channel run CMD ...    run CMD, what it prints goes to the host; keep its status
 *   channel put FILE SUM   hand a file to the host, SUM is its sha256
 *   channel end            everything has been handed over
 *
 * Layout (little endian, 64-bit words unless said otherwise); lab/run reads it:
 *   0x00 magic, 0x08 heartbeat, 0x10 bytes of output, 0x18 state (enum),
 *   0x20 status of the scenario, 0x28 bytes of the file, 0x40 its sha256 in hex,
 *   0x30 nonzero: waiting for the archive, 0x38 its bytes, written by the host
 *   0x1000 output, at most OUTPUT_MAX bytes; behind it the archive, later the file
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAGIC      0x3162614c70536e58ULL /* "XnSpLab1" */
#define OUTPUT_AT  0x1000UL
#define OUTPUT_MAX (16UL << 20)
#define FILE_AT    (OUTPUT_AT + OUTPUT_MAX)
#define WINDOW     0x10000UL /* of the output, at a time */

enum state {
    STATE_BOOTED = 1,
    STATE_RUNNING = 2,
    STATE_FINISHED = 3,
};

struct channel {
    uint64_t magic, beat, output, state, status, file, waiting, given;
    char sum[64];
};

static volatile struct channel *channel;
static size_t channel_size;
static int channel_fd = -1;

static void die(const char *what)
{
    fprintf(stderr, "channel: %s: %s\n", what, strerror(errno));
    exit(125);
}

/*
 * A piece of the channel.  Only what is needed: the kernel makes all of its page
 * tables at once, and each entry is a hypercall of a PV dom0.
 */
static void *map_piece(size_t at, size_t size)
{
    void *piece =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, channel_fd, at);

    if ( piece == MAP_FAILED )
        die("mmap");
    return piece;
}

/* Finds the device by its PCI ids: it is the only one of its kind. */
static void map_channel(void)
{
    glob_t found;
    size_t i;

    if ( glob("/sys/bus/pci/devices/*", 0, NULL, &found) )
        die("no PCI devices");

    for ( i = 0; i < found.gl_pathc; i++ )
    {
        char path[512], id[16] = "";
        struct stat st;
        int fd;

        snprintf(path, sizeof(path), "%s/device", found.gl_pathv[i]);
        fd = open(path, O_RDONLY);
        if ( fd < 0 || read(fd, id, sizeof(id) - 1) < 0 )
            die(path);
        close(fd);
        if ( strcmp(id, "0x1110\n") )
            continue;

        snprintf(path, sizeof(path), "%s/enable", found.gl_pathv[i]);
        fd = open(path, O_WRONLY);
        if ( fd < 0 || write(fd, "1", 1) != 1 )
            die(path);
        close(fd);

        snprintf(path, sizeof(path), "%s/resource2", found.gl_pathv[i]);
        fd = open(path, O_RDWR);
        if ( fd < 0 || fstat(fd, &st) )
            die(path);
        channel_size = st.st_size;
        channel_fd = fd;
        channel = map_piece(0, OUTPUT_AT);
        globfree(&found);
        return;
    }
    errno = ENODEV;
    die("the channel's device");
}

static int beat(void)
{
    channel->magic = MAGIC;
    if ( channel->state < STATE_BOOTED )
        channel->state = STATE_BOOTED;
    for ( ;; )
    {
        channel->beat++;
        usleep(500000);
    }
    return 0;
}

static int take(void)
{
    uint64_t at, size;

    channel->waiting = 1;
    while ( !channel->given )
        usleep(20000);
    __sync_synchronize();
    size = channel->given;
    for ( at = 0; at < size; at += WINDOW )
    {
        size_t n = size - at < WINDOW ? size - at : WINDOW, done = 0;
        char *piece = map_piece(FILE_AT + at, WINDOW);

        while ( done < n )
        {
            ssize_t written = write(1, piece + done, n - done);

            if ( written < 0 )
                die("write");
            done += written;
        }
        munmap(piece, WINDOW);
    }
    return 0;
}

/* Copies what can be read now; returns 0 at the end of the pipe. */
static int copy_output(int fd)
{
    static char buf[WINDOW], *window;
    static uint64_t window_at;
    ssize_t got = read(fd, buf, sizeof(buf));
    uint64_t at = channel->output;

    if ( got <= 0 )
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    if ( (uint64_t)got > OUTPUT_MAX - at )
        got =
            OUTPUT_MAX - at; /* the rest is lost: the pipe must not fill up */
    if ( !window || at + got > window_at + 2 * WINDOW )
    {
        if ( window )
            munmap(window, 2 * WINDOW);
        window_at = at - at % WINDOW;
        window = map_piece(OUTPUT_AT + window_at, 2 * WINDOW);
    }
    memcpy(window + (at - window_at), buf, got);
    __sync_synchronize();
    channel->output = at + got;
    return 1;
}

static int run(char **argv)
{
    int fds[2], status, open_end = 1;
    pid_t pid;

    if ( pipe(fds) )
        die("pipe");
    channel->state = STATE_RUNNING;
    pid = fork();
    if ( pid < 0 )
        die("fork");
    if ( !pid )
    {
        dup2(fds[1], 1);
        dup2(fds[1], 2);
        close(fds[0]);
        close(fds[1]);
        execvp(argv[0], argv);
        fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
        _exit(errno == ENOENT ? 127 : 126);
    }
    close(fds[1]);
    fcntl(fds[0], F_SETFL, O_NONBLOCK);

    /* What the scenario left in the background may hold the pipe for ever. */
    while ( waitpid(pid, &status, WNOHANG) != pid )
    {
        struct pollfd p = { .fd = open_end ? fds[0] : -1, .events = POLLIN };

        if ( poll(&p, 1, 50) > 0 )
            open_end = copy_output(fds[0]);
    }
    while ( open_end )
    {
        struct pollfd p = { .fd = fds[0], .events = POLLIN };

        if ( poll(&p, 1, 0) <= 0 )
            break;
        open_end = copy_output(fds[0]);
    }
    channel->status =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

static int put(const char *path, const char *sum)
{
    int fd = open(path, O_RDONLY);
    struct stat st;
    ssize_t got;
    char *to;

    if ( fd < 0 || fstat(fd, &st) )
        die(path);
    if ( strlen(sum) != sizeof(channel->sum) ||
         st.st_size > channel_size - FILE_AT )
    {
        errno = EFBIG;
        die(path);
    }
    to = map_piece(FILE_AT, st.st_size ? st.st_size : 1);
    while ( (got = read(fd, to, 1 << 20)) > 0 )
        to += got;
    if ( got < 0 )
        die(path);
    memcpy((char *)channel->sum, sum, sizeof(channel->sum));
    __sync_synchronize();
    channel->file = st.st_size;
    return 0;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";

    map_channel();
    if ( !strcmp(verb, "beat") )
        return beat();
    if ( !strcmp(verb, "take") )
        return take();
    if ( !strcmp(verb, "run") && argc > 2 )
        return run(argv + 2);
    if ( !strcmp(verb, "put") && argc == 4 )
        return put(argv[2], argv[3]);
    if ( !strcmp(verb, "end") )
    {
        __sync_synchronize();
        channel->state = STATE_FINISHED;
        return 0;
    }
    fprintf(stderr,
            "usage: channel beat | take | run CMD ... | put FILE SUM | "
            "end\n");
    return 64;
}
