/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For authors of patches: hooks and shadow variables.  A diff to Xen says
 *
 *     #include <xsplice/patch.h>
 *
 * and xsplice-build puts this header where the compiler finds it, for the
 * patched side only; the tree needs nothing.  The guide with a worked example
 * is docs/data-in-patches.md.
 */
#ifndef XSPLICE_PATCH_H
#define XSPLICE_PATCH_H

#include <xsplice/shadow.h>

#ifdef __XEN__
#include <xen/compiler.h>
#include <xen/livepatch_payload.h>
#else
struct payload;
#endif

/* Makes a function that is called through a pointer begin with ENDBR64. */
#ifndef cf_check
#define cf_check
#endif

/* ---- hooks ---- */

/*
 * Each macro stands where the head of a function would, and the function's
 * body follows:
 *
 *     XSPLICE_LOAD_HOOK(count_domains)
 *     {
 *         ...
 *     }
 *
 * In the order in which they run; any number of load and unload hooks, at most
 * one of the others.  'name' is what the hook calls its parameter, a
 * struct payload *.
 *
 * Before the stop, in the context of the hypercall; may allocate.  Returning
 * other than 0 (a negative errno) refuses the operation:
 */
#define XSPLICE_PREAPPLY_HOOK(fn, name)                                       \
    XSPLICE_HOOK_(int, "preapply", fn, struct payload *name)
#define XSPLICE_PREREVERT_HOOK(fn, name)                                      \
    XSPLICE_HOOK_(int, "prerevert", fn, struct payload *name)

/*
 * In the stop: every CPU stands still with its interrupts off, so nothing can
 * change beneath the hook, and nothing may be waited for, allocated or freed.
 * Load hooks run before the functions are patched, unload hooks after they are
 * as they were:
 */
#define XSPLICE_LOAD_HOOK(fn)   XSPLICE_HOOK_(void, "load", fn, void)
#define XSPLICE_UNLOAD_HOOK(fn) XSPLICE_HOOK_(void, "unload", fn, void)

/*
 * In the stop, in place of what the engine does itself, and of load and unload
 * hooks.  Rarely wanted; 0 when it has been done:
 */
#define XSPLICE_APPLY_HOOK(fn, name)                                          \
    XSPLICE_HOOK_(int, "apply", fn, struct payload *name)
#define XSPLICE_REVERT_HOOK(fn, name)                                         \
    XSPLICE_HOOK_(int, "revert", fn, struct payload *name)

/*
 * After the stop, whenever the pre hook has run, whatever became of it: the
 * outcome is in payload->rc.  May allocate and free:
 */
#define XSPLICE_POSTAPPLY_HOOK(fn, name)                                      \
    XSPLICE_HOOK_(void, "postapply", fn, struct payload *name)
#define XSPLICE_POSTREVERT_HOOK(fn, name)                                     \
    XSPLICE_HOOK_(void, "postrevert", fn, struct payload *name)

#define XSPLICE_HOOK_(type, kind, fn, parameter)                              \
    static type cf_check fn(parameter);                                       \
    static type (*const xsplice_hook_##fn)(parameter)                         \
        __attribute__((__used__, __section__(".livepatch.hooks." kind))) =    \
            fn;                                                               \
    static type cf_check fn(parameter)

/* ---- shadow variables ---- */

/*
 * A kind of shadow variables: data of type 'type' at objects of 'object_type'.
 * In each file that uses it (a header of the patch serves well):
 *
 *     XSPLICE_SHADOW_DECLARE(domain_quota, struct domain, struct quota);
 *
 * and in one of them its id and the functions that make and unmake one, or
 * NULL; both are declared cf_check:
 *
 *     XSPLICE_SHADOW_DEFINE(domain_quota, 0x45300001, struct quota,
 *                           make_quota, NULL);
 *
 * The id is any number; payloads that are to share data or to take it over in
 * a replace use the same, all others another.  What xsplice/shadow.h says of
 * xsplice_shadow_get() and the others holds for
 *
 *     struct quota *domain_quota_get(const struct domain *d);
 *     struct quota *domain_quota_attach(struct domain *d, void *arg);
 *     struct quota *domain_quota_get_or_attach(struct domain *d, void *arg);
 *     void domain_quota_detach(const struct domain *d);
 *     void domain_quota_detach_all(void);
 *     int domain_quota_reserve(unsigned int n);
 *
 * Only the xsplice engine has shadow variables: for a hypervisor without it,
 * xsplice-build makes no payload of such a patch.
 */
#define XSPLICE_SHADOW_DECLARE(name, object_type, type)                       \
    extern struct xsplice_shadow_kind name;                                   \
    static inline type *name##_get(const object_type *object)                 \
    {                                                                         \
        return xsplice_shadow_get(&name, object);                             \
    }                                                                         \
    static inline type *name##_attach(object_type *object, void *arg)         \
    {                                                                         \
        return xsplice_shadow_attach(&name, object, arg);                     \
    }                                                                         \
    static inline type *name##_get_or_attach(object_type *object, void *arg)  \
    {                                                                         \
        return xsplice_shadow_get_or_attach(&name, object, arg);              \
    }                                                                         \
    static inline void name##_detach(const object_type *object)               \
    {                                                                         \
        xsplice_shadow_detach(&name, object);                                 \
    }                                                                         \
    static inline void name##_detach_all(void)                                \
    {                                                                         \
        xsplice_shadow_detach_all(&name);                                     \
    }                                                                         \
    static inline int name##_reserve(unsigned int n)                          \
    {                                                                         \
        return xsplice_shadow_reserve(&name, n);                              \
    }                                                                         \
    struct xsplice_shadow_kind

/*
 * The engine fills the kind in when it loads the payload; nobody else does.
 * Aligned so that the compiler leaves no gap between two.
 */
#define XSPLICE_SHADOW_DEFINE(name, id_, type, make_, unmake_)                \
    struct xsplice_shadow_kind name                                           \
        __attribute__((__section__(XSPLICE_SEC_SHADOWS), __aligned__(8))) = { \
            .id = (id_),                                                      \
            .make = (make_),                                                  \
            .unmake = (unmake_),                                              \
            .size = sizeof(type),                                             \
            .version = XSPLICE_SHADOW_VERSION,                                \
        }

#endif /* XSPLICE_PATCH_H */
