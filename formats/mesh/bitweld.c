/*
 * An open table of vertex numbers, probed in a line. What costs time in it is waiting for
 * memory, so corners go through in blocks: first all their slots are asked for, then the
 * vertices the slots name, and only then is anything compared.
 *
 * Someone may know the hash and make it collide. Probes are counted, and when there are more
 * than chance explains, the table is given up: corners become vertices without a look, and at
 * the end a radix sort finds the equal ones. Both ways give the same numbers.
 */
#include "formats/mesh/bitweld.h"

#include <string.h>

#define BLOCK_CORNERS UINT32_C(64)
#define FREE_SLOT UINT32_MAX
#define SLOT_BITS_MIN 8U
#define NEAR_SLOT_BITS 12U /* so few vertices are at hand anyway */
#define PROBES_PER_CORNER UINT64_C(4)
#define PROBES_SPARE UINT64_C(4096)
#define MINUS_ZERO UINT32_C(0x80000000)
#define DIGIT_BITS 16U
#define DIGIT_COUNT (UINT32_C(1) << DIGIT_BITS)
#define ITEMS_PER_POLL UINT32_C(65536)

/* ---- the table ---- */

static inline uint32_t hash_bits(const uint32_t *bits, unsigned slot_bits)
{
    uint64_t hash = ((uint64_t)bits[1] << 32 | bits[0]) * UINT64_C(0x9e3779b97f4a7c15);

    hash ^= hash >> 32;
    hash = (hash + bits[2]) * UINT64_C(0xd6e8feb86659fd93);
    hash ^= hash >> 29;
    hash *= UINT64_C(0xa0761d6478bd642f);
    return (uint32_t)(hash >> (64 - slot_bits));
}

static enum uvp_code take_slots(struct uvp_bitweld *weld, unsigned slot_bits,
                                struct uvp_error *err)
{
    const size_t count = (size_t)1 << slot_bits;
    uint32_t *const slots = UVP_ARENA_ARRAY(weld->arena, uint32_t, count);

    if (slots == NULL) {
        return uvp_fail_memory(err, 4 * count);
    }
    memset(slots, 0xff, 4 * count);
    weld->slots = slots;
    weld->slot_bits = slot_bits;
    return UVP_OK;
}

/* A vertex that is in no slot yet, as all are after growing. */
static void place_vertex(struct uvp_bitweld *weld, uint32_t vertex)
{
    const uint32_t mask = (UINT32_C(1) << weld->slot_bits) - 1;
    uint32_t bits[3];
    uint32_t slot;

    memcpy(bits, weld->positions + (size_t)3 * vertex, sizeof bits);
    slot = hash_bits(bits, weld->slot_bits);
    while (weld->slots[slot] != FREE_SLOT && weld->probes_left > 0) {
        slot = (slot + 1) & mask;
        weld->probes_left--;
    }
    weld->slots[slot] = vertex;
}

/* At most half of the slots are ever taken. */
static enum uvp_code make_room(struct uvp_bitweld *weld, struct uvp_error *err)
{
    const uint64_t needed = 2 * ((uint64_t)weld->vertex_count + BLOCK_CORNERS);

    if (needed <= UINT64_C(1) << weld->slot_bits) {
        return UVP_OK;
    }
    UVP_TRY(take_slots(weld, weld->slot_bits + 1, err));
    for (uint32_t v = 0; v < weld->vertex_count; v++) {
        place_vertex(weld, v);
    }
    return UVP_OK;
}

static inline uint32_t append_vertex(struct uvp_bitweld *weld, const uint32_t *bits)
{
    memcpy(weld->positions + (size_t)3 * weld->vertex_count, bits, 12);
    return weld->vertex_count++;
}

static inline uint32_t find_vertex(struct uvp_bitweld *weld, const uint32_t *bits,
                                   uint32_t slot)
{
    const uint32_t mask = (UINT32_C(1) << weld->slot_bits) - 1;

    for (;;) {
        const uint32_t vertex = weld->slots[slot];
        if (vertex == FREE_SLOT) {
            weld->slots[slot] = weld->vertex_count;
            return append_vertex(weld, bits);
        }
        if (memcmp(weld->positions + (size_t)3 * vertex, bits, 12) == 0) {
            return vertex;
        }
        if (weld->probes_left == 0) {
            weld->gave_up = true;
            return append_vertex(weld, bits);
        }
        weld->probes_left--;
        slot = (slot + 1) & mask;
    }
}

