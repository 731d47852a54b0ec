/*
 * Radix sort by bytes, least significant first; bytes that are the same in all keys are not
 * looked at. Short arrays are sorted by insertion.
 */
#include "stages/unwrapper/atlas/sort.h"

#include <string.h>

#define SHORT_COUNT 48

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

static void sort_byte(const struct uvp_sort_item *from, struct uvp_sort_item *to,
                      uint32_t count, unsigned shift)
{
    uint32_t start[256] = {0};
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i++) {
        start[from[i].key >> shift & 255]++;
    }
    for (int b = 0; b < 256; b++) {
        const uint32_t here = start[b];
        start[b] = sum;
        sum += here;
    }
    for (uint32_t i = 0; i < count; i++) {
        to[start[from[i].key >> shift & 255]++] = from[i];
    }
}

void uvp_sort_items(struct uvp_sort_item *items, struct uvp_sort_item *spare, uint32_t count)
{
    struct uvp_sort_item *from = items;
    struct uvp_sort_item *to = spare;
    uint64_t ones = 0;
    uint64_t zeros = 0;

    if (count <= SHORT_COUNT) {
        sort_short(items, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        ones |= items[i].key;
        zeros |= ~items[i].key;
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        if ((ones & zeros) >> shift & 255) {
            struct uvp_sort_item *const swap = from;
            sort_byte(from, to, count, shift);
            from = to;
            to = swap;
        }
    }
    if (from != items) {
        memcpy(items, from, count * sizeof *items);
    }
}

uint64_t uvp_sort_key_of(double value)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits;

    value += 0.0;
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}
