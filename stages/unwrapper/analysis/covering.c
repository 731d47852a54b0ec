/*
 * Pairs of triangles that cover each other by some area: the common part is cut out
 * (Sutherland, Hodgman 1974) and counts when it is over 0.01 % of the smaller triangle, and
 * over what rounding to float32 can make along its edges.
 *
 * Where the exact verdict has found that nothing overlaps there is nothing to look for.
 */
#include <math.h>

#include "stages/unwrapper/analysis/box_tree.h"

#define PART 1e-4
#define FLOAT_STEP 1.2e-7

#define LOOKS_EACH 1000U
#define LOOKS_MIN UINT64_C(10000000)
#define PAIRS_MAX UINT64_C(1000000)

#define CORNERS_MAX 8 /* of a triangle cut by three lines: 6 */

struct shape { /* turns left */
    struct uvp_uv_spot at[3];
    double area;
    double longest; /* side */
    uint32_t island;
};

struct finder {
    struct uvp_survey *survey;
    struct shape *shape;
    struct uvp_boxes boxes;
    uint64_t looks; /* still allowed */
    double sum;     /* of common areas */
};

/* ---- one pair ---- */

/* Cuts off what lies to the right of the line from a to b. */
static int cut(const struct uvp_uv_spot *from, int count, struct uvp_uv_spot a,
               struct uvp_uv_spot b, struct uvp_uv_spot *to)
{
    int kept = 0;

    for (int i = 0; i < count; i++) {
        const struct uvp_uv_spot p = from[i];
        const struct uvp_uv_spot q = from[(i + 1) % count];
        const double here = uvp_survey_turn(a, b, p);
        const double there = uvp_survey_turn(a, b, q);
        if (here >= 0) {
            to[kept++] = p;
        }
        if ((here > 0 && there < 0) || (here < 0 && there > 0)) {
            const double part = here / (here - there);
            to[kept++] =
                (struct uvp_uv_spot){p.u + part * (q.u - p.u), p.v + part * (q.v - p.v)};
        }
    }
    return kept;
}

static double common_area(const struct shape *a, const struct shape *b)
{
    struct uvp_uv_spot now[CORNERS_MAX] = {a->at[0], a->at[1], a->at[2]};
    struct uvp_uv_spot then[CORNERS_MAX];
    double twice = 0;
    int count = 3;

    for (int k = 0; k < 3 && count > 0; k++) {
        count = cut(now, count, b->at[k], b->at[(k + 1) % 3], then);
        for (int i = 0; i < count; i++) {
            now[i] = then[i];
        }
    }
    for (int i = 2; i < count; i++) {
        twice += uvp_survey_turn(now[0], now[i - 1], now[i]);
    }
    return twice / 2;
}

/* Some side of a has all of b on its right, or on it. */
static bool has_parting_side(const struct shape *a, const struct shape *b)
{
    for (int k = 0; k < 3; k++) {
        const struct uvp_uv_spot p = a->at[k];
        const struct uvp_uv_spot q = a->at[(k + 1) % 3];
        if (uvp_survey_turn(p, q, b->at[0]) <= 0 && uvp_survey_turn(p, q, b->at[1]) <= 0 &&
            uvp_survey_turn(p, q, b->at[2]) <= 0) {
            return true;
        }
    }
    return false;
}

static void try_pair(struct finder *finder, const struct shape *a, const struct shape *b)
{
    struct uvp_analysis *const figures = finder->survey->figures;
    const double noise = FLOAT_STEP * finder->survey->largest_uv * fmin(a->longest, b->longest);
    double area;

    if (has_parting_side(a, b) || has_parting_side(b, a)) {
        return;
    }
    area = common_area(a, b);
    if (area > PART * fmin(a->area, b->area) && area > noise) {
        figures->overlap_pairs++;
        figures->overlap_same_island += a->island == b->island;
        figures->overlap_between_islands += a->island != b->island;
        finder->sum += area;
    }
}

/* ---- all pairs ---- */

static const struct shape *shape_at(const struct finder *finder, uint32_t place)
{
    return &finder->shape[finder->boxes.order[place]];
}

