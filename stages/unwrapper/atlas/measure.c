/*
 * Stretch as Sander, Snyder, Gortler, Hoppe 2001 define it: singular values of the map from UV
 * to surface, L2 their root mean square and L-infinity the larger; both divided by the square
 * root of surface area over UV area, so that 1 is the best there is.
 *
 * Sums are made by ranges of a fixed size and added up in order: the same for any number of
 * hands.
 */
#include "stages/unwrapper/atlas/measure.h"

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/flatten.h"

#define RANGE 16384U /* triangles */

struct sums {
    double area;    /* surface */
    double uv_area; /* page sides squared */
    double squares; /* of L2, weighted by area */
    double largest; /* square of L-infinity */
    double seams;   /* length */
};

struct measuring {
    const struct uvp_topology *topology;
    const struct uvp_charts *charts;
    struct sums *range;
};

static void add_triangle(const struct uvp_topology *topology, const struct uvp_charts *charts,
                         uint32_t t, struct sums *sums)
{
    const uint32_t *const v = topology->vertex + 3 * (size_t)t;
    const uint32_t *const c = charts->corner + 3 * (size_t)t;
    const struct uvp_vec3 origin = uvp_point_of(topology, v[0]);
    const struct uvp_vec3 ab = uvp_vec3_sub(uvp_point_of(topology, v[1]), origin);
    const struct uvp_vec3 ac = uvp_vec3_sub(uvp_point_of(topology, v[2]), origin);
    const double step = 1.0 / charts->page_lattice;
    const double px = ((double)charts->page[c[1]].x - charts->page[c[0]].x) * step;
    const double py = ((double)charts->page[c[1]].y - charts->page[c[0]].y) * step;
    const double qx = ((double)charts->page[c[2]].x - charts->page[c[0]].x) * step;
    const double qy = ((double)charts->page[c[2]].y - charts->page[c[0]].y) * step;
    const double det = px * qy - py * qx;
    const double inverse = 1 / (det * det);
    /* columns of the map from UV to space, times det */
    const struct uvp_vec3 u = uvp_vec3_sub(uvp_vec3_scale(ab, qy), uvp_vec3_scale(ac, py));
    const struct uvp_vec3 w = uvp_vec3_sub(uvp_vec3_scale(ac, px), uvp_vec3_scale(ab, qx));
    const double a = uvp_vec3_dot(u, u) * inverse;
    const double b = uvp_vec3_dot(u, w) * inverse;
    const double d = uvp_vec3_dot(w, w) * inverse;
    const double larger = (a + d + sqrt((a - d) * (a - d) + 4 * b * b)) / 2;
    const double area = uvp_area_of(topology, t);

    sums->area += area;
    sums->uv_area += det / 2;
    if (isfinite(larger)) {
        sums->squares += area * (a + d) / 2;
        sums->largest = larger > sums->largest ? larger : sums->largest;
    }
}

static void add_seams(const struct uvp_topology *topology, const struct uvp_charts *charts,
                      uint32_t t, struct sums *sums)
{
    for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
        const uint32_t g = topology->opposite[h];
        if (g != UVP_NONE && g > h && !topology->dead[g / 3] &&
            uvp_charts_across(topology, charts, h) == UVP_NONE) {
            sums->seams += uvp_edge_length(topology, h);
        }
    }
}

static enum uvp_code measure_range(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    const struct measuring *const measuring = arg;
    const struct uvp_topology *const topology = measuring->topology;
    const uint32_t left = topology->triangle_count - i * RANGE;
    const uint32_t end = i * RANGE + (left < RANGE ? left : RANGE);
    struct sums sums = {0, 0, 0, 0, 0};

    for (uint32_t t = i * RANGE; t < end; t++) {
        if (!topology->dead[t]) {
            add_triangle(topology, measuring->charts, t, &sums);
            add_seams(topology, measuring->charts, t, &sums);
        }
        UVP_TRY(uvp_work_count(work, 20));
    }
    measuring->range[i] = sums;
    return UVP_OK;
}

static enum uvp_code measure_all(struct uvp_atlas_work *work,
                                 const struct uvp_topology *topology,
                                 const struct uvp_charts *charts, struct sums *sums)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const uint32_t ranges = (topology->triangle_count + RANGE - 1) / RANGE;
    struct measuring measuring = {topology, charts, NULL};

    UVP_TAKE(work, measuring.range, ranges);
    UVP_TRY(uvp_crew_run(work, ranges, measure_range, &measuring));
    *sums = (struct sums){0, 0, 0, 0, 0};
    for (uint32_t i = 0; i < ranges; i++) {
        const struct sums *const range = &measuring.range[i];
        sums->area += range->area;
        sums->uv_area += range->uv_area;
        sums->squares += range->squares;
        sums->largest = fmax(sums->largest, range->largest);
        sums->seams += range->seams;
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

enum uvp_code uvp_measure_layout(struct uvp_atlas_work *work,
                                 const struct uvp_topology *topology,
                                 const struct uvp_charts *charts, struct uvp_atlas_stats *stats)
{
    struct sums sums = {0, 0, 0, 0, 0};
    double density;

    UVP_TRY(measure_all(work, topology, charts, &sums));
    stats->triangles = topology->triangle_count;
    stats->degenerate_triangles = topology->triangle_count - topology->live_triangles;
    stats->turned_triangles = topology->turned_triangles;
    stats->charts = charts->count;
    stats->single_triangle_charts = 0;
    for (uint32_t c = 0; c < charts->count; c++) {
        stats->single_triangle_charts += charts->chart[c].triangle_count == 1;
    }
    density = sums.uv_area / sums.area;
    stats->stretch_max = sqrt(sums.largest * density);
    stats->stretch_mean = sqrt(sums.squares / sums.area * density);
    stats->packing_efficiency = sums.uv_area / charts->page_count;
    stats->seam_length = sums.seams / sqrt(sums.area);
    return UVP_OK;
}
