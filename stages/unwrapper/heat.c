/*
 * Sander, Snyder, Gortler, Hoppe: Texture mapping progressive meshes (2001), section 3: the
 * greatest singular value of the map from UV to the surface.
 */
#include "stages/unwrapper/heat.h"

#include <string.h>

#define TRIANGLES_PER_POLL 65536U

/* A triangle laid flat: edges 1 and 2 from corner 0, on the surface and in UV. */
struct facet {
    double edge[2][3];
    double uv_edge[2][2];
    double twice_area;
    double twice_uv_area; /* without sign */
};

static bool read_facet(const struct uvp_shape *shape, uint32_t triangle, struct facet *facet)
{
    double p[3][3];
    double q[3][2];
    double n[3];

    for (int k = 0; k < 3; k++) {
        uint32_t vertex;
        uint32_t uv;

        if (!uvp_shape_corner(shape, triangle, k, &vertex, &uv)) {
            return false;
        }
        for (int axis = 0; axis < 3; axis++) {
            p[k][axis] = (double)shape->positions[3 * (size_t)vertex + (size_t)axis];
        }
        q[k][0] = (double)shape->uv[2 * (size_t)uv];
        q[k][1] = (double)shape->uv[2 * (size_t)uv + 1];
    }
    for (int k = 0; k < 2; k++) {
        for (int axis = 0; axis < 3; axis++) {
            facet->edge[k][axis] = p[k + 1][axis] - p[0][axis];
        }
        facet->uv_edge[k][0] = q[k + 1][0] - q[0][0];
        facet->uv_edge[k][1] = q[k + 1][1] - q[0][1];
    }
    for (int axis = 0; axis < 3; axis++) {
        const int a = (axis + 1) % 3;
        const int b = (axis + 2) % 3;
        n[axis] = facet->edge[0][a] * facet->edge[1][b] - facet->edge[0][b] * facet->edge[1][a];
    }
    facet->twice_area = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    facet->twice_uv_area = fabs(facet->uv_edge[0][0] * facet->uv_edge[1][1] -
                                facet->uv_edge[0][1] * facet->uv_edge[1][0]);
    return isfinite(facet->twice_area) && facet->twice_area > 0;
}

static double stretch_of(const struct facet *facet)
{
    const double inverse = 1 / facet->twice_uv_area;
    double a = 0;
    double b = 0;
    double c = 0;

    if (!(facet->twice_uv_area > 0) || !isfinite(inverse)) {
        return (double)INFINITY;
    }
    for (int axis = 0; axis < 3; axis++) {
        const double along_u = (facet->edge[0][axis] * facet->uv_edge[1][1] -
                                facet->edge[1][axis] * facet->uv_edge[0][1]) *
                               inverse;
        const double along_v = (facet->edge[1][axis] * facet->uv_edge[0][0] -
                                facet->edge[0][axis] * facet->uv_edge[1][0]) *
                               inverse;
        a += along_u * along_u;
        b += along_u * along_v;
        c += along_v * along_v;
    }
    return sqrt((a + c + sqrt((a - c) * (a - c) + 4 * b * b)) / 2);
}

static uint32_t bin_of(double stretch)
{
    const double place = (log2(stretch) + 1) * UVP_HEAT_OCTAVE;

    if (!(place > 0)) {
        return 0;
    }
    return place < UVP_HEAT_BINS - 1 ? (uint32_t)place : UVP_HEAT_BINS - 1;
}

void uvp_heat_init(struct uvp_heat *heat)
{
    memset(heat, 0, sizeof *heat);
}

static enum uvp_code add_areas(const struct uvp_shape *shape, struct uvp_stop *stop,
                               double *twice_area, double *twice_uv_area, struct uvp_error *err)
{
    struct facet facet;

    for (uint32_t t = 0; t < shape->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        if (read_facet(shape, t, &facet)) {
            *twice_area += facet.twice_area;
            *twice_uv_area += facet.twice_uv_area;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_heat_add(struct uvp_heat *heat, const struct uvp_shape *shape,
                           struct uvp_stop *stop, double *scale, struct uvp_error *err)
{
    double area = 0;
    double uv_area = 0;
    struct facet facet;

    UVP_TRY(add_areas(shape, stop, &area, &uv_area, err));
    *scale = area > 0 ? sqrt(uv_area / area) : 0;
    for (uint32_t t = 0; t < shape->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        if (read_facet(shape, t, &facet)) {
            heat->bins[bin_of(*scale * stretch_of(&facet))] += facet.twice_area / 2;
        }
    }
    heat->area += area / 2;
    heat->uv_area += uv_area / 2;
    return UVP_OK;
}

double uvp_heat_percentile(const struct uvp_heat *heat, double part)
{
    double total = 0;
    double so_far = 0;
    uint32_t bin = 0;

    for (uint32_t i = 0; i < UVP_HEAT_BINS; i++) {
        total += heat->bins[i];
    }
    if (!(total > 0)) {
        return 0;
    }
    while (bin + 1 < UVP_HEAT_BINS && so_far + heat->bins[bin] < total * part) {
        so_far += heat->bins[bin++];
    }
    return exp2((bin + 0.5) / UVP_HEAT_OCTAVE - 1);
}

double uvp_heat_of(const struct uvp_shape *shape, double scale, uint32_t triangle)
{
    struct facet facet;

    if (!read_facet(shape, triangle, &facet)) {
        return 0;
    }
    return scale > 0 ? scale * stretch_of(&facet) : (double)INFINITY;
}
