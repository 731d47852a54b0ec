/*
 * Normals are averaged over the three neighbours with the weight cos^2 of the angle between
 * them, so that nothing flows over a sharp edge (bilateral smoothing in its simplest form).
 *
 * Curvature is the angle defect of each point. Angles come from a polynomial for the half
 * angle's arc tangent, good to 10^-4; the third angle of a triangle is pi less the other two,
 * so that errors only move angle within a triangle and cancel in any sum over a region.
 */
#include "stages/unwrapper/atlas/surface.h"

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/segment.h"

#define BLOCK 1024U

#define PI 3.14159265358979F

/* What an edge counts where the surface bends by a right angle or more. */
#define SHARP_WEIGHT 0.35F

/* Twice the arc tangent of x in [0, 1]. */
static float twice_atan(float x)
{
    const float y = x * x;

    return 2 * x * (0.9992137F + y * (-0.3211743F + y * (0.1462629F - y * 0.0389856F)));
}

static void smooth_triangle(const struct uvp_topology *topology, const float *from,
                            uint32_t stride, uint32_t t, float *to)
{
    const float *const own = from + (size_t)stride * t;
    const float area = topology->face[4 * (size_t)t + 3];
    float sum[3] = {own[0] * area, own[1] * area, own[2] * area};
    float length;

    for (uint32_t k = 0; k < 3; k++) {
        const uint32_t g = topology->opposite[3 * t + k];
        if (g != UVP_NONE) {
            const float *const other = from + (size_t)stride * (g / 3);
            const float alike = uvp_dot3(own, other);
            const float weight =
                alike > 0 ? alike * alike * topology->face[4 * (size_t)(g / 3) + 3] : 0;
            sum[0] += weight * other[0];
            sum[1] += weight * other[1];
            sum[2] += weight * other[2];
        }
    }
    length = sqrtf(uvp_dot3(sum, sum));
    for (int k = 0; k < 3; k++) {
        to[k] = length > 0 ? sum[k] / length : own[k];
    }
}

struct smoothing {
    const struct uvp_topology *topology;
    const float *from;
    uint32_t stride;
    float *to;
};

static enum uvp_code smooth_range(struct uvp_atlas_work *work, void *arg, uint32_t first,
                                  uint32_t end)
{
    const struct smoothing *const smoothing = arg;

    for (uint32_t t = first; t < end; t++) {
        smooth_triangle(smoothing->topology, smoothing->from, smoothing->stride, t,
                        smoothing->to + 3 * (size_t)t);
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(work, 20 * BLOCK));
        }
    }
    return UVP_OK;
}

static enum uvp_code smooth(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                            const float *from, uint32_t stride, float *to)
{
    struct smoothing smoothing = {topology, from, stride, to};

    return uvp_crew_ranges(work, topology->triangle_count, smooth_range, &smoothing);
}

/* Takes the three angles off the points' defects. Edge k goes from vertex k to the next. */
static void take_angles(const uint32_t *vertex, const float *length, float *defect)
{
    const float a = length[0];
    const float b = length[1];
    const float c = length[2];
    /*
     * The corner opposite to the longest edge comes last: the others are below a right angle.
     * Which that is is anybody's guess: no jumps.
     */
    static const uint8_t turn[5] = {0, 1, 2, 0, 1};
    const unsigned second = b > a;
    const unsigned third = (c > a) & (c > b);
    const unsigned longest = third << 1 | (second & (third ^ 1));
    const unsigned next = turn[longest + 1];
    const unsigned last = turn[longest + 2];
    const float l = length[longest];
    const float m = length[next];
    const float n = length[last];
    const float half = (l + m + n) / 2;
    const float inner = (half - l) * (half - m) * (half - n) / half;
    const float radius = inner > 0 ? sqrtf(inner) : 0;
    /* radius of the inner circle over the way from the corner to its touching point */
    const float at_next = half - n > 0 ? twice_atan(fminf(radius / (half - n), 1)) : 0;
    const float at_first = half - m > 0 ? twice_atan(fminf(radius / (half - m), 1)) : 0;

    defect[vertex[longest]] -= at_first;
    defect[vertex[next]] -= at_next;
    defect[vertex[last]] -= PI - at_first - at_next;
}

