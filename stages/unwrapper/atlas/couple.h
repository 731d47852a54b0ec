/*
 * couple.h -- two charts about to be one patch
 *
 * Why:     most pairs of charts are refused by a look at their joint border; so that comes
 *          first, and triangles only when they are asked for.
 * Use:     uvp_couple_make; look at patch.border and patch.uv; uvp_couple_fill for the rest.
 *          Edges between the two that are not cut in open->pieces are joined.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 */
#ifndef UVP_ATLAS_COUPLE_H
#define UVP_ATLAS_COUPLE_H

#include "stages/unwrapper/atlas/rim.h"
#include "stages/unwrapper/atlas/seam.h"

enum uvp_couple_side {
    UVP_COUPLE_NONE = 0,
    UVP_COUPLE_FIRST = 1,
    UVP_COUPLE_SECOND = 2,
    UVP_COUPLE_SEAM = 3,
};

/* A vertex of both charts, and how far the second's lies from the first's. */
struct uvp_couple_joint {
    uint32_t vertex;
    struct uvp_vec2 gap;
};

struct uvp_couple {
    const struct uvp_open_charts *open;
    uint32_t chart[2];
    struct uvp_bond bond; /* how the second chart is moved beside the first */
    uint32_t *vertex;     /* of each slot, the second chart's behind the first's */
    uint8_t *side;        /* of each vertex: enum uvp_couple_side */
    struct uvp_couple_joint *joint;
    uint32_t joints;
    struct uvp_patch patch; /* without triangles until it is filled */
};

/*
 * Vertices and border. They lie as the charts have them, vertices of both half way between.
 */
UVP_MUST_USE enum uvp_code uvp_couple_make(struct uvp_atlas_work *work,
                                           const struct uvp_open_charts *open, uint32_t a,
                                           uint32_t b, const struct uvp_bond *bond,
                                           struct uvp_couple *couple);

/* Triangles, corners and points. `list` has room for both charts' triangles, and must stay. */
UVP_MUST_USE enum uvp_code uvp_couple_fill(struct uvp_atlas_work *work,
                                           struct uvp_couple *couple, uint32_t *list);

/* Where every corner lies in its own chart's layout: 3 a triangle. */
UVP_MUST_USE enum uvp_code uvp_couple_shapes(struct uvp_atlas_work *work,
                                             const struct uvp_couple *couple,
                                             struct uvp_vec2 **shape);

#endif
