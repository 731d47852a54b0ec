/*
 * The least distance of the rims of two islands. Pairs are looked at in a tree of boxes, no
 * farther than the least distance found so far, or, as islands nearer than two texels are
 * counted, two texels. Branches of the same island are not gone into.
 */
#include <math.h>

#include "stages/unwrapper/analysis/box_tree.h"

#define LOOKS_EACH 400U
#define LOOKS_MIN UINT64_C(10000000)
#define NEARLY 0.98 /* of a texel, for those that are one apart but for rounding */

struct segment {
    struct uvp_uv_spot at[2];
};

struct finder {
    struct uvp_survey *survey;
    struct segment *segment;
    struct uvp_boxes boxes;
    double *nearest; /* of each island: square of the distance to another */
    double best;     /* the least of them */
    double two;      /* texels, squared */
    uint64_t looks;
};

/* ---- one pair ---- */

static double square_to(struct uvp_uv_spot p, const struct segment *segment)
{
    const double u = segment->at[1].u - segment->at[0].u;
    const double v = segment->at[1].v - segment->at[0].v;
    const double pu = p.u - segment->at[0].u;
    const double pv = p.v - segment->at[0].v;
    const double square = u * u + v * v;
    const double part = square > 0 ? fmin(fmax((pu * u + pv * v) / square, 0), 1) : 0;
    const double away_u = pu - part * u;
    const double away_v = pv - part * v;

    return away_u * away_u + away_v * away_v;
}

static bool crosses(const struct segment *a, const struct segment *b)
{
    const double p = uvp_survey_turn(a->at[0], a->at[1], b->at[0]);
    const double q = uvp_survey_turn(a->at[0], a->at[1], b->at[1]);
    const double r = uvp_survey_turn(b->at[0], b->at[1], a->at[0]);
    const double s = uvp_survey_turn(b->at[0], b->at[1], a->at[1]);

    return (p > 0) != (q > 0) && (r > 0) != (s > 0);
}

static double square_between(const struct segment *a, const struct segment *b)
{
    if (crosses(a, b)) {
        return 0;
    }
    return fmin(fmin(square_to(a->at[0], b), square_to(a->at[1], b)),
                fmin(square_to(b->at[0], a), square_to(b->at[1], a)));
}

/* ---- all pairs ---- */

/* How far away another island is still of interest for this one. */
static double reach_of(const struct finder *finder, uint32_t island)
{
    return fmax(finder->best, fmin(finder->two, finder->nearest[island]));
}

static void try_pair(struct finder *finder, uint32_t a, uint32_t b)
{
    const struct uvp_boxes *const boxes = &finder->boxes;
    const double square =
        square_between(&finder->segment[boxes->order[a]], &finder->segment[boxes->order[b]]);
    double *const near = &finder->nearest[boxes->tag[boxes->leaves + a]];
    double *const far = &finder->nearest[boxes->tag[boxes->leaves + b]];

    finder->best = fmin(finder->best, square);
    *near = fmin(*near, square);
    *far = fmin(*far, square);
}

/* All others, the earlier ones too: these are as near, but may reach less far. */
static bool try_others(struct finder *finder, uint32_t place)
{
    const struct uvp_boxes *const boxes = &finder->boxes;
    const struct uvp_uv_box own = boxes->node[boxes->leaves + place];
    const uint32_t island = boxes->tag[boxes->leaves + place];
    uint32_t stack[64];
    uint32_t depth = 0;

    stack[depth++] = 1;
    while (depth > 0) {
        const uint32_t n = stack[--depth];
        const double reach = reach_of(finder, island);
        if (finder->looks == 0) {
            return false;
        }
        if (!(reach > 0)) { /* nearer than this there is nothing; others look for themselves */
            return true;
        }
        finder->looks--;
        if (boxes->tag[n] == island || uvp_boxes_apart(&own, &boxes->node[n]) > reach) {
            continue;
        }
        if (n < boxes->leaves) {
            stack[depth++] = 2 * n;
            stack[depth++] = 2 * n + 1;
        } else {
            try_pair(finder, place, n - boxes->leaves);
        }
    }
    return true;
}

static enum uvp_code try_all(struct finder *finder)
{
    for (uint32_t i = 0; i < finder->boxes.count; i++) {
        const uint64_t before = finder->looks;
        if (!try_others(finder, i)) {
            finder->survey->figures->gap_complete = 0;
            return UVP_OK;
        }
        UVP_TRY(uvp_survey_count(finder->survey, (uint32_t)(before - finder->looks) * 8));
    }
    return UVP_OK;
}

/* ---- segments ---- */

static struct uvp_uv_box box_of(const struct segment *segment)
{
    const struct uvp_uv_spot a = segment->at[0];
    const struct uvp_uv_spot b = segment->at[1];

    return (struct uvp_uv_box){{fmin(a.u, b.u), fmin(a.v, b.v)},
                               {fmax(a.u, b.u), fmax(a.v, b.v)}};
}

static enum uvp_code build(struct finder *finder)
{
    struct uvp_survey *const survey = finder->survey;
    struct uvp_uv_box *box;
    uint32_t *tag;

    UVP_SURVEY_TAKE(survey, finder->segment, survey->rim_count);
    UVP_SURVEY_TAKE(survey, box, survey->rim_count);
    UVP_SURVEY_TAKE(survey, tag, survey->rim_count);
    for (uint32_t i = 0; i < survey->rim_count; i++) {
        const uint32_t half = survey->rim[i];
        finder->segment[i] = (struct segment){
            {uvp_survey_spot(survey, half), uvp_survey_spot(survey, uvp_survey_next(half))}};
        box[i] = box_of(&finder->segment[i]);
        tag[i] = survey->island[half / 3];
        UVP_TRY(uvp_survey_count(survey, 4));
    }
    return uvp_boxes_build(survey, box, tag, survey->rim_count, &finder->boxes);
}

static enum uvp_code find_gaps(struct uvp_survey *survey)
{
    const double side = survey->options.resolution_texels;
    const double reach = survey->options.gap_max_texels / side;
    struct finder finder = {.survey = survey, .best = reach * reach, .two = 4 / (side * side)};
    struct uvp_analysis *const figures = survey->figures;

    UVP_TRY(build(&finder));
    UVP_SURVEY_TAKE(survey, finder.nearest, survey->island_count);
    for (uint32_t i = 0; i < survey->island_count; i++) {
        finder.nearest[i] = reach * reach;
    }
    finder.looks = LOOKS_MIN + LOOKS_EACH * (uint64_t)survey->rim_count;
    UVP_TRY(try_all(&finder));
    figures->gap_min_texels = sqrt(finder.best) * side;
    for (uint32_t i = 0; i < survey->island_count; i++) {
        const double gap = sqrt(finder.nearest[i]) * side;
        figures->gap_below_1 += gap < NEARLY;
        figures->gap_below_2 += gap < 2 * NEARLY;
    }
    return UVP_OK;
}

enum uvp_code uvp_survey_gaps(struct uvp_survey *survey)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct uvp_analysis *const figures = survey->figures;

    figures->gap_min_texels = survey->options.gap_max_texels;
    figures->gap_below_1 = figures->gap_below_2 = 0;
    figures->gap_complete = 1;
    if (survey->rim_count < 2 || survey->island_count < 2) {
        return UVP_OK;
    }
    UVP_TRY(find_gaps(survey));
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
