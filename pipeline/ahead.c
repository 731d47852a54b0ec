/*
 * The outcome that ends the results is written before finish_send and read after the ring says
 * END: the ring's lock orders the two.
 */
#include "pipeline/ahead.h"

#include "pipeline/gate.h"
#include "pipeline/line.h"
#include "pipeline/note.h"
#include "pipeline/ring.h"

struct uvp_ahead {
    struct uvp_gate *gate;
    struct uvp_mem *mem;
    struct uvp_note *receiver_note;
    struct uvp_ahead_ops ops;
    struct uvp_ring *ring;
    enum uvp_code outcome; /* after the last result */
    struct uvp_error error;
    struct uvp_ahead *next_pending; /* these five under the gate's lock */
    struct uvp_ahead *next_started;
    struct uvp_ahead *previous_started;
    bool pending; /* no thread has taken it up */
    bool served;  /* a thread is in uvp_ahead_serve */
};

/* ---- lists ---- */

struct uvp_ahead *uvp_ahead_take_pending(struct uvp_ahead *first)
{
    first->pending = false;
    first->served = true;
    return first->next_pending;
}

void uvp_ahead_wake_all(struct uvp_ahead *started)
{
    for (; started != NULL; started = started->next_started) {
        uvp_ring_wake(started->ring);
    }
}

static void link_in(struct uvp_gate *gate, struct uvp_ahead *ahead)
{
    struct uvp_ahead **last = &gate->pending;

    while (*last != NULL) {
        last = &(*last)->next_pending;
    }
    *last = ahead;
    ahead->pending = true;
    ahead->next_started = gate->started;
    if (gate->started != NULL) {
        gate->started->previous_started = ahead;
    }
    gate->started = ahead;
}

static void unlink_pending(struct uvp_gate *gate, struct uvp_ahead *ahead)
{
    struct uvp_ahead **at = &gate->pending;

    while (*at != NULL && *at != ahead) {
        at = &(*at)->next_pending;
    }
    if (*at == ahead) {
        *at = ahead->next_pending;
    }
    ahead->pending = false;
}

static void unlink_started(struct uvp_gate *gate, struct uvp_ahead *ahead)
{
    if (ahead->previous_started != NULL) {
        ahead->previous_started->next_started = ahead->next_started;
    } else {
        gate->started = ahead->next_started;
    }
    if (ahead->next_started != NULL) {
        ahead->next_started->previous_started = ahead->previous_started;
    }
}

/* ---- the spare thread ---- */

static void leave(struct uvp_ahead *ahead)
{
    struct uvp_gate *const gate = ahead->gate;

    uvp_mutex_lock(&gate->mutex);
    ahead->served = false;
    gate->aheads--;
    uvp_condition_broadcast(&gate->turn);
    uvp_mutex_unlock(&gate->mutex); /* the receiver may free it from here on */
}

void uvp_ahead_serve(struct uvp_ahead *ahead, struct uvp_note *note)
{
    struct uvp_error err = {0};
    enum uvp_code code;

    uvp_note_set(note, "reads ahead", NULL);
    do {
        void *result = NULL;

        code = ahead->ops.produce(ahead->ops.ctx, &result, &err);
        if (code == UVP_OK) {
            uint32_t sent;

            code = uvp_ring_send(ahead->ring, &result, 1, &sent, note);
            if (sent == 0) {
                ahead->ops.discard(ahead->ops.ctx, result);
            }
        }
    } while (code == UVP_OK);
    ahead->outcome = code;
    ahead->error = err;
    uvp_ring_finish_send(ahead->ring);
    leave(ahead);
}

/* ---- the lane's side ---- */

/* Under the lock. */
static uint32_t count_spare(const struct uvp_gate *gate)
{
    const uint64_t lanes =
        (uint64_t)gate->active_count + (gate->lane_count - gate->next_lane) + gate->aheads;

    return gate->reader_count > lanes ? (uint32_t)(gate->reader_count - lanes) : 0;
}

static bool promise_thread(struct uvp_gate *gate, struct uvp_ahead *ahead)
{
    const bool spare = count_spare(gate) != 0;

    if (spare) {
        gate->aheads++;
        link_in(gate, ahead);
        uvp_condition_broadcast(&gate->turn);
    }
    return spare;
}

