/*
 * surface.h -- the mesh as segmentation sees it: smooth normals, weighted edges, curvature
 *
 * Why:     noise of a triangle's size would shatter charts; sharp edges should attract seams.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 */
#ifndef UVP_ATLAS_SURFACE_H
#define UVP_ATLAS_SURFACE_H

#include "stages/unwrapper/atlas/atlas_internal.h"

struct uvp_surface {
    float *normal; /* 3 a triangle, unit length: smoothed, but not across sharp edges */
    float *length; /* 3 a triangle: of the edge, less where the surface bends sharply */
    float *defect; /* of each point: 2 pi less the angles around it; 0 on the mesh's border */
    uint32_t *beyond; /* 3 a triangle: the unit across the edge, UVP_SURFACE_HARD added where no
                         chart may reach across; UVP_SURFACE_INSIDE a unit, or UVP_NONE */
};

#define UVP_SURFACE_HARD (UINT32_C(1) << 31)
#define UVP_SURFACE_INSIDE (UVP_NONE - 1)

UVP_MUST_USE enum uvp_code uvp_surface_make(struct uvp_atlas_work *work,
                                            const struct uvp_topology *topology,
                                            struct uvp_surface *surface);

/*
 * The half-edge across h when a chart may go on there, or UVP_NONE: at the border, at dead
 * triangles and inside a unit.
 */
static inline uint32_t uvp_surface_across(const struct uvp_topology *topology, uint32_t h)
{
    const uint32_t g = topology->opposite[h];

    return g == UVP_NONE || uvp_is_dead(topology, g / 3) ||
                   uvp_unit_of(topology, g / 3) == uvp_unit_of(topology, h / 3)
               ? UVP_NONE
               : g;
}

/* The unit across h when there is one that is not h's own, or UVP_NONE. */
static inline uint32_t uvp_surface_unit(const struct uvp_surface *surface, uint32_t h)
{
    const uint32_t beyond = surface->beyond[h];

    return beyond >= UVP_SURFACE_INSIDE ? UVP_NONE : beyond & ~UVP_SURFACE_HARD;
}

/* Where there is a unit across h. */
static inline bool uvp_surface_is_hard(const struct uvp_surface *surface, uint32_t h)
{
    return (surface->beyond[h] & UVP_SURFACE_HARD) != 0;
}

static inline float uvp_dot3(const float *a, const float *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

#endif
