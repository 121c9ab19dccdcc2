/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Xen's error numbers (public/errno.h), which are part of its ABI and need not
 * be those of the C library that this program runs with.
 */
#ifndef CONTROL_XEN_ERRNO_H
#define CONTROL_XEN_ERRNO_H

/* name, value, text as users know it */
#define XEN_ERRNO_LIST(X)                                                     \
    X(EPERM, 1, "Operation not permitted")                                    \
    X(ENOENT, 2, "No such file or directory")                                 \
    X(ESRCH, 3, "No such process")                                            \
    X(EIO, 5, "Input/output error")                                           \
    X(ENXIO, 6, "No such device or address")                                  \
    X(E2BIG, 7, "Argument list too long")                                     \
    X(ENOEXEC, 8, "Exec format error")                                        \
    X(EAGAIN, 11, "Resource temporarily unavailable")                         \
    X(ENOMEM, 12, "Cannot allocate memory")                                   \
    X(EACCES, 13, "Permission denied")                                        \
    X(EFAULT, 14, "Bad address")                                              \
    X(EBUSY, 16, "Device or resource busy")                                   \
    X(EEXIST, 17, "File exists")                                              \
    X(ENODEV, 19, "No such device")                                           \
    X(EINVAL, 22, "Invalid argument")                                         \
    X(ENOSPC, 28, "No space left on device")                                  \
    X(EROFS, 30, "Read-only file system")                                     \
    X(EDOM, 33, "Numerical argument out of domain")                           \
    X(ERANGE, 34, "Numerical result out of range")                            \
    X(EDEADLK, 35, "Resource deadlock avoided")                               \
    X(ENAMETOOLONG, 36, "File name too long")                                 \
    X(ENOSYS, 38, "Function not implemented")                                 \
    X(ENODATA, 61, "No data available")                                       \
    X(ETIME, 62, "Timer expired")                                             \
    X(EBADMSG, 74, "Bad message")                                             \
    X(EOVERFLOW, 75, "Value too large for defined data type")                 \
    X(EILSEQ, 84, "Invalid or incomplete multibyte or wide character")        \
    X(EMSGSIZE, 90, "Message too long")                                       \
    X(EOPNOTSUPP, 95, "Operation not supported")                              \
    X(EADDRINUSE, 98, "Address already in use")                               \
    X(ENOBUFS, 105, "No buffer space available")                              \
    X(ETIMEDOUT, 110, "Connection timed out")

enum xen_errno {
#define X(name, value, text) XEN_##name = value,
    XEN_ERRNO_LIST(X)
#undef X
};

/* For a positive number; "unknown" for those not in the list. */
const char *xen_errno_name(int number);
const char *xen_errno_text(int number);

#endif /* CONTROL_XEN_ERRNO_H */
