/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rendezvous: brings the CPUs to a stop, has one of them act, and lets
 * all go.  The same sources run in the hypervisor, in an ordinary process with
 * threads as CPUs (under TSan), and are modelled for Spin.
 *
 * One word holds generation, phase and the number of CPUs that joined, so that
 * joining and closing the door are decided by one compare-and-swap: the leader
 * knows exactly who is in, and ends the operation only when each of them has
 * left.  A CPU that comes late finds the door closed and goes on; there is no
 * way for it to be carried from one operation into the next.
 *
 *     CLOSED --lead--> GATHER --all in--> HUSH --all hushed--> MASK
 *        ^                |                 |         all masked (act) |
 *        |                |  timeout        |  timeout         timeout |
 *        +--- all left ---+----- LEAVE -----+--------------------------+
 *
 * In GATHER the CPUs that are in still do what the others may be waiting for
 * (softirqs): who has not come yet may be held up by just that.  HUSH ends it
 * with interrupts still on, so that a CPU which is in the middle of such work
 * gets its answers from those that have stopped doing any; only when no CPU is
 * left in it do interrupts go off.
 */
#ifndef ENGINE_CORE_RENDEZVOUS_H
#define ENGINE_CORE_RENDEZVOUS_H

#include "types.h"

struct rendezvous {
    uint64_t word;       /* generation | joined | phase */
    unsigned int hushed; /* of those that joined */
    unsigned int masked;
    unsigned int left;
    uint64_t first; /* when the first CPU stopped taking interrupts, ns */
    uint64_t last;  /* when the last one was let go; both of the last stop */
};

/* ---- what the place it runs in provides ---- */

void port_cpu_relax(void); /* in a spin loop */
/*
 * In a spin loop, with interrupts on and nothing held: does what other CPUs
 * may be waiting for.  Non-zero: the leader is to give up, with this -errno.
 */
int port_cpu_serve(void);
unsigned long port_cpu_mask(void); /* interrupts off; returns what was */
void port_cpu_unmask(unsigned long was);
/* Executes an instruction that serialises fetch: new text is seen from here. */
void port_cpu_serialise(void);

/*
 * Opens the door for an operation.  Only now may the other CPUs be told to
 * call rendezvous_join(): one that came before would find the door closed and
 * not come again.  rendezvous_lead() must follow.
 */
void rendezvous_begin(struct rendezvous *r);

/*
 * Leads the operation begun, with 'others' further CPUs, all of which have been
 * told to call rendezvous_join().  act(arg) runs once, with this CPU's
 * interrupts off and the others spinning with theirs off, unless they are not
 * all there by 'deadline' (port_now()).  Returns 0, or, if act did not run,
 * -EBUSY or what port_cpu_serve() said.  In all cases no CPU is inside any
 * more.  One leader at a time.
 */
int rendezvous_lead(struct rendezvous *r, unsigned int others,
                    uint64_t deadline, void (*act)(void *arg), void *arg);

/*
 * Takes part in the operation whose door is open, if there is one; returns
 * when it is over.  Returns whether this CPU was in.
 */
bool rendezvous_join(struct rendezvous *r);

/* Is the door open?  The cheap question for paths that are always taken. */
bool rendezvous_open(const struct rendezvous *r);

#endif /* ENGINE_CORE_RENDEZVOUS_H */
