/*
 * bitweld.h -- corners with the same coordinates, bit for bit, become one vertex
 *
 * Why:     a triangle soup has no neighbours; an engine that cuts charts needs them.
 * Use:     init; add corners in their order, block by block; finish once.
 * Order:   vertices are numbered by first appearance, whatever the hash did. -0 counts as +0;
 *          NaNs are equal when their bits are.
 * Owner:   all arrays lie in the arena given.
 * Threads: confined.
 * Limits:  linear for any input: a table that is made to collide is given up for a sort.
 */
#ifndef UVP_FORMATS_MESH_BITWELD_H
#define UVP_FORMATS_MESH_BITWELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

struct uvp_bitweld {
    struct uvp_arena *arena;
    float *positions;      /* of the vertices, three each */
    uint32_t vertex_count; /* so far */
    uint32_t corner_room;  /* as many may be added */
    uint32_t corner_count; /* so far */
    uint32_t *slots;       /* vertex numbers */
    unsigned slot_bits;
    uint64_t probes_left; /* beyond the first look, before the table is given up */
    bool gave_up;         /* each corner becomes a vertex, and finish merges them */
};

/* Room for `corners` at most; `likely` vertices set the table's first size. */
UVP_MUST_USE enum uvp_code uvp_bitweld_init(struct uvp_bitweld *weld, struct uvp_arena *arena,
                                            uint32_t corners, uint32_t likely,
                                            struct uvp_error *err);

/* Adds `count` corners of three coordinates each, as bits; vertex[i] is the vertex of each. */
UVP_MUST_USE enum uvp_code uvp_bitweld_add(struct uvp_bitweld *weld, const uint32_t *bits,
                                           uint32_t count, uint32_t *vertex,
                                           struct uvp_error *err);

/* `vertex` holds the numbers of all corners added; they are final after this. */
UVP_MUST_USE enum uvp_code uvp_bitweld_finish(struct uvp_bitweld *weld, uint32_t *vertex,
                                              struct uvp_stop *stop, struct uvp_error *err);

#endif
