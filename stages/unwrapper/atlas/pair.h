/*
 * pair.h -- two neighbours, and whether they can be one chart
 *
 * Why:     a joint layout is known to be good only after it was made; most are refused before.
 * Use:     the caller fills what is known, with the cuts of the bond set; in a task: try;
 *          afterwards apply the trial if it is done.
 * Threads: pairs may be tried at the same time when they have no chart in common.
 */
#ifndef UVP_ATLAS_PAIR_H
#define UVP_ATLAS_PAIR_H

#include "stages/unwrapper/atlas/box.h"
#include "stages/unwrapper/atlas/rim.h"
#include "stages/unwrapper/atlas/seam.h"
#include "stages/unwrapper/atlas/trial.h"

struct uvp_pair {
    /* known before */
    uint32_t seam;
    struct uvp_bond bond;
    double energy_max; /* of the joint chart */
    double excess;     /* mean energy of both, less 1, as they are */
    double boxes;      /* area of both charts' boxes */
    double side;       /* square root of the mesh's area */
    /* told by the trial */
    struct uvp_trial trial;
    uint32_t cost;      /* as if so many triangles had been laid out by a solve */
    struct uvp_box box; /* of both, just moved together */
    bool unfit;         /* whichever part of the seam is joined */
};

/* Whether what the trial found keeps to the bounds. */
bool uvp_pair_is_good(const struct uvp_atlas_work *work, const struct uvp_pair *pair);

/* What laying out so many triangles costs: a factor costs the more the larger it is. */
double uvp_pair_burden(uint32_t triangles);

/* pair->trial must have been taken; open->rims must be there. */
UVP_MUST_USE enum uvp_code uvp_pair_try(struct uvp_atlas_work *work,
                                        struct uvp_open_charts *open, struct uvp_pair *pair);

#endif
