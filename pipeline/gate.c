/*
 * Lanes. Reader threads take lanes in order, one each, so the head lane is the least of those
 * being read, or the next to be taken when none is. No list of all lanes is kept.
 *
 * Failures. A lane that fails is remembered if no earlier lane has. It counts once the head has
 * passed it: then all lanes before it were read to their ends, whatever the timing was. Later
 * lanes are turned away from the moment it fails: they would never get in.
 *
 * Reading ahead. A reader thread is spare when there are more threads than lanes being read or
 * still to be read. Only spare threads are promised to uvp_ahead_start, so no lane can be left
 * without a thread; and as only the spare are idle, a promised thread surely comes.
 */
#include "pipeline/gate.h"

#include <string.h>

#include "pipeline/ahead.h"

static enum uvp_stop_level level_of(const struct uvp_gate *gate)
{
    return uvp_stop_level(gate->stop);
}

/* ---- lanes ---- */

static uint32_t find_head(const struct uvp_gate *gate)
{
    uint32_t head = gate->next_lane;

    for (uint32_t i = 0; i < gate->reader_count; i++) {
        if (gate->active[i] < head) {
            head = gate->active[i];
        }
    }
    return head;
}

static bool lane_is_left(const struct uvp_gate *gate)
{
    return gate->next_lane < gate->lane_count && gate->failed_lane == UVP_NO_LANE;
}

static bool take_lane(struct uvp_gate *gate, uint32_t reader, uint32_t *lane)
{
    if (!lane_is_left(gate)) {
        return false;
    }
    if (level_of(gate) != UVP_STOP_NONE) {
        gate->cut = true;
        return false;
    }
    *lane = gate->next_lane++;
    gate->active[reader] = *lane;
    gate->active_count++;
    return true;
}

static struct uvp_ahead *take_pending(struct uvp_gate *gate)
{
    struct uvp_ahead *const ahead = gate->pending;

    if (ahead != NULL) {
        gate->pending = uvp_ahead_take_pending(ahead);
    }
    return ahead;
}

enum uvp_gate_duty uvp_gate_next_duty(struct uvp_gate *gate, uint32_t reader, uint32_t *lane,
                                      struct uvp_ahead **ahead, struct uvp_note *note)
{
    enum uvp_gate_duty duty = UVP_GATE_LEAVE;

    uvp_mutex_lock(&gate->mutex);
    for (;;) {
        *ahead = take_pending(gate);
        if (*ahead != NULL) {
            duty = UVP_GATE_AHEAD;
            break;
        }
        if (take_lane(gate, reader, lane)) {
            duty = UVP_GATE_LANE;
            break;
        }
        if (gate->active_count == 0) {
            break;
        }
        /* woken by a request to read ahead, by the end of a lane, or by the stop */
        uvp_note_wait_begin(note, "something to read");
        uvp_condition_wait(&gate->turn, &gate->mutex);
        uvp_note_wait_end(note);
    }
    uvp_mutex_unlock(&gate->mutex);
    return duty;
}

static bool is_turned_away(const struct uvp_gate *gate, uint32_t lane)
{
    return gate->failed_lane < lane;
}

static void keep_failure(struct uvp_gate *gate, uint32_t lane, enum uvp_code code,
                         const struct uvp_error *err)
{
    if (gate->failed_lane <= lane) {
        return;
    }
    gate->failed_lane = lane;
    memset(&gate->failure, 0, sizeof gate->failure);
    if (err != NULL && err->code != UVP_OK) {
        gate->failure = *err;
        gate->failure.code = code;
    } else {
        (void)uvp_fail(&gate->failure, code, lane, "reading failed: %s", uvp_code_name(code));
    }
}

void uvp_gate_end_lane(struct uvp_gate *gate, uint32_t reader, enum uvp_code code,
                       const struct uvp_error *err)
{
    uint32_t lane;

    uvp_mutex_lock(&gate->mutex);
    lane = gate->active[reader];
    if (code == UVP_CANCELLED && level_of(gate) != UVP_STOP_NONE) {
        gate->cut = true;
    } else if (code != UVP_OK && code != UVP_END && !is_turned_away(gate, lane)) {
        keep_failure(gate, lane, code, err);
    }
    gate->active[reader] = UVP_NO_LANE;
    gate->active_count--;
    gate->head_lane = find_head(gate);
    uvp_condition_broadcast(&gate->turn);
    uvp_mutex_unlock(&gate->mutex);
}

