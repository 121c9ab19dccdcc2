/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPUs of the fake hypervisor.
 *
 * Without threads (the default) an operation handed to port_run_stopped()
 * stays pending until cpus_run_pending(): tests see and use the time between.
 * With threads (threads.h) each is a CPU that idles and takes part in the
 * rendezvous, and operations run by themselves.
 */
#ifndef ENGINE_USER_CPUS_H
#define ENGINE_USER_CPUS_H

#include <stdbool.h>
#include <stdint.h>

struct operation;

/*
 * Runs the pending operation, if any, to its end, and after it the alarm that
 * has come due; whether there was either.
 */
bool cpus_run_pending(void);

/* The timeout that the pending operation was given, ns. */
uint32_t cpus_pending_timeout(void);

/* Whoever brings CPUs of his own takes the operations over; NULL: back. */
typedef int cpus_run_fn(struct operation *op, uint32_t timeout_ns);
void cpus_run_with(cpus_run_fn *fn);

/* An operation still pending is the caller's bug: aborts. */
void cpus_stop(void);

#endif /* ENGINE_USER_CPUS_H */
