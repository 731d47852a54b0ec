/* The list of parts. */
#include "stages/unwrapper/analysis/analysis.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

#define USUAL_TEXELS 1024
#define MOST_COVERAGE_TEXELS 8192
#define USUAL_GAP_TEXELS 8

#define ALL_PARTS                                                                              \
    ((unsigned)UVP_ANALYSIS_DISTORTION | UVP_ANALYSIS_RASTER | UVP_ANALYSIS_TOPOLOGY |         \
     UVP_ANALYSIS_VERDICT | UVP_ANALYSIS_OVERLAP | UVP_ANALYSIS_GAP)

static struct uvp_analysis_options settle(const struct uvp_analysis_options *given)
{
    struct uvp_analysis_options options = *given;

    options.parts = options.parts != 0 ? options.parts : ALL_PARTS;
    options.coverage_texels =
        options.coverage_texels != 0 ? options.coverage_texels : USUAL_TEXELS;
    if (options.coverage_texels > MOST_COVERAGE_TEXELS) {
        options.coverage_texels = MOST_COVERAGE_TEXELS;
    }
    options.resolution_texels =
        options.resolution_texels != 0 ? options.resolution_texels : USUAL_TEXELS;
    options.gap_max_texels =
        options.gap_max_texels > 0 ? options.gap_max_texels : USUAL_GAP_TEXELS;
    return options;
}

/* Figures that nobody measures are not there. */
static void clear(struct uvp_analysis *figures)
{
    const double none = (double)NAN;
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    for (uint32_t i = 0; i < count; i++) {
        memcpy((char *)figures + table[i].offset, &none, sizeof none);
    }
}

static enum uvp_code take_rows(struct uvp_survey *survey, struct uvp_arena *keep,
                               struct uvp_island_table *islands)
{
    if (islands == NULL || !survey->options.islands) {
        return UVP_OK;
    }
    survey->row = UVP_ARENA_ARRAY(keep, struct uvp_island_row, survey->island_count);
    if (survey->row == NULL) {
        return uvp_fail_memory(survey->err, survey->island_count * sizeof *survey->row);
    }
    *islands = (struct uvp_island_table){survey->row, survey->island_count};
    return UVP_OK;
}

static enum uvp_code judge(struct uvp_survey *survey)
{
    struct uvp_analysis *const figures = survey->figures;
    struct uvp_atlas_verdict verdict = {.unmapped = survey->count};

    if (survey->options.verdict != NULL) {
        verdict = *survey->options.verdict;
    } else if (survey->uvs->corner_uv != NULL) {
        UVP_TRY(uvp_atlas_check(survey->input, survey->uvs, survey->scratch, survey->stop,
                                &verdict, survey->err));
    }
    figures->verdict_flipped = (double)verdict.flipped;
    figures->verdict_collapsed = (double)verdict.collapsed;
    figures->verdict_mirrored = (double)verdict.mirrored;
    figures->verdict_overlapping = (double)verdict.overlapping;
    figures->verdict_overlapping_more = verdict.overlapping_more;
    figures->verdict_outside = (double)verdict.outside;
    figures->verdict_off_lattice = (double)verdict.off_lattice;
    figures->verdict_unmapped = (double)verdict.unmapped;
    return UVP_OK;
}

static enum uvp_code measure_part(struct uvp_survey *survey, enum uvp_analysis_part part)
{
    if ((survey->options.parts & part) == 0) {
        return UVP_OK;
    }
    switch (part) {
    case UVP_ANALYSIS_DISTORTION:
        return uvp_survey_distortion(survey);
    case UVP_ANALYSIS_RASTER:
        return uvp_survey_coverage(survey);
    case UVP_ANALYSIS_TOPOLOGY:
        return uvp_survey_topology(survey);
    case UVP_ANALYSIS_VERDICT:
        return judge(survey);
    case UVP_ANALYSIS_OVERLAP:
        return uvp_survey_overlap(survey);
    case UVP_ANALYSIS_GAP:
        return uvp_survey_gaps(survey);
    }
    return UVP_OK;
}

static enum uvp_code measure(struct uvp_survey *survey, struct uvp_arena *keep,
                             struct uvp_island_table *islands)
{
    UVP_TRY(uvp_survey_place(survey));
    UVP_TRY(uvp_survey_classify(survey));
    UVP_TRY(uvp_survey_pair(survey));
    UVP_TRY(uvp_survey_cut(survey));
    UVP_TRY(take_rows(survey, keep, islands));
    UVP_TRY(uvp_survey_turns(survey));
    for (unsigned part = 1; part <= UVP_ANALYSIS_GAP; part *= 2) {
        UVP_TRY(measure_part(survey, (enum uvp_analysis_part)part));
        UVP_TRY(uvp_stop_poll(survey->stop, survey->err));
    }
    return UVP_OK;
}

enum uvp_code uvp_analysis_make(const struct uvp_atlas_input *input,
                                const struct uvp_atlas_uvs *uvs,
                                const struct uvp_analysis_options *options,
                                struct uvp_arena *keep, struct uvp_arena *scratch,
                                struct uvp_stop *stop, struct uvp_analysis *analysis,
                                struct uvp_island_table *islands, struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct uvp_analysis figures;
    struct uvp_survey survey = {
        .input = input,
        .uvs = uvs,
        .options = settle(options),
        .scratch = scratch,
        .stop = stop,
        .err = err,
        .figures = &figures,
        .count = input->triangle_count,
    };
    enum uvp_code code;

    clear(&figures);
    figures.triangles = input->triangle_count;
    code = measure(&survey, keep, islands);
    uvp_arena_rewind(scratch, mark);
    if (code == UVP_OK) {
        *analysis = figures;
    }
    return code;
}
