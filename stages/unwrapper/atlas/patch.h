/*
 * patch.h -- one connected piece of the mesh, with vertices of its own
 *
 * Why:     flattening and the verdict need small dense numbers, and the piece's own vertices:
 *          a point that the piece touches twice, or along a seam, is two vertices.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 */
#ifndef UVP_ATLAS_PATCH_H
#define UVP_ATLAS_PATCH_H

#include "stages/unwrapper/atlas/atlas_internal.h"

struct uvp_vec2 {
    double x;
    double y;
};

struct uvp_patch {
    uint32_t triangle_count;
    uint32_t vertex_count;
    uint32_t border_count;
    const uint32_t *triangle; /* number in the mesh of each triangle */
    uint32_t *corner;         /* 3 a triangle: vertex of the patch */
    uint32_t *point;          /* of each vertex */
    uint32_t *border;         /* 2 an edge: from, to; the patch lies on the left */
    struct uvp_vec2 *uv;      /* of each vertex */
    struct uvp_point2 *at;    /* of each vertex, on the patch's lattice */
    double step;              /* length of a lattice step */
};

/*
 * Which triangles are together: label says of which piece each triangle is, local its place in
 * the piece's list. Bit k of cut[t] parts a piece along edge k of t; set on both sides.
 *
 * Threads: tasks with pieces of their own may share the arrays: each writes only at its own
 *          triangles, and whatever it reads as a neighbour's label is not its own.
 */
struct uvp_pieces {
    uint32_t *label;
    uint32_t *local;
    uint8_t *cut; /* NULL: no cuts */
};

static inline uint32_t uvp_pieces_label(const struct uvp_pieces *pieces, uint32_t t)
{
    return __atomic_load_n(&pieces->label[t], __ATOMIC_RELAXED);
}

static inline void uvp_pieces_give(const struct uvp_pieces *pieces, uint32_t t, uint32_t label)
{
    __atomic_store_n(&pieces->label[t], label, __ATOMIC_RELAXED);
}

/* Numbers the list's triangles in `pieces`, and gives the patch corners, points and borders. */
UVP_MUST_USE enum uvp_code uvp_patch_make(struct uvp_atlas_work *work,
                                          const struct uvp_topology *topology,
                                          struct uvp_pieces *pieces, uint32_t label,
                                          const uint32_t *triangles, uint32_t count,
                                          struct uvp_patch *patch);

/* The half-edge across h when its triangle is of the same piece and not cut off, or UVP_NONE.
 */
static inline uint32_t uvp_pieces_across(const struct uvp_topology *topology,
                                         const struct uvp_pieces *pieces, uint32_t h)
{
    const uint32_t g = topology->opposite[h];

    if (g == UVP_NONE || uvp_pieces_label(pieces, g / 3) != uvp_pieces_label(pieces, h / 3) ||
        (pieces->cut != NULL && (pieces->cut[h / 3] >> h % 3 & 1) != 0)) {
        return UVP_NONE;
    }
    return g;
}

/* Rounds uv to a lattice of about 2^24 steps over the patch: fills `at` and `step`. */
void uvp_patch_snap(const struct uvp_topology *topology, struct uvp_patch *patch);

#endif
