/* Arrays double when they are full: a mesh of any size costs a copy of itself, at worst. */
#include "stages/unwrapper/shapes/draft.h"

#include <string.h>

#define NO_VERTEX UINT32_MAX
#define LEAST_ROOM ((size_t)64)
#define FACES_PER_POLL ((size_t)1 << 14)

void uvp_draft_init(struct uvp_draft *draft, struct uvp_mem *mem, struct uvp_stop *stop)
{
    memset(draft, 0, sizeof *draft);
    draft->mem = mem;
    draft->stop = stop;
}

void uvp_draft_release(struct uvp_draft *draft)
{
    struct uvp_mem *const mem = draft->mem;

    uvp_mem_give(mem, draft->position, 3 * draft->vertex_room * sizeof *draft->position);
    uvp_mem_give(mem, draft->corner, draft->corner_room * sizeof *draft->corner);
    uvp_mem_give(mem, draft->face_start, draft->face_room * sizeof *draft->face_start);
    uvp_draft_init(draft, mem, draft->stop);
}

void uvp_draft_clear(struct uvp_draft *draft)
{
    draft->vertex_count = 0;
    draft->corner_count = 0;
    draft->face_count = 0;
}

bool uvp_draft_goes_on(struct uvp_draft *draft)
{
    if (draft->error.code != UVP_OK) {
        return false;
    }
    return draft->stop == NULL || uvp_stop_poll(draft->stop, &draft->error) == UVP_OK;
}

/* Room for `wanted` items of `each` bytes in *data, which has *room; false: the draft fails. */
static bool grow(struct uvp_draft *draft, void **data, size_t *room, size_t wanted, size_t each)
{
    size_t next = *room < LEAST_ROOM ? LEAST_ROOM : *room * 2;
    void *moved;

    if (wanted > UVP_DRAFT_MOST) {
        (void)uvp_fail(&draft->error, UVP_LIMIT, 0, "more than %u vertices or corners",
                       (unsigned)UVP_DRAFT_MOST);
        return false;
    }
    next = next < wanted ? wanted : next;
    moved = *data == NULL ? uvp_mem_take(draft->mem, next * each)
                          : uvp_mem_resize(draft->mem, *data, *room * each, next * each);
    if (moved == NULL) {
        (void)uvp_fail_memory(&draft->error, next * each);
        return false;
    }
    *data = moved;
    *room = next;
    return true;
}

uint32_t uvp_draft_vertex(struct uvp_draft *draft, double x, double y, double z)
{
    double *p;

    if (draft->error.code != UVP_OK) {
        return 0;
    }
    if (draft->vertex_count == draft->vertex_room) {
        void *data = draft->position;

        if (!grow(draft, &data, &draft->vertex_room, draft->vertex_count + 1,
                  3 * sizeof *draft->position)) {
            return 0;
        }
        draft->position = data;
    }
    p = draft->position + 3 * draft->vertex_count;
    p[0] = x;
    p[1] = y;
    p[2] = z;
    return (uint32_t)draft->vertex_count++;
}

static bool make_room_for_face(struct uvp_draft *draft, size_t count)
{
    void *corner = draft->corner;
    void *start = draft->face_start;

    if (draft->corner_count + count > draft->corner_room &&
        !grow(draft, &corner, &draft->corner_room, draft->corner_count + count,
              sizeof *draft->corner)) {
        return false;
    }
    draft->corner = corner;
    if (draft->face_count + 2 > draft->face_room &&
        !grow(draft, &start, &draft->face_room, draft->face_count + 2,
              sizeof *draft->face_start)) {
        return false;
    }
    draft->face_start = start;
    draft->face_start[0] = 0;
    return true;
}

void uvp_draft_face(struct uvp_draft *draft, const uint32_t *vertices, size_t count)
{
    if (draft->error.code != UVP_OK || !make_room_for_face(draft, count) ||
        (draft->face_count % FACES_PER_POLL == 0 && !uvp_draft_goes_on(draft))) {
        return;
    }
    memcpy(draft->corner + draft->corner_count, vertices, count * sizeof *vertices);
    draft->corner_count += count;
    draft->face_start[++draft->face_count] = (uint32_t)draft->corner_count;
}

void uvp_draft_triangle(struct uvp_draft *draft, uint32_t a, uint32_t b, uint32_t c)
{
    uvp_draft_face(draft, (const uint32_t[]){a, b, c}, 3);
}

void uvp_draft_quad(struct uvp_draft *draft, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    uvp_draft_face(draft, (const uint32_t[]){a, b, c, d}, 4);
}

void uvp_draft_split_quad(struct uvp_draft *draft, uint32_t a, uint32_t b, uint32_t c,
                          uint32_t d)
{
    uvp_draft_triangle(draft, a, b, c);
    uvp_draft_triangle(draft, a, c, d);
}

uint64_t uvp_draft_triangles(const struct uvp_draft *draft)
{
    uint64_t triangles = 0;

    for (size_t f = 0; f < draft->face_count; f++) {
        const uint32_t corners = draft->face_start[f + 1] - draft->face_start[f];
        triangles += corners < 3 ? 0 : corners - 2;
    }
    return triangles;
}

/* ---- welding ---- */

static uint64_t position_hash(const double *p)
{
    uint64_t hash = 0;

    for (int k = 0; k < 3; k++) {
        uint64_t bits;
        memcpy(&bits, &p[k], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* The vertex kept for position `at`, which becomes `next` when it is seen for the first time.
 */
static uint32_t find_or_keep(struct uvp_draft *draft, uint32_t *table, size_t mask,
                             const double *at, uint32_t next)
{
    size_t slot = (size_t)position_hash(at) & mask;

    while (table[slot] != NO_VERTEX) {
        if (memcmp(draft->position + 3 * (size_t)table[slot], at, 3 * sizeof *at) == 0) {
            return table[slot];
        }
        slot = (slot + 1) & mask;
    }
    table[slot] = next;
    memmove(draft->position + 3 * (size_t)next, at, 3 * sizeof *at);
    return next;
}

static void weld_into(struct uvp_draft *draft, uint32_t *table, size_t slots, uint32_t *kept)
{
    uint32_t next = 0;

    memset(table, 0xFF, slots * sizeof *table);
    for (size_t v = 0; v < draft->vertex_count; v++) {
        double at[3];
        for (int k = 0; k < 3; k++) {
            at[k] = draft->position[3 * v + (size_t)k] + 0.0; /* -0 and 0 are one place */
        }
        kept[v] = find_or_keep(draft, table, slots - 1, at, next);
        next += kept[v] == next;
    }
    draft->vertex_count = next;
    for (size_t c = 0; c < draft->corner_count; c++) {
        draft->corner[c] = kept[draft->corner[c]];
    }
}

void uvp_draft_weld(struct uvp_draft *draft)
{
    const size_t kept_bytes = (draft->vertex_count + 1) * sizeof(uint32_t);
    size_t slots = LEAST_ROOM;
    uint32_t *table;
    uint32_t *kept;

    if (!uvp_draft_goes_on(draft)) {
        return;
    }
    while (slots < 2 * draft->vertex_count) {
        slots *= 2;
    }
    table = uvp_mem_take(draft->mem, slots * sizeof *table);
    kept = uvp_mem_take(draft->mem, kept_bytes);
    if (table == NULL || kept == NULL) {
        (void)uvp_fail_memory(&draft->error, slots * sizeof *table);
    } else {
        weld_into(draft, table, slots, kept);
    }
    uvp_mem_give(draft->mem, table, slots * sizeof *table);
    uvp_mem_give(draft->mem, kept, kept_bytes);
}
