/*
 * loops.h -- the closed lines that bound a patch
 */
#ifndef UVP_ATLAS_LOOPS_H
#define UVP_ATLAS_LOOPS_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/solver.h"

struct uvp_loops {
    uint32_t count;
    uint32_t *start;  /* count + 1: in `vertex` */
    uint32_t *vertex; /* loop by loop, the patch on the left */
    double *length;   /* of the edge in space that leaves each; in the solver's unit */
    uint32_t outer;   /* the longest loop */
    bool planar;      /* a sphere with holes: it can be laid flat at all */
};

UVP_MUST_USE enum uvp_code uvp_loops_find(const struct uvp_solver *solver,
                                          struct uvp_loops *loops);

#endif
