/*
 * Waking is what costs: a futex call is worth thirty hand-overs. So nobody is signalled who
 * does not sleep; a sleeper is signalled once (`woken` counts signals not yet heard); and the
 * sender wakes one receiver only, which wakes the next when it leaves something behind: a
 * batch that one receiver can carry wakes one receiver. Senders are woken when the line has
 * run half empty, not at the first free place: receivers sleep only before an empty line, so
 * half empty is always passed.
 *
 * A call for help wakes receivers in the same way, one by one, and only those that sleep; who
 * comes back looks for items first. Where nobody calls, it costs a load and a branch.
 */
#include "pipeline/ring.h"

#include <string.h>

#include "pipeline/note.h"
#include "pipeline/thread.h"

/* A lane: `count` pointers from `first` on, round and round. */
struct lane {
    void **items;
    uint32_t capacity;
    uint32_t first;
    uint32_t count;
};

/* Sleepers on one condition. */
struct sleepers {
    struct uvp_condition condition;
    uint32_t count;
    uint32_t woken; /* <= count: signalled, and not yet up */
    const char *wait_for;
};

struct uvp_ring {
    struct uvp_mutex mutex; /* protects all below that changes */
    struct sleepers receivers;
    struct sleepers senders;
    struct lane ordinary;
    struct lane urgent;
    uint32_t open_senders;
    bool receive_finished;
    _Atomic uint32_t items;        /* in both lanes; written under the lock, read without */
    const _Atomic uint32_t *calls; /* or NULL */
    const struct uvp_stop *stop;
    struct uvp_mem *mem;
    size_t bytes; /* of this allocation */
};

/* ---- lanes ---- */

static uint32_t lane_put(struct lane *lane, void *const *items, uint32_t count)
{
    const uint32_t room = lane->capacity - lane->count;
    const uint32_t taken = count < room ? count : room;
    uint32_t at = lane->first + lane->count;

    if (at >= lane->capacity) {
        at -= lane->capacity;
    }
    for (uint32_t i = 0; i < taken; i++) {
        lane->items[at] = items[i];
        at = at + 1 == lane->capacity ? 0 : at + 1;
    }
    lane->count += taken;
    return taken;
}

static uint32_t lane_get(struct lane *lane, void **items, uint32_t max)
{
    const uint32_t given = lane->count < max ? lane->count : max;
    uint32_t at = lane->first;

    for (uint32_t i = 0; i < given; i++) {
        items[i] = lane->items[at];
        at = at + 1 == lane->capacity ? 0 : at + 1;
    }
    lane->first = at;
    lane->count -= given;
    return given;
}

/* ---- sleepers ---- */

static void sleep_on(struct sleepers *sleepers, struct uvp_mutex *mutex, struct uvp_note *note)
{
    uvp_note_wait_begin(note, sleepers->wait_for);
    sleepers->count++;
    uvp_condition_wait(&sleepers->condition, mutex);
    sleepers->count--;
    if (sleepers->woken > 0) {
        sleepers->woken--;
    }
    uvp_note_wait_end(note);
}

static void wake_one(struct sleepers *sleepers)
{
    if (sleepers->count > sleepers->woken) {
        sleepers->woken++;
        uvp_condition_signal(&sleepers->condition);
    }
}

static void wake_all(struct sleepers *sleepers)
{
    sleepers->woken = sleepers->count;
    uvp_condition_broadcast(&sleepers->condition);
}

static bool is_called(const struct uvp_ring *ring)
{
    return ring->calls != NULL && atomic_load_explicit(ring->calls, memory_order_relaxed) != 0;
}

static void count_items(struct uvp_ring *ring)
{
    atomic_store_explicit(&ring->items, ring->ordinary.count + ring->urgent.count,
                          memory_order_relaxed);
}

static bool aborts(const struct uvp_ring *ring)
{
    return uvp_stop_level(ring->stop) >= UVP_STOP_ABORT;
}

/* ---- the two ends ---- */

enum uvp_code uvp_ring_send(struct uvp_ring *ring, void *const *items, uint32_t count,
                            uint32_t *sent, struct uvp_note *note)
{
    enum uvp_code code = UVP_OK;

    *sent = 0;
    uvp_mutex_lock(&ring->mutex);
    while (*sent < count) {
        if (aborts(ring) || ring->receive_finished) {
            code = ring->receive_finished ? UVP_END : UVP_CANCELLED;
            break;
        }
        *sent += lane_put(&ring->ordinary, items + *sent, count - *sent);
        count_items(ring);
        wake_one(&ring->receivers);
        if (*sent < count) {
            sleep_on(&ring->senders, &ring->mutex, note); /* woken by room, end or stop */
        }
    }
    uvp_mutex_unlock(&ring->mutex);
    return code;
}

bool uvp_ring_send_urgent(struct uvp_ring *ring, void *item)
{
    uint32_t sent;

    uvp_mutex_lock(&ring->mutex);
    sent = lane_put(&ring->urgent, &item, 1);
    count_items(ring);
    wake_one(&ring->receivers);
    uvp_mutex_unlock(&ring->mutex);
    return sent == 1;
}

/* A signal heard by one who found nothing to do must not be lost for the others. */
static void pass_on(struct uvp_ring *ring)
{
    if (ring->ordinary.count + ring->urgent.count > 0 || is_called(ring)) {
        wake_one(&ring->receivers);
    }
    if (ring->ordinary.count <= ring->ordinary.capacity / 2) {
        wake_one(&ring->senders);
    }
}

