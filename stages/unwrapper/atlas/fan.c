/*
 * From the border edge u-v the walk turns about v, triangle by triangle, to the border edge
 * v-w. The third vertices on the way must lie inside the region with all their triangles: then
 * what is behind the fan stays connected about them.
 */
#include "stages/unwrapper/atlas/fan.h"

#include "stages/unwrapper/atlas/segment.h"

#define TURN_MAX 24 /* triangles about a point */

struct walk {
    const struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    const uint32_t *label;
    uint32_t own;
};

static uint32_t label_at(const struct walk *walk, uint32_t h)
{
    return walk->label[uvp_unit_of(walk->topology, h / 3)];
}

/* A triangle that is a unit of its own. */
static bool is_free(const struct walk *walk, uint32_t t)
{
    const uint32_t unit = uvp_unit_of(walk->topology, t);

    return uvp_unit_first(walk->topology, unit + 1) - uvp_unit_first(walk->topology, unit) == 1;
}

/* Whether all triangles about the start of h, all the way around, are the region's. */
static bool is_inside(const struct walk *walk, uint32_t h)
{
    uint32_t at = h;

    for (uint32_t i = 0; i < TURN_MAX; i++) {
        at = walk->topology->opposite[uvp_edge_prev(at)];
        if (at == UVP_NONE || label_at(walk, at) != walk->own) {
            return false;
        }
        if (at == h) {
            return true;
        }
    }
    return false;
}

/* The half-edge across when the walk may look there. */
static uint32_t across(const struct walk *walk, uint32_t h)
{
    const uint32_t g = walk->topology->opposite[h];

    return g == UVP_NONE || uvp_is_dead(walk->topology, g / 3) ||
                   uvp_seam_is_hard(walk->work, walk->topology, h)
               ? UVP_NONE
               : g;
}

/* Takes the triangle in whose half-edge `at` ends at the fan's point. */
static bool take_triangle(const struct walk *walk, const struct uvp_surface *surface,
                          uint32_t at, struct uvp_fan *fan)
{
    const uint32_t link = uvp_edge_prev(at); /* from the third vertex */
    const uint32_t behind = across(walk, link);

    if (fan->count == UVP_FAN_MAX || !is_free(walk, at / 3) || behind == UVP_NONE ||
        label_at(walk, behind) != walk->own) {
        return false;
    }
    fan->after += surface->length[link];
    fan->triangle[fan->count++] = at / 3;
    return true;
}

bool uvp_fan_find(const struct uvp_atlas_work *work, const struct uvp_topology *topology,
                  const struct uvp_surface *surface, const uint32_t *label, uint32_t h,
                  struct uvp_fan *fan)
{
    struct walk walk = {work, topology, label, 0};
    uint32_t beyond = across(&walk, h);
    uint32_t at = h;

    if (beyond == UVP_NONE) {
        return false;
    }
    walk.own = label_at(&walk, h);
    *fan = (struct uvp_fan){.to = label_at(&walk, beyond), .length = surface->length[h]};
    while (take_triangle(&walk, surface, at, fan)) {
        const uint32_t out = uvp_edge_next(at);
        beyond = across(&walk, out);
        if (beyond == UVP_NONE) {
            return false;
        }
        if (label_at(&walk, beyond) != walk.own) {
            fan->length += surface->length[out];
            return label_at(&walk, beyond) == fan->to && fan->count > 1;
        }
        if (!is_inside(&walk, uvp_edge_prev(at))) {
            return false;
        }
        at = beyond;
    }
    return false;
}
