/*
 * An array indexed by ticket: no search, no heap. The writer is signalled only by what it
 * sleeps for: the item with the next ticket, the oldest job, or the end. In unordered mode the
 * same array is a line of those that wait, by arrival, without gaps: an item comes out as soon
 * as enough others did (`fence`). The one with the least ticket of all that are left always
 * may.
 */
#include "pipeline/order.h"

#include <string.h>

static struct uvp_item **slot_of(struct uvp_order *order, uint64_t at)
{
    return &order->slots[at & (order->slot_count - 1)];
}

static bool item_is_ready(struct uvp_order *order)
{
    return *slot_of(order, order->next) != NULL;
}

static bool may_come_out(const struct uvp_order *order, const struct uvp_item *item)
{
    return order->unordered ? item->fence <= order->next : item->ticket == order->next;
}

static bool job_is_ready(const struct uvp_order *order)
{
    return order->first_job != NULL && order->first_job->done;
}

static bool all_came_out(const struct uvp_order *order)
{
    return order->ended && order->next == order->end_ticket && order->first_job == NULL;
}

static void wake_if(struct uvp_order *order, bool reason)
{
    if (reason && order->sleeper != UVP_ORDER_NOBODY) {
        order->sleeper = UVP_ORDER_NOBODY;
        uvp_condition_signal(&order->ready);
    }
}

static void sleep_as(struct uvp_order *order, enum uvp_order_sleeper sleeper,
                     struct uvp_note *note)
{
    order->sleeper = sleeper;
    uvp_note_wait_begin(note,
                        sleeper == UVP_ORDER_FOR_JOB ? "the oldest job" : "the next item");
    uvp_condition_wait(&order->ready, &order->mutex);
    uvp_note_wait_end(note);
    order->sleeper = UVP_ORDER_NOBODY;
}

static bool aborts(const struct uvp_order *order)
{
    return uvp_stop_level(order->stop) >= UVP_STOP_ABORT;
}

/* ---- senders ---- */

void uvp_order_send(struct uvp_order *order, struct uvp_item *item)
{
    uint64_t at;

    uvp_mutex_lock(&order->mutex);
    at = order->unordered ? order->arrived - order->next : item->ticket;
    *slot_of(order, at) = item;
    order->arrived++;
    wake_if(order, may_come_out(order, item) && order->sleeper == UVP_ORDER_FOR_ANY);
    uvp_mutex_unlock(&order->mutex);
}

void uvp_order_end(struct uvp_order *order, uint64_t end_ticket)
{
    uvp_mutex_lock(&order->mutex);
    order->end_ticket = end_ticket;
    order->ended = true;
    wake_if(order, all_came_out(order));
    uvp_mutex_unlock(&order->mutex);
}

void uvp_order_add_job(struct uvp_order *order, struct uvp_job *job)
{
    job->next = NULL;
    job->done = false;
    job->result = UVP_OK;
    uvp_error_clear(&job->error);
    uvp_mutex_lock(&order->mutex);
    if (order->last_job == NULL) {
        order->first_job = job;
    } else {
        order->last_job->next = job;
    }
    order->last_job = job;
    order->jobs++;
    order->jobs_added++;
    uvp_mutex_unlock(&order->mutex);
}

void uvp_order_job_done(struct uvp_order *order, struct uvp_job *job, enum uvp_code result)
{
    uvp_mutex_lock(&order->mutex);
    job->result = result;
    job->done = true;
    wake_if(order, job == order->first_job);
    uvp_mutex_unlock(&order->mutex);
}

/* ---- the writer ---- */

static struct uvp_job *unlink_job(struct uvp_order *order)
{
    struct uvp_job *const job = order->first_job;

    order->first_job = job->next;
    if (order->first_job == NULL) {
        order->last_job = NULL;
    }
    job->next = NULL;
    order->jobs--;
    return job;
}

/* Goes over the line once; false when nothing came out. */
static bool take_unordered_once(struct uvp_order *order, struct uvp_order_batch *batch)
{
    const uint64_t waiting = order->arrived - order->next;
    const uint32_t before = batch->count;
    uint64_t kept = 0;

    for (uint64_t i = 0; i < waiting; i++) {
        struct uvp_item *const item = order->slots[i];

        order->slots[i] = NULL;
        if (batch->count < UVP_ORDER_BATCH && may_come_out(order, item)) {
            batch->items[batch->count++] = item;
            order->next++;
        } else {
            order->slots[kept++] = item;
        }
    }
    return batch->count != before;
}

static void take_items(struct uvp_order *order, struct uvp_order_batch *batch)
{
    if (order->unordered) {
        while (take_unordered_once(order, batch)) {
            /* what came out may have let others go that stood before it */
        }
        return;
    }
    while (batch->count < UVP_ORDER_BATCH && item_is_ready(order)) {
        struct uvp_item **const slot = slot_of(order, order->next);

        batch->items[batch->count++] = *slot;
        *slot = NULL;
        order->next++;
    }
}

