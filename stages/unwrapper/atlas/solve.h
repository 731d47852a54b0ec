/*
 * solve.h -- a patch laid flat with little distortion and no turned triangle, if it can be
 *
 * Why:     flattening starts from nothing and merging from two layouts; both end in the same
 *          descent, and both want to know what the result is worth.
 * Limits:  bounded work; a patch that is too hard keeps a layout whose energy says so.
 */
#ifndef UVP_ATLAS_SOLVE_H
#define UVP_ATLAS_SOLVE_H

#include "stages/unwrapper/atlas/patch.h"

enum uvp_solve_start {
    UVP_SOLVE_FRESH,  /* nothing is known */
    UVP_SOLVE_LAYOUT, /* patch->uv has no turned triangle */
    UVP_SOLVE_SHAPES, /* every triangle has a layout of its own, neighbours disagree a little */
};

struct uvp_solve_ask {
    enum uvp_solve_start start;
    struct uvp_vec2 *shape; /* SHAPES: 3 a triangle, where its corners would be; spoilt */
    double energy_max;      /* worse than this is of no use: the solver may give up early */
    void *lent;             /* memory that nobody needs while the patch is solved; or NULL */
    size_t lent_bytes;
};

/* What a layout is worth. */
struct uvp_distortion {
    double energy;    /* mean symmetric Dirichlet energy, 1 for an isometry; HUGE_VAL when a
                         triangle is turned */
    double stretched; /* part of the area with a stretch above plan->stretch_max */
};

UVP_MUST_USE enum uvp_code uvp_solve_patch(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           const struct uvp_solve_ask *ask,
                                           struct uvp_patch *patch,
                                           struct uvp_distortion *distortion);

/* Of patch->uv as it is. */
UVP_MUST_USE enum uvp_code uvp_solve_measure(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const struct uvp_patch *patch,
                                             struct uvp_distortion *distortion);

#endif