enum uvp_code uvp_ring_receive(struct uvp_ring *ring, void **items, uint32_t max,
                               uint32_t *count, bool *urgent, struct uvp_note *note)
{
    enum uvp_code code = UVP_OK;

    *count = 0;
    *urgent = false;
    uvp_mutex_lock(&ring->mutex);
    while (code == UVP_OK && *count == 0) {
        if (aborts(ring)) {
            code = UVP_CANCELLED;
        } else if (ring->urgent.count > 0) {
            *count = lane_get(&ring->urgent, items, max);
            *urgent = true;
        } else if (ring->ordinary.count > 0) {
            *count = lane_get(&ring->ordinary, items, max);
        } else if (is_called(ring)) {
            break;
        } else if (ring->open_senders == 0) {
            code = UVP_END;
        } else {
            sleep_on(&ring->receivers, &ring->mutex, note); /* item, call, end or stop */
        }
    }
    count_items(ring);
    pass_on(ring);
    uvp_mutex_unlock(&ring->mutex);
    return code;
}

uint32_t uvp_ring_take_rest(struct uvp_ring *ring, void **items, uint32_t max)
{
    uint32_t count;

    uvp_mutex_lock(&ring->mutex);
    count = lane_get(&ring->ordinary, items, max);
    count_items(ring);
    uvp_mutex_unlock(&ring->mutex);
    return count;
}

void uvp_ring_call(struct uvp_ring *ring)
{
    uvp_mutex_lock(&ring->mutex);
    wake_one(&ring->receivers);
    uvp_mutex_unlock(&ring->mutex);
}

bool uvp_ring_has_items(const struct uvp_ring *ring)
{
    return atomic_load_explicit(&ring->items, memory_order_relaxed) != 0;
}

bool uvp_ring_ready(struct uvp_ring *ring)
{
    bool ready;

    uvp_mutex_lock(&ring->mutex);
    ready = ring->ordinary.count + ring->urgent.count > 0 || ring->open_senders == 0 ||
            aborts(ring);
    uvp_mutex_unlock(&ring->mutex);
    return ready;
}

void uvp_ring_finish_send(struct uvp_ring *ring)
{
    uvp_mutex_lock(&ring->mutex);
    if (ring->open_senders > 0) {
        ring->open_senders--;
    }
    if (ring->open_senders == 0) {
        wake_all(&ring->receivers);
    }
    uvp_mutex_unlock(&ring->mutex);
}

void uvp_ring_finish_receive(struct uvp_ring *ring)
{
    uvp_mutex_lock(&ring->mutex);
    ring->receive_finished = true;
    wake_all(&ring->senders);
    uvp_mutex_unlock(&ring->mutex);
}

void uvp_ring_wake(struct uvp_ring *ring)
{
    uvp_mutex_lock(&ring->mutex);
    wake_all(&ring->senders);
    wake_all(&ring->receivers);
    uvp_mutex_unlock(&ring->mutex);
}

uint32_t uvp_ring_fill(struct uvp_ring *ring)
{
    uint32_t count;

    uvp_mutex_lock(&ring->mutex);
    count = ring->ordinary.count;
    uvp_mutex_unlock(&ring->mutex);
    return count;
}

/* ---- life ---- */

static enum uvp_code init_locks(struct uvp_ring *ring, struct uvp_error *err)
{
    enum uvp_code code = uvp_mutex_init(&ring->mutex, err);

    if (code != UVP_OK) {
        return code;
    }
    code = uvp_condition_init(&ring->receivers.condition, err);
    if (code != UVP_OK) {
        goto no_receivers;
    }
    code = uvp_condition_init(&ring->senders.condition, err);
    if (code == UVP_OK) {
        return UVP_OK;
    }
    uvp_condition_release(&ring->receivers.condition);
no_receivers:
    uvp_mutex_release(&ring->mutex);
    return code;
}

enum uvp_code uvp_ring_create(const struct uvp_ring_options *options, struct uvp_mem *mem,
                              struct uvp_ring **ring, struct uvp_error *err)
{
    const size_t places = (size_t)options->capacity + options->urgent_capacity;
    const size_t bytes = sizeof **ring + places * sizeof(void *);
    struct uvp_ring *made = uvp_mem_take_zeroed(mem, bytes);

    if (made == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    made->mem = mem;
    made->bytes = bytes;
    made->stop = options->stop;
    made->calls = options->calls;
    made->open_senders = options->senders;
    made->ordinary.items = (void **)(made + 1);
    made->ordinary.capacity = options->capacity;
    made->urgent.items = made->ordinary.items + options->capacity;
    made->urgent.capacity = options->urgent_capacity;
    made->receivers.wait_for = options->receiver_waits_for;
    made->senders.wait_for = options->sender_waits_for;
    if (init_locks(made, err) != UVP_OK) {
        uvp_mem_give(mem, made, bytes);
        return UVP_LIMIT;
    }
    *ring = made;
    return UVP_OK;
}

void uvp_ring_destroy(struct uvp_ring *ring)
{
    if (ring == NULL) {
        return;
    }
    uvp_condition_release(&ring->senders.condition);
    uvp_condition_release(&ring->receivers.condition);
    uvp_mutex_release(&ring->mutex);
    uvp_mem_give(ring->mem, ring, ring->bytes);
}
