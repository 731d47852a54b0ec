/*
 * Which way islands lie: as most of their triangles do, and when these are equally many, as
 * most of the area does. Triangles collapsed in UV have no say.
 */
#include <math.h>
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

struct turns {
    uint32_t triangles;
    uint32_t left;
    uint32_t right;
    double area; /* signed */
};

static void add_triangle(const struct uvp_survey *survey, uint32_t t, struct turns *turns)
{
    turns->triangles++;
    turns->area += survey->uv_area[t];
    if ((survey->state[t] & UVP_SURVEY_COLLAPSED) == 0) {
        turns->left += survey->uv_area[t] > 0;
        turns->right += !(survey->uv_area[t] > 0);
    }
}

static bool is_mirrored(const struct turns *turns)
{
    return turns->right > turns->left || (turns->right == turns->left && turns->area < 0);
}

static void tell_island(struct uvp_analysis *figures, const struct turns *turns)
{
    const bool mirrored = is_mirrored(turns);

    figures->islands_mirrored += mirrored && turns->right > 0;
    figures->islands_single += turns->triangles == 1;
    figures->islands_largest = fmax(figures->islands_largest, turns->triangles);
    figures->flipped_in_island += mirrored ? turns->left : turns->right;
    figures->flipped_negative += turns->right;
}

/* ---- the table ---- */

static void begin_row(struct uvp_island_row *row, const struct turns *turns)
{
    const bool mirrored = is_mirrored(turns);

    *row = (struct uvp_island_row){
        .triangles = turns->triangles,
        .flipped = mirrored ? turns->left : turns->right,
        .mirrored = mirrored && turns->right > 0,
        .stretch_max = (double)NAN,
        .bounds = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL},
    };
}

static void widen_row(const struct uvp_survey *survey, uint32_t t, struct uvp_island_row *row)
{
    row->surface_area += survey->area[t];
    row->uv_area += fabs(survey->uv_area[t]);
    for (uint32_t half = 3 * t; half < 3 * t + 3; half++) {
        const struct uvp_uv_spot at = uvp_survey_spot(survey, half);
        row->bounds[0] = fmin(row->bounds[0], at.u);
        row->bounds[1] = fmin(row->bounds[1], at.v);
        row->bounds[2] = fmax(row->bounds[2], at.u);
        row->bounds[3] = fmax(row->bounds[3], at.v);
    }
}

static enum uvp_code fill_rows(struct uvp_survey *survey, const struct turns *turns)
{
    for (uint32_t i = 0; i < survey->island_count; i++) {
        begin_row(&survey->row[i], &turns[i]);
    }
    for (uint32_t t = 0; t < survey->count; t++) {
        if (survey->island[t] != UVP_NOWHERE) {
            widen_row(survey, t, &survey->row[survey->island[t]]);
        }
        UVP_TRY(uvp_survey_count(survey, 8));
    }
    return UVP_OK;
}

/* ---- all ---- */

enum uvp_code uvp_survey_turns(struct uvp_survey *survey)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct uvp_analysis *const figures = survey->figures;
    struct turns *turns;

    UVP_SURVEY_TAKE(survey, turns, survey->island_count);
    memset(turns, 0, survey->island_count * sizeof *turns);
    figures->islands_mirrored = figures->islands_single = figures->islands_largest = 0;
    figures->flipped_in_island = figures->flipped_negative = 0;
    for (uint32_t t = 0; t < survey->count; t++) {
        if (survey->island[t] != UVP_NOWHERE) {
            add_triangle(survey, t, &turns[survey->island[t]]);
        }
        UVP_TRY(uvp_survey_count(survey, 4));
    }
    for (uint32_t i = 0; i < survey->island_count; i++) {
        tell_island(figures, &turns[i]);
    }
    if (survey->row != NULL) {
        UVP_TRY(fill_rows(survey, turns));
    }
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
