/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between the branches of Xen that the engine is built for, and
 * nothing else.  Xen 4.17 is the one that is built and tested; what is said
 * about later ones was read in their sources.
 */
#ifndef ENGINE_XEN_COMPAT_H
#define ENGINE_XEN_COMPAT_H

#include <xen/lib.h>
#include <xen/version.h>
#include <xen/virtual_region.h>

/* Set by a tree that is not 4.17; integrate knows which is which. */
#ifndef XSPLICE_XEN_SUBVERSION
#define XSPLICE_XEN_SUBVERSION 17
#endif

/* The running hypervisor's build-id: variables instead of a call in 4.21. */
static inline const void *compat_build_id(unsigned int *len)
{
    const void *id = NULL;

#if XSPLICE_XEN_SUBVERSION >= 21
    id = xen_build_id;
    *len = xen_build_id_len;
#else
    if ( xen_build_id(&id, len) )
        id = NULL;
#endif
    if ( !id )
        *len = 0;
    return id;
}

/*
 * A region's bug frames: start and stop since 4.19; before, a pointer and how
 * many there are, where one with a message (an ASSERT) counts for two.
 */
static inline void compat_set_bug_frames(struct virtual_region *r,
                                         unsigned int type,
                                         const struct bug_frame *frames,
                                         unsigned int n)
{
    size_t each = type == BUGFRAME_assert ? 2 : 1;

#if XSPLICE_XEN_SUBVERSION >= 19
    r->frame[type].start = frames;
    r->frame[type].stop = frames + n * each;
#else
    r->frame[type].bugs = frames;
    r->frame[type].n_bugs = n * each;
#endif
}

#endif /* ENGINE_XEN_COMPAT_H */
