/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What BearSSL expects of a C library under this name. */
#include <xen/types.h>
