/* A byte at a time from the lowest: counting sort keeps the order of equals. */
#include "stages/unwrapper/key_sort.h"

#define DIGIT_BITS 8
#define DIGITS (1U << DIGIT_BITS)
#define ITEMS_PER_POLL UINT32_C(65536)

struct sorter {
    struct uvp_key_item *from;
    struct uvp_key_item *to;
    uint32_t count;
    struct uvp_stop *stop;
};

static enum uvp_code poll(uint32_t i, struct uvp_stop *stop, struct uvp_error *err)
{
    return i % ITEMS_PER_POLL == 0 ? uvp_stop_poll(stop, err) : UVP_OK;
}

static uint32_t digit_of(const struct uvp_key_item *item, unsigned shift)
{
    return (uint32_t)(item->key >> shift) & (DIGITS - 1);
}

/* By one byte; left alone when all are equal in it. */
static enum uvp_code sort_digit(struct sorter *sorter, unsigned shift, struct uvp_error *err)
{
    struct uvp_key_item *const from = sorter->from;
    uint32_t start[DIGITS + 1] = {0};

    for (uint32_t i = 0; i < sorter->count; i++) {
        UVP_TRY(poll(i, sorter->stop, err));
        start[digit_of(&from[i], shift) + 1]++;
    }
    if (sorter->count == 0 || start[digit_of(&from[0], shift) + 1] == sorter->count) {
        return UVP_OK;
    }
    for (uint32_t d = 0; d < DIGITS; d++) {
        start[d + 1] += start[d];
    }
    for (uint32_t i = 0; i < sorter->count; i++) {
        UVP_TRY(poll(i, sorter->stop, err));
        sorter->to[start[digit_of(&from[i], shift)]++] = from[i];
    }
    sorter->from = sorter->to;
    sorter->to = from;
    return UVP_OK;
}

enum uvp_code uvp_key_sort(struct uvp_key_item *items, struct uvp_key_item *spare,
                           uint32_t count, struct uvp_stop *stop, struct uvp_key_item **sorted,
                           struct uvp_error *err)
{
    struct sorter sorter = {items, spare, count, stop};

    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        UVP_TRY(sort_digit(&sorter, shift, err));
    }
    *sorted = sorter.from;
    return UVP_OK;
}
