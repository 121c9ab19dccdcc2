/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small services: words, time, the CPU's features, our identity. */
#include <xen/console.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/time.h>

#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "engine/core/port.h"
#include "engine/xen/compat.h"

/* Prefix of stock Xen's messages: people grep for it. */
#define PREFIX "livepatch: "

void port_log(enum port_level level, const char *fmt, ...)
{
    static const char *const format[] = {
        [PORT_ERR] = XENLOG_ERR PREFIX "%s\n",
        [PORT_WARN] = XENLOG_WARNING PREFIX "%s\n",
        [PORT_INFO] = XENLOG_INFO PREFIX "%s\n",
        [PORT_DEBUG] = XENLOG_DEBUG PREFIX "%s\n",
    };
    char line[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    printk(format[level], line);
}

uint64_t port_now(void)
{
    return NOW();
}

bool port_cpu_has(unsigned int bit)
{
    return bit < NCAPINTS * 32 && boot_cpu_has(bit);
}

unsigned int port_cpu_features(void)
{
    return NCAPINTS * 32;
}

const uint8_t *port_hypervisor_id(unsigned int *len)
{
    return compat_build_id(len);
}
