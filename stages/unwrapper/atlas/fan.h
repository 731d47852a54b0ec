/*
 * fan.h -- all triangles of a region about one point of its border
 *
 * Why:     moving them over shifts the border past the point: where single triangles can only
 *          be cut off as ears, a fan takes a step of a bump away.
 */
#ifndef UVP_ATLAS_FAN_H
#define UVP_ATLAS_FAN_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/surface.h"

#define UVP_FAN_MAX 5

struct uvp_fan {
    uint32_t count;
    uint32_t triangle[UVP_FAN_MAX];
    uint32_t to;  /* the region on the other side of the border */
    float length; /* of the border's two edges at the point */
    float after;  /* of the border once the fan has moved */
};

/*
 * The fan about the end of border half-edge h; false when there is none that could move:
 * `label` of another region, a polygon or the mesh's border in the way, or the rest of the
 * region held together by the fan alone.
 */
bool uvp_fan_find(const struct uvp_atlas_work *work, const struct uvp_topology *topology,
                  const struct uvp_surface *surface, const uint32_t *label, uint32_t h,
                  struct uvp_fan *fan);

#endif
