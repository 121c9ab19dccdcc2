/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rendezvous of engine/core/rendezvous.c, step by step, with what Xen
 * brings in around it (engine/xen/stop.c).  CPU 0 leads OPS operations, one
 * right after the other; the others run guests, may be late, and may be busy
 * with what needs other CPUs:
 *
 *   - an RCU barrier: before it answers its call, CPU 1 waits until every other
 *     CPU has served its softirqs once;
 *   - an IPI: once in its life, while it serves, a CPU waits for an answer from
 *     every other CPU, and who has interrupts off does not answer;
 *   - an NMI, at any time, also during the stop.
 *
 * Checked: nobody executes the patched function while it is half-written
 * (assert in run_guest and nmi); nobody executes it without having serialised
 * since it was written (none left behind); nobody is stuck (Spin's invalid end
 * states).  With TIMEOUTS=0 the leader never gives up: then every operation
 * must come to its end, whatever the others are doing.
 *
 * Each M_... breaks one thing that must be noticed; see run.
 */
#ifndef CPUS
#define CPUS 3
#endif
#ifndef OPS
#define OPS 2
#endif
#ifndef TIMEOUTS
#define TIMEOUTS 1
#endif
#ifndef IPIS
#define IPIS ALL
#endif
#ifndef NMIS
#define NMIS 1
#endif

mtype = { CLOSED, GATHER, HUSH, MASK, LEAVE };

/* struct rendezvous; phase and joined are one word in the source */
mtype phase = CLOSED;
byte joined, hushed, masked, gone;

/* One bit for each CPU. */
#define BIT(cpu) (1 << (cpu))
#define ALL      (BIT(CPUS) - 1)

byte called;        /* the tasklet has set the CPU's flag */
byte irq_off;
byte served = ALL;  /* softirqs, since the barrier began */
byte to_send = IPIS;/* CPUs that will send an IPI some time */
byte nmis = NMIS;   /* that may still come */

bool writing;       /* the function is half-written */
byte version;       /* of the function */
byte fetched[CPUS]; /* version that the CPU is sure to execute */

inline run_guest(cpu)
{
    d_step {
        assert(!writing);
        assert(fetched[cpu] == version);
        served = served | BIT(cpu);
    }
}

/* Runs nothing that can be patched, unless the model is broken on purpose. */
inline nmi(cpu)
{
    d_step {
        nmis--;
#ifdef M_NMI
        assert(!writing);
#endif
    }
}

/* Is there something to serve?  Without, the loops below would have no end. */
#define SENDS(cpu) (to_send & BIT(cpu))
#ifdef M_NO_SERVE
#define OWES(cpu) SENDS(cpu)
#else
#define OWES(cpu) (!(served & BIT(cpu)) || SENDS(cpu))
#endif

inline serve(cpu)
{
    if
#ifndef M_NO_SERVE
    :: !(served & BIT(cpu)) -> served = served | BIT(cpu)
#endif
    :: SENDS(cpu) ->
        to_send = to_send & ~BIT(cpu);
        irq_off == 0 /* everybody answers */
    fi
}

inline wait_while(cpu, what)
{
    do
    :: phase != what -> break
    :: nmis > 0 -> nmi(cpu)
    od
}

/* ---- rendezvous_join() ---- */

inline join(cpu)
{
#ifdef M_DOOR
    /* Looked at the door, then went in: not one step. */
    if
    :: phase == GATHER -> in = true
    :: else -> in = false
    fi;
    if
    :: in -> joined++
    :: else
    fi;
#else
    d_step {
        if
        :: phase == GATHER -> joined++; in = true
        :: else -> in = false
        fi
    }
#endif
    if
    :: !in
    :: in ->
        do
        :: phase != GATHER -> break
        :: phase == GATHER && OWES(cpu) -> serve(cpu)
        od;
#ifndef M_NO_HUSH
        if
        :: phase == HUSH -> hushed++; wait_while(cpu, HUSH)
        :: phase != HUSH
        fi;
#endif
        irq_off = irq_off | BIT(cpu);
        if
        :: phase == MASK ->
            masked++;
            wait_while(cpu, MASK);
#ifndef M_NO_SERIALISE
            fetched[cpu] = version
#endif
        :: phase != MASK
        fi;
        gone++;
        irq_off = irq_off & ~BIT(cpu)
    fi
}

/* ---- rendezvous_begin() and rendezvous_lead() ---- */

inline begin()
{
    hushed = 0;
    masked = 0;
    gone = 0;
    d_step { joined = 0; phase = GATHER }
}

inline call_others()
{
    called = ALL & ~BIT(0)
}

/* Waits for the others, or gives up. */
inline wait_count(count)
{
    do
    :: count == CPUS - 1 -> came = true; break
    :: TIMEOUTS && count != CPUS - 1 -> came = false; break
    od
}

inline write_text()
{
    writing = true;
    if
    :: nmis > 0 -> nmi(0)
    :: true
    fi;
    d_step {
        writing = false;
        version++;
        fetched[0] = version
    }
}

inline wait_joined()
{
    do
    :: joined == CPUS - 1 -> came = true; break
    :: TIMEOUTS && joined != CPUS - 1 -> came = false; break
    :: joined != CPUS - 1 && OWES(0) -> serve(0)
    od
}

inline lead()
{
    wait_joined();
    if
    :: came ->
#ifndef M_NO_HUSH
        phase = HUSH;
        wait_count(hushed);
#endif
        if
        :: came ->
            irq_off = irq_off | BIT(0);
            phase = MASK;
            wait_count(masked);
#ifdef M_NO_MASK_WAIT
            came = true;
#endif
            if
            :: came -> write_text()
            :: else
            fi
        :: else
        fi
    :: else
    fi;
    phase = LEAVE;
    irq_off = irq_off & ~BIT(0);
#ifndef M_NO_LEAVE_WAIT
    gone == joined;
#endif
    phase = CLOSED
}

active proctype leader()
{
    byte op = 0;
    bool came;

    do
    :: op < OPS ->
#ifdef M_CALL_FIRST
        call_others();
        begin();
#else
        begin();
        call_others();
#endif
        lead();
        run_guest(0);
        op++
    :: else -> break
    od;
    /* The idle loop: it goes on serving. */
end_idle:
    do
    :: !(served & BIT(0)) -> served = served | BIT(0)
    od
}

/* rcu_barrier(): the others have to serve once more. */
inline barrier(cpu)
{
    served = served & BIT(cpu);
    (served | BIT(cpu)) == ALL
}

proctype follower(byte cpu)
{
    bool in, waited = (cpu != 1);

end_idle:
    do
    :: called & BIT(cpu) ->
        if
        :: !waited -> waited = true; barrier(cpu)
        :: waited
        fi;
        called = called & ~BIT(cpu);
        join(cpu);
        run_guest(cpu)
    :: !(served & BIT(cpu)) -> run_guest(cpu)
    od
}

init
{
    byte cpu = 1;

    atomic {
        do
        :: cpu < CPUS -> run follower(cpu); cpu++
        :: else -> break
        od
    }
}
