/*
 * Edges of the surface, looked at in UV. Sides that lie on one edge and have the same UVs at
 * both of its ends belong together; an edge with several such bundles is cut, once for each
 * further bundle. What hangs together is an island, and a bundle of one side is its rim.
 */
#include <math.h>
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

struct cutter {
    struct uvp_survey *survey;
    uint32_t *parent; /* of triangles: islands */
    uint64_t *bundle; /* of the edge at hand: its sides, the bundles one after the other */
    uint32_t *half;   /* its sides, as they are listed */
    uint32_t sides;   /* of it, without bad ones */
    uint32_t bundles;
    double *ratio; /* of each bundle: length in UV over length on the surface */
    uint32_t ratio_count;
    uint32_t *degree;   /* of vertices: cut edges */
    uint32_t *together; /* of vertices: joined by cut edges */
};

/* The UV of a side at its end with the smaller vertex, or at the other one. */
static uint32_t spot_at(const struct uvp_survey *survey, uint32_t half, bool far)
{
    const uint32_t next = uvp_survey_next(half);
    const bool forward = survey->vertex[half] < survey->vertex[next];

    return survey->spot[forward == far ? next : half];
}

static uint64_t key_of(const struct cutter *cutter, uint32_t i, bool far)
{
    return (uint64_t)spot_at(cutter->survey, cutter->half[i], far) << 32 | i;
}

/* ---- bundles ---- */

static void read_edge(struct cutter *cutter, const struct uvp_survey_edge *edge)
{
    cutter->sides = 0;
    for (uint32_t i = edge->first; i < edge->first + edge->count; i++) {
        const uint32_t half = uvp_survey_half(cutter->survey, i);
        if ((cutter->survey->state[half / 3] & UVP_SURVEY_BAD) == 0) {
            cutter->half[cutter->sides++] = half;
        }
    }
}

/* By the UV at one end, and those that are equal there by the other one. */
static enum uvp_code sort_sides(struct cutter *cutter)
{
    uint64_t *const key = cutter->bundle;

    for (uint32_t i = 0; i < cutter->sides; i++) {
        key[i] = key_of(cutter, i, false);
    }
    UVP_TRY(uvp_survey_sort(cutter->survey, key, cutter->sides));
    for (uint32_t begin = 0, end = 0; begin < cutter->sides; begin = end) {
        const uint64_t spot = key[begin] >> 32;
        for (; end < cutter->sides && key[end] >> 32 == spot; end++) {
            key[end] = key_of(cutter, (uint32_t)key[end], true);
        }
        UVP_TRY(uvp_survey_sort(cutter->survey, key + begin, end - begin));
    }
    return UVP_OK;
}

static bool is_same_bundle(const struct cutter *cutter, uint32_t a, uint32_t b)
{
    const struct uvp_survey *const survey = cutter->survey;

    return spot_at(survey, a, false) == spot_at(survey, b, false) &&
           spot_at(survey, a, true) == spot_at(survey, b, true);
}

static void add_ratio(struct cutter *cutter, uint32_t half, double length)
{
    const struct uvp_uv_spot a = uvp_survey_spot(cutter->survey, half);
    const struct uvp_uv_spot b = uvp_survey_spot(cutter->survey, uvp_survey_next(half));

    if (length > 0) {
        cutter->ratio[cutter->ratio_count++] =
            sqrt((b.u - a.u) * (b.u - a.u) + (b.v - a.v) * (b.v - a.v)) / length;
    }
}

/* The sides of the edge, in their order; equal ones are neighbours. */
static uint32_t side_at(const struct cutter *cutter, uint32_t i)
{
    return cutter->sides <= 2 ? cutter->half[i] : cutter->half[(uint32_t)cutter->bundle[i]];
}

static enum uvp_code bind_sides(struct cutter *cutter, double length)
{
    struct uvp_survey *const survey = cutter->survey;

    if (cutter->sides > 2) {
        UVP_TRY(sort_sides(cutter));
    }
    cutter->bundles = 0;
    for (uint32_t begin = 0, end = 1; begin < cutter->sides; begin = end++) {
        const uint32_t half = side_at(cutter, begin);
        for (; end < cutter->sides && is_same_bundle(cutter, half, side_at(cutter, end));
             end++) {
            uvp_joined_join(cutter->parent, half / 3, side_at(cutter, end) / 3);
        }
        if (end - begin == 1) {
            survey->rim[survey->rim_count++] = half;
        }
        add_ratio(cutter, half, length);
        cutter->bundles++;
    }
    return uvp_survey_count(survey, 8 * (cutter->sides + 1));
}

/* ---- cuts ---- */

static void add_cuts(struct cutter *cutter, const struct uvp_survey_edge *edge, double length)
{
    struct uvp_analysis *const figures = cutter->survey->figures;

    if (cutter->sides == 1) {
        figures->boundary_length += length;
    }
    if (cutter->bundles > 1) {
        figures->seams_edges += cutter->bundles - 1;
        figures->seams_length += length * (cutter->bundles - 1);
        cutter->degree[edge->near]++;
        cutter->degree[edge->far]++;
        uvp_joined_join(cutter->together, edge->near, edge->far);
    }
}

static enum uvp_code walk_edges(struct cutter *cutter)
{
    struct uvp_survey_edge edge = {0};

