/*
 * A queue in an array: slices go in at the end and out at the front; when the end of the array
 * is reached what is left moves to its start. It holds a handful of slices as a rule.
 */
#include "formats/archive/window.h"

#include <string.h>

#define FIRST_CAPACITY 16U

void uvp_window_init(struct uvp_window *window, struct uvp_mem *mem)
{
    memset(window, 0, sizeof *window);
    window->mem = mem;
}

void uvp_window_release(struct uvp_window *window)
{
    uvp_window_forget(window, window->end);
    uvp_mem_give(window->mem, window->items, window->capacity * sizeof *window->items);
    window->items = NULL;
    window->capacity = 0;
    window->first = 0;
}

static enum uvp_code make_room(struct uvp_window *window, struct uvp_error *err)
{
    const size_t capacity =
        window->capacity == 0 ? FIRST_CAPACITY : (size_t)window->capacity * 2;
    struct uvp_slice *items;

    if (window->first + window->count < window->capacity) {
        return UVP_OK;
    }
    if (window->first > window->capacity / 2) {
        memmove(window->items, window->items + window->first,
                window->count * sizeof *window->items);
        window->first = 0;
        return UVP_OK;
    }
    if (capacity > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, window->begin, "too many pieces of input held");
    }
    items = uvp_mem_resize(window->mem, window->items, window->capacity * sizeof *items,
                           capacity * sizeof *items);
    if (items == NULL) {
        return uvp_fail_memory(err, capacity * sizeof *items);
    }
    window->items = items;
    window->capacity = (uint32_t)capacity;
    return UVP_OK;
}

static bool joins_last(const struct uvp_window *window, const struct uvp_slice *slice)
{
    const struct uvp_slice *last;

    if (window->count == 0) {
        return false;
    }
    last = &window->items[window->first + window->count - 1];
    return last->block == slice->block && last->offset + last->bytes == slice->offset;
}

enum uvp_code uvp_window_push(struct uvp_window *window, const struct uvp_slice *slice,
                              struct uvp_error *err)
{
    if (joins_last(window, slice)) {
        window->items[window->first + window->count - 1].bytes += slice->bytes;
        uvp_block_drop(slice->block);
    } else {
        UVP_TRY(make_room(window, err));
        window->items[window->first + window->count] = *slice;
        window->count++;
    }
    window->end += slice->bytes;
    return UVP_OK;
}

static void undo_adds(struct uvp_slices *slices, uint32_t count, uint32_t last_bytes,
                      uint64_t bytes)
{
    while (slices->count > count) {
        slices->count--;
        uvp_block_drop(slices->items[slices->count].block);
    }
    if (count != 0) {
        slices->items[count - 1].bytes = last_bytes;
    }
    slices->bytes = bytes;
}

enum uvp_code uvp_window_show(const struct uvp_window *window, uint64_t from, uint64_t to,
                              struct uvp_slices *slices, struct uvp_error *err)
{
    const uint32_t count = slices->count;
    const uint32_t last_bytes = count == 0 ? 0 : slices->items[count - 1].bytes;
    const uint64_t bytes = slices->bytes;
    const struct uvp_slice *item = window->items + window->first;
    uint64_t at = window->begin;

    for (; at < to; at += item->bytes, item++) {
        const uint64_t skip = from > at ? from - at : 0;
        const uint64_t stop = to - at < item->bytes ? to - at : item->bytes;
        enum uvp_code code;

        if (skip >= item->bytes) {
            continue;
        }
        code = uvp_slices_add(slices, item->block, item->offset + (size_t)skip,
                              (size_t)(stop - skip), err);
        if (code != UVP_OK) {
            undo_adds(slices, count, last_bytes, bytes);
            return code;
        }
    }
    return UVP_OK;
}

void uvp_window_copy(const struct uvp_window *window, uint64_t from, void *to, size_t bytes)
{
    const struct uvp_slice *item = window->items + window->first;
    uint64_t skip = from - window->begin;
    unsigned char *out = to;

    while (bytes != 0) {
        if (skip >= item->bytes) {
            skip -= item->bytes;
        } else {
            const size_t here = item->bytes - (size_t)skip;
            const size_t part = bytes < here ? bytes : here;

            memcpy(out, item->block->data + item->offset + skip, part);
            out += part;
            bytes -= part;
            skip = 0;
        }
        item++;
    }
}

struct uvp_span uvp_window_piece(const struct uvp_window *window, uint64_t at)
{
    const struct uvp_slice *item = window->items + window->first;
    uint64_t skip = at - window->begin;

    if (at >= window->end) {
        return uvp_span_of(NULL, 0);
    }
    for (; skip >= item->bytes; item++) {
        skip -= item->bytes;
    }
    return uvp_span_of(item->block->data + item->offset + skip, item->bytes - (size_t)skip);
}

void uvp_window_forget(struct uvp_window *window, uint64_t upto)
{
    while (window->begin < upto) {
        struct uvp_slice *const item = &window->items[window->first];
        const uint64_t left = upto - window->begin;

        if (left < item->bytes) {
            item->offset += (uint32_t)left;
            item->bytes -= (uint32_t)left;
            window->begin = upto;
            return;
        }
        window->begin += item->bytes;
        uvp_block_drop(item->block);
        window->first++;
        window->count--;
    }
    if (window->count == 0) {
        window->first = 0;
    }
}
