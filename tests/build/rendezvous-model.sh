#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The model of the rendezvous: exhaustively right as it is, and found wrong
# when it is broken in any one place.
. "$(dirname "$0")/../lib.sh"

model() { "$top/tests/model/run" "$@" | tee found; }

holds() { model "$@"; expect_match '^0$' found; }
breaks() { model "$@"; expect_match '^[1-9][0-9]*$' found; }

# With more CPUs fewer of them send IPIs (a mask) or are hit by the NMI: else
# there are more states than a small machine holds.
test_2_cpus_3_operations_with_timeouts() { holds -DCPUS=2 -DOPS=3; }
test_3_cpus_2_operations_with_timeouts() { holds -DCPUS=3 -DOPS=2 -DIPIS=2; }
test_4_cpus_2_operations_with_timeouts() { holds -DCPUS=4 -DOPS=2 -DIPIS=3 -DNMIS=0; }

# Nobody gives up: so every operation must come to its end.
test_2_cpus_need_no_timeout() { holds -DCPUS=2 -DOPS=3 -DTIMEOUTS=0; }
test_3_cpus_need_no_timeout() { holds -DCPUS=3 -DOPS=2 -DTIMEOUTS=0; }
test_4_cpus_need_no_timeout() { holds -DCPUS=4 -DOPS=2 -DIPIS=3 -DNMIS=0 -DTIMEOUTS=0; }

# The model sees what is wrong.
test_notices_an_operation_that_begins_while_cpus_are_in_the_last()
{
    breaks -DCPUS=3 -DIPIS=0 -DM_NO_LEAVE_WAIT
}
test_notices_a_door_that_is_looked_at_and_then_passed() { breaks -DCPUS=3 -DIPIS=0 -DM_DOOR; }
test_notices_cpus_called_before_the_door_is_open() { breaks -DCPUS=2 -DTIMEOUTS=0 -DM_CALL_FIRST; }
test_notices_writing_before_all_are_stopped() { breaks -DCPUS=2 -DM_NO_MASK_WAIT; }
test_notices_a_cpu_that_does_not_serialise() { breaks -DCPUS=2 -DM_NO_SERIALISE; }
test_notices_an_nmi_that_runs_what_is_patched() { breaks -DCPUS=2 -DM_NMI; }
test_notices_softirqs_not_served_while_gathering() { breaks -DCPUS=2 -DTIMEOUTS=0 -DM_NO_SERVE; }
test_notices_interrupts_off_right_after_softirqs() { breaks -DCPUS=3 -DTIMEOUTS=0 -DM_NO_HUSH; }

run_tests
