/*
 * A strict bound on each chart first, then merging while the whole stays good: that saves more
 * seams at less distortion than a loose bound does (docs/atlas.md has the curves).
 */
#include "stages/unwrapper/atlas/plan.h"

#include <math.h>

#define RESOLUTION_DEFAULT 1024
#define PADDING_DEFAULT 2.0

/* Gaps and borders are kept with this margin: rounding to the lattice takes from them. */
#define GAP_MARGIN 1.001

/* A cut is seam: where charts are narrow a little of it saves much. */
static const struct {
    uint32_t most;
    double below;
    double price;
} preset_cuts[UVP_ATLAS_PRESET_COUNT] = {[UVP_ATLAS_BALANCED] = {60, 1, 2.2},
                                         [UVP_ATLAS_FAST] = {6, 0.6, 2.2},
                                         [UVP_ATLAS_BEST] = {100, 1, 2.3}};

#define SEAM_MARGIN_DEGREES 1e-3
#define RADIANS_A_DEGREE (3.14159265358979323846 / 180)

/* The L-infinity stretch that 99 % of a chart's area stays below. */
#define STRETCH_DEFAULT 1.25
#define STRETCH_PART 0.01

/* Seams that fit badly close with strain, and more of them are worth a look then. */
#define SLACK_LEAST 0.5
#define SLACK_MOST 8.0
#define WORK_MOST 2.0

struct bounds {
    double chart_energy;
    double merge_energy;
    double mesh_energy;
    double merge_work;
};

static const struct bounds preset_bounds[UVP_ATLAS_PRESET_COUNT] = {
    [UVP_ATLAS_BALANCED] = {1.006, 1.01, 1.0027, 1.4},
    [UVP_ATLAS_FAST] = {1.05, 1, 1, 0},
    [UVP_ATLAS_BEST] = {1.006, 1.01, 1.0028, 10},
};

static const char *const preset_names[UVP_ATLAS_PRESET_COUNT] = {
    [UVP_ATLAS_BALANCED] = "balanced",
    [UVP_ATLAS_FAST] = "fast",
    [UVP_ATLAS_BEST] = "best",
};

const char *uvp_atlas_preset_name(enum uvp_atlas_preset preset)
{
    return (unsigned)preset < UVP_ATLAS_PRESET_COUNT ? preset_names[preset] : "unknown";
}

static bool is_given(float value)
{
    return value > 0 && isfinite(value);
}

/*
 * A wish for more or less stretch moves the energies along: a uniform stretch of s costs about
 * 1 + 2 (s - 1)^2, so bounds above 1 go with the square of the distance from 1. What a seam may
 * lack to close is a length, and goes with the distance itself.
 */
static void scale_bounds(struct uvp_plan *plan, double stretch)
{
    const double ratio = (stretch - 1) / (STRETCH_DEFAULT - 1);
    const double square = ratio * ratio;

    plan->stretch_max = stretch;
    plan->merge_slack = fmin(fmax(ratio, SLACK_LEAST), SLACK_MOST);
    plan->merge_work *= fmin(fmax(ratio, 1), WORK_MOST);
    plan->chart_energy = 1 + (plan->chart_energy - 1) * square;
    plan->merge_energy = 1 + (plan->merge_energy - 1) * square;
    plan->mesh_energy = 1 + (plan->mesh_energy - 1) * square;
}

static void set_quality(struct uvp_plan *plan, const struct uvp_atlas_options *options)
{
    const struct bounds *const bounds = &preset_bounds[plan->preset];

    plan->chart_energy = bounds->chart_energy;
    plan->merge_energy = bounds->merge_energy;
    plan->mesh_energy = bounds->mesh_energy;
    plan->merge_work = bounds->merge_work;
    plan->merge_slack = 1;
    plan->merge_patient = plan->preset == UVP_ATLAS_BEST;
    plan->stretch_max = STRETCH_DEFAULT;
    plan->stretch_part = STRETCH_PART;
    if (is_given(options->max_stretch)) {
        scale_bounds(plan, fmax((double)options->max_stretch, 1.001));
    }
}

/* Taylor's series; up to a half turn it is good to the last digits. */
static double cosine_of(double radians)
{
    const double square = radians * radians;
    double term = 1;
    double sum = 1;

    for (int i = 1; i < 30; i += 2) {
        term *= -square / (i * (i + 1));
        sum += term;
    }
    return sum;
}

/* Edges bent by just the angle are seams, too, whichever way their normals were rounded. */
static double seam_cosine(float degrees)
{
    const double least = fmin((double)degrees, 180) - SEAM_MARGIN_DEGREES;

    return is_given(degrees) ? cosine_of(fmax(least, 0) * RADIANS_A_DEGREE) : -2;
}

void uvp_plan_make(const struct uvp_atlas_options *options, struct uvp_plan *plan)
{
    static const struct uvp_atlas_options defaults = {0};
    const struct uvp_atlas_options *const o = options != NULL ? options : &defaults;
    const double padding =
        is_given(o->padding_texels) ? (double)o->padding_texels : PADDING_DEFAULT;

    *plan = (struct uvp_plan){
        .preset = (unsigned)o->preset < UVP_ATLAS_PRESET_COUNT ? o->preset : UVP_ATLAS_BALANCED,
        .resolution = o->resolution_texels != 0 ? o->resolution_texels : RESOLUTION_DEFAULT,
        .texels_per_unit = is_given(o->texels_per_unit) ? (double)o->texels_per_unit : 0,
        .pages_max = o->pages != 0 ? o->pages : 1,
        .pack_effort = o->pack_effort != 0 ? o->pack_effort : 1,
        .chart_triangles_max =
            o->max_chart_triangles != 0 ? o->max_chart_triangles : UINT32_MAX,
        .seam_cosine = seam_cosine(o->seam_degrees),
        .seam_groups = o->seam_groups,
        .keep_charts = o->keep_charts,
        .fix_winding = o->fix_winding,
    };
    plan->cuts_max = o->whole_charts || o->keep_charts ? 0 : preset_cuts[plan->preset].most;
    plan->cut_below = preset_cuts[plan->preset].below;
    plan->cut_price = preset_cuts[plan->preset].price;
    plan->gap = padding * GAP_MARGIN / plan->resolution;
    set_quality(plan, o);
}
