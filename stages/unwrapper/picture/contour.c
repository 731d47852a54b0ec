/* Edges sorted by chart and by the wedge they begin at; each walk takes the next unused one. */
#include "stages/unwrapper/picture/contour.h"

#include <string.h>

#include "stages/unwrapper/picture/rank.h"

#define LOOPS_PER_POLL UINT32_C(4096)

struct walk {
    const struct uvp_parts *parts;
    struct uvp_rank_row *rows;
    uint32_t *unused; /* a row from which on none before it is unused; halved on the way */
    uint32_t count;
};

static uint32_t end_wedge(const struct uvp_parts *parts, uint32_t edge)
{
    return parts->wedge[edge % 3 == 2 ? edge - 2 : edge + 1];
}

static uint64_t key_of(const struct uvp_parts *parts, uint32_t edge, uint32_t wedge)
{
    return (uint64_t)parts->chart[edge / 3] << 32 | wedge;
}

static uint32_t next_unused(struct walk *walk, uint32_t row)
{
    while (walk->unused[row] != row) {
        walk->unused[row] = walk->unused[walk->unused[row]];
        row = walk->unused[row];
    }
    return row;
}

/* The first row whose key is not less. */
static uint32_t find_row(const struct walk *walk, uint64_t key)
{
    uint32_t low = 0;
    uint32_t high = walk->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (walk->rows[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* From a row as far as edges follow one another. */
static void walk_loop(struct walk *walk, uint32_t row, struct uvp_contour *contour)
{
    bool begins = true;

    while (row < walk->count) {
        const uint32_t edge = walk->rows[row].item;
        const uint64_t key = key_of(walk->parts, edge, end_wedge(walk->parts, edge));

        contour->edge[contour->count] = edge;
        contour->begins[contour->count++] = begins;
        walk->unused[row] = row + 1;
        begins = false;
        row = next_unused(walk, find_row(walk, key));
        if (row < walk->count && walk->rows[row].key != key) {
            return;
        }
    }
}

static enum uvp_code walk_all(struct walk *walk, struct uvp_contour *contour,
                              struct uvp_stop *stop, struct uvp_error *err)
{
    uint32_t loops = 0;

    for (uint32_t row = next_unused(walk, 0); row < walk->count; row = next_unused(walk, row)) {
        if (loops++ % LOOPS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        walk_loop(walk, row, contour);
    }
    return UVP_OK;
}

enum uvp_code uvp_contour_walk(const struct uvp_parts *parts, struct uvp_arena *arena,
                               struct uvp_stop *stop, struct uvp_contour *contour,
                               struct uvp_error *err)
{
    struct walk walk = {.parts = parts, .count = parts->border_count};
    struct uvp_arena_mark mark;
    enum uvp_code code;

    contour->count = 0;
    contour->edge = UVP_ARENA_ARRAY(arena, uint32_t, walk.count);
    contour->begins = UVP_ARENA_ARRAY(arena, bool, walk.count);
    mark = uvp_arena_mark(arena);
    walk.rows = UVP_ARENA_ARRAY(arena, struct uvp_rank_row, walk.count);
    walk.unused = UVP_ARENA_ARRAY(arena, uint32_t, (size_t)walk.count + 1);
    if (contour->edge == NULL || contour->begins == NULL || walk.rows == NULL ||
        walk.unused == NULL) {
        return uvp_fail_memory(err, (size_t)walk.count * 32);
    }
    for (uint32_t i = 0; i < walk.count; i++) {
        const uint32_t edge = parts->border[i];
        walk.rows[i] = (struct uvp_rank_row){key_of(parts, edge, parts->wedge[edge]), edge};
        walk.unused[i] = i;
    }
    walk.unused[walk.count] = walk.count;
    code = uvp_rank_sort(walk.rows, walk.count, arena, stop, err);
    code = code == UVP_OK ? walk_all(&walk, contour, stop, err) : code;
    uvp_arena_rewind(arena, mark);
    return code;
}