struct block {
    uint32_t bits[3 * BLOCK_CORNERS];
    uint32_t slot[BLOCK_CORNERS];
};

static void begin_block(const struct uvp_bitweld *weld, const uint32_t *bits, uint32_t count,
                        struct block *block)
{
    for (uint32_t i = 0; i < 3 * count; i++) {
        block->bits[i] = bits[i] == MINUS_ZERO ? 0 : bits[i];
    }
    if (weld->gave_up) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        block->slot[i] = hash_bits(block->bits + (size_t)3 * i, weld->slot_bits);
        __builtin_prefetch(&weld->slots[block->slot[i]], 1);
    }
    for (uint32_t i = 0; weld->slot_bits > NEAR_SLOT_BITS && i < count; i++) {
        const uint32_t vertex = weld->slots[block->slot[i]];
        if (vertex != FREE_SLOT) {
            __builtin_prefetch(weld->positions + (size_t)3 * vertex);
        }
    }
}

static void add_block(struct uvp_bitweld *weld, const struct block *block, uint32_t count,
                      uint32_t *vertex)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *const bits = block->bits + (size_t)3 * i;
        vertex[i] =
            weld->gave_up ? append_vertex(weld, bits) : find_vertex(weld, bits, block->slot[i]);
    }
}

/* ---- in place of the table ---- */

struct sorting {
    const float *positions;
    uint32_t count;
    uint32_t *order; /* vertices, by the digits done so far; the order they came in otherwise */
    uint32_t *other;
    uint32_t *starts; /* DIGIT_COUNT + 1 */
    struct uvp_stop *stop;
};

static enum uvp_code poll(struct uvp_stop *stop, uint32_t i, struct uvp_error *err)
{
    return i % ITEMS_PER_POLL == 0 ? uvp_stop_poll(stop, err) : UVP_OK;
}

static inline uint32_t digit_of(const struct sorting *sorting, uint32_t vertex, unsigned digit)
{
    uint32_t bits;

    memcpy(&bits, sorting->positions + (size_t)3 * vertex + digit / 2, sizeof bits);
    return (bits >> (digit % 2 * DIGIT_BITS)) & (DIGIT_COUNT - 1);
}

static enum uvp_code sort_by_digit(struct sorting *sorting, unsigned digit,
                                   struct uvp_error *err)
{
    uint32_t *const starts = sorting->starts;
    uint32_t *const sorted = sorting->other;

    memset(starts, 0, 4 * ((size_t)DIGIT_COUNT + 1));
    for (uint32_t i = 0; i < sorting->count; i++) {
        UVP_TRY(poll(sorting->stop, i, err));
        starts[digit_of(sorting, i, digit) + 1]++;
    }
    for (uint32_t i = 0; i < DIGIT_COUNT; i++) {
        starts[i + 1] += starts[i];
    }
    for (uint32_t i = 0; i < sorting->count; i++) {
        const uint32_t vertex = sorting->order[i];
        UVP_TRY(poll(sorting->stop, i, err));
        sorted[starts[digit_of(sorting, vertex, digit)]++] = vertex;
    }
    sorting->other = sorting->order;
    sorting->order = sorted;
    return UVP_OK;
}

static enum uvp_code sort_vertices(struct sorting *sorting, struct uvp_error *err)
{
    for (uint32_t i = 0; i < sorting->count; i++) {
        sorting->order[i] = i;
    }
    for (unsigned digit = 0; digit < 6; digit++) {
        UVP_TRY(sort_by_digit(sorting, digit, err));
    }
    return UVP_OK;
}

