/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first function of the engine's text: the linker keeps the order of the
 * objects, and Kbuild puts this one first and text-end.c last, so that the two
 * of them say where the engine lies.
 */
#include "engine/xen/xen.h"

void xsplice_text_start(void)
{
}