    while (uvp_survey_next_edge(cutter->survey, &edge)) {
        const double length = uvp_survey_length(cutter->survey, edge.near, edge.far);
        read_edge(cutter, &edge);
        UVP_TRY(bind_sides(cutter, length));
        add_cuts(cutter, &edge, length);
    }
    return UVP_OK;
}

/* Paths end where not exactly two cut edges meet; what has no such end is a ring. */
static enum uvp_code count_chains(struct cutter *cutter)
{
    const uint32_t vertices = cutter->survey->input->vertex_count;
    uint64_t ends = 0;
    uint64_t rings = 0;
    uint8_t *has_end;

    UVP_SURVEY_TAKE(cutter->survey, has_end, vertices);
    memset(has_end, 0, vertices);
    for (uint32_t v = 0; v < vertices; v++) {
        if (cutter->degree[v] != 0 && cutter->degree[v] != 2) {
            ends += cutter->degree[v];
            has_end[uvp_joined_root(cutter->together, v)] = 1;
        }
        UVP_TRY(uvp_survey_count(cutter->survey, 2));
    }
    for (uint32_t v = 0; v < vertices; v++) {
        rings += cutter->together[v] == v && cutter->degree[v] == 2 && !has_end[v];
    }
    cutter->survey->figures->seams_chains = (double)(ends / 2 + rings);
    return UVP_OK;
}

/* ---- islands ---- */

static enum uvp_code number_islands(struct cutter *cutter)
{
    struct uvp_survey *const survey = cutter->survey;

    for (uint32_t t = 0; t < survey->count; t++) {
        const uint32_t root = uvp_joined_root(cutter->parent, t);
        if ((survey->state[t] & UVP_SURVEY_BAD) != 0) {
            survey->island[t] = UVP_NOWHERE;
        } else {
            survey->island[t] = root == t ? survey->island_count++ : survey->island[root];
        }
        UVP_TRY(uvp_survey_count(survey, 2));
    }
    survey->figures->islands_count = survey->island_count;
    return UVP_OK;
}

static enum uvp_code measure_ratios(struct cutter *cutter)
{
    struct uvp_analysis *const figures = cutter->survey->figures;
    const double half = 0.5;
    double median = 0;
    double sum = 0;
    double most = 0;

    if (cutter->ratio_count == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_survey_quantiles(cutter->survey, cutter->ratio, NULL, cutter->ratio_count,
                                 &half, 1, &median));
    for (uint32_t i = 0; i < cutter->ratio_count; i++) {
        sum += cutter->ratio[i];
        most = fmax(most, cutter->ratio[i]);
    }
    if (median > 0) {
        figures->edge_stretch_mean = sum / cutter->ratio_count / median;
        figures->edge_stretch_max = most / median;
    }
    return UVP_OK;
}

/* ---- all ---- */

enum uvp_code uvp_set_make(struct uvp_survey *survey, uint32_t count, uint32_t **parent)
{
    UVP_SURVEY_TAKE(survey, *parent, count);
    for (uint32_t i = 0; i < count; i++) {
        (*parent)[i] = i;
    }
    return UVP_OK;
}

static enum uvp_code take_cutter(struct cutter *cutter)
{
    struct uvp_survey *const survey = cutter->survey;
    const uint32_t vertices = survey->input->vertex_count;
    uint32_t longest = 0;

    for (uint32_t v = 0; v < vertices; v++) {
        const uint32_t sides = survey->first_side[v + 1] - survey->first_side[v];
        longest = sides > longest ? sides : longest;
    }
    UVP_SURVEY_TAKE(survey, cutter->half, longest);
    UVP_SURVEY_TAKE(survey, cutter->bundle, longest);
    UVP_SURVEY_TAKE(survey, cutter->ratio, survey->first_side[vertices]);
    UVP_SURVEY_TAKE(survey, cutter->degree, vertices);
    memset(cutter->degree, 0, vertices * sizeof *cutter->degree);
    UVP_TRY(uvp_set_make(survey, vertices, &cutter->together));
    return uvp_set_make(survey, survey->count, &cutter->parent);
}

enum uvp_code uvp_survey_cut(struct uvp_survey *survey)
{
    struct uvp_analysis *const figures = survey->figures;
    struct cutter cutter = {.survey = survey};
    struct uvp_arena_mark mark;
    double root;

    figures->seams_edges = figures->seams_length = figures->boundary_length = 0;
    UVP_SURVEY_TAKE(survey, survey->rim, survey->first_side[survey->input->vertex_count]);
    UVP_SURVEY_TAKE(survey, survey->island, survey->count);
    mark = uvp_arena_mark(survey->scratch);
    UVP_TRY(take_cutter(&cutter));
    UVP_TRY(walk_edges(&cutter));
    UVP_TRY(count_chains(&cutter));
    UVP_TRY(number_islands(&cutter));
    UVP_TRY(measure_ratios(&cutter));
    uvp_arena_rewind(survey->scratch, mark);
    root = sqrt(figures->surface_area);
    figures->seams_relative = root > 0 ? figures->seams_length / root : 0;
    figures->boundary_relative = root > 0 ? figures->boundary_length / root : 0;
    return UVP_OK;
}
