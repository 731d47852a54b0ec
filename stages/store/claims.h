/*
 * claims.h -- of several who want the same thing made, one makes it
 *
 * Why:     two copies of a mesh in flight at once would be solved twice.
 * Use:     enter; MINE: make it, put it where the others find it, leave. SOLVED: look there.
 *          ABANDONED: make it yourself, without a claim.
 * Owner:   a claim is its caller's, and stays where it is from enter to leave.
 * Threads: enter and leave from any thread; a claim is left by the thread that entered.
 *          A thread that holds a claim must not enter another: so nobody who waits is waited
 *          for, and the waits cannot form a circle.
 * Waits:   enter, for the one that holds the key: ended by its leaving, solved or not, or by an
 *          abort of `stop`, looked at every 20 ms. The wait does not count against a deadline
 *          of `stop`: it is pushed out by as much.
 */
#ifndef UVP_STAGES_STORE_CLAIMS_H
#define UVP_STAGES_STORE_CLAIMS_H

#include "pipeline/base/stop.h"
#include "pipeline/thread.h"
#include "stages/store/store.h"

enum uvp_claim_state {
    UVP_CLAIM_WAITING = 0,
    UVP_CLAIM_MINE,
    UVP_CLAIM_SOLVED,
    UVP_CLAIM_ABANDONED,
};

struct uvp_claim {
    struct uvp_store_key key;
    enum uvp_claim_state state;
    struct uvp_claim *next;    /* in the list it is in */
    struct uvp_claim *waiters; /* MINE: who waits for it */
};

struct uvp_claims {
    struct uvp_mutex lock; /* protects all below, and the claims themselves */
    struct uvp_condition left;
    struct uvp_claim *held;
};

UVP_MUST_USE enum uvp_code uvp_claims_init(struct uvp_claims *claims, struct uvp_error *err);
void uvp_claims_release(struct uvp_claims *claims);

/*
 * Returns: UVP_OK, and claim->state is MINE, SOLVED or ABANDONED
 *          UVP_CANCELLED  from `stop`; nothing is held
 */
UVP_MUST_USE enum uvp_code uvp_claims_enter(struct uvp_claims *claims, struct uvp_claim *claim,
                                            const struct uvp_store_key *key,
                                            struct uvp_stop *stop, struct uvp_error *err);

/* Of a claim that is MINE. */
void uvp_claims_leave(struct uvp_claims *claims, struct uvp_claim *claim, bool solved);

#endif
