/*
 * Vertices at one position are one point. Positions are compared bit by bit after -0 became
 * +0, with no tolerance: near points may be a seam the artist meant. Sorting instead of hashing
 * keeps the time linear for any input.
 */
#include <string.h>

#include "stages/unwrapper/atlas/sort.h"
#include "stages/unwrapper/atlas/topology.h"

static uint32_t bits_of(float value)
{
    uint32_t bits;

    value += 0.0F;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static uint64_t key_xy(const float *p)
{
    return (uint64_t)bits_of(p[0]) << 32 | bits_of(p[1]);
}

/* point_of[v] becomes the first vertex at v's position. */
static void find_first(const float *positions, const struct uvp_sort_item *sorted,
                       uint32_t count, uint32_t *point_of)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t v = sorted[i].value;
        const uint32_t before = i == 0 ? v : sorted[i - 1].value;
        const bool same =
            i != 0 && sorted[i].key == sorted[i - 1].key &&
            bits_of(positions[3 * (size_t)v + 2]) == bits_of(positions[3 * (size_t)before + 2]);
        point_of[v] = same ? point_of[before] : v;
    }
}

static uint32_t number_points(uint32_t *point_of, uint32_t count)
{
    uint32_t points = 0;

    for (uint32_t v = 0; v < count; v++) {
        /* the first of a group comes first in vertex order: sorting was stable */
        point_of[v] = point_of[v] == v ? points++ : point_of[point_of[v]];
    }
    return points;
}

enum uvp_code uvp_weld_vertices(struct uvp_atlas_work *work, uint32_t *point_of,
                                uint32_t *point_count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const float *const positions = work->input->positions;
    const uint32_t count = work->input->vertex_count;
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;

    UVP_TAKE(work, items, count);
    UVP_TAKE(work, spare, count);
    for (uint32_t v = 0; v < count; v++) {
        items[v] = (struct uvp_sort_item){bits_of(positions[3 * (size_t)v + 2]), v};
        UVP_TRY(uvp_work_count(work, 4));
    }
    UVP_TRY(uvp_sort_polled(work, items, spare, count));
    for (uint32_t i = 0; i < count; i++) {
        items[i].key = key_xy(positions + 3 * (size_t)items[i].value);
        UVP_TRY(uvp_work_count(work, 8));
    }
    UVP_TRY(uvp_sort_polled(work, items, spare, count));
    find_first(positions, items, count, point_of);
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    *point_count = number_points(point_of, count);
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
