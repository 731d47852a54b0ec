/*
 * segment.h -- charts from faces, by merging from the bottom up
 *
 * Order:   smooth normals, edge weights and curvature (surface.c); small facets in rounds of
 *          mutual choice (facet.c); charts from facets by a queue of all borders (hierarchy.c);
 *          borders made short (relax.c); charts once more, then those too small to stand alone.
 */
#ifndef UVP_ATLAS_SEGMENT_H
#define UVP_ATLAS_SEGMENT_H

#include "stages/unwrapper/atlas/atlas_internal.h"
#include "stages/unwrapper/atlas/lineage.h"
#include "stages/unwrapper/atlas/plan.h"

/* One chart number a unit, 0 ... count - 1 by first unit; UVP_NONE for units all dead. */
struct uvp_segments {
    uint32_t *chart; /* of each unit */
    uint32_t count;
    struct uvp_lineage lineage; /* of what they were joined */
};

UVP_MUST_USE enum uvp_code uvp_segment_make(struct uvp_atlas_work *work,
                                            const struct uvp_topology *topology,
                                            struct uvp_segments *segments);

/* Whether no chart may reach across the paired half-edge h, by the caller's wish. */
static inline bool uvp_seam_is_hard(const struct uvp_atlas_work *work,
                                    const struct uvp_topology *topology, uint32_t h)
{
    const struct uvp_plan *const plan = work->plan;
    const uint32_t t = h / 3;
    const uint32_t o = topology->opposite[h] / 3;

    if (plan->seam_groups && work->input->triangle_group != NULL &&
        work->input->triangle_group[t] != work->input->triangle_group[o]) {
        return true;
    }
    return plan->seam_cosine > -2 &&
           uvp_vec3_dot(uvp_normal_of(topology, t), uvp_normal_of(topology, o)) <
               plan->seam_cosine;
}

#endif
