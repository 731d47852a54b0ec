/* A byte at a time from the lowest; bytes that all keys have in common cost one look. */
#include "stages/unwrapper/picture/rank.h"

#include <string.h>

#define DIGITS 256U
#define KEY_BITS 64U
#define ROWS_PER_POLL UINT32_C(262144)

static uint32_t digit_of(const struct uvp_rank_row *row, unsigned shift)
{
    return (uint32_t)(row->key >> shift) & (DIGITS - 1);
}

/* Bits in which some key differs from the first. */
static uint64_t find_varying(const struct uvp_rank_row *rows, uint32_t count)
{
    uint64_t varying = 0;

    for (uint32_t i = 1; i < count; i++) {
        varying |= rows[i].key ^ rows[0].key;
    }
    return varying;
}

static enum uvp_code move_rows(const struct uvp_rank_row *from, struct uvp_rank_row *to,
                               uint32_t count, unsigned shift, struct uvp_stop *stop,
                               struct uvp_error *err)
{
    uint32_t start[DIGITS + 1] = {0};

    for (uint32_t i = 0; i < count; i++) {
        start[digit_of(&from[i], shift) + 1]++;
    }
    for (uint32_t d = 0; d < DIGITS; d++) {
        start[d + 1] += start[d];
    }
    for (uint32_t i = 0; i < count; i++) {
        if (i % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        to[start[digit_of(&from[i], shift)]++] = from[i];
    }
    return UVP_OK;
}

enum uvp_code uvp_rank_sort(struct uvp_rank_row *rows, uint32_t count,
                            struct uvp_arena *scratch, struct uvp_stop *stop,
                            struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    const uint64_t varying = find_varying(rows, count);
    struct uvp_rank_row *const spare = UVP_ARENA_ARRAY(scratch, struct uvp_rank_row, count);
    struct uvp_rank_row *from = rows;
    struct uvp_rank_row *to = spare;
    enum uvp_code code = UVP_OK;

    if (spare == NULL) {
        return uvp_fail_memory(err, (size_t)count * sizeof *spare);
    }
    for (unsigned shift = 0; shift < KEY_BITS && code == UVP_OK; shift += 8) {
        struct uvp_rank_row *const last = from;

        if ((varying >> shift & (DIGITS - 1)) == 0) {
            continue;
        }
        code = move_rows(from, to, count, shift, stop, err);
        from = to;
        to = last;
    }
    if (from != rows && code == UVP_OK) {
        memcpy(rows, from, (size_t)count * sizeof *rows);
    }
    uvp_arena_rewind(scratch, mark);
    return code;
}

enum uvp_code uvp_rank_number(struct uvp_rank_row *rows, uint32_t count, uint32_t *rank,
                              struct uvp_arena *scratch, struct uvp_stop *stop,
                              struct uvp_error *err)
{
    uint32_t next = 0;

    UVP_TRY(uvp_rank_sort(rows, count, scratch, stop, err));
    for (uint32_t i = 0; i < count; i++) {
        next += i != 0 && rows[i].key != rows[i - 1].key ? 1 : 0;
        rank[rows[i].item] = next;
    }
    return UVP_OK;
}
