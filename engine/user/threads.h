/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads as the CPUs of the fake hypervisor.  Each idles, answers the call to
 * a rendezvous (engine/core/rendezvous.c), leads one if an operation waits, and
 * does what a test gives it as a guest's work.  The clock stays the virtual
 * one: nothing times out unless a test moves it.
 */
#ifndef ENGINE_USER_THREADS_H
#define ENGINE_USER_THREADS_H

#include <stdbool.h>

#define THREADS_MAX 16

void threads_start(unsigned int n);
/* Ends them once nothing is under way. */
void threads_stop(void);
/* Waits until no operation is under way. */
void threads_wait_idle(void);

/* CPU n neither comes to a rendezvous nor leads until told otherwise. */
void threads_hold(unsigned int n, bool hold);

/*
 * Called by each CPU again and again while it is not at a rendezvous, with its
 * number: the guests' work.  NULL: nothing, they sleep.
 */
void threads_work(void (*fn)(unsigned int cpu));

#endif /* ENGINE_USER_THREADS_H */
