/*
 * Vertices at one position are one point. Positions are compared bit by bit after -0 became
 * +0, with no tolerance: near points may be a seam the artist meant.
 *
 * A table with open addressing takes one look a vertex or little more. Positions chosen to
 * collide would make it slow: when the looks are used up, the positions are sorted instead.
 */
#include <string.h>

#include "stages/unwrapper/atlas/sort.h"
#include "stages/unwrapper/atlas/topology.h"

#define LOOKS_PER_VERTEX 8
#define LOOKS_MIN 1000

struct bits3 {
    uint32_t x;
    uint32_t y;
    uint32_t z;
};

static uint32_t bits_of(float value)
{
    uint32_t bits;

    value += 0.0F;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static struct bits3 bits3_of(const struct uvp_weld_set *set, uint32_t v)
{
    const float *const p = set->values + set->width * (size_t)v;

    return (struct bits3){bits_of(p[0]), bits_of(p[1]), set->width > 2 ? bits_of(p[2]) : 0};
}

static bool same_bits(struct bits3 a, struct bits3 b)
{
    return a.x == b.x && a.y == b.y && a.z == b.z;
}

static uint32_t hash_of(struct bits3 bits)
{
    uint64_t mix = ((uint64_t)bits.x << 32 | bits.y) * UINT64_C(0x9e3779b97f4a7c15);

    mix ^= mix >> 32;
    mix = (mix ^ bits.z) * UINT64_C(0xd6e8feb86659fd93);
    mix ^= mix >> 32;
    mix *= UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(mix >> 32);
}

/* ---- by table ---- */

struct table {
    uint32_t *slot; /* first vertex at a position, or UVP_NONE */
    uint32_t mask;
    uint64_t looks; /* left */
};

/* The slot of v's position; false when there are no looks left. */
static bool find_slot(struct table *table, const struct uvp_weld_set *set, uint32_t v,
                      uint32_t *slot)
{
    const struct bits3 bits = bits3_of(set, v);
    uint32_t at = hash_of(bits) & table->mask;

    while (table->slot[at] != UVP_NONE && !same_bits(bits, bits3_of(set, table->slot[at]))) {
        if (table->looks-- == 0) {
            return false;
        }
        at = (at + 1) & table->mask;
    }
    *slot = at;
    return true;
}

static enum uvp_code weld_by_table(struct uvp_atlas_work *work, const struct uvp_weld_set *set,
                                   uint32_t *point_of, uint32_t *point_count, bool *done)
{
    const uint32_t count = set->count;
    struct table table = {.mask = 1};
    uint32_t points = 0;

    while (table.mask / 3 * 2 < count) {
        table.mask = 2 * table.mask + 1;
    }
    table.looks = LOOKS_MIN + (uint64_t)LOOKS_PER_VERTEX * count;
    UVP_TAKE(work, table.slot, (size_t)table.mask + 1);
    memset(table.slot, 0xff, ((size_t)table.mask + 1) * sizeof *table.slot);
    *done = false;
    for (uint32_t v = 0; v < count; v++) {
        const uint64_t before = table.looks;
        uint32_t at;
        if (!find_slot(&table, set, v, &at)) {
            return UVP_OK;
        }
        if (table.slot[at] == UVP_NONE) {
            table.slot[at] = v;
            point_of[v] = points++;
        } else {
            point_of[v] = point_of[table.slot[at]];
        }
        UVP_TRY(uvp_work_count(work, 10 + 10 * (uint32_t)(before - table.looks)));
    }
    *done = true;
    *point_count = points;
    return UVP_OK;
}

/* ---- by sorting ---- */

/* point_of[v] becomes the first vertex at v's position. */
static void find_first(const struct uvp_weld_set *set, const struct uvp_sort_item *sorted,
                       uint32_t *point_of)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const uint32_t v = sorted[i].value;
        const uint32_t before = i == 0 ? v : sorted[i - 1].value;
        const bool same = i != 0 && same_bits(bits3_of(set, v), bits3_of(set, before));
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

enum uvp_code uvp_weld_sorted(struct uvp_atlas_work *work, const struct uvp_weld_set *set,
                              uint32_t *point_of, uint32_t *point_count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const uint32_t count = set->count;
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;

    UVP_TAKE(work, items, count);
    UVP_TAKE(work, spare, count);
    for (uint32_t v = 0; v < count; v++) {
        items[v] = (struct uvp_sort_item){bits3_of(set, v).z, v};
        UVP_TRY(uvp_work_count(work, 4));
    }
    UVP_TRY(uvp_sort_polled(work, items, spare, count));
    for (uint32_t i = 0; i < count; i++) {
        const struct bits3 bits = bits3_of(set, items[i].value);
        items[i].key = (uint64_t)bits.x << 32 | bits.y;
        UVP_TRY(uvp_work_count(work, 8));
    }
    UVP_TRY(uvp_sort_polled(work, items, spare, count));
    find_first(set, items, point_of);
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    *point_count = number_points(point_of, count);
    uvp_arena_rewind(work->scratch, mark);
    return uvp_stop_poll(work->stop, work->err);
}

enum uvp_code uvp_weld_set(struct uvp_atlas_work *work, const struct uvp_weld_set *set,
                           uint32_t *point_of, uint32_t *point_count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    bool done;

    UVP_TRY(weld_by_table(work, set, point_of, point_count, &done));
    uvp_arena_rewind(work->scratch, mark);
    return done ? UVP_OK : uvp_weld_sorted(work, set, point_of, point_count);
}

enum uvp_code uvp_weld_vertices(struct uvp_atlas_work *work, uint32_t *point_of,
                                uint32_t *point_count)
{
    const struct uvp_weld_set set = {work->input->positions, 3, work->input->vertex_count};

    return uvp_weld_set(work, &set, point_of, point_count);
}
