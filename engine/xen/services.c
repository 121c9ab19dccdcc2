/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The small services: words, time, the CPU's features, our identity. */
#include <xen/console.h>
#include <xen/kernel.h>
#include <xen/lib.h>
#include <xen/string.h>
#include <xen/time.h>

#include <asm/cpufeature.h>
#include <asm/processor.h>

#include "engine/core/port.h"
#include "engine/xen/compat.h"

void port_log(enum port_level level, const char *fmt, ...)
{
    static const char *const format[] = {
        [PORT_ERR] = XENLOG_ERR "%s\n",
        [PORT_WARN] = XENLOG_WARNING "%s\n",
        [PORT_INFO] = XENLOG_INFO "%s\n",
        [PORT_DEBUG] = XENLOG_DEBUG "%s\n",
    };
    char line[384];
    va_list args;
    size_t len;

    va_start(args, fmt);
    vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    /* What was cut short ends its line, too. */
    len = strlen(line);
    if ( len && line[len - 1] == '\n' )
        line[len - 1] = '\0';
    printk(format[level], line);
}

uint64_t port_now(void)
{
    return NOW();
}

unsigned int port_cpu_features(void)
{
    return NCAPINTS * 32;
}

bool port_cpu_has(unsigned int bit)
{
    return bit < port_cpu_features() && boot_cpu_has(bit);
}

const uint8_t *port_hypervisor_id(unsigned int *len)
{
    return compat_build_id(len);
}
