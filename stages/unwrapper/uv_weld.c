/* Sorted by the 64 bits of u and v: the first of equals stays first. */
#include "stages/unwrapper/uv_weld.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/key_sort.h"

#define UVS_PER_POLL UINT32_C(65536)

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

struct places {
    struct uvp_key_item *items;
    struct uvp_key_item *spare;
    uint32_t count;
    struct uvp_stop *stop;
};

/* first[i]: the first UV equal to UV i, or none where it is not finite. */
static enum uvp_code find_first(const struct uvp_mesh *mesh, const struct places *places,
                                uint32_t *first, struct uvp_error *err)
{
    const float *const uv = mesh->old_uv;
    struct uvp_key_item *sorted = NULL;

    for (uint32_t i = 0; i < places->count; i++) {
        UVP_TRY(poll(i, places->stop, err));
        places->items[i].key =
            (uint64_t)bits_of(uv[2 * (size_t)i]) << 32 | bits_of(uv[2 * (size_t)i + 1]);
        places->items[i].value = i;
    }
    UVP_TRY(
        uvp_key_sort(places->items, places->spare, places->count, places->stop, &sorted, err));
    for (uint32_t i = 0; i < places->count; i++) {
        const struct uvp_key_item *const place = &sorted[i];
        const bool equal = i > 0 && place->key == place[-1].key;
        const float *const at = uv + 2 * (size_t)place->value;
        UVP_TRY(poll(i, places->stop, err));
        first[place->value] = equal ? first[place[-1].value] : place->value;
        if (!isfinite(at[0]) || !isfinite(at[1])) {
            first[place->value] = UVP_MESH_NO_UV;
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
    const struct places places = {
        .items = UVP_ARENA_ARRAY(scratch, struct uvp_key_item, count),
        .spare = UVP_ARENA_ARRAY(scratch, struct uvp_key_item, count),
        .count = count,
        .stop = stop,
    };

    if (first == NULL || places.items == NULL || places.spare == NULL) {
        return uvp_fail_memory(err, count * (sizeof *first + 2 * sizeof *places.items));
    }
    UVP_TRY(find_first(mesh, &places, first, err));
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
