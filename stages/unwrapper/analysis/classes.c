/*
 * What each triangle is good for. A triangle is flat when its height is at most 1e-5 of its
 * longest edge, and collapsed when its height in UV is at most what float32 tells apart at the
 * largest coordinate: nothing can be measured on either.
 */
#include <math.h>
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

#define FLAT 1e-5
#define FLOAT_STEP 1.2e-7
#define OUTSIDE 1e-6 /* beyond the page, before it is told */

double uvp_survey_length(const struct uvp_survey *survey, uint32_t from, uint32_t to)
{
    double way[3];

    uvp_survey_way(survey, from, to, way);
    return sqrt(way[0] * way[0] + way[1] * way[1] + way[2] * way[2]);
}

static bool is_finite_vertex(const struct uvp_survey *survey, uint32_t vertex)
{
    const float *const at = survey->input->positions + 3 * (size_t)vertex;

    return isfinite(at[0]) && isfinite(at[1]) && isfinite(at[2]);
}

/* ---- what is there ---- */

static void widen_bounds(struct uvp_analysis *figures, struct uvp_uv_spot spot)
{
    figures->bounds_min_u = fmin(figures->bounds_min_u, spot.u);
    figures->bounds_min_v = fmin(figures->bounds_min_v, spot.v);
    figures->bounds_max_u = fmax(figures->bounds_max_u, spot.u);
    figures->bounds_max_v = fmax(figures->bounds_max_v, spot.v);
}

static bool is_outside(struct uvp_uv_spot spot)
{
    return spot.u < -OUTSIDE || spot.v < -OUTSIDE || spot.u > 1 + OUTSIDE ||
           spot.v > 1 + OUTSIDE;
}

/* False when it is not finite. */
static bool look_at_spot(struct uvp_survey *survey, uint32_t half, uint8_t *seen)
{
    const struct uvp_uv_spot spot = uvp_survey_spot(survey, half);

    if (!isfinite(spot.u) || !isfinite(spot.v)) {
        return false;
    }
    widen_bounds(survey->figures, spot);
    if (!seen[survey->spot[half]]) {
        seen[survey->spot[half]] = 1;
        survey->figures->bounds_outside += is_outside(spot);
    }
    return true;
}

static uint8_t presence_of(struct uvp_survey *survey, uint32_t t, uint8_t *seen)
{
    const uint32_t *const spot = survey->spot + 3 * (size_t)t;
    uint8_t state = 0;

    for (uint32_t half = 3 * t; half < 3 * t + 3; half++) {
        if (!is_finite_vertex(survey, survey->vertex[half])) {
            state |= UVP_SURVEY_NONFINITE | UVP_SURVEY_LOST;
        }
    }
    if (spot[0] == UVP_NOWHERE || spot[1] == UVP_NOWHERE || spot[2] == UVP_NOWHERE) {
        return state | UVP_SURVEY_UNMAPPED;
    }
    for (uint32_t half = 3 * t; half < 3 * t + 3; half++) {
        if (!look_at_spot(survey, half, seen)) {
            state |= UVP_SURVEY_NONFINITE;
        }
    }
    return state;
}

/* ---- areas ---- */

/* On the surface; *flat: too thin to be measured. */
static double surface_of(const struct uvp_survey *survey, uint32_t t, bool *flat)
{
    const uint32_t *const v = survey->vertex + 3 * (size_t)t;
    double a[3];
    double b[3];
    double squares[3] = {0, 0, 0};
    double normal = 0;
    double longest;

    uvp_survey_way(survey, v[0], v[1], a);
    uvp_survey_way(survey, v[0], v[2], b);
    for (int axis = 0; axis < 3; axis++) {
        const int x = (axis + 1) % 3;
        const int y = (axis + 2) % 3;
        const double n = a[x] * b[y] - a[y] * b[x];
        normal += n * n;
        squares[0] += a[axis] * a[axis];
        squares[1] += b[axis] * b[axis];
        squares[2] += (b[axis] - a[axis]) * (b[axis] - a[axis]);
    }
    longest = fmax(squares[0], fmax(squares[1], squares[2]));
    *flat = !(normal > 0) || sqrt(normal) <= FLAT * longest;
    return sqrt(normal) / 2;
}

