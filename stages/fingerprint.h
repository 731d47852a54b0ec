/*
 * fingerprint.h -- what of a mesh is needed to compare it with another that is not there
 *
 * Why:     two archives are read one after the other; what is kept of the first must be small
 *          and must not depend on the order of its triangles.
 * Shape:   the facts of a record with UVP_TASK_COMPARE: this struct, then `triangles` keys
 *          (uint64_t), ascending, then, when it has UVs, six floats for each in the same order.
 *          A key is a hash of the three corners' positions, from the least corner on, as the
 *          triangle turns. The six floats are the corners' UVs likewise; NaN: none.
 * Threads: plain data.
 */
#ifndef UVP_STAGES_FINGERPRINT_H
#define UVP_STAGES_FINGERPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "stages/unwrapper/analysis/analysis.h"

struct uvp_digest {
    uint64_t low;
    uint64_t high;
};

struct uvp_fingerprint {
    uint32_t triangles;
    uint32_t meshes;
    uint32_t polygons;
    uint32_t vertices;
    uint32_t unmapped;       /* triangles with a corner that has no UV */
    bool has_uvs;            /* some triangle has */
    struct uvp_digest order; /* of all corners' positions, triangle by triangle as they come */
    struct uvp_digest surface;   /* of the keys: the same whatever the order */
    struct uvp_digest layout;    /* of the UVs, in the order of the keys */
    struct uvp_analysis figures; /* of all meshes that have UVs; when has_uvs */
};

#endif