/* Tries all later ones whose boxes meet; false: out of looks. */
static bool try_later(struct finder *finder, uint32_t place)
{
    const struct uvp_boxes *const boxes = &finder->boxes;
    const struct uvp_uv_box own = boxes->node[boxes->leaves + place];
    uint32_t stack[64];
    uint32_t depth = 0;

    stack[depth++] = 1;
    while (depth > 0) {
        const uint32_t n = stack[--depth];
        if (finder->looks == 0) {
            return false;
        }
        finder->looks--;
        if (boxes->last[n] <= place || uvp_boxes_apart(&own, &boxes->node[n]) > 0) {
            continue;
        }
        if (n < boxes->leaves) {
            stack[depth++] = 2 * n;
            stack[depth++] = 2 * n + 1;
        } else {
            try_pair(finder, shape_at(finder, place), shape_at(finder, n - boxes->leaves));
        }
    }
    return true;
}

static enum uvp_code try_all(struct finder *finder)
{
    struct uvp_analysis *const figures = finder->survey->figures;

    for (uint32_t i = 0; i < finder->boxes.count; i++) {
        const uint64_t before = finder->looks;
        if (figures->overlap_pairs >= (double)PAIRS_MAX || !try_later(finder, i)) {
            figures->overlap_complete = 0;
            return UVP_OK;
        }
        UVP_TRY(uvp_survey_count(finder->survey, (uint32_t)(before - finder->looks) * 8));
    }
    return UVP_OK;
}

/* ---- shapes ---- */

static struct shape shape_of(const struct uvp_survey *survey, uint32_t t)
{
    const bool turned = survey->uv_area[t] < 0;
    struct shape shape = {{uvp_survey_spot(survey, 3 * t),
                           uvp_survey_spot(survey, 3 * t + (turned ? 2 : 1)),
                           uvp_survey_spot(survey, 3 * t + (turned ? 1 : 2))},
                          fabs(survey->uv_area[t]),
                          0,
                          survey->island[t]};

    for (int k = 0; k < 3; k++) {
        const double u = shape.at[(k + 1) % 3].u - shape.at[k].u;
        const double v = shape.at[(k + 1) % 3].v - shape.at[k].v;
        shape.longest = fmax(shape.longest, sqrt(u * u + v * v));
    }
    return shape;
}

static struct uvp_uv_box box_of(const struct shape *shape)
{
    const struct uvp_uv_spot *const at = shape->at;

    return (struct uvp_uv_box){
        {fmin(at[0].u, fmin(at[1].u, at[2].u)), fmin(at[0].v, fmin(at[1].v, at[2].v))},
        {fmax(at[0].u, fmax(at[1].u, at[2].u)), fmax(at[0].v, fmax(at[1].v, at[2].v))}};
}

static enum uvp_code find_pairs(struct uvp_survey *survey)
{
    struct finder finder = {.survey = survey};
    struct uvp_uv_box *box;
    uint32_t *tag;
    uint32_t count = 0;

    UVP_SURVEY_TAKE(survey, finder.shape, survey->count);
    UVP_SURVEY_TAKE(survey, box, survey->count);
    UVP_SURVEY_TAKE(survey, tag, survey->count);
    for (uint32_t t = 0; t < survey->count; t++) {
        if ((survey->state[t] & (UVP_SURVEY_BAD | UVP_SURVEY_COLLAPSED)) == 0) {
            finder.shape[count] = shape_of(survey, t);
            box[count] = box_of(&finder.shape[count]);
            tag[count++] = survey->island[t];
        }
        UVP_TRY(uvp_survey_count(survey, 16));
    }
    if (count < 2) {
        return UVP_OK;
    }
    UVP_TRY(uvp_boxes_build(survey, box, tag, count, &finder.boxes));
    finder.looks = LOOKS_MIN + LOOKS_EACH * (uint64_t)count;
    UVP_TRY(try_all(&finder));
    survey->figures->overlap_area =
        survey->figures->uv_area > 0 ? finder.sum / survey->figures->uv_area : 0;
    return UVP_OK;
}

enum uvp_code uvp_survey_overlap(struct uvp_survey *survey)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct uvp_analysis *const figures = survey->figures;

    figures->overlap_pairs = figures->overlap_same_island = figures->overlap_between_islands =
        0;
    figures->overlap_area = 0;
    figures->overlap_complete = 1;
    if (figures->verdict_overlapping == 0) { /* NaN when nobody knows */
        return UVP_OK;
    }
    UVP_TRY(find_pairs(survey));
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