/* A look without a promise: saves making what will not be used. */
uint32_t uvp_ahead_spare(struct uvp_intake *intake)
{
    struct uvp_gate *const gate = &intake->line->gate;
    uint32_t spare;

    if (intake->line->serial) {
        return 0;
    }
    uvp_mutex_lock(&gate->mutex);
    spare = count_spare(gate);
    uvp_mutex_unlock(&gate->mutex);
    return spare;
}

static enum uvp_code make_ahead(struct uvp_intake *intake, const struct uvp_ahead_ops *ops,
                                uint32_t capacity, struct uvp_ahead **ahead,
                                struct uvp_error *err)
{
    struct uvp_pipeline *const line = intake->line;
    const struct uvp_ring_options options = {
        .capacity = capacity == 0 ? 1 : capacity,
        .senders = 1,
        .stop = line->stop,
        .receiver_waits_for = "what is read ahead",
        .sender_waits_for = "room to read ahead",
    };
    struct uvp_ahead *made = uvp_mem_take_zeroed(line->mem, sizeof *made);
    enum uvp_code code;

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    code = uvp_ring_create(&options, line->mem, &made->ring, err);
    if (code != UVP_OK) {
        uvp_mem_give(line->mem, made, sizeof *made);
        return code;
    }
    made->gate = &line->gate;
    made->mem = line->mem;
    made->ops = *ops;
    made->receiver_note = intake->note;
    made->outcome = UVP_CANCELLED;
    *ahead = made;
    return UVP_OK;
}

static void free_ahead(struct uvp_ahead *ahead)
{
    uvp_ring_destroy(ahead->ring);
    uvp_mem_give(ahead->mem, ahead, sizeof *ahead);
}

enum uvp_code uvp_ahead_start(struct uvp_intake *intake, const struct uvp_ahead_ops *ops,
                              uint32_t capacity, struct uvp_ahead **ahead,
                              struct uvp_error *err)
{
    struct uvp_gate *const gate = &intake->line->gate;
    struct uvp_ahead *made = NULL;
    bool promised;

    *ahead = NULL;
    if (uvp_ahead_spare(intake) == 0) {
        return UVP_END;
    }
    UVP_TRY(make_ahead(intake, ops, capacity, &made, err));
    uvp_mutex_lock(&gate->mutex);
    promised = promise_thread(gate, made);
    uvp_mutex_unlock(&gate->mutex);
    if (!promised) {
        free_ahead(made);
        return UVP_END;
    }
    *ahead = made;
    return UVP_OK;
}

enum uvp_code uvp_ahead_receive(struct uvp_ahead *ahead, void **result, struct uvp_error *err)
{
    uint32_t count;
    bool urgent;
    const enum uvp_code code =
        uvp_ring_receive(ahead->ring, result, 1, &count, &urgent, ahead->receiver_note);

    if (code != UVP_END) {
        return code == UVP_CANCELLED ? uvp_fail(err, code, 0, "cancelled") : code;
    }
    if (err != NULL && err->code == UVP_OK && ahead->outcome != UVP_END) {
        *err = ahead->error;
    }
    return ahead->outcome;
}

bool uvp_ahead_ready(struct uvp_ahead *ahead)
{
    return uvp_ring_ready(ahead->ring);
}

static void discard_rest(struct uvp_ahead *ahead)
{
    void *result;

    while (uvp_ring_take_rest(ahead->ring, &result, 1) == 1) {
        ahead->ops.discard(ahead->ops.ctx, result);
    }
}

void uvp_ahead_end(struct uvp_ahead *ahead)
{
    struct uvp_gate *gate;

    if (ahead == NULL) {
        return;
    }
    gate = ahead->gate;
    uvp_ring_finish_receive(ahead->ring);
    uvp_mutex_lock(&gate->mutex);
    if (ahead->pending) {
        unlink_pending(gate, ahead);
        gate->aheads--;
    }
    uvp_note_wait_begin(ahead->receiver_note, "the end of reading ahead");
    while (ahead->served) {
        uvp_condition_wait(&gate->turn, &gate->mutex); /* woken by leave() */
    }
    uvp_note_wait_end(ahead->receiver_note);
    unlink_started(gate, ahead);
    uvp_mutex_unlock(&gate->mutex);
    discard_rest(ahead);
    free_ahead(ahead);
}
