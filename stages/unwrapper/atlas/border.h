/*
 * border.h -- triangles in UV space to the border between covered and free
 *
 * Why:     edges that two triangles share from both sides cancel; what is left decides about
 *          overlap (sweep.h), and is far less than all edges.
 */
#ifndef UVP_ATLAS_BORDER_H
#define UVP_ATLAS_BORDER_H

#include "stages/unwrapper/atlas/sweep.h"

/* Triangles with the UVs of their corners, as judges see them. */
struct uvp_uv_mesh {
    const struct uvp_atlas_input *input;
    const float *uv;
    uint32_t uv_count;         /* at most 2^31 - 1 */
    const uint32_t *corner_uv; /* of each corner; no index: it has none */
    uint32_t index_count;      /* what is an index of corner_uv */
    const uint32_t *uv_of;     /* of each such index; NULL: it is the UV itself */
    int8_t *sign;              /* of each triangle: turns left, turns right; 0: not looked at */
};

static inline bool uvp_has_uv(const struct uvp_uv_mesh *mesh, uint32_t h)
{
    return mesh->corner_uv[mesh->input->triangles[h]] < mesh->index_count;
}

static inline uint32_t uvp_uv_of(const struct uvp_uv_mesh *mesh, uint32_t h)
{
    const uint32_t index = mesh->corner_uv[mesh->input->triangles[h]];

    return mesh->uv_of == NULL ? index : mesh->uv_of[index];
}

static inline struct uvp_spot uvp_uv_spot(const struct uvp_uv_mesh *mesh, uint32_t uv)
{
    return (struct uvp_spot){mesh->uv[2 * (size_t)uv], mesh->uv[2 * (size_t)uv + 1]};
}

/* The border of all triangles with a sign, each taken as turning left. In scratch memory. */
UVP_MUST_USE enum uvp_code uvp_border_make(struct uvp_atlas_work *work,
                                           const struct uvp_uv_mesh *mesh,
                                           struct uvp_border *border);

#endif