enum uvp_code uvp_gate_failure(struct uvp_gate *gate, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    uvp_mutex_lock(&gate->mutex);
    if (gate->failed_lane < gate->head_lane) {
        *err = gate->failure;
        code = gate->failure.code;
    }
    uvp_mutex_unlock(&gate->mutex);
    return code;
}

bool uvp_gate_is_head(struct uvp_gate *gate, uint32_t lane)
{
    bool head;

    uvp_mutex_lock(&gate->mutex);
    head = gate->head_lane == lane;
    uvp_mutex_unlock(&gate->mutex);
    return head;
}

/* ---- admission ---- */

static bool fits(const struct uvp_gate *gate, size_t bytes, bool more)
{
    return more ? uvp_budget_fits_more(&gate->budget, bytes)
                : uvp_budget_fits_new(&gate->budget, bytes);
}

/* An item that has its ticket is let finish under DRAIN: it will be written. */
static bool is_refused(struct uvp_gate *gate, uint32_t lane, bool more)
{
    const enum uvp_stop_level level = level_of(gate);

    if (!more && is_turned_away(gate, lane)) {
        return true;
    }
    if (level >= UVP_STOP_ABORT || (level >= UVP_STOP_DRAIN && !more)) {
        gate->cut = true;
        return true;
    }
    return false;
}

static void wait_for_turn(struct uvp_gate *gate, struct uvp_note *note)
{
    uvp_note_wait_begin(note, "the inputs before");
    uvp_condition_wait(&gate->turn, &gate->mutex);
    uvp_note_wait_end(note);
}

static void wait_for_room(struct uvp_gate *gate, size_t bytes, bool more, struct uvp_note *note)
{
    gate->room_wanted = true;
    gate->wants_more = more;
    gate->wanted_bytes = bytes;
    uvp_note_wait_begin(note, "room in the budget or window");
    uvp_condition_wait(&gate->room, &gate->mutex);
    uvp_note_wait_end(note);
    gate->room_wanted = false;
}

/* Waits until the item may come in; the lock is held. */
static enum uvp_code pass(struct uvp_gate *gate, uint32_t lane, size_t bytes, bool more,
                          bool waits, struct uvp_note *note)
{
    for (;;) {
        if (is_refused(gate, lane, more)) {
            return UVP_CANCELLED;
        }
        if (gate->head_lane != lane) {
            wait_for_turn(gate, note); /* woken by the end of a lane or the stop */
        } else if (fits(gate, bytes, more)) {
            return UVP_OK;
        } else if (!waits) {
            return UVP_END;
        } else {
            wait_for_room(gate, bytes, more, note); /* woken by a release or the stop */
        }
    }
}

enum uvp_code uvp_gate_admit(struct uvp_gate *gate, uint32_t lane, struct uvp_item *item,
                             size_t bytes, bool waits, struct uvp_note *note)
{
    enum uvp_code code;

    uvp_mutex_lock(&gate->mutex);
    code = pass(gate, lane, bytes, item->has_ticket, waits, note);
    if (code == UVP_OK && item->has_ticket) {
        uvp_budget_take_more(&gate->budget, bytes);
        item->share_bytes += bytes;
    } else if (code == UVP_OK) {
        item->ticket = uvp_budget_take_new(&gate->budget, bytes);
        item->share_bytes = bytes;
        item->has_ticket = true;
    }
    uvp_mutex_unlock(&gate->mutex);
    return code;
}

/*
 * A full window is left to empty by a quarter before its reader is woken: it then makes several
 * items for one wake-up. What is in flight drains whatever the reader does, so the quarter
 * always comes.
 */
static bool is_worth_waking(const struct uvp_gate *gate)
{
    const uint64_t window = gate->budget.window_items;

    return gate->wants_more || uvp_budget_in_flight(&gate->budget) <= window - window / 4;
}

/* Only the one who sleeps is woken, and only when it can go on. */
static void signal_room(struct uvp_gate *gate)
{
    if (gate->room_wanted && fits(gate, gate->wanted_bytes, gate->wants_more) &&
        is_worth_waking(gate)) {
        gate->room_wanted = false;
        uvp_condition_signal(&gate->room);
    }
}

