/*
 * Radix sort by bytes, least significant first; bytes that are the same in all keys are not
 * looked at. Short arrays are sorted by insertion.
 */
#include "stages/unwrapper/atlas/sort.h"

#include <string.h>

#include "stages/unwrapper/atlas/atlas_internal.h"

#define SHORT_COUNT 48
#define BLOCK_COUNT (UINT32_C(1) << 16) /* between polls: a millisecond */

static void sort_short(struct uvp_sort_item *items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const struct uvp_sort_item item = items[i];
        uint32_t j = i;
        for (; j > 0 && items[j - 1].key > item.key; j--) {
            items[j] = items[j - 1];
        }
        items[j] = item;
    }
}

static enum uvp_code poll_block(struct uvp_atlas_work *work, uint32_t done)
{
    if (work == NULL || done % BLOCK_COUNT != 0) {
        return UVP_OK;
    }
    return uvp_stop_poll(work->stop, work->err);
}

static enum uvp_code sort_byte(struct uvp_atlas_work *work, const struct uvp_sort_item *from,
                               struct uvp_sort_item *to, uint32_t count, unsigned shift)
{
    uint32_t start[256] = {0};
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        start[from[i].key >> shift & 255]++;
        UVP_TRY(poll_block(work, i + 1));
    }
    for (int b = 0; b < 256; b++) {
        const uint32_t here = start[b];
        start[b] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < count; i++) {
        to[start[from[i].key >> shift & 255]++] = from[i];
        UVP_TRY(poll_block(work, i + 1));
    }
    return UVP_OK;
}

static enum uvp_code sort(struct uvp_atlas_work *work, struct uvp_sort_item *items,
                          struct uvp_sort_item *spare, uint32_t count)
{
    struct uvp_sort_item *from = items;
    struct uvp_sort_item *to = spare;
    uint64_t ones = 0;
    uint64_t zeros = 0;

    if (count <= SHORT_COUNT) {
        sort_short(items, count);
        return UVP_OK;
    }
    for (uint32_t i = 0; i < count; i++) {
        ones |= items[i].key;
        zeros |= ~items[i].key;
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((ones & zeros) >> shift & 255) {
            struct uvp_sort_item *const swap = from;
            UVP_TRY(sort_byte(work, from, to, count, shift));
            from = to;
            to = swap;
        }
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
    return UVP_OK;
}

void uvp_sort_items(struct uvp_sort_item *items, struct uvp_sort_item *spare, uint32_t count)
{
    const enum uvp_code code = sort(NULL, items, spare, count);

    (void)code; /* nothing to poll: cannot fail */
}

enum uvp_code uvp_sort_polled(struct uvp_atlas_work *work, struct uvp_sort_item *items,
                              struct uvp_sort_item *spare, uint32_t count)
{
    return sort(work, items, spare, count);
}

uint64_t uvp_sort_key_of(double value)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits;

    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}
