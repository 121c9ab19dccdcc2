/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/xen_errno.h"

const char *xen_errno_name(int number)
{
    switch ( number )
    {
#define X(name, value, text)                                                  \
    case value:                                                               \
        return #name;
        XEN_ERRNO_LIST(X)
#undef X
    }
    return "unknown";
}

const char *xen_errno_text(int number)
{
    switch ( number )
    {
#define X(name, value, text)                                                  \
    case value:                                                               \
        return text;
        XEN_ERRNO_LIST(X)
#undef X
    }
    return "unknown error";
}
