/*
 * box_tree.h -- a tree of boxes over things in the plane, to find what is near what
 *
 * Why:     overlaps and gaps look for pairs; most pairs are far apart.
 * Use:     fill box and tag of each thing; build; walk it as a heap. Things are sorted along a
 *          space-filling curve: `order` tells which one lies where.
 * Owner:   all arrays lie in the survey's scratch arena.
 */
#ifndef UVP_ANALYSIS_BOX_TREE_H
#define UVP_ANALYSIS_BOX_TREE_H

#include "stages/unwrapper/analysis/survey.h"

#define UVP_BOX_MIXED UINT32_MAX

struct uvp_uv_box {
    double low[2];
    double high[2];
};

struct uvp_boxes {
    uint32_t count;
    uint32_t *order;         /* number of the thing at each place */
    uint32_t leaves;         /* a power of two */
    struct uvp_uv_box *node; /* children of i are 2i and 2i + 1; place p is leaves + p */
    uint32_t *tag;           /* of each node: the tag of all below it, or UVP_BOX_MIXED */
    uint32_t *last;          /* of each node: the last place below it */
};

UVP_MUST_USE enum uvp_code uvp_boxes_build(struct uvp_survey *survey,
                                           const struct uvp_uv_box *box, const uint32_t *tag,
                                           uint32_t count, struct uvp_boxes *boxes);

/* The square of the distance of two boxes; 0: they meet. */
static inline double uvp_boxes_apart(const struct uvp_uv_box *a, const struct uvp_uv_box *b)
{
    double sum = 0;

    for (int axis = 0; axis < 2; axis++) {
        const double left = a->low[axis] - b->high[axis];
        const double right = b->low[axis] - a->high[axis];
        const double away = left > right ? left : right;
        sum += away > 0 ? away * away : 0;
    }
    return sum;
}

#endif
