/*
 * survey.h -- what the parts of an analysis hand to each other
 *
 * Use:     analysis.c fills it in the order of the fields; each part reads what is above and
 *          writes its figures.
 * Owner:   all arrays lie in the scratch arena.
 */
#ifndef UVP_ANALYSIS_SURVEY_H
#define UVP_ANALYSIS_SURVEY_H

#include "pipeline/base/joined.h"
#include "stages/unwrapper/analysis/analysis.h"

#define UVP_NOWHERE UINT32_MAX

/* Why a triangle is not measured; bits. */
enum uvp_survey_state {
    UVP_SURVEY_FLAT = 1,      /* no area on the surface */
    UVP_SURVEY_COLLAPSED = 2, /* none in UV */
    UVP_SURVEY_NONFINITE = 4,
    UVP_SURVEY_UNMAPPED = 8,
    UVP_SURVEY_LOST = 16, /* its positions are not finite: no part of the surface, either */
    UVP_SURVEY_BAD = UVP_SURVEY_NONFINITE | UVP_SURVEY_UNMAPPED,
};

struct uvp_uv_spot {
    double u;
    double v;
};

struct uvp_survey {
    const struct uvp_atlas_input *input;
    const struct uvp_atlas_uvs *uvs;
    struct uvp_analysis_options options; /* defaults filled in */
    struct uvp_arena *scratch;
    struct uvp_stop *stop;
    struct uvp_error *err;
    uint32_t steps;
    struct uvp_analysis *figures;

    uint32_t count;    /* triangles */
    uint32_t *vertex;  /* 3 a triangle: the first vertex in its place */
    uint32_t *spot;    /* 3 a triangle: the first UV in its place, or UVP_NOWHERE */
    uint8_t *state;    /* of each triangle: uvp_survey_state bits */
    double *area;      /* of each triangle, on the surface; 0 for bad ones */
    double *uv_area;   /* signed; 0 for bad ones */
    double largest_uv; /* of the bounds, absolute */

    /* sides by the smaller of their vertices; of these by the larger; then as they come */
    uint32_t *first_side; /* of each vertex; vertex_count + 1 */
    uint64_t *side; /* the larger vertex, and below it 3 * triangle + corner it starts at */

    uint32_t *island; /* of each triangle; UVP_NOWHERE: bad */
    uint32_t island_count;
    struct uvp_island_row *row; /* of each island; NULL: not wanted */
    uint32_t *rim; /* sides that no other triangle of the island shares, by their edges */
    uint32_t rim_count;
};

/* The sides that share an edge; counts of its triangles are counts of sides. */
struct uvp_survey_edge {
    uint32_t near; /* vertices */
    uint32_t far;
    uint32_t first; /* in survey.side */
    uint32_t count;
    uint32_t end; /* of the sides of `near` */
};

/* Polls after so much work. */
static inline enum uvp_code uvp_survey_count(struct uvp_survey *survey, uint32_t steps)
{
    survey->steps += steps < (1U << 16) ? steps : 1U << 16;
    if (survey->steps < 1U << 16) {
        return UVP_OK;
    }
    survey->steps = 0;
    return uvp_stop_poll(survey->stop, survey->err);
}

#define UVP_SURVEY_TAKE(survey, pointer, number)                                               \
    do {                                                                                       \
        (pointer) = uvp_arena_take((survey)->scratch, (number), sizeof *(pointer));            \
        if ((pointer) == NULL) {                                                               \
            return uvp_fail_memory((survey)->err, (size_t)(number) * sizeof *(pointer));       \
        }                                                                                      \
    } while (0)

static inline struct uvp_uv_spot uvp_survey_spot(const struct uvp_survey *survey, uint32_t half)
{
    const float *const at = survey->uvs->uv + 2 * (size_t)survey->spot[half];

    return (struct uvp_uv_spot){(double)at[0], (double)at[1]};
}

/* From one vertex to another. */
static inline void uvp_survey_way(const struct uvp_survey *survey, uint32_t from, uint32_t to,
                                  double way[3])
{
    const float *const a = survey->input->positions + 3 * (size_t)from;
    const float *const b = survey->input->positions + 3 * (size_t)to;

    for (int axis = 0; axis < 3; axis++) {
        way[axis] = (double)b[axis] - (double)a[axis];
    }
}

/* Twice the signed area. */
static inline double uvp_survey_turn(struct uvp_uv_spot a, struct uvp_uv_spot b,
                                     struct uvp_uv_spot c)
{
    return (b.u - a.u) * (c.v - a.v) - (b.v - a.v) * (c.u - a.u);
}

/* The corner that a side ends at. */
static inline uint32_t uvp_survey_next(uint32_t half)
{
    return half % 3 == 2 ? half - 2 : half + 1;
}

/* Side i as listed. */
static inline uint32_t uvp_survey_half(const struct uvp_survey *survey, uint32_t i)
{
    return (uint32_t)survey->side[i];
}

double uvp_survey_length(const struct uvp_survey *survey, uint32_t from, uint32_t to);

/* What is joined by joined.h: `count` pieces, each alone. */
UVP_MUST_USE enum uvp_code uvp_set_make(struct uvp_survey *survey, uint32_t count,
                                        uint32_t **parent);

/* ---- the parts, in their order ---- */

/* places.c: vertex, spot. */
UVP_MUST_USE enum uvp_code uvp_survey_place(struct uvp_survey *survey);
/* classes.c: state, area, uv_area, bounds. */
UVP_MUST_USE enum uvp_code uvp_survey_classify(struct uvp_survey *survey);
/* sides.c: first_side, side. */
UVP_MUST_USE enum uvp_code uvp_survey_pair(struct uvp_survey *survey);
/* Sorts keys by size. */
UVP_MUST_USE enum uvp_code uvp_survey_sort(struct uvp_survey *survey, uint64_t *row,
                                           uint32_t count);
/* The next edge; false: no more. Begin with one of all zeros. */
bool uvp_survey_next_edge(const struct uvp_survey *survey, struct uvp_survey_edge *edge);
/* cuts.c: island, rim; seams, boundary, edge_stretch. */
UVP_MUST_USE enum uvp_code uvp_survey_cut(struct uvp_survey *survey);
/* turns.c: islands, flipped; the rows, when they are wanted, without stretch. */
UVP_MUST_USE enum uvp_code uvp_survey_turns(struct uvp_survey *survey);
/* distortion.c: stretch, symdir, angle, area, density. */
UVP_MUST_USE enum uvp_code uvp_survey_distortion(struct uvp_survey *survey);
/* coverage.c */
UVP_MUST_USE enum uvp_code uvp_survey_coverage(struct uvp_survey *survey);
/* handles.c: topology. */
UVP_MUST_USE enum uvp_code uvp_survey_topology(struct uvp_survey *survey);
/* covering.c: overlap but pct. */
UVP_MUST_USE enum uvp_code uvp_survey_overlap(struct uvp_survey *survey);
/* gaps.c */
UVP_MUST_USE enum uvp_code uvp_survey_gaps(struct uvp_survey *survey);

/*
 * quantile.c: the least value with at least `part` of all weight at or below it, for each of
 * `parts`. Weights NULL: all are 1. No value is NaN.
 */
UVP_MUST_USE enum uvp_code uvp_survey_quantiles(struct uvp_survey *survey, const double *value,
                                                const double *weight, uint32_t count,
                                                const double *parts, uint32_t part_count,
                                                double *found);

#endif
