/*
 * Sorted by the 64 bits of u and v, a byte at a time from the lowest (counting sort keeps
 * order, so the first of equals stays first). Linear in any input, which no hash is.
 */
#include "stages/unwrapper/uv_weld.h"

#include <math.h>
#include <string.h>

#define DIGIT_BITS 8
#define DIGITS (1U << DIGIT_BITS)
#define UVS_PER_POLL UINT32_C(65536)

struct place {
    uint64_t bits;
    uint32_t uv;
};

struct sorter {
    struct place *from;
    struct place *to;
    uint32_t count;
    struct uvp_stop *stop;
};

static uint32_t bits_of(float value)
{
    const float zero_has_one_sign = value + 0.0F;
    uint32_t bits;

    memcpy(&bits, &zero_has_one_sign, sizeof bits);
    return bits;
}

static enum uvp_code poll(uint32_t i, struct uvp_stop *stop, struct uvp_error *err)
{
    return i % UVS_PER_POLL == 0 ? uvp_stop_poll(stop, err) : UVP_OK;
}

static uint32_t digit_of(const struct place *place, unsigned shift)
{
    return (uint32_t)(place->bits >> shift) & (DIGITS - 1);
}

/* By one byte; left alone when all are equal in it. */
static enum uvp_code sort_digit(struct sorter *sorter, unsigned shift, struct uvp_error *err)
{
    struct place *const from = sorter->from;
    uint32_t start[DIGITS + 1] = {0};

    for (uint32_t i = 0; i < sorter->count; i++) {
        UVP_TRY(poll(i, sorter->stop, err));
        start[digit_of(&from[i], shift) + 1]++;
    }
    if (start[digit_of(&from[0], shift) + 1] == sorter->count) {
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

/* first[i]: the first UV equal to UV i, or none where it is not finite. */
static enum uvp_code find_first(const struct uvp_mesh *mesh, struct sorter *sorter,
                                uint32_t *first, struct uvp_error *err)
{
    const float *const uv = mesh->old_uv;

    for (uint32_t i = 0; i < sorter->count; i++) {
        UVP_TRY(poll(i, sorter->stop, err));
        sorter->from[i].bits =
            (uint64_t)bits_of(uv[2 * (size_t)i]) << 32 | bits_of(uv[2 * (size_t)i + 1]);
        sorter->from[i].uv = i;
    }
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        UVP_TRY(sort_digit(sorter, shift, err));
    }
    for (uint32_t i = 0; i < sorter->count; i++) {
        const struct place *const place = &sorter->from[i];
        const bool equal = i > 0 && place->bits == place[-1].bits;
        const float *const at = uv + 2 * (size_t)place->uv;
        UVP_TRY(poll(i, sorter->stop, err));
        first[place->uv] = equal ? first[place[-1].uv] : place->uv;
        if (!isfinite(at[0]) || !isfinite(at[1])) {
            first[place->uv] = UVP_MESH_NO_UV;
        }
    }
    return UVP_OK;
}

static enum uvp_code weld(const struct uvp_mesh *mesh, struct uvp_arena *scratch,
                          struct uvp_stop *stop, uint32_t *to, struct uvp_error *err)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    const uint32_t count = mesh->old_uv_count;
    uint32_t *const first = UVP_ARENA_ARRAY(scratch, uint32_t, count);
    struct sorter sorter = {
        .from = UVP_ARENA_ARRAY(scratch, struct place, count),
        .to = UVP_ARENA_ARRAY(scratch, struct place, count),
        .count = count,
        .stop = stop,
    };

    if (first == NULL || sorter.from == NULL || sorter.to == NULL) {
        return uvp_fail_memory(err, count * (sizeof *first + 2 * sizeof *sorter.from));
    }
    UVP_TRY(find_first(mesh, &sorter, first, err));
    for (uint32_t c = 0; c < corners; c++) {
        UVP_TRY(poll(c, stop, err));
        to[c] =
            mesh->corner_uv[c] == UVP_MESH_NO_UV ? UVP_MESH_NO_UV : first[mesh->corner_uv[c]];
    }
    return UVP_OK;
}

enum uvp_code uvp_uv_weld(const struct uvp_mesh *mesh, struct uvp_arena *keep,
                          struct uvp_arena *scratch, struct uvp_stop *stop,
                          const uint32_t **corner_uv, struct uvp_error *err)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    uint32_t *to;
    enum uvp_code code;

    *corner_uv = NULL;
    if (mesh->corner_uv == NULL || mesh->old_uv_count == 0) {
        return UVP_OK;
    }
    to = UVP_ARENA_ARRAY(keep, uint32_t, corners);
    if (to == NULL) {
        return uvp_fail_memory(err, (size_t)4 * corners);
    }
    code = weld(mesh, scratch, stop, to, err);
    uvp_arena_rewind(scratch, mark);
    if (code == UVP_OK) {
        *corner_uv = to;
    }
    return code;
}
