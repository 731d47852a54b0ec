/*
 * The steps in order. Regions are numbered anew after each: by their first unit, so that the
 * result does not depend on the order of joins.
 */
#include "stages/unwrapper/atlas/segment.h"

#include <string.h>

#include "stages/unwrapper/atlas/facet.h"
#include "stages/unwrapper/atlas/hierarchy.h"
#include "stages/unwrapper/atlas/relax.h"

#define BLOCK 1024U

#define DEVIATION_MAX 0.25
#define DEVIATION_ROUGH 0.1
#define ROUGH_FROM 0.025 /* mean deviation of facets */
#define ROUGH_TO 0.05
#define CONE_MIN (-0.6) /* cosine of the widest cone */
#define THIN_TEXELS 2   /* and twice the gap: narrower charts join a neighbour */
#define PAGE_FILLED 0.65
/* Where most charts are to be projected only, whatever distortion is allowed. */
#define FAST_CONE_MIN 0.64
#define FAST_THIN_CONE_MIN 0.0 /* wider ones cannot be projected */
#define FAST_ENERGY 0.006

struct segmenter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_surface surface;
    struct uvp_join_limits limits;
    uint32_t *label; /* of each unit */
    uint32_t count;
    struct uvp_lineage *lineage;
    double *warp; /* of each region, as the last joining left it */
};

static void set_limits(struct segmenter *segmenter)
{
    const struct uvp_plan *const plan = segmenter->work->plan;
    const bool fast = plan->preset == UVP_ATLAS_FAST;

    segmenter->limits = (struct uvp_join_limits){
        .energy = fast ? fmin(plan->chart_energy - 1, FAST_ENERGY) : plan->chart_energy - 1,
        .cosine = fast ? FAST_CONE_MIN : CONE_MIN,
        .thin_cosine = fast ? FAST_THIN_CONE_MIN : -1,
        .triangles = plan->chart_triangles_max,
    };
}

static enum uvp_code describe_regions(struct segmenter *segmenter,
                                      struct uvp_relax_region *region)
{
    const struct uvp_topology *const topology = segmenter->topology;

    for (uint32_t i = 0; i < segmenter->count; i++) {
        region[i] = (struct uvp_relax_region){{0, 0, 0}, 0};
    }
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        const float area = topology->face[4 * (size_t)t + 3];
        if (!uvp_is_dead(topology, t)) {
            struct uvp_relax_region *const to =
                &region[segmenter->label[uvp_unit_of(topology, t)]];
            for (uint32_t k = 0; k < 3; k++) {
                to->axis[k] += area * segmenter->surface.normal[3 * (size_t)t + k];
            }
            to->triangles++;
        }
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(segmenter->work, 8 * BLOCK));
        }
    }
    for (uint32_t i = 0; i < segmenter->count; i++) {
        const float length = sqrtf(uvp_dot3(region[i].axis, region[i].axis));
        for (int k = 0; k < 3 && length > 0; k++) {
            region[i].axis[k] /= length;
        }
    }
    return UVP_OK;
}

/* Labels from 0 up by first unit; `map` takes old labels to roots, NULL: to themselves. */
static enum uvp_code renumber(struct segmenter *segmenter, struct uvp_graph *graph)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(segmenter->work->scratch);
    uint32_t *number;
    double *warp;
    uint32_t count = 0;

    UVP_TAKE(segmenter->work, number, segmenter->count);
    UVP_TAKE(segmenter->work, warp, segmenter->count);
    for (uint32_t i = 0; i < segmenter->count; i++) {
        number[i] = UVP_NONE;
    }
    for (uint32_t u = 0; u < segmenter->topology->unit_count; u++) {
        if (segmenter->label[u] != UVP_NONE) {
            const uint32_t root = graph == NULL ? segmenter->label[u]
                                                : uvp_graph_root(graph, segmenter->label[u]);
            if (number[root] == UVP_NONE) {
                warp[count] = graph == NULL ? segmenter->warp[root] : graph->region[root].warp;
                number[root] = count++;
            }
            segmenter->label[u] = number[root];
        }
        if (u % BLOCK == 0) {
            UVP_TRY(uvp_work_count(segmenter->work, 6 * BLOCK));
        }
    }
    UVP_TRY(
        uvp_lineage_renumber(segmenter->work, number, segmenter->count, segmenter->lineage));
    segmenter->count = count;
    memcpy(segmenter->warp, warp, count * sizeof *warp);
    uvp_arena_rewind(segmenter->work->scratch, mark);
    return UVP_OK;
}