/* Scaled before it is squared: either would leave float's range. */
static float edge_length(const float *p, const float *q, double scale)
{
    const float d[3] = {(float)(((double)p[0] - (double)q[0]) * scale),
                        (float)(((double)p[1] - (double)q[1]) * scale),
                        (float)(((double)p[2] - (double)q[2]) * scale)};

    return sqrtf(uvp_dot3(d, d));
}

static float sharp_weight(const struct uvp_topology *topology, const float *normal, uint32_t h)
{
    const uint32_t g = topology->opposite[h];
    float alike;

    if (g == UVP_NONE) {
        return 1;
    }
    alike = uvp_dot3(normal + 3 * (size_t)(h / 3), normal + 3 * (size_t)(g / 3));
    return alike > 0 ? SHARP_WEIGHT + (1 - SHARP_WEIGHT) * alike * alike : SHARP_WEIGHT;
}

static uint32_t find_beyond(const struct uvp_atlas_work *work,
                            const struct uvp_topology *topology, uint32_t h)
{
    const uint32_t g = topology->opposite[h];
    uint32_t unit;

    if (g == UVP_NONE || uvp_is_dead(topology, g / 3)) {
        return UVP_NONE;
    }
    unit = uvp_unit_of(topology, g / 3);
    if (unit == uvp_unit_of(topology, h / 3)) {
        return UVP_SURFACE_INSIDE;
    }
    return uvp_seam_is_hard(work, topology, h) ? unit | UVP_SURFACE_HARD : unit;
}

static enum uvp_code measure_edges(struct uvp_atlas_work *work,
                                   const struct uvp_topology *topology,
                                   struct uvp_surface *surface)
{
    const double scale = topology->scale;

    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        const uint32_t *const v = topology->vertex + 3 * (size_t)t;
        float *const length = surface->length + 3 * (size_t)t;
        for (uint32_t k = 0; k < 3; k++) {
            length[k] = edge_length(topology->point + 3 * (size_t)v[k],
                                    topology->point + 3 * (size_t)v[(k + 1) % 3], scale);
        }
        if (!uvp_is_dead(topology, t)) {
            take_angles(v, length, surface->defect);
        }
        for (uint32_t k = 0; k < 3; k++) {
            length[k] *= sharp_weight(topology, surface->normal, 3 * t + k);
            surface->beyond[3 * (size_t)t + k] = find_beyond(work, topology, 3 * t + k);
        }
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(work, 30 * BLOCK));
        }
    }
    return UVP_OK;
}

/* Points without a whole turn of triangles have no curvature that a chart could suffer from. */
static enum uvp_code clear_borders(struct uvp_atlas_work *work,
                                   const struct uvp_topology *topology, float *defect)
{
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        if (topology->opposite[h] == UVP_NONE) {
            defect[topology->vertex[h]] = 0;
            defect[topology->vertex[uvp_edge_next(h)]] = 0;
        }
        if (h % BLOCK == 0) {
            UVP_TRY(uvp_work_count(work, 2 * BLOCK));
        }
    }
    for (uint32_t p = 0; p < topology->point_count; p++) {
        if (!(defect[p] > -4)) { /* two sheets that touch, or no number at all */
            defect[p] = 0;
        }
    }
    return uvp_stop_poll(work->stop, work->err);
}

enum uvp_code uvp_surface_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               struct uvp_surface *surface)
{
    UVP_TAKE(work, surface->normal, 3 * (size_t)topology->triangle_count);
    UVP_TAKE(work, surface->length, 3 * (size_t)topology->triangle_count);
    UVP_TAKE(work, surface->defect, topology->point_count);
    UVP_TAKE(work, surface->beyond, 3 * (size_t)topology->triangle_count);
    UVP_TRY(smooth(work, topology, topology->face, 4, surface->length));
    UVP_TRY(smooth(work, topology, surface->length, 3, surface->normal));
    for (uint32_t p = 0; p < topology->point_count; p++) {
        surface->defect[p] = 2 * PI;
    }
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    UVP_TRY(measure_edges(work, topology, surface));
    return clear_borders(work, topology, surface->defect);
}
