/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every service of the port can be made to fail: the n-th call from now on,
 * once.  Tests ask how often an operation calls each service, and then repeat
 * it with each of these calls failing.
 */
#ifndef ENGINE_USER_FAULT_H
#define ENGINE_USER_FAULT_H

#include <stdbool.h>

enum fault_point {
    FAULT_ALLOC,          /* port_alloc: NULL */
    FAULT_REGION_ALLOC,   /* -ENOMEM */
    FAULT_REGION_PROTECT, /* -ENOMEM */
    FAULT_REGISTER,       /* -ENOMEM */
    FAULT_ALIAS_MAP,      /* NULL */
    FAULT_RUN_STOPPED,    /* -EBUSY at once: another operation */
    FAULT_RENDEZVOUS,     /* the CPUs do not arrive in time */
    FAULT_QUIESCENT,      /* a vCPU keeps a stack of its own */
    FAULT_POINTS
};

/* Forgets what was armed and counted. */
void fault_clear(void);
/* The nth call (from 1) of this service fails, counted from now. */
void fault_arm(enum fault_point point, unsigned int nth);
/* Calls of the service since it was last armed or cleared. */
unsigned int fault_calls(enum fault_point point);
/* Has the armed failure been handed out? */
bool fault_fired(enum fault_point point);
const char *fault_name(enum fault_point point);

/* For the port: counts this call; true when it is to fail. */
bool fault_hit(enum fault_point point);

#endif /* ENGINE_USER_FAULT_H */