/*
 * Charts narrower than their own padding cost more page than they fill, and texels bleed over
 * them. The width is guessed from the part of a page that packing tends to fill.
 */
static enum uvp_code find_thin(const struct segmenter *segmenter, double *thin)
{
    const struct uvp_topology *const topology = segmenter->topology;
    const struct uvp_plan *const plan = segmenter->work->plan;
    const double texels = 2 * plan->gap * plan->resolution + THIN_TEXELS;
    double area = 0;

    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        area += (double)topology->face[4 * (size_t)t + 3];
        if (t % BLOCK == 0) {
            UVP_TRY(uvp_work_count(segmenter->work, 2 * BLOCK));
        }
    }
    *thin = plan->texels_per_unit > 0 ? texels / plan->texels_per_unit * topology->scale
                                      : texels / plan->resolution * sqrt(area / PAGE_FILLED);
    return UVP_OK;
}

/*
 * How far normals may part in a chart: less where facets bend already. Such a mesh is coarse
 * for its curvature, sums say little about it, and wide charts would mostly be split.
 */
static double find_deviation(const struct uvp_graph *facets)
{
    double area = 0;
    double lost = 0;
    double rough;

    for (uint32_t r = 0; r < facets->count; r++) {
        area += facets->region[r].area;
        lost += facets->region[r].area - uvp_vec3_length(facets->region[r].normal);
    }
    rough = area > 0 ? (lost / area - ROUGH_FROM) / (ROUGH_TO - ROUGH_FROM) : 0;
    return DEVIATION_MAX + fmin(fmax(rough, 0), 1) * (DEVIATION_ROUGH - DEVIATION_MAX);
}

/* `facets`: regions are these, and tell how wide charts may be. */
static enum uvp_code join_regions(struct segmenter *segmenter, bool facets)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(segmenter->work->scratch);
    struct uvp_graph graph;

    UVP_TRY(uvp_graph_make(segmenter->work, segmenter->topology, &segmenter->surface,
                           segmenter->label, segmenter->count, &graph));
    for (uint32_t r = 0; r < graph.count; r++) {
        graph.region[r].warp = segmenter->warp[r];
    }
    if (facets) {
        segmenter->limits.deviation = find_deviation(&graph);
    }
    UVP_TRY(
        uvp_hierarchy_join(segmenter->work, &segmenter->limits, &graph, segmenter->lineage));
    UVP_TRY(renumber(segmenter, &graph));
    uvp_arena_rewind(segmenter->work->scratch, mark);
    return UVP_OK;
}

static enum uvp_code relax(struct segmenter *segmenter)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(segmenter->work->scratch);
    struct uvp_relax_region *region;

    UVP_TAKE(segmenter->work, region, segmenter->count);
    UVP_TRY(describe_regions(segmenter, region));
    UVP_TRY(uvp_relax_borders(segmenter->work, segmenter->topology, &segmenter->surface, region,
                              segmenter->label));
    uvp_arena_rewind(segmenter->work->scratch, mark);
    UVP_TRY(renumber(segmenter, NULL));
    return uvp_lineage_adopt(segmenter->work, segmenter->topology, segmenter->label,
                             segmenter->count, segmenter->lineage);
}

enum uvp_code uvp_segment_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               struct uvp_segments *segments)
{
    struct segmenter segmenter = {
        .work = work, .topology = topology, .lineage = &segments->lineage};
    struct uvp_arena_mark mark;

    UVP_TAKE(work, segmenter.label, topology->unit_count);
    UVP_TRY(uvp_lineage_take(work, topology->unit_count, segmenter.lineage));
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(uvp_surface_make(work, topology, &segmenter.surface));
    set_limits(&segmenter);
    UVP_TRY(
        uvp_facet_make(work, topology, &segmenter.surface, segmenter.label, &segmenter.count));
    UVP_TRY(uvp_lineage_start(work, topology->unit_count, segmenter.label, segmenter.count,
                              segmenter.lineage));
    UVP_TAKE(work, segmenter.warp, segmenter.count);
    for (uint32_t r = 0; r < segmenter.count; r++) {
        segmenter.warp[r] = 0;
    }
    UVP_TRY(join_regions(&segmenter, true));
    UVP_TRY(relax(&segmenter));
    UVP_TRY(find_thin(&segmenter, &segmenter.limits.thin));
    UVP_TRY(join_regions(&segmenter, false));
    UVP_TRY(uvp_lineage_finish(work, topology->unit_count, segmenter.count, segmenter.lineage));
    segments->chart = segmenter.label;
    segments->count = segmenter.count;
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
