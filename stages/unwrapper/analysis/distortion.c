/*
 * The map from the surface to UV, triangle by triangle. Its singular values s1 >= s2 say what
 * becomes of a small circle: an ellipse with these half axes.
 *
 * Stretch is s1 / s2. L2 and L-infinity are those of Sander, Snyder, Gortler, Hoppe 2001, of
 * the map back from UV to the surface (1/s2 >= 1/s1), times sqrt(UV area / surface area). The
 * symmetric Dirichlet energy is that of Smith, Schaefer 2015, over 4, at the one scale of the
 * whole that makes it least.
 *
 * Triangles without area on either side are left out. All means are by surface area.
 */
#include <math.h>

#include "stages/unwrapper/analysis/survey.h"

#define DEGREES (180 / 3.14159265358979323846)

struct measured {
    uint32_t count;
    double *weight;  /* surface area */
    double *ratio;   /* s1 / s2 */
    double *product; /* s1 * s2: UV area / surface area */
    double *value;   /* whatever is looked at */
};

struct sums {
    double weight;
    double uv_area;
    double forth; /* s1^2 + s2^2 */
    double back;  /* 1 / s1^2 + 1 / s2^2 */
    double ratio;
    double plain;  /* the ratio, each triangle once */
    double angles; /* |changes|, of corners */
    double angle_most;
};

/* A triangle laid flat: its second corner, and its third. */
struct rest {
    double length;
    double x;
    double y;
};

static struct rest rest_of(const struct uvp_survey *survey, uint32_t t)
{
    const uint32_t *const v = survey->vertex + 3 * (size_t)t;
    struct rest rest;
    double a[3];
    double b[3];

    uvp_survey_way(survey, v[0], v[1], a);
    uvp_survey_way(survey, v[0], v[2], b);
    rest.length = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
    rest.x = (a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / rest.length;
    rest.y = 2 * survey->area[t] / rest.length;
    return rest;
}

/* How far the angle between (ax, ay) and (bx, by) is from that between (cx, cy), (dx, dy). */
static double turn_between(const double a[2], const double b[2], const double c[2],
                           const double d[2])
{
    const double dot = a[0] * b[0] + a[1] * b[1];
    const double cross = fabs(a[0] * b[1] - a[1] * b[0]);
    const double uv_dot = c[0] * d[0] + c[1] * d[1];
    const double uv_cross = fabs(c[0] * d[1] - c[1] * d[0]);

    return atan2(cross * uv_dot - uv_cross * dot, dot * uv_dot + cross * uv_cross);
}

/* The angles of a triangle add up, before and after: two changes tell the third. */
static void add_angles(struct sums *sums, const struct rest *rest, const double p[2],
                       const double q[2])
{
    const double ab[2] = {rest->length, 0};
    const double ba[2] = {-rest->length, 0};
    const double ac[2] = {rest->x, rest->y};
    const double bc[2] = {rest->x - rest->length, rest->y};
    const double minus_p[2] = {-p[0], -p[1]};
    const double pq[2] = {q[0] - p[0], q[1] - p[1]};
    const double first = turn_between(ab, ac, p, q);
    const double second = turn_between(ba, bc, minus_p, pq);
    const double third = first + second;

    sums->angles += fabs(first) + fabs(second) + fabs(third);
    sums->angle_most =
        fmax(fmax(sums->angle_most, fabs(third)), fmax(fabs(first), fabs(second)));
}

static void add_triangle(const struct uvp_survey *survey, uint32_t t, struct measured *measured,
                         struct sums *sums)
{
    const struct uvp_uv_spot at = uvp_survey_spot(survey, 3 * t);
    const struct uvp_uv_spot to = uvp_survey_spot(survey, 3 * t + 1);
    const struct uvp_uv_spot on = uvp_survey_spot(survey, 3 * t + 2);
    const double p[2] = {to.u - at.u, to.v - at.v};
    const double q[2] = {on.u - at.u, on.v - at.v};
    const struct rest rest = rest_of(survey, t);
    /* columns of the Jacobian */
    const double xu = p[0] / rest.length;
    const double xv = p[1] / rest.length;
    const double yu = (q[0] - xu * rest.x) / rest.y;
    const double yv = (q[1] - xv * rest.x) / rest.y;
    const double same = sqrt((xu + yv) * (xu + yv) + (xv - yu) * (xv - yu)) / 2;
    const double turned = sqrt((xu - yv) * (xu - yv) + (xv + yu) * (xv + yu)) / 2;
    const double larger = same + turned;
    const double product = fabs(xu * yv - xv * yu);
    const double smaller = product / larger;
    const double weight = survey->area[t];
    const double back = 1 / (larger * larger) + 1 / (smaller * smaller);
    const uint32_t i = measured->count++;