void uvp_gate_settle(struct uvp_gate *gate, struct uvp_item *item, size_t bytes)
{
    uvp_mutex_lock(&gate->mutex);
    uvp_budget_settle(&gate->budget, item->share_bytes, bytes);
    item->share_bytes = bytes;
    signal_room(gate);
    uvp_mutex_unlock(&gate->mutex);
}

void uvp_gate_give(struct uvp_gate *gate, uint64_t items, size_t bytes, uint64_t now_ns)
{
    uvp_mutex_lock(&gate->mutex);
    uvp_budget_give(&gate->budget, items, bytes);
    gate->progress_ns = now_ns;
    signal_room(gate);
    uvp_mutex_unlock(&gate->mutex);
}

/* ---- looking in ---- */

uint64_t uvp_gate_tickets(struct uvp_gate *gate)
{
    return uvp_gate_budget(gate).admitted;
}

bool uvp_gate_was_cut(struct uvp_gate *gate)
{
    bool cut;

    uvp_mutex_lock(&gate->mutex);
    cut = gate->cut;
    uvp_mutex_unlock(&gate->mutex);
    return cut;
}

struct uvp_budget uvp_gate_budget(struct uvp_gate *gate)
{
    struct uvp_budget budget;

    uvp_mutex_lock(&gate->mutex);
    budget = gate->budget;
    uvp_mutex_unlock(&gate->mutex);
    return budget;
}

uint64_t uvp_gate_progress_ns(struct uvp_gate *gate)
{
    uint64_t progress;

    uvp_mutex_lock(&gate->mutex);
    progress = gate->progress_ns;
    uvp_mutex_unlock(&gate->mutex);
    return progress;
}

void uvp_gate_touch(struct uvp_gate *gate, uint64_t now_ns)
{
    uvp_mutex_lock(&gate->mutex);
    gate->progress_ns = now_ns;
    uvp_mutex_unlock(&gate->mutex);
}

void uvp_gate_wake(struct uvp_gate *gate)
{
    uvp_mutex_lock(&gate->mutex);
    uvp_condition_broadcast(&gate->turn);
    uvp_condition_broadcast(&gate->room);
    uvp_ahead_wake_all(gate->started);
    uvp_mutex_unlock(&gate->mutex);
}

/* ---- life ---- */

static enum uvp_code init_locks(struct uvp_gate *gate, struct uvp_error *err)
{
    enum uvp_code code = uvp_mutex_init(&gate->mutex, err);

    if (code != UVP_OK) {
        return code;
    }
    code = uvp_condition_init(&gate->turn, err);
    if (code != UVP_OK) {
        goto no_turn;
    }
    code = uvp_condition_init(&gate->room, err);
    if (code == UVP_OK) {
        return UVP_OK;
    }
    uvp_condition_release(&gate->turn);
no_turn:
    uvp_mutex_release(&gate->mutex);
    return code;
}

enum uvp_code uvp_gate_init(struct uvp_gate *gate, const struct uvp_gate_options *options,
                            struct uvp_mem *mem, struct uvp_error *err)
{
    const size_t bytes = (size_t)options->readers * sizeof *gate->active;
    enum uvp_code code;

    memset(gate, 0, sizeof *gate);
    gate->mem = mem;
    gate->stop = options->stop;
    gate->lane_count = options->lanes;
    gate->reader_count = options->readers;
    gate->failed_lane = UVP_NO_LANE;
    uvp_budget_init(&gate->budget, options->budget_bytes, options->window_items);
    gate->active = uvp_mem_take(mem, bytes);
    if (gate->active == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    for (uint32_t i = 0; i < options->readers; i++) {
        gate->active[i] = UVP_NO_LANE;
    }
    code = init_locks(gate, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, gate->active, bytes);
        gate->active = NULL;
    }
    return code;
}

void uvp_gate_release(struct uvp_gate *gate)
{
    if (gate->active == NULL) {
        return;
    }
    uvp_condition_release(&gate->room);
    uvp_condition_release(&gate->turn);
    uvp_mutex_release(&gate->mutex);
    uvp_mem_give(gate->mem, gate->active, (size_t)gate->reader_count * sizeof *gate->active);
    gate->active = NULL;
}
