#include <math.h>
#include <string.h>

#include "stages/unwrapper/shapes/noise.h"
#include "stages/unwrapper/shapes/shapes.h"

#define ROUGH_WAVES 6.0 /* bumps along the longest side */

#define GOOD UVP_SHAPE_GOOD
#define OPEN UVP_SHAPE_OPEN
#define REAL UVP_SHAPE_FINITE

const struct uvp_shape_kind uvp_shapes[] = {
    {"cube", "a box of six flat sides", uvp_shape_cube, 12, 12, GOOD},
    {"plane", "a flat square", uvp_shape_plane, 2, 2, OPEN},
    {"grid", "a sheet with hills, open all around", uvp_shape_grid, 2, 2, OPEN},
    {"cylinder", "with a lid at both ends", uvp_shape_can, 12, 0, GOOD},
    {"tube", "a cylinder without lids", uvp_shape_cylinder, 6, 0, OPEN},
    {"cone", "a spire with a bottom", uvp_shape_cone, 6, 0, GOOD},
    {"icosphere", "a sphere of nearly equal triangles", uvp_shape_icosphere, 20, 20, GOOD},
    {"uvsphere", "of stacks and slices, with two poles", uvp_shape_sphere, 24, 0, GOOD},
    {"torus", "a ring: one handle", uvp_shape_torus, 24, 0, GOOD},
    {"quads", "a ring of four-cornered faces", uvp_shape_quads, 24, 0, GOOD},
    {"ngon", "a sheet of polygons of up to 32 corners, some hollow", uvp_shape_ngon, 100, 0,
     OPEN},
    {"blob", "a level set of noisy balls: several parts, slivers", uvp_shape_blob, 1200, 0,
     GOOD},
    {"gyroid", "a level set with many handles", uvp_shape_gyroid, 6000, 0, GOOD},
    {"noisy", "a level set of noise: a boulder with hollows", uvp_shape_noisy, 2000, 0, GOOD},
    {"plate", "a plate with bosses and holes: hard edges, flat sides", uvp_shape_cad, 300, 0,
     GOOD},
    {"bracket", "a bent plate with holes: a fillet between two arms", uvp_shape_bracket, 1500,
     0, GOOD},
    {"gear", "a toothed wheel with a bore", uvp_shape_gear, 800, 0, GOOD},
    {"soup", "triangles that share nothing", uvp_shape_soup, 1, 0, OPEN},
    {"flipped", "a ring with faces turned inside out", uvp_shape_flipped, 24, 0,
     REAL | UVP_SHAPE_SOUND},
    {"doubled", "a ring with faces that are there twice", uvp_shape_doubled, 28, 0, REAL},
    {"degenerate", "a ring with points, lines and needles for faces", uvp_shape_degenerate, 28,
     0, REAL},
    {"fans", "a ring with edges of three to nine faces", uvp_shape_fans, 32, 0,
     REAL | UVP_SHAPE_SOUND},
    {"cracks", "a ring with corners in the middle of edges (T-junctions)", uvp_shape_cracks, 28,
     0, OPEN},
    {"holes", "a ring with faces missing", uvp_shape_holes, 24, 0, OPEN},
    {"unreal", "a ring with coordinates that are no numbers, or endless", uvp_shape_unreal, 28,
     0, 0},
    {"loose", "a ring and vertices no face uses", uvp_shape_loose, 24, 0, GOOD},
    {"dirty", "all of these faults in one mesh", uvp_shape_dirty, 36, 0, 0},
    {NULL, NULL, NULL, 0, 0, 0},
};

const struct uvp_shape_kind *uvp_shape_find(const char *name)
{
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        if (strcmp(shape->name, name) == 0) {
            return shape;
        }
    }
    return NULL;
}

void uvp_shape_make(const struct uvp_shape_kind *shape, struct uvp_draft *draft,
                    uint32_t triangles, uint64_t seed)
{
    struct uvp_prng prng = {seed};

    triangles = triangles < shape->least ? shape->least : triangles;
    if (shape->each != 0) {
        const uint64_t side = (uint64_t)(sqrt((double)triangles / shape->each) + 0.5);
        triangles = (uint32_t)(side * side * shape->each);
    }
    shape->make(draft, triangles, &prng);
}

/* ---- roughness ---- */

static double longest_side(const struct uvp_draft *draft, double low[3])
{
    double high[3] = {-(double)INFINITY, -(double)INFINITY, -(double)INFINITY};
    double longest = 0;

    for (int k = 0; k < 3; k++) {
        low[k] = (double)INFINITY;
        for (size_t v = 0; v < draft->vertex_count; v++) {
            const double at = draft->position[3 * v + (size_t)k];
            low[k] = isfinite(at) && at < low[k] ? at : low[k];
            high[k] = isfinite(at) && at > high[k] ? at : high[k];
        }
        longest = high[k] - low[k] > longest ? high[k] - low[k] : longest;
    }
    return longest;
}

void uvp_shape_roughen(struct uvp_draft *draft, double part, uint64_t seed)
{
    double low[3];
    const double side = longest_side(draft, low);

    if (!uvp_draft_goes_on(draft) || !(side > 0)) {
        return;
    }
    for (size_t v = 0; v < draft->vertex_count; v++) {
        double *const p = draft->position + 3 * v;
        double at[3];

        if (!isfinite(p[0]) || !isfinite(p[1]) || !isfinite(p[2])) {
            continue;
        }
        for (int k = 0; k < 3; k++) {
            at[k] = (p[k] - low[k]) / side * ROUGH_WAVES;
        }
        for (uint64_t k = 0; k < 3; k++) {
            p[k] += part * side * uvp_noise(seed + k, at[0], at[1], at[2]);
        }
    }
}