/* Signed; *collapsed likewise. */
static double uv_area_of(const struct uvp_survey *survey, uint32_t t, bool *collapsed)
{
    struct uvp_uv_spot at[3];
    double longest = 0;
    double twice;

    for (uint32_t k = 0; k < 3; k++) {
        at[k] = uvp_survey_spot(survey, 3 * t + k);
    }
    for (uint32_t k = 0; k < 3; k++) {
        const double u = at[(k + 1) % 3].u - at[k].u;
        const double v = at[(k + 1) % 3].v - at[k].v;
        longest = fmax(longest, u * u + v * v);
    }
    twice = uvp_survey_turn(at[0], at[1], at[2]);
    *collapsed = fabs(twice) <= FLOAT_STEP * survey->largest_uv * sqrt(longest);
    return twice / 2;
}

static void measure(struct uvp_survey *survey, uint32_t t)
{
    struct uvp_analysis *const figures = survey->figures;
    bool flat = false;
    bool collapsed = false;

    survey->area[t] = 0;
    survey->uv_area[t] = 0;
    if ((survey->state[t] & UVP_SURVEY_BAD) != 0) {
        figures->skipped_nonfinite += (survey->state[t] & UVP_SURVEY_NONFINITE) != 0;
        figures->skipped_unmapped += (survey->state[t] & UVP_SURVEY_UNMAPPED) != 0;
        return;
    }
    survey->area[t] = surface_of(survey, t, &flat);
    survey->uv_area[t] = uv_area_of(survey, t, &collapsed);
    survey->state[t] =
        (uint8_t)((flat ? UVP_SURVEY_FLAT : 0) | (collapsed ? UVP_SURVEY_COLLAPSED : 0));
    figures->skipped_degenerate += flat;
    figures->skipped_collapsed += collapsed && !flat;
    figures->surface_area += survey->area[t];
    figures->uv_area += fabs(survey->uv_area[t]);
}

/* ---- all ---- */

static void begin(struct uvp_analysis *figures)
{
    figures->skipped_degenerate = 0;
    figures->skipped_collapsed = 0;
    figures->skipped_nonfinite = 0;
    figures->skipped_unmapped = 0;
    figures->surface_area = 0;
    figures->uv_area = 0;
    figures->bounds_outside = 0;
    figures->bounds_min_u = HUGE_VAL;
    figures->bounds_min_v = HUGE_VAL;
    figures->bounds_max_u = -HUGE_VAL;
    figures->bounds_max_v = -HUGE_VAL;
}

/* No UV at all: no bounds. */
static void settle_bounds(struct uvp_survey *survey)
{
    struct uvp_analysis *const figures = survey->figures;

    if (figures->bounds_min_u > figures->bounds_max_u) {
        figures->bounds_min_u = figures->bounds_min_v = (double)NAN;
        figures->bounds_max_u = figures->bounds_max_v = (double)NAN;
        survey->largest_uv = 0;
        return;
    }
    survey->largest_uv = fmax(fmax(fabs(figures->bounds_min_u), fabs(figures->bounds_min_v)),
                              fmax(fabs(figures->bounds_max_u), fabs(figures->bounds_max_v)));
}

static void settle_packing(struct uvp_analysis *figures)
{
    const double wide = figures->bounds_max_u - figures->bounds_min_u;
    const double high = figures->bounds_max_v - figures->bounds_min_v;

    figures->packing_square = figures->uv_area;
    figures->packing_rectangle = wide > 0 && high > 0 ? figures->uv_area / (wide * high) : 0;
}

enum uvp_code uvp_survey_classify(struct uvp_survey *survey)
{
    uint8_t *seen;

    UVP_SURVEY_TAKE(survey, survey->state, survey->count);
    UVP_SURVEY_TAKE(survey, survey->area, survey->count);
    UVP_SURVEY_TAKE(survey, survey->uv_area, survey->count);
    UVP_SURVEY_TAKE(survey, seen, survey->uvs->uv_count);
    memset(seen, 0, survey->uvs->uv_count);
    begin(survey->figures);
    for (uint32_t t = 0; t < survey->count; t++) {
        survey->state[t] = presence_of(survey, t, seen);
        UVP_TRY(uvp_survey_count(survey, 8));
    }
    settle_bounds(survey);
    for (uint32_t t = 0; t < survey->count; t++) {
        measure(survey, t);
        UVP_TRY(uvp_survey_count(survey, 16));
    }
    settle_packing(survey->figures);
    return UVP_OK;
}
