/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Our declarations of the hypercall interface against Xen's own header. */
#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/sysctl.h>
#include <xen/version.h>

#include "xsplice/control.h"

#define SAME_SIZE(ours, theirs)                                               \
    _Static_assert(sizeof(ours) == sizeof(theirs), #ours)
#define SAME_PLACE(ours, our_field, theirs, their_field)                      \
    _Static_assert(offsetof(ours, our_field) ==                               \
                       offsetof(theirs, their_field),                         \
                   #ours "." #our_field);                                     \
    _Static_assert(sizeof(((ours *)0)->our_field) ==                          \
                       sizeof(((theirs *)0)->their_field),                    \
                   "size of " #ours "." #our_field)

typedef struct xsplice_op_name our_name;
typedef struct xen_livepatch_name xen_name;
SAME_SIZE(our_name, xen_name);
SAME_PLACE(our_name, name, xen_name, name);
SAME_PLACE(our_name, size, xen_name, size);
SAME_PLACE(our_name, pad, xen_name, pad);

typedef struct xsplice_op_upload our_upload;
typedef struct xen_sysctl_livepatch_upload xen_upload;
SAME_SIZE(our_upload, xen_upload);
SAME_PLACE(our_upload, size, xen_upload, size);
SAME_PLACE(our_upload, payload, xen_upload, payload);

typedef struct xsplice_op_get our_get;
typedef struct xen_sysctl_livepatch_get xen_get;
SAME_SIZE(our_get, xen_get);
SAME_PLACE(our_get, status.state, xen_get, status.state);
SAME_PLACE(our_get, status.rc, xen_get, status.rc);

typedef struct xsplice_op_list our_list;
typedef struct xen_sysctl_livepatch_list xen_list;
SAME_SIZE(our_list, xen_list);
SAME_PLACE(our_list, version, xen_list, version);
SAME_PLACE(our_list, idx, xen_list, idx);
SAME_PLACE(our_list, nr, xen_list, nr);
SAME_PLACE(our_list, pad, xen_list, pad);
SAME_PLACE(our_list, name_total_size, xen_list, name_total_size);
SAME_PLACE(our_list, metadata_total_size, xen_list, metadata_total_size);
SAME_PLACE(our_list, status, xen_list, status);
SAME_PLACE(our_list, name, xen_list, name);
SAME_PLACE(our_list, len, xen_list, len);
SAME_PLACE(our_list, metadata, xen_list, metadata);
SAME_PLACE(our_list, metadata_len, xen_list, metadata_len);

typedef struct xsplice_op_action our_action;
typedef struct xen_sysctl_livepatch_action xen_action;
SAME_SIZE(our_action, xen_action);
SAME_PLACE(our_action, cmd, xen_action, cmd);
SAME_PLACE(our_action, timeout, xen_action, timeout);
SAME_PLACE(our_action, flags, xen_action, flags);
SAME_PLACE(our_action, pad, xen_action, pad);

typedef struct xsplice_op our_op;
typedef struct xen_sysctl_livepatch_op xen_op;
SAME_SIZE(our_op, xen_op);
SAME_PLACE(our_op, cmd, xen_op, cmd);
SAME_PLACE(our_op, u.list, xen_op, u.list);
SAME_PLACE(our_op, u.action, xen_op, u.action);

typedef struct xsplice_readconsole our_console;
typedef struct xen_sysctl_readconsole xen_console;
SAME_SIZE(our_console, xen_console);
SAME_PLACE(our_console, incremental, xen_console, incremental);
SAME_PLACE(our_console, index, xen_console, index);
SAME_PLACE(our_console, buffer, xen_console, buffer);
SAME_PLACE(our_console, count, xen_console, count);

SAME_SIZE(struct xsplice_sysctl, struct xen_sysctl);
SAME_PLACE(struct xsplice_sysctl, u.livepatch, struct xen_sysctl, u.livepatch);
SAME_PLACE(struct xsplice_sysctl, interface_version, struct xen_sysctl,
           interface_version);

/* What is ours must fit where Xen copies. */
_Static_assert(sizeof(struct xsplice_op_check) <= sizeof(our_list), "check");
_Static_assert(sizeof(struct xsplice_op_info) <= sizeof(our_list), "info");
_Static_assert(sizeof(struct xsplice_op_trial) <= sizeof(our_list), "trial");

/* Fields that are out in the world never move; new ones come behind them. */
#define STAYS(type, field, offset)                                            \
    _Static_assert(offsetof(struct xsplice_op_##type, field) == offset,       \
                   #type "." #field)
STAYS(check, cmd, 16);
STAYS(check, flags, 20);
STAYS(check, reason, 24);
STAYS(check, count, 28);
STAYS(check, text, 32);
STAYS(check, size, 40);
STAYS(check, offset, 44);
STAYS(check, digest, 48);
STAYS(check, result, 52);
STAYS(info, text, 16);
STAYS(info, size, 24);
STAYS(info, offset, 28);
STAYS(info, version, 32);
STAYS(info, digest, 36);
STAYS(trial, within, 32);
STAYS(trial, pad, 36);
STAYS(confirm, pad, 16);

static void the_numbers_are_xens(void **state)
{
    assert_int_equal(XSPLICE_HYPERCALL_SYSCTL, __HYPERVISOR_sysctl);
    assert_int_equal(XSPLICE_HYPERCALL_XEN_VERSION, __HYPERVISOR_xen_version);
    assert_int_equal(XSPLICE_SYSCTL_LIVEPATCH, XEN_SYSCTL_livepatch_op);
    assert_int_equal(XSPLICE_SYSCTL_READCONSOLE, XEN_SYSCTL_readconsole);
    assert_int_equal(XSPLICE_XENVER_VERSION, XENVER_version);
    assert_int_equal(XSPLICE_XENVER_EXTRAVERSION, XENVER_extraversion);
    assert_int_equal(XSPLICE_XENVER_BUILD_ID, XENVER_build_id);
    assert_int_equal(XSPLICE_NAME_MAX, XEN_LIVEPATCH_NAME_SIZE);
    assert_int_equal(XSPLICE_OP_UPLOAD, XEN_SYSCTL_LIVEPATCH_UPLOAD);
    assert_int_equal(XSPLICE_OP_GET, XEN_SYSCTL_LIVEPATCH_GET);
    assert_int_equal(XSPLICE_OP_LIST, XEN_SYSCTL_LIVEPATCH_LIST);
    assert_int_equal(XSPLICE_OP_ACTION, XEN_SYSCTL_LIVEPATCH_ACTION);
    assert_int_equal(XSPLICE_STATE_LOADED, LIVEPATCH_STATE_CHECKED);
    assert_int_equal(XSPLICE_STATE_APPLIED, LIVEPATCH_STATE_APPLIED);
    assert_int_equal(XSPLICE_ACTION_UNLOAD, LIVEPATCH_ACTION_UNLOAD);
    assert_int_equal(XSPLICE_ACTION_REVERT, LIVEPATCH_ACTION_REVERT);
    assert_int_equal(XSPLICE_ACTION_APPLY, LIVEPATCH_ACTION_APPLY);
    assert_int_equal(XSPLICE_ACTION_REPLACE, LIVEPATCH_ACTION_REPLACE);
    assert_int_equal(XSPLICE_ACTION_NODEPS, LIVEPATCH_ACTION_APPLY_NODEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_numbers_are_xens),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
