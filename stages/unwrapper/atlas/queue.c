/*
 * A binary heap (Williams 1964).
 */
#include "stages/unwrapper/atlas/queue.h"

#include <string.h>

static bool is_better(const struct uvp_queue *queue, uint32_t i, uint32_t j)
{
    return queue->key[i] > queue->key[j] || (queue->key[i] >= queue->key[j] && i < j);
}

static void put_at(struct uvp_queue *queue, uint32_t at, uint32_t i)
{
    queue->heap[at] = i;
    queue->place[i] = at;
}

static void sift_up(struct uvp_queue *queue, uint32_t at, uint32_t i)
{
    while (at > 0 && is_better(queue, i, queue->heap[(at - 1) / 2])) {
        put_at(queue, at, queue->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_at(queue, at, i);
}

static void sift_down(struct uvp_queue *queue, uint32_t at, uint32_t i)
{
    for (uint32_t child = 2 * at + 1; child < queue->count; child = 2 * at + 1) {
        child += child + 1 < queue->count &&
                 is_better(queue, queue->heap[child + 1], queue->heap[child]);
        if (!is_better(queue, queue->heap[child], i)) {
            break;
        }
        put_at(queue, at, queue->heap[child]);
        at = child;
    }
    put_at(queue, at, i);
}

enum uvp_code uvp_queue_take(struct uvp_atlas_work *work, uint32_t room,
                             struct uvp_queue *queue)
{
    *queue = (struct uvp_queue){0};
    UVP_TAKE(work, queue->heap, room);
    UVP_TAKE(work, queue->place, room);
    UVP_TAKE(work, queue->key, room);
    memset(queue->place, 0xff, room * sizeof *queue->place);
    return UVP_OK;
}

void uvp_queue_put(struct uvp_queue *queue, uint32_t i, double key)
{
    uvp_queue_remove(queue, i);
    queue->key[i] = key;
    sift_up(queue, queue->count++, i);
}

void uvp_queue_remove(struct uvp_queue *queue, uint32_t i)
{
    const uint32_t at = queue->place[i];
    uint32_t last;

    if (at == UVP_NONE) {
        return;
    }
    queue->place[i] = UVP_NONE;
    last = queue->heap[--queue->count];
    if (last == i) {
        return;
    }
    sift_up(queue, at, last);
    sift_down(queue, queue->place[last], last);
}