/* first[v]: the first vertex equal to v. Equal ones stand together, the first in front. */
static void find_firsts(const struct sorting *sorting, uint32_t *first)
{
    uint32_t leader = 0;

    for (uint32_t i = 0; i < sorting->count; i++) {
        const uint32_t vertex = sorting->order[i];
        if (i == 0 || memcmp(sorting->positions + (size_t)3 * leader,
                             sorting->positions + (size_t)3 * vertex, 12) != 0) {
            leader = vertex;
        }
        first[vertex] = leader;
    }
}

/* Firsts move up to where they belong; `first` becomes the new number of each vertex. */
static void close_gaps(struct uvp_bitweld *weld, uint32_t *first)
{
    uint32_t kept = 0;

    for (uint32_t v = 0; v < weld->vertex_count; v++) {
        if (first[v] != v) {
            first[v] = first[first[v]];
            continue;
        }
        memmove(weld->positions + (size_t)3 * kept, weld->positions + (size_t)3 * v, 12);
        first[v] = kept++;
    }
    weld->vertex_count = kept;
}

static enum uvp_code merge_by_sorting(struct uvp_bitweld *weld, uint32_t *vertex,
                                      struct uvp_stop *stop, struct uvp_error *err)
{
    struct sorting sorting = {
        .positions = weld->positions,
        .count = weld->vertex_count,
        .order = UVP_ARENA_ARRAY(weld->arena, uint32_t, weld->vertex_count),
        .other = UVP_ARENA_ARRAY(weld->arena, uint32_t, weld->vertex_count),
        .starts = UVP_ARENA_ARRAY(weld->arena, uint32_t, (size_t)DIGIT_COUNT + 1),
        .stop = stop,
    };
    uint32_t *first;

    if (sorting.order == NULL || sorting.other == NULL || sorting.starts == NULL) {
        return uvp_fail_memory(err, 8 * (size_t)weld->vertex_count);
    }
    UVP_TRY(sort_vertices(&sorting, err));
    first = sorting.other;
    find_firsts(&sorting, first);
    close_gaps(weld, first);
    for (uint32_t i = 0; i < weld->corner_count; i++) {
        UVP_TRY(poll(stop, i, err));
        vertex[i] = first[vertex[i]];
    }
    return UVP_OK;
}

/* ---- the whole ---- */

enum uvp_code uvp_bitweld_init(struct uvp_bitweld *weld, struct uvp_arena *arena,
                               uint32_t corners, uint32_t likely, struct uvp_error *err)
{
    unsigned slot_bits = SLOT_BITS_MIN;

    memset(weld, 0, sizeof *weld);
    weld->arena = arena;
    weld->corner_room = corners;
    weld->probes_left = PROBES_PER_CORNER * corners + PROBES_SPARE;
    weld->positions = UVP_ARENA_ARRAY(arena, float, (size_t)3 * corners);
    if (weld->positions == NULL) {
        return uvp_fail_memory(err, (size_t)12 * corners);
    }
    while (slot_bits < 31 && UINT64_C(1) << slot_bits < 2 * (uint64_t)likely) {
        slot_bits++;
    }
    return take_slots(weld, slot_bits, err);
}

enum uvp_code uvp_bitweld_add(struct uvp_bitweld *weld, const uint32_t *bits, uint32_t count,
                              uint32_t *vertex, struct uvp_error *err)
{
    struct block block;

    if (count > weld->corner_room - weld->corner_count) {
        return uvp_fail(err, UVP_BUG, weld->corner_count, "more corners than announced");
    }
    weld->corner_count += count;
    while (count > 0) {
        const uint32_t now = count < BLOCK_CORNERS ? count : BLOCK_CORNERS;
        if (!weld->gave_up) {
            UVP_TRY(make_room(weld, err));
            weld->gave_up = weld->probes_left == 0;
        }
        begin_block(weld, bits, now, &block);
        add_block(weld, &block, now, vertex);
        bits += (size_t)3 * now;
        vertex += now;
        count -= now;
    }
    return UVP_OK;
}

enum uvp_code uvp_bitweld_finish(struct uvp_bitweld *weld, uint32_t *vertex,
                                 struct uvp_stop *stop, struct uvp_error *err)
{
    return weld->gave_up ? merge_by_sorting(weld, vertex, stop, err) : UVP_OK;
}