    measured->weight[i] = weight;
    measured->ratio[i] = larger / smaller;
    measured->product[i] = product;
    sums->weight += weight;
    sums->uv_area += fabs(survey->uv_area[t]);
    sums->forth += weight * (larger * larger + smaller * smaller);
    sums->back += weight * back;
    sums->ratio += weight * measured->ratio[i];
    sums->plain += measured->ratio[i];
    add_angles(sums, &rest, p, q);
    if (survey->row != NULL) {
        struct uvp_island_row *const row = &survey->row[survey->island[t]];
        row->stretch_max = fmax(row->stretch_max, measured->ratio[i]); /* of NaN: the other */
        row->stretch_mean += weight * measured->ratio[i];
        row->measured_area += weight;
    }
}

/* ---- figures ---- */

static enum uvp_code tell_stretch(struct uvp_survey *survey, const struct measured *measured,
                                  const struct sums *sums)
{
    static const double parts[] = {0.5, 0.9, 0.95, 0.99};
    struct uvp_analysis *const figures = survey->figures;
    double found[4] = {0, 0, 0, 0};

    figures->stretch_max = 0;
    figures->stretch_min = HUGE_VAL;
    for (uint32_t i = 0; i < measured->count; i++) {
        figures->stretch_max = fmax(figures->stretch_max, measured->ratio[i]);
        figures->stretch_min = fmin(figures->stretch_min, measured->ratio[i]);
    }
    figures->stretch_mean = sums->ratio / sums->weight;
    figures->stretch_plain_mean = sums->plain / measured->count;
    UVP_TRY(uvp_survey_quantiles(survey, measured->ratio, measured->weight, measured->count,
                                 parts, 4, found));
    figures->stretch_p50 = found[0];
    figures->stretch_p90 = found[1];
    figures->stretch_p95 = found[2];
    figures->stretch_p99 = found[3];
    return UVP_OK;
}

static enum uvp_code tell_sander(struct uvp_survey *survey, const struct measured *measured,
                                 const struct sums *sums)
{
    const double part = 0.99;
    const double scale = sqrt(sums->uv_area / sums->weight);
    struct uvp_analysis *const figures = survey->figures;
    double most = 0;
    double found = 0;

    for (uint32_t i = 0; i < measured->count; i++) { /* 1 / s2 */
        measured->value[i] = sqrt(measured->ratio[i] / measured->product[i]);
        most = fmax(most, measured->value[i]);
    }
    UVP_TRY(uvp_survey_quantiles(survey, measured->value, measured->weight, measured->count,
                                 &part, 1, &found));
    figures->stretch_l2 = sqrt(sums->back / 2 / sums->weight) * scale;
    figures->stretch_linf = most * scale;
    figures->stretch_linf_p99 = found * scale;
    return UVP_OK;
}

static enum uvp_code tell_dirichlet(struct uvp_survey *survey, const struct measured *measured,
                                    const struct sums *sums)
{
    static const double parts[] = {0.5, 0.99};
    const double scale = sqrt(sums->back / sums->forth); /* of squares */
    struct uvp_analysis *const figures = survey->figures;
    double found[2] = {0, 0};
    double sum = 0;

    for (uint32_t i = 0; i < measured->count; i++) {
        const double larger = measured->product[i] * measured->ratio[i] * scale;
        const double smaller = measured->product[i] / measured->ratio[i] * scale;
        measured->value[i] = (larger + smaller + 1 / larger + 1 / smaller) / 4;
        sum += measured->value[i] * measured->weight[i];
    }
    UVP_TRY(uvp_survey_quantiles(survey, measured->value, measured->weight, measured->count,
                                 parts, 2, found));
    figures->symdir_mean = sum / sums->weight;
    figures->symdir_p50 = found[0];
    figures->symdir_p99 = found[1];
    return UVP_OK;
}

static enum uvp_code tell_areas(struct uvp_survey *survey, const struct measured *measured,
                                const struct sums *sums)
{
    const double half = 0.5;
    const double part = 0.99;
    struct uvp_analysis *const figures = survey->figures;
    double median = 0;
    double away = 0;
    double ratios = 0;

    UVP_TRY(uvp_survey_quantiles(survey, measured->product, measured->weight, measured->count,
                                 &half, 1, &median));
    figures->area_ratio_min = HUGE_VAL;
    figures->area_ratio_max = 0;
    for (uint32_t i = 0; i < measured->count; i++) {
        const double ratio = measured->product[i] / median;
        measured->value[i] = fabs(log2(ratio));
        away += measured->value[i] * measured->weight[i];
        ratios += ratio * measured->weight[i];
        figures->area_ratio_min = fmin(figures->area_ratio_min, ratio);
        figures->area_ratio_max = fmax(figures->area_ratio_max, ratio);
    }
    figures->area_ratio_mean = ratios / sums->weight;
    figures->area_log2_mean = away / sums->weight;
    return uvp_survey_quantiles(survey, measured->value, measured->weight, measured->count,
                                &part, 1, &figures->area_log2_p99);
}

static void tell_density(struct uvp_survey *survey, const struct measured *measured,
                         const struct sums *sums)
{
    const double side = survey->options.resolution_texels;
    double sum = 0;
    double squares = 0;
    double mean;

    for (uint32_t i = 0; i < measured->count; i++) {
        sum += measured->weight[i] * sqrt(measured->product[i]);
    }
    mean = sum / sums->weight;
    for (uint32_t i = 0; i < measured->count; i++) {
        const double away = sqrt(measured->product[i]) - mean;
        squares += measured->weight[i] * away * away;
    }
    survey->figures->density_mean = mean * side;
    survey->figures->density_spread = sqrt(squares / sums->weight) / mean;
}

static void tell_angles(struct uvp_analysis *figures, const struct measured *measured,
                        const struct sums *sums)
{
    figures->angle_max_radians = sums->angle_most;
    figures->angle_mean_radians = sums->angles / (3.0 * measured->count);
    figures->angle_max_degrees = figures->angle_max_radians * DEGREES;
    figures->angle_mean_degrees = figures->angle_mean_radians * DEGREES;
}

static enum uvp_code tell(struct uvp_survey *survey, const struct measured *measured,
                          const struct sums *sums)
{
    if (measured->count == 0) {
        return UVP_OK;
    }
    tell_angles(survey->figures, measured, sums);
    tell_density(survey, measured, sums);
    UVP_TRY(tell_stretch(survey, measured, sums));
    UVP_TRY(tell_sander(survey, measured, sums));
    UVP_TRY(tell_dirichlet(survey, measured, sums));
    return tell_areas(survey, measured, sums);
}

static void settle_rows(struct uvp_survey *survey)
{
    for (uint32_t i = 0; survey->row != NULL && i < survey->island_count; i++) {
        survey->row[i].stretch_mean /= survey->row[i].measured_area; /* 0 / 0: there is none */
    }
}

enum uvp_code uvp_survey_distortion(struct uvp_survey *survey)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct measured measured = {0};
    struct sums sums = {0};

    UVP_SURVEY_TAKE(survey, measured.weight, survey->count);
    UVP_SURVEY_TAKE(survey, measured.ratio, survey->count);
    UVP_SURVEY_TAKE(survey, measured.product, survey->count);
    UVP_SURVEY_TAKE(survey, measured.value, survey->count);
    for (uint32_t t = 0; t < survey->count; t++) {
        if (survey->state[t] == 0) {
            add_triangle(survey, t, &measured, &sums);
        }
        UVP_TRY(uvp_survey_count(survey, 40));
    }
    UVP_TRY(tell(survey, &measured, &sums));
    settle_rows(survey);
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
