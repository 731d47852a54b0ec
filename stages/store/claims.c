#include "stages/store/claims.h"

#include "pipeline/base/clock.h"

#define LOOK_NS (20 * UVP_NS_PER_MS)

enum uvp_code uvp_claims_init(struct uvp_claims *claims, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    memset(claims, 0, sizeof *claims);
    UVP_TRY(uvp_mutex_init(&claims->lock, err));
    code = uvp_condition_init(&claims->left, err);
    if (code != UVP_OK) {
        uvp_mutex_release(&claims->lock);
    }
    return code;
}

void uvp_claims_release(struct uvp_claims *claims)
{
    uvp_condition_release(&claims->left);
    uvp_mutex_release(&claims->lock);
}

/* No more claims are held than there are workers: a list is as good as a table. */
static struct uvp_claim *find_held(struct uvp_claims *claims, const struct uvp_store_key *key)
{
    struct uvp_claim *held = claims->held;

    while (held != NULL && !uvp_store_key_equal(&held->key, key)) {
        held = held->next;
    }
    return held;
}

static void take_out(struct uvp_claim **link, struct uvp_claim *claim)
{
    while (*link != claim) {
        link = &(*link)->next;
    }
    *link = claim->next;
    claim->next = NULL;
}

/* With the lock held. Woken by the holder's leaving; looks at the stop in between. */
static enum uvp_code wait_for(struct uvp_claims *claims, struct uvp_claim *holder,
                              struct uvp_claim *claim, struct uvp_stop *stop,
                              struct uvp_error *err)
{
    claim->next = holder->waiters;
    holder->waiters = claim;
    while (claim->state == UVP_CLAIM_WAITING) {
        (void)uvp_condition_wait_until(&claims->left, &claims->lock,
                                       uvp_clock_now_ns() + LOOK_NS);
        if (claim->state == UVP_CLAIM_WAITING && uvp_stop_level(stop) >= UVP_STOP_ABORT) {
            take_out(&holder->waiters, claim); /* the holder has not left: it is there */
            return uvp_fail(err, UVP_CANCELLED, 0, "cancelled");
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_claims_enter(struct uvp_claims *claims, struct uvp_claim *claim,
                               const struct uvp_store_key *key, struct uvp_stop *stop,
                               struct uvp_error *err)
{
    const uint64_t began = uvp_clock_now_ns();
    enum uvp_code code = UVP_OK;
    struct uvp_claim *holder;

    *claim = (struct uvp_claim){.key = *key};
    uvp_mutex_lock(&claims->lock);
    holder = find_held(claims, key);
    if (holder == NULL) {
        claim->state = UVP_CLAIM_MINE;
        claim->next = claims->held;
        claims->held = claim;
    } else {
        code = wait_for(claims, holder, claim, stop, err);
    }
    uvp_mutex_unlock(&claims->lock);
    if (holder != NULL) {
        uvp_stop_put_off(stop, uvp_clock_now_ns() - began);
    }
    return code;
}

void uvp_claims_leave(struct uvp_claims *claims, struct uvp_claim *claim, bool solved)
{
    uvp_mutex_lock(&claims->lock);
    take_out(&claims->held, claim);
    for (struct uvp_claim *waiter = claim->waiters; waiter != NULL; waiter = waiter->next) {
        waiter->state = solved ? UVP_CLAIM_SOLVED : UVP_CLAIM_ABANDONED;
    }
    if (claim->waiters != NULL) {
        uvp_condition_broadcast(&claims->left);
    }
    claim->waiters = NULL;
    uvp_mutex_unlock(&claims->lock);
}
