/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last function of the engine's text; see text-start.c. */
#include "engine/xen/xen.h"

void xsplice_text_end(void)
{
}