enum uvp_code uvp_order_receive(struct uvp_order *order, bool waits,
                                struct uvp_order_batch *batch, struct uvp_note *note)
{
    enum uvp_code code = UVP_OK;

    batch->job = NULL;
    batch->count = 0;
    uvp_mutex_lock(&order->mutex);
    for (;;) {
        if (aborts(order)) {
            code = UVP_CANCELLED;
            break;
        }
        if (job_is_ready(order)) {
            batch->job = unlink_job(order);
            break;
        }
        take_items(order, batch);
        if (batch->count != 0) {
            break;
        }
        if (all_came_out(order)) {
            code = UVP_END;
            break;
        }
        if (!waits) {
            break;
        }
        sleep_as(order, UVP_ORDER_FOR_ANY, note); /* woken by item, job, end or stop */
    }
    uvp_mutex_unlock(&order->mutex);
    return code;
}

enum uvp_code uvp_order_take_job(struct uvp_order *order, struct uvp_job **job,
                                 struct uvp_note *note)
{
    enum uvp_code code = UVP_END;

    *job = NULL;
    uvp_mutex_lock(&order->mutex);
    while (order->first_job != NULL) {
        if (aborts(order)) {
            code = UVP_CANCELLED;
            break;
        }
        if (job_is_ready(order)) {
            *job = unlink_job(order);
            code = UVP_OK;
            break;
        }
        sleep_as(order, UVP_ORDER_FOR_JOB, note); /* woken by the oldest job or the stop */
    }
    uvp_mutex_unlock(&order->mutex);
    return code;
}

uint32_t uvp_order_jobs(struct uvp_order *order)
{
    return uvp_order_fill(order).jobs;
}

/* ---- leftovers, looking in ---- */

struct uvp_item *uvp_order_take_rest(struct uvp_order *order, size_t *at)
{
    struct uvp_item *item = NULL;

    uvp_mutex_lock(&order->mutex);
    for (; *at < order->slot_count && item == NULL; (*at)++) {
        item = order->slots[*at];
        order->slots[*at] = NULL;
    }
    uvp_mutex_unlock(&order->mutex);
    return item;
}

struct uvp_job *uvp_order_take_rest_job(struct uvp_order *order)
{
    struct uvp_job *job = NULL;

    uvp_mutex_lock(&order->mutex);
    if (order->first_job != NULL) {
        job = unlink_job(order);
    }
    uvp_mutex_unlock(&order->mutex);
    return job;
}

void uvp_order_wake(struct uvp_order *order)
{
    uvp_mutex_lock(&order->mutex);
    uvp_condition_broadcast(&order->ready);
    uvp_mutex_unlock(&order->mutex);
}

struct uvp_order_fill uvp_order_fill(struct uvp_order *order)
{
    struct uvp_order_fill fill;

    uvp_mutex_lock(&order->mutex);
    fill.waiting = (uint32_t)(order->arrived - order->next);
    fill.jobs = order->jobs;
    fill.next = order->next;
    fill.jobs_added = order->jobs_added;
    uvp_mutex_unlock(&order->mutex);
    return fill;
}

/* ---- life ---- */

static enum uvp_code init_locks(struct uvp_order *order, struct uvp_error *err)
{
    enum uvp_code code = uvp_mutex_init(&order->mutex, err);

    if (code != UVP_OK) {
        return code;
    }
    code = uvp_condition_init(&order->ready, err);
    if (code != UVP_OK) {
        uvp_mutex_release(&order->mutex);
    }
    return code;
}

enum uvp_code uvp_order_init(struct uvp_order *order, uint32_t window_items, bool unordered,
                             const struct uvp_stop *stop, struct uvp_mem *mem,
                             struct uvp_error *err)
{
    enum uvp_code code;

    memset(order, 0, sizeof *order);
    order->mem = mem;
    order->stop = stop;
    order->unordered = unordered;
    order->slot_count = 1;
    while (order->slot_count < window_items) {
        order->slot_count *= 2;
    }
    order->slots = uvp_mem_take_zeroed(mem, order->slot_count * sizeof(struct uvp_item *));
    if (order->slots == NULL) {
        return uvp_fail_memory(err, order->slot_count * sizeof(struct uvp_item *));
    }
    code = init_locks(order, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, order->slots, order->slot_count * sizeof(struct uvp_item *));
        order->slots = NULL;
    }
    return code;
}

void uvp_order_release(struct uvp_order *order)
{
    if (order->slots == NULL) {
        return;
    }
    uvp_condition_release(&order->ready);
    uvp_mutex_release(&order->mutex);
    uvp_mem_give(order->mem, order->slots, order->slot_count * sizeof(struct uvp_item *));
    order->slots = NULL;
}
