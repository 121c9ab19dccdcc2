/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the port to Xen offer to each other. */
#ifndef ENGINE_XEN_XEN_H
#define ENGINE_XEN_XEN_H

#include <xen/types.h>

struct payload;
struct xen_livepatch_name;
struct xen_sysctl_livepatch_upload;

/* memory.c: sets aside the stretch for payloads; at boot. */
void xsplice_memory_init(void);

/* text.c: is 'addr' in the image of the hypervisor? */
bool xsplice_in_image(unsigned long addr);
void xsplice_text_init(void); /* at boot */

/* unpatchable.c: at boot, after the hypervisor's symbols can be read. */
void xsplice_unpatchable_init(void);

/*
 * hooks.c: takes back, at the end of the stop, the rights that hooks were
 * given during it.
 */
void xsplice_hooks_done(void);

/* regions.c: at boot. */
void xsplice_regions_init(void);

/* stop.c: at boot, once the CPUs are up. */
void xsplice_stop_init(void);

/*
 * Called with the CPUs stopped: has each of them flush its TLB on its way out,
 * because page rights were changed meanwhile.
 */
void xsplice_flush_on_release(void);
bool xsplice_stopped(void); /* are the CPUs stopped, and do we hold them? */

/* What the last operation took, in ns; all 0 before the first one. */
struct xsplice_times {
    uint32_t gather; /* first CPU called to last one there */
    uint32_t stop;   /* first interrupt-free CPU to last one released */
    uint32_t act;    /* of it, writing */
};
struct xsplice_times xsplice_last_times(void);

/* sysctl.c: copies a name in, of at most XSPLICE_NAME_MAX bytes; -errno. */
int xsplice_get_name(const struct xen_livepatch_name *from, char *name);

/* upload.c: UPLOAD of control.h; may have to be called again. */
int xsplice_op_upload(struct xen_sysctl_livepatch_upload *op);

/* lock.c */
bool port_trylock(void);

/* alarm.c, at boot. */
void xsplice_alarm_init(void);

/* keyhandler.c, at boot. */
void xsplice_keyhandler_init(void);

/* text-start.c, text-end.c: the engine's own text lies between them. */
void xsplice_text_start(void);
void xsplice_text_end(void);

#endif /* ENGINE_XEN_XEN_H */
